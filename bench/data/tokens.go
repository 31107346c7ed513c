package data

import (
	"errors"

	"github.com/naru-rag/naru/embed/gguf"
	"github.com/naru-rag/naru/embed/tokenize"
)

// Tokens returns what counts the tokens of a text, without special ones, as the
// model in a GGUF file does, whose tokenizer is SentencePiece Unigram.
func Tokens(path string) (_ func(text string) int, err error) {
	f, err := gguf.Open(path)
	if err != nil {
		return nil, err
	}
	// What is read here is copied: the trie is built of the pieces.
	defer func() { err = errors.Join(err, f.Close()) }()
	c := tokenize.UnigramConfig{AddSpacePrefix: true, RemoveExtraWhitespaces: true, Specials: tokenize.Specials{Begin: 0, Pad: 1, End: 2, Unknown: 3}}
	var failed [4]error
	c.Pieces, failed[0] = f.Strings("tokenizer.ggml.tokens")
	c.Scores, failed[1] = f.Float32s("tokenizer.ggml.scores")
	c.Types, failed[2] = f.Int32s("tokenizer.ggml.token_type")
	c.Charsmap, failed[3] = f.Bytes("tokenizer.ggml.precompiled_charsmap")
	if err := errors.Join(failed[:]...); err != nil {
		return nil, err
	}
	t, err := tokenize.NewUnigram(c)
	if err != nil {
		return nil, err
	}
	var ids []int32
	return func(text string) int {
		ids, _ = t.Encode(ids[:0], text, -1)
		return len(ids)
	}, nil
}
