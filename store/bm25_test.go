package store

import (
	"slices"
	"testing"

	"github.com/naru-rag/naru/lang"
	"github.com/naru-rag/naru/rag"
)

// TestPassageVector compares with BM25 as it is written down.
func TestPassageVector(t *testing.T) {
	s := New(nil, Options{AverageTerms: 3})
	if v := s.passageVector(&rag.Passage{Text: " . "}); v != nil {
		t.Errorf("a passage without terms has the vector %v", v)
	}
	p := &rag.Passage{Title: "ferry", Headings: []string{"pier"}, Text: "ferry boat", Language: "en"}
	terms := lang.Analyze("ferry\npier\nferry boat", "en")
	tf := map[uint32]float64{}
	for _, term := range terms {
		tf[dimension(term.Text)]++
	}
	v := s.passageVector(p).GetSparse()
	if len(v.Indices) != len(tf) {
		t.Errorf("vector has %d dimensions, want %d", len(v.Indices), len(tf))
	}
	if !slices.IsSorted(v.Indices) {
		t.Errorf("dimensions are not in order: %v", v.Indices)
	}
	for i, d := range v.Indices {
		want := float32(tf[d] * (k1 + 1) / (tf[d] + k1*(1-b+b*float64(len(terms))/3)))
		if v.Values[i] != want {
			t.Errorf("weight of %d is %v, want %v", d, v.Values[i], want)
		}
	}
}
