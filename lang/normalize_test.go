package lang

import (
	"testing"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// TestSettled holds what is left alone against what normalising does to it.
func TestSettled(t *testing.T) {
	n := 0
	for r := rune(0); r <= utf8.MaxRune; r++ {
		if !settled(r) {
			continue
		}
		n++
		s := string(r)
		if !norm.NFKC.PropertiesString(s).BoundaryBefore() {
			t.Errorf("%q can combine with what comes before it", s)
		}
		for _, after := range []string{"", "a", " ", "가", "각", "が", "ア", "中"} {
			if got := norm.NFKC.String(s + after); got != s+after {
				t.Errorf("%q becomes %q", s+after, got)
			}
		}
	}
	if n < 30_000 {
		t.Errorf("only %d characters are settled", n)
	}
	// What comes after may well combine.
	for text, want := range map[string]string{"か\u3099": "が", "가\u11A8": "각"} {
		chars := normalize(text)
		if len(chars) != 1 || string(chars[0].r) != want || chars[0].end != len(text) {
			t.Errorf("%+q becomes %v, want %q", text, chars, want)
		}
	}
}
