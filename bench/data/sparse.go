package data

import (
	"cmp"
	"maps"
	"slices"

	"github.com/cespare/xxhash/v2"

	"github.com/naru-rag/naru/lang"
)

// Terms is how many terms a sparse vector has at most.
const Terms = 60

// Sparse is a sparse vector; its indices ascend.
type Sparse struct {
	Indices []uint32
	Values  []float32
}

// BM25 as package store has it.
const (
	k1           = 0.6
	b            = 0.75
	averageTerms = 300
)

// passageTerms is the sparse vector of a passage.
func passageTerms(p Passage) Sparse {
	terms := lang.Analyze(p.Title+"\n"+p.Text, p.Language)
	length := float64(len(terms))
	counts := map[uint32]float64{}
	for _, t := range terms {
		counts[dimension(t.Text)]++
	}
	for d, tf := range counts {
		counts[d] = tf * (k1 + 1) / (tf + k1*(1-b+b*length/averageTerms))
	}
	return heaviest(counts)
}

// questionTerms is the sparse vector of a question.
func questionTerms(q Question) Sparse {
	weights := map[uint32]float64{}
	for _, t := range lang.Asked(lang.Analyze(q.Text, q.Language)) {
		weights[dimension(t.Text)] += t.Weight
	}
	return heaviest(weights)
}

func dimension(term string) uint32 { return uint32(xxhash.Sum64String(term)) }

// heaviest keeps as many terms as a vector may have.
func heaviest(weights map[uint32]float64) Sparse {
	kept := slices.SortedFunc(maps.Keys(weights), func(a, b uint32) int {
		return cmp.Or(cmp.Compare(weights[b], weights[a]), cmp.Compare(a, b))
	})
	kept = kept[:min(Terms, len(kept))]
	slices.Sort(kept)
	s := Sparse{Indices: kept, Values: make([]float32, len(kept))}
	for i, d := range kept {
		s.Values[i] = float32(weights[d])
	}
	return s
}
