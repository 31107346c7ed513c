package tokenize

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/naru-rag/naru/internal/pythontest"
)

// TestReferenceWordPiece compares ids with those of PyPI's tokenizers, for a
// vocabulary that it trains on the same texts.
func TestReferenceWordPiece(t *testing.T) {
	pythontest.Folder(t, "tokenizers")
	texts := testTexts(t, 60)
	texts = slices.AppendSeq(texts, fuzzed(4000))
	texts = append(texts, strings.Repeat("a", 100), strings.Repeat("a", 101), strings.Repeat("é", 101), strings.Repeat("한", 60))
	for _, c := range []struct{ lower, strip bool }{{true, true}, {false, false}, {true, false}} {
		in, err := json.Marshal(map[string]any{"texts": texts, "lowercase": c.lower, "strip_accents": c.strip})
		if err != nil {
			t.Fatal(err)
		}
		program := exec.Command("python3", "testdata/wordpiece.py")
		program.Stdin = bytes.NewReader(in)
		program.Stderr = os.Stderr
		out, err := program.Output()
		if err != nil {
			t.Fatal(err)
		}
		var answer struct {
			Vocabulary []string  `json:"vocabulary"`
			IDs        [][]int32 `json:"ids"`
		}
		if err := json.Unmarshal(out, &answer); err != nil {
			t.Fatal(err)
		}
		w := wordPiece(t, answer.Vocabulary, c.lower, c.strip)
		wrong, tokens, compared := 0, 0, 0
		for i, text := range texts {
			if answer.IDs[i] == nil {
				continue
			}
			compared++
			got, _ := w.Encode(nil, text, -1)
			tokens += len(got)
			if !slices.Equal(got, answer.IDs[i]) {
				if wrong++; wrong <= 5 {
					t.Errorf("%.200q:\n%v instead of\n%v", text, got, answer.IDs[i])
				}
			}
		}
		if compared < len(texts)/2 {
			t.Errorf("only %d of %d texts compared", compared, len(texts))
		}
		t.Logf("lower %v, strip %v: %d pieces, %d of %d texts, %d tokens, %d texts differ",
			c.lower, c.strip, len(answer.Vocabulary), compared, len(texts), tokens, wrong)
	}
}

// wordPiece makes a tokenizer of BERT's vocab.txt, as llama.cpp's converter does.
func wordPiece(t testing.TB, vocabulary []string, lower, strip bool) *WordPiece {
	t.Helper()
	var pieces stringPieces
	specials := Specials{Begin: -1, End: -1, Unknown: -1, Pad: -1}
	for id, piece := range vocabulary {
		switch {
		case strings.HasPrefix(piece, "[") && strings.HasSuffix(piece, "]"):
			switch piece {
			case "[CLS]":
				specials.Begin = int32(id)
			case "[SEP]":
				specials.End = int32(id)
			case "[UNK]":
				specials.Unknown = int32(id)
			case "[PAD]":
				specials.Pad = int32(id)
			}
			pieces = append(pieces, piece)
		case strings.HasPrefix(piece, "##"):
			pieces = append(pieces, piece[2:])
		default:
			pieces = append(pieces, string(space)+piece)
		}
	}
	w, err := NewWordPiece(WordPieceConfig{Pieces: pieces, Specials: specials, Lowercase: lower, StripAccents: strip})
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// stringPieces are a small vocabulary.
type stringPieces []string

func (p stringPieces) Len() int            { return len(p) }
func (p stringPieces) Piece(id int) []byte { return []byte(p[id]) }
