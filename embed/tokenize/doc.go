// Package tokenize cuts text into the pieces that an embedding model knows:
// SentencePiece Unigram, as XLM-RoBERTa uses it ([Unigram]), and WordPiece, as
// BERT does ([WordPiece]). Both are made of plain data, which a reader of model
// files hands in; the package opens no file.
//
// Start with [NewUnigram] or [NewWordPiece]; both are a [Tokenizer]. To read the
// code: normalize.go and charsmap.go are what happens to a text before it is
// cut, trie.go is the vocabulary, viterbi.go and lattice.go cut for Unigram,
// words.go and wordpiece.go for WordPiece. [BuildCharsmap] writes what
// charsmap.go reads, for programs that make model files.
//
// # What it promises
//
//   - Encode cut at a limit gives exactly the first ids of the whole text's, and
//     says whether there were more. For that it does not hold the whole text:
//     its memory is bounded by the limit, and its time is linear in the text.
//   - No text panics: invalid bytes are read as U+FFFD, one a byte, and NUL is a
//     character like others. No vocabulary or character map panics either; the
//     constructors refuse what they cannot use with an error that names it.
//   - A tokenizer may be used by many goroutines at once.
//
// # What it does not
//
//   - Unigram reads the text of a control piece ("</s>") as that piece, as the
//     reference does. WordPiece reads "[SEP]" as three words.
//   - It puts no special tokens around the ids, and does not pad: the encoder
//     does, with [Tokenizer.Specials].
//   - Vocabularies that fall back to bytes, and SentencePiece's BPE, are refused
//     or unknown. User-defined pieces compete by score like all others.
package tokenize

// Tokenizer turns text into ids of pieces. Its methods may be called by many
// goroutines at once.
type Tokenizer interface {
	// Encode appends to dst the ids of text's pieces, at most limit of them, and
	// says whether there are more. A negative limit means all. Special tokens
	// are not among them.
	Encode(dst []int32, text string, limit int) (ids []int32, truncated bool)

	// Specials returns the ids that stand for no text.
	Specials() Specials
}

// Specials are the ids of tokens that stand for no text. An id of -1 says that
// the model has no such token; Unknown is always there.
type Specials struct {
	Begin, End   int32 // <s> and </s>, [CLS] and [SEP]
	Unknown, Pad int32
}

// Pieces are a vocabulary: the text of each id. It is an interface so that
// 250,002 pieces need not become as many strings. A slice that Piece returns is
// read before the next call and not kept.
type Pieces interface {
	Len() int
	Piece(id int) []byte
}
