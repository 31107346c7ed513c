package tokenize

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

var fewWords = []string{
	"[PAD]", "[UNK]", "[CLS]", "[SEP]", "un", "##aff", "##able", "##ab", "a", "##a", "the", "中", "文", ".", "!", "[", "]", "sep", "cafe", "é", "##é",
	"i", "##̇", "한", "ᄒ", "##ᅡ", "##ᆫ", "$", "##σ", "σ", "▁", "##b",
}

// named are the pieces of ids.
func named(ids []int32) string {
	var names []string
	for _, id := range ids {
		names = append(names, fewWords[id])
	}
	return strings.Join(names, " ")
}

// TestWordPiece cuts texts into the pieces that are named.
func TestWordPiece(t *testing.T) {
	uncased, cased := wordPiece(t, fewWords, true, true), wordPiece(t, fewWords, false, false)
	lower := wordPiece(t, fewWords, true, false)
	for _, c := range []struct {
		w          *WordPiece
		text, want string
	}{
		{uncased, "", ""},
		{uncased, " \t\n\u00a0\u3000", ""},
		{uncased, "unaffable", "un ##aff ##able"},
		{uncased, "UNAFFABLE the", "un ##aff ##able the"},
		{uncased, "unaffableq the", "[UNK] the"},
		{uncased, "the中文the", "the 中 文 the"},
		{uncased, "a.a!!", "a . a ! !"},
		{uncased, "[SEP]", "[ sep ]"},
		{uncased, "CAFÉ cafe\u0301", "cafe cafe"},
		{uncased, "t\u200bh\u00ade\x00 \ufeffa", "the a"},
		{uncased, "a\xffa", "a ##a"},
		{uncased, "한", "ᄒ ##ᅡ ##ᆫ"},
		{uncased, "İ", "i"},
		{uncased, "Σσ", "σ ##σ"},
		{uncased, "▁", "▁"},
		{uncased, "a▁the", "[UNK]"}, // "the" begins words only
		{uncased, "😀", "[UNK]"},
		{uncased, "a\u2028a\u0085a", "a a ##a"},
		{uncased, "$a", "$ a"},
		{cased, "The the", "[UNK] the"},
		{cased, "É é", "[UNK] é"},
		{cased, "한", "한"},
		{lower, "É éÉ", "é é ##é"},
		{lower, "İ", "i ##̇"},
		{uncased, strings.Repeat("a", 100), "a" + strings.Repeat(" ##a", 99)},
		{uncased, strings.Repeat("a", 101) + " a", "[UNK] a"},
		{uncased, strings.Repeat("é", 101), "[UNK]"},
	} {
		got, truncated := c.w.Encode(nil, c.text, -1)
		if named(got) != c.want || truncated {
			t.Errorf("%.60q: %s instead of %s", c.text, named(got), c.want)
		}
	}
	if got, want := uncased.Specials(), (Specials{Begin: 2, End: 3, Unknown: 1, Pad: 0}); got != want {
		t.Errorf("%+v", got)
	}
}

// TestWordPieceLimit cuts any text at any limit.
func TestWordPieceLimit(t *testing.T) {
	w := wordPiece(t, fewWords, true, true)
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringOf(rapid.SampledFrom([]rune("unaffable the.中 é[]▁\x00😀"))).Draw(t, "text")
		want, _ := w.Encode(nil, text, -1)
		checkLimit(t, w, text, want, rapid.IntRange(0, len(want)+1).Draw(t, "limit"))
	})
}

// TestWordPieceLargeTexts holds a hundred characters of a word at most.
func TestWordPieceLargeTexts(t *testing.T) {
	w := wordPiece(t, fewWords, true, true)
	for text, want := range map[string]int{
		strings.Repeat("a", 10<<20):       1,
		strings.Repeat("\u0301", 1<<20):   0,
		strings.Repeat("a ", 1<<20):       510,
		strings.Repeat("\xff", 1<<20):     0,
		strings.Repeat("中", 1<<20):        510,
		strings.Repeat("한", 1<<20) + " a": 2,
	} {
		if allocated := testing.AllocsPerRun(1, func() {
			if ids, truncated := w.Encode(nil, text, 510); len(ids) != want || truncated != (want == 510) {
				t.Errorf("%.10q…: %d ids, truncated %v", text, len(ids), truncated)
			}
		}); allocated > 40 {
			t.Errorf("%.10q…: %v allocations", text, allocated)
		}
	}
}

func TestNewWordPieceErrors(t *testing.T) {
	for name, config := range map[string]WordPieceConfig{
		"no vocabulary":     {},
		"an empty one":      {Pieces: stringPieces{}},
		"no word begins":    {Pieces: stringPieces{"[UNK]", "a"}},
		"an id outside":     {Pieces: stringPieces{"[UNK]", "▁a"}, Specials: Specials{Pad: 2}},
		"no unknown token":  {Pieces: stringPieces{"▁a"}, Specials: Specials{Unknown: -1}},
		"too many pieces":   {Pieces: manyPieces{n: 1 << 21}},
		"too many nodes":    {Pieces: manyPieces{n: 2200, length: 1000}},
		"a piece too large": {Pieces: stringPieces{"[UNK]", "▁" + strings.Repeat("a", 1024)}},
	} {
		if _, err := NewWordPiece(config); err == nil || !strings.HasPrefix(err.Error(), "tokenize: ") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// manyPieces are n different pieces of a length.
type manyPieces struct{ n, length int }

func (p manyPieces) Len() int { return p.n }

func (p manyPieces) Piece(id int) []byte {
	return []byte("▁" + string(rune(0x4e00+id)) + strings.Repeat("a", p.length))
}
