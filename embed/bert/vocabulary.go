package bert

import (
	"bytes"
	"fmt"
	"math"

	"github.com/naru-rag/naru/embed/gguf"
	"github.com/naru-rag/naru/embed/tokenize"
)

// readTokenizer builds the tokenizer that a model file describes, by the keys
// that llama.cpp's converter writes.
func readTokenizer(f *gguf.File) (tokenize.Tokenizer, error) {
	kind, err := f.String("tokenizer.ggml.model")
	if err != nil {
		return nil, err
	}
	pieces, err := f.Strings("tokenizer.ggml.tokens")
	if err != nil {
		return nil, err
	}
	switch kind {
	case "t5":
		return readUnigram(f, pieces)
	case "bert":
		return readWordPiece(f, pieces)
	}
	return nil, fmt.Errorf("model %s has a tokenizer %q; supported are \"t5\", SentencePiece Unigram, and \"bert\", WordPiece", f.Name(), kind)
}

func readUnigram(f *gguf.File, pieces *gguf.Strings) (_ tokenize.Tokenizer, err error) {
	c := tokenize.UnigramConfig{Pieces: pieces, AddSpacePrefix: true, RemoveExtraWhitespaces: true}
	if c.Scores, err = f.Float32s("tokenizer.ggml.scores"); err != nil {
		return nil, err
	}
	if f.Has("tokenizer.ggml.token_type") {
		if c.Types, err = f.Int32s("tokenizer.ggml.token_type"); err != nil {
			return nil, err
		}
	}
	if f.Has("tokenizer.ggml.precompiled_charsmap") {
		if c.Charsmap, err = f.Bytes("tokenizer.ggml.precompiled_charsmap"); err != nil {
			return nil, err
		}
	}
	for key, into := range map[string]*bool{"tokenizer.ggml.add_space_prefix": &c.AddSpacePrefix, "tokenizer.ggml.remove_extra_whitespaces": &c.RemoveExtraWhitespaces} {
		if !f.Has(key) {
			continue
		}
		if *into, err = f.Bool(key); err != nil {
			return nil, err
		}
	}
	if c.Specials, err = readSpecials(f, "bos", "eos"); err != nil {
		return nil, err
	}
	u, err := tokenize.NewUnigram(c)
	if err != nil {
		return nil, fmt.Errorf("model %s: %w", f.Name(), err)
	}
	return u, nil
}

func readWordPiece(f *gguf.File, pieces *gguf.Strings) (tokenize.Tokenizer, error) {
	// No key says whether case counts; a vocabulary in which it does has capitals.
	cased := false
	for i := range pieces.Len() {
		p := pieces.Piece(i)
		if rest, ok := bytes.CutPrefix(p, []byte("▁")); ok && len(rest) > 0 && 'A' <= rest[0] && rest[0] <= 'Z' {
			cased = true
			break
		}
	}
	specials, err := readSpecials(f, "cls", "seperator") // as it is spelled
	if err != nil {
		return nil, err
	}
	w, err := tokenize.NewWordPiece(tokenize.WordPieceConfig{Pieces: pieces, Specials: specials, Lowercase: !cased, StripAccents: !cased})
	if err != nil {
		return nil, fmt.Errorf("model %s: %w", f.Name(), err)
	}
	return w, nil
}

// readSpecials reads the ids of special tokens. The first and the last of a text
// have names by kind of tokenizer, or those of language models.
func readSpecials(f *gguf.File, first, last string) (s tokenize.Specials, err error) {
	id := func(names ...string) int32 {
		for _, name := range names {
			key := "tokenizer.ggml." + name + "_token_id"
			if !f.Has(key) || err != nil {
				continue
			}
			var n uint64
			if n, err = f.Uint(key); err == nil && n > math.MaxInt32 {
				err = fmt.Errorf("model %s: metadata key %s is %d, which is no token", f.Name(), key, n)
			}
			return int32(n)
		}
		return -1
	}
	s = tokenize.Specials{Begin: id(first, "bos"), End: id(last, "eos"), Unknown: id("unknown"), Pad: id("padding")}
	if err == nil && (s.Begin < 0 || s.End < 0) {
		err = fmt.Errorf("model %s has no token that begins a text, or none that ends it: %s and %s", f.Name(), first, last)
	}
	return s, err
}
