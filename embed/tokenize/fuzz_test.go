package tokenize

import (
	"math"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

// FuzzUnigram makes vocabularies of absurd pieces and scores: an error, or ids
// that are ids, as many as asked for, and the same however often.
func FuzzUnigram(f *testing.F) {
	f.Add("<unk>\n▁\na\nab\n\n\xff\na", []byte{1, 2, 3, 4, 5, 6, 7}, "ab a\xff\x00", 3)
	f.Add("a\n"+strings.Repeat("a", 1000), []byte{0, 255}, strings.Repeat("a", 3000), 1)
	f.Add("\x00\n\U0010ffff", []byte{}, "\x00\U0010ffff", -1)
	f.Fuzz(func(t *testing.T, lines string, bytes []byte, text string, limit int) {
		pieces := stringPieces(strings.Split(lines, "\n"))
		scores, types := make([]float32, len(pieces)), make([]int32, len(pieces))
		for i := range pieces {
			types[i] = TypeNormal
			if i < len(bytes) {
				scores[i] = -float32(math.Exp(float64(int8(bytes[i]))))
				types[i] = int32(bytes[i]%6) + 1
			}
		}
		u, err := NewUnigram(UnigramConfig{Pieces: pieces, Scores: scores, Types: types, AddSpacePrefix: limit%2 == 0, RemoveExtraWhitespaces: limit%3 == 0})
		if err != nil {
			return
		}
		checkTokenizer(t, u, len(pieces), text, limit)
		w, err := NewWordPiece(WordPieceConfig{Pieces: pieces, Lowercase: limit%2 == 0, StripAccents: limit%3 == 0})
		if err != nil {
			return
		}
		checkTokenizer(t, w, len(pieces), text, limit)
	})
}

func checkTokenizer(t *testing.T, tokenizer Tokenizer, pieces int, text string, limit int) {
	all, truncated := tokenizer.Encode(nil, text, -1)
	if truncated {
		t.Fatal("truncated without a limit")
	}
	for _, id := range all {
		if id < 0 || int(id) >= pieces {
			t.Fatalf("id %d of %d pieces", id, pieces)
		}
	}
	if again, _ := tokenizer.Encode(nil, text, -1); !slices.Equal(all, again) {
		t.Fatalf("%v, then %v", all, again)
	}
	checkLimit(t, tokenizer, text, all, limit)
}

// FuzzCharsmap reads hostile character maps: an error, or characters, in time
// and memory that the text bounds.
func FuzzCharsmap(f *testing.F) {
	f.Add([]byte{}, "text")
	f.Add([]byte{4, 0, 0, 0, 0, 0, 0, 0, 'a', 0}, "text\x00")
	blob, err := BuildCharsmap(map[rune]string{'a': "b", 'é': "", '㌔': "キロ", ' ': "  "})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(blob, "a é ㌔")
	f.Fuzz(func(t *testing.T, blob []byte, text string) {
		m, err := newCharsmap(blob)
		if err != nil {
			return
		}
		n := normalizer{charsmap: m, text: text, prefix: true}
		var chars []rune
		for more := true; more; {
			before := len(n.text)
			chars, more = n.more(chars)
			if more && before > 0 && len(n.text) >= before {
				t.Fatal("nothing was read")
			}
		}
		if len(chars) > 1+len(text)*maxReplacement {
			t.Fatalf("%d characters of %d bytes", len(chars), len(text))
		}
		for _, r := range chars {
			if !utf8.ValidRune(r) || r == ' ' {
				t.Fatalf("%U", r)
			}
		}
	})
}
