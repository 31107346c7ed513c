package tokenize

import (
	"errors"
	"fmt"
	"sync"
)

// WordPieceConfig is what a model file says of its BERT tokenizer.
type WordPieceConfig struct {
	// Pieces are as llama.cpp's converter writes them: ▁ in front of those that
	// begin a word, nothing in front of those that continue one.
	Pieces   Pieces
	Specials Specials
	// Lowercase is do_lower_case, StripAccents strip_accents, which follows
	// do_lower_case in most models.
	Lowercase, StripAccents bool
}

// WordPiece is BERT's tokenizer (Devlin et al. 2018): a text is cut into words,
// each word into the longest piece that begins it, the longest that continues
// there, and so on. A word that cannot be written so, or has over 100
// characters, is one unknown token.
//
// The text of special tokens is text: "[SEP]" gives three words.
type WordPiece struct {
	trie   *trie
	begin  int32 // the node after ▁
	config WordPieceConfig
	words  sync.Pool // of *[]rune
}

var _ Tokenizer = (*WordPiece)(nil)

// maxWord is max_input_chars_per_word.
const maxWord = 100

// NewWordPiece builds the tokenizer.
func NewWordPiece(config WordPieceConfig) (*WordPiece, error) {
	if config.Pieces == nil {
		return nil, errors.New("tokenize: the vocabulary has no pieces")
	}
	if err := config.Specials.check(config.Pieces.Len()); err != nil {
		return nil, fmt.Errorf("tokenize: %w", err)
	}
	t, err := newTrie(config.Pieces, func(id int) bool { return int32(id) != config.Specials.Unknown })
	if err != nil {
		return nil, fmt.Errorf("tokenize: %w", err)
	}
	w := &WordPiece{trie: t, begin: t.next(t.root(), space), config: config}
	if w.begin < 0 {
		return nil, fmt.Errorf("tokenize: no piece begins with %c: the vocabulary cannot begin a word", space)
	}
	w.config.Pieces = nil
	w.words.New = func() any { word := make([]rune, 0, maxWord+1); return &word }
	return w, nil
}

// Specials returns the ids that the configuration named.
func (w *WordPiece) Specials() Specials { return w.config.Specials }

// Encode appends the ids of text's pieces; see [Tokenizer]. It reads no further
// than the word in which the limit lies, and holds one word.
func (w *WordPiece) Encode(dst []int32, text string, limit int) (ids []int32, truncated bool) {
	word := w.words.Get().(*[]rune)
	defer w.words.Put(word)
	c := cutter{text: text, lower: w.config.Lowercase, strip: w.config.StripAccents, word: (*word)[:0]}
	ids = dst
	for c.next() {
		ids = w.pieces(ids, c.word)
		if limit >= 0 && len(ids)-len(dst) > limit {
			return ids[:len(dst)+limit], true
		}
	}
	return ids, false
}

// pieces appends the ids of a word's pieces.
func (w *WordPiece) pieces(ids []int32, word []rune) []int32 {
	if len(word) > maxWord {
		return append(ids, w.config.Specials.Unknown)
	}
	first := len(ids)
	node := w.begin
	for len(word) > 0 {
		id, length := int32(-1), 0
		for n, r := range word {
			// A piece that begins a word never continues one, even where the
			// text has ▁.
			if node == w.trie.root() && r == space {
				break
			}
			if node = w.trie.next(node, r); node < 0 {
				break
			}
			if node < w.trie.pieces {
				id, length = node, n+1
			}
		}
		if id < 0 {
			return append(ids[:first], w.config.Specials.Unknown)
		}
		ids = append(ids, id)
		word = word[length:]
		node = w.trie.root()
	}
	return ids
}
