package tokenize

import (
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"

	"pgregory.net/rapid"
)

// small is a tokenizer of a few pieces; the first is the unknown token.
func small(t testing.TB, pieces []string, scores []float32) *Unigram {
	t.Helper()
	u, err := NewUnigram(UnigramConfig{
		Pieces: stringPieces(pieces), Scores: scores, Specials: Specials{Begin: -1, End: -1, Pad: -1},
		AddSpacePrefix: true, RemoveExtraWhitespaces: true,
	})
	if err != nil {
		t.Fatal(err)
	}
	return u
}

// whole cuts a text as the reference does: all of it at once.
func whole(pieces []string, scores []float32, text string) []int32 {
	chars := []rune(normalized(&charsmap{}, text))
	ids := map[string]int32{}
	longest, lowest := 0, slices.Min(scores[1:])
	for id, piece := range pieces[1:] {
		if _, ok := ids[piece]; !ok {
			ids[piece] = int32(id + 1)
			longest = max(longest, len([]rune(piece)))
		}
	}
	type way struct {
		sum  float32
		from int
		id   int32
	}
	ways := make([]way, len(chars)+1)
	for i := range ways[1:] {
		ways[i+1].sum = float32(math.Inf(-1))
	}
	for i := range chars {
		for n := 1; n <= longest && i+n <= len(chars); n++ {
			id, ok := ids[string(chars[i:i+n])]
			if ok && ways[i].sum+scores[id] > ways[i+n].sum {
				ways[i+n] = way{ways[i].sum + scores[id], i, id}
			}
		}
		if sum := ways[i].sum + (lowest - 10); sum > ways[i+1].sum {
			ways[i+1] = way{sum, i, 0}
		}
	}
	var path []int32
	for i := len(chars); i > 0; i = ways[i].from {
		path = append(path, ways[i].id)
	}
	slices.Reverse(path)
	return path
}

// TestUnigramWhole compares, for any vocabulary and any limit, with a whole
// text cut at once. Few letters make pieces that overlap all the time.
func TestUnigramWhole(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		letters := rapid.SampledFrom([]rune("ab▁ か"))
		piece := rapid.StringOfN(letters, 1, 6, -1)
		pieces := append([]string{"<unk>"}, rapid.SliceOfN(piece, 1, 12).Draw(t, "pieces")...)
		scores := rapid.SliceOfN(rapid.SampledFrom([]float32{-1, -2, -3, -4, -1.1, -5.3}), len(pieces), len(pieces)).Draw(t, "scores")
		u, err := NewUnigram(UnigramConfig{
			Pieces: stringPieces(pieces), Scores: scores, Specials: Specials{Begin: -1, End: -1, Pad: -1},
			AddSpacePrefix: true, RemoveExtraWhitespaces: true,
		})
		if err != nil {
			t.Fatal(err)
		}
		text := strings.Repeat(rapid.StringOfN(letters, 0, 40, -1).Draw(t, "text"), rapid.SampledFrom([]int{1, 2, 60, 600}).Draw(t, "times"))
		want := whole(pieces, scores, text)
		if got, truncated := u.Encode(nil, text, -1); !slices.Equal(got, want) || truncated {
			t.Fatalf("%.80q: %v instead of %v", text, got, want)
		}
		limit := rapid.IntRange(0, 20).Draw(t, "limit")
		checkLimit(t, u, text, want, limit)
		checkLimit(t, u, text, want, len(want))
		checkLimit(t, u, text, want, len(want)-1)
	})
}

func checkLimit(t rapid.TB, u Tokenizer, text string, want []int32, limit int) {
	t.Helper()
	if limit < 0 {
		return
	}
	before := []int32{-7, -8}
	got, truncated := u.Encode(before, text, limit)
	if !slices.Equal(got, append(before, want[:min(limit, len(want))]...)) || truncated != (len(want) > limit) {
		t.Fatalf("%.80q cut at %d: %v, %v instead of the first of %v", text, limit, got[2:], truncated, want)
	}
}

// TestUnigramNeverMeets cuts texts whose ways never meet before their end.
func TestUnigramNeverMeets(t *testing.T) {
	pieces := []string{"<unk>", "aa", "a", "▁", "▁a", "aaa"}
	for _, scores := range [][]float32{
		{0, -1, -1000, -1, -1, -100},
		{0, -1, -.5, -1, -1, -1.5},
		{0, -2, -1.1, -1, -1, -3},
		{0, -900, -1000, -1, -2000, -1}, // three ways, and the last letters choose
		{0, -1, -1000, -1, -900, -2000},
	} {
		u := small(t, pieces, scores)
		for n := range 60 {
			text := strings.Repeat("a", n)
			want := whole(pieces, scores, text)
			for limit := range 14 {
				checkLimit(t, u, text, want, limit)
			}
		}
		for _, n := range []int{100, 2047, 2048, 2049, 9999, 10000, 10001, 20000} {
			for _, tail := range []string{"", "b", " a"} {
				text := strings.Repeat("a", n) + tail
				want := whole(pieces, scores, text)
				for _, limit := range []int{0, 1, 2, 7, 510, len(want) - 1, len(want), len(want) + 1, math.MaxInt} {
					checkLimit(t, u, text, want, limit)
				}
			}
		}
	}
}

// TestUnigramEdges are texts that are hardly texts.
func TestUnigramEdges(t *testing.T) {
	u := small(t, []string{"<unk>", "▁", "a", "▁a", "😀", "�"}, []float32{0, -1, -2, -1, -3, -3})
	for text, want := range map[string][]int32{
		"":             {1},
		" ":            {1},
		"      ":       {1},
		"😀":            {1, 4},
		"😀😀":           {1, 4, 4},
		"🎉":            {1, 0},
		"\xff\xfe":     {1, 5, 5},
		"a\xe3\x81":    {3, 5, 5},
		"\x00":         {1, 0},
		" a":           {3},
		"a a":          {3, 3},
		"▁a":           {1, 3},
		"<unk>":        {1, 0, 0, 0, 0, 0},
		"\u0301\u200b": {1, 0, 0},
	} {
		got, truncated := u.Encode(nil, text, -1)
		if !slices.Equal(got, want) || truncated {
			t.Errorf("%q: %v instead of %v", text, got, want)
		}
		for limit := range len(want) + 2 {
			checkLimit(t, u, text, want, limit)
		}
	}
}

// TestUnigramOptions are the two that a model file may switch off.
func TestUnigramOptions(t *testing.T) {
	config := UnigramConfig{Pieces: stringPieces{"<unk>", "▁", "a"}, Scores: []float32{0, -1, -1}}
	for _, c := range []struct {
		prefix, collapse bool
		want             []int32
	}{{true, true, []int32{1, 2, 1, 2}}, {false, true, []int32{2, 1, 2}}, {true, false, []int32{1, 2, 1, 1, 2}}, {false, false, []int32{2, 1, 1, 2}}} {
		config.AddSpacePrefix, config.RemoveExtraWhitespaces = c.prefix, c.collapse
		u, err := NewUnigram(config)
		if err != nil {
			t.Fatal(err)
		}
		if got, _ := u.Encode(nil, "a  a", -1); !slices.Equal(got, c.want) {
			t.Errorf("%+v: %v", c, got)
		}
	}
	config.AddSpacePrefix = false
	u, err := NewUnigram(config)
	if err != nil {
		t.Fatal(err)
	}
	if got, truncated := u.Encode(nil, "", 0); len(got) != 0 || truncated {
		t.Errorf("nothing: %v, %v", got, truncated)
	}
}

// TestUnigramLargeTexts holds little of large texts, whatever they are. The ways
// to cut the first never meet.
func TestUnigramLargeTexts(t *testing.T) {
	pieces := []string{"<unk>", "▁", "a", "aa", "aaa", "か", "かか"}
	u := small(t, pieces, []float32{0, -1, -1000, -1, -1.5, -5, -7})
	random := rand.New(rand.NewPCG(3, 4))
	noise := make([]byte, 1<<20)
	for i := range noise {
		noise[i] = byte(random.Uint32())
	}
	for name, text := range map[string]string{
		"one letter":   strings.Repeat("a", 10<<20),
		"one kana":     strings.Repeat("か", 1<<20/3),
		"unknown":      strings.Repeat("🎉", 1<<20/4),
		"spaces":       strings.Repeat(" ", 1<<20),
		"words":        strings.Repeat("a aa ", 1<<20/5),
		"random bytes": string(noise),
		"NUL":          string(make([]byte, 1<<20)),
	} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		ids, truncated := u.Encode(nil, text, 510)
		runtime.ReadMemStats(&after)
		if spent := after.TotalAlloc - before.TotalAlloc; spent > 2<<20 {
			t.Errorf("%s: %d bytes allocated", name, spent)
		}
		if name == "spaces" {
			if !slices.Equal(ids, []int32{1}) || truncated {
				t.Errorf("%s: %v, %v", name, ids, truncated)
			}
		} else if len(ids) != 510 || !truncated {
			t.Errorf("%s: %d ids, truncated %v", name, len(ids), truncated)
		}
	}
}

// TestUnigramConcurrent has many goroutines use one tokenizer.
func TestUnigramConcurrent(t *testing.T) {
	pieces := []string{"<unk>", "▁", "a", "b", "ab", "▁ab"}
	scores := []float32{0, -1, -1, -1, -1.2, -1.4}
	u := small(t, pieces, scores)
	var group sync.WaitGroup
	for n := range 16 {
		group.Go(func() {
			text := strings.Repeat("ab ba", n*7)
			want := whole(pieces, scores, text)
			for range 100 {
				if got, _ := u.Encode(nil, text, -1); !slices.Equal(got, want) {
					t.Errorf("%d times: %v", n*7, got)
				}
			}
		})
	}
	group.Wait()
}

// TestUnigramTypes says which pieces may stand for text, and that equal pieces
// are the first of them.
func TestUnigramTypes(t *testing.T) {
	u, err := NewUnigram(UnigramConfig{
		Pieces:   stringPieces{"<unk>", "</s>", "a", "ab", "a", "", "\xff", "c"},
		Scores:   []float32{-5, 0, -2, -1, -1, 0, 0, -50},
		Types:    []int32{TypeUnknown, TypeControl, TypeNormal, TypeUnused, TypeNormal, TypeNormal, TypeNormal, TypeUserDefined},
		Specials: Specials{Begin: 1, End: 1, Unknown: 0, Pad: -1},
	})
	if err != nil {
		t.Fatal(err)
	}
	if got, _ := u.Encode(nil, "ab</s>c<unk>", -1); !slices.Equal(got, []int32{2, 0, 1, 0, 0, 0, 0, 0, 0}) {
		// "c" costs 50, an unknown character ten more than the worst normal piece.
		t.Errorf("%v", got)
	}
	if got, want := u.Specials(), (Specials{Begin: 1, End: 1, Unknown: 0, Pad: -1}); got != want {
		t.Errorf("%+v", got)
	}
}

func TestNewUnigramErrors(t *testing.T) {
	valid := UnigramConfig{Pieces: stringPieces{"<unk>", "a"}, Scores: []float32{0, -1}}
	for name, change := range map[string]func(*UnigramConfig){
		"no vocabulary":         func(c *UnigramConfig) { c.Pieces = nil },
		"an empty vocabulary":   func(c *UnigramConfig) { c.Pieces, c.Scores = stringPieces{}, nil },
		"too few scores":        func(c *UnigramConfig) { c.Scores = c.Scores[:1] },
		"too few types":         func(c *UnigramConfig) { c.Types = []int32{TypeNormal} },
		"NaN":                   func(c *UnigramConfig) { c.Scores = []float32{0, float32(math.NaN())} },
		"infinity":              func(c *UnigramConfig) { c.Scores = []float32{0, float32(math.Inf(-1))} },
		"a huge score":          func(c *UnigramConfig) { c.Scores = []float32{0, math.MaxFloat32} },
		"bytes":                 func(c *UnigramConfig) { c.Types = []int32{TypeUnknown, TypeByte} },
		"an unheard-of type":    func(c *UnigramConfig) { c.Types = []int32{TypeUnknown, 7} },
		"no normal piece":       func(c *UnigramConfig) { c.Types = []int32{TypeUnknown, TypeControl} },
		"an id outside":         func(c *UnigramConfig) { c.Specials.End = 2 },
		"no unknown token":      func(c *UnigramConfig) { c.Specials.Unknown = -1 },
		"a negative id":         func(c *UnigramConfig) { c.Specials.Pad = -2 },
		"a piece of 2000 bytes": func(c *UnigramConfig) { c.Pieces = stringPieces{"<unk>", strings.Repeat("a", 2000)} },
		"a broken map":          func(c *UnigramConfig) { c.Charsmap = []byte{1} },
	} {
		config := valid
		change(&config)
		if _, err := NewUnigram(config); err == nil || !strings.HasPrefix(err.Error(), "tokenize: ") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := NewUnigram(valid); err != nil {
		t.Error(err)
	}
}
