package store

import (
	"maps"
	"slices"
	"strings"

	"github.com/cespare/xxhash/v2"
	"github.com/qdrant/go-client/qdrant"

	"github.com/naru-rag/naru/lang"
	"github.com/naru-rag/naru/rag"
)

// BM25 in two halves: the vectors made here hold how much a term says in a
// passage, and Qdrant's IDF modifier multiplies by how rare the term is.

// DefaultAverageTerms is the average length of a passage in terms, where
// Options names none. It is a constant so that a vector does not depend on what
// else is in the store.
const DefaultAverageTerms = 300

// k1 is how soon a repeated term stops adding; b is how much longer passages
// are held back. Chosen on the question sets; see RATIONALE.md.
const (
	k1 = 0.6
	b  = 0.75
)

// passageVector is the sparse vector of a passage: of its title, headings and
// text. It is nil where there are no terms.
func (s *Store) passageVector(p *rag.Passage) *qdrant.Vector {
	text := strings.Join(slices.Concat([]string{p.Title}, p.Headings, []string{p.Text}), "\n")
	terms := lang.Analyze(text, p.Language)
	if len(terms) == 0 {
		return nil
	}
	length := float64(len(terms))
	counts := map[uint32]float64{}
	for _, t := range terms {
		counts[dimension(t.Text)]++
	}
	return qdrant.NewVectorSparse(sparse(counts, func(tf float64) float64 {
		return tf * (k1 + 1) / (tf + k1*(1-b+b*length/s.opt.AverageTerms))
	}))
}

// queryVector is the sparse vector of a question: how much each of its terms
// says what it is about.
func queryVector(text, language string) (indices []uint32, values []float32) {
	weights := map[uint32]float64{}
	for _, t := range lang.Asked(lang.Analyze(text, language)) {
		weights[dimension(t.Text)] += t.Weight
	}
	return sparse(weights, func(w float64) float64 { return w })
}

// sparse makes a vector of sums by dimension, in the order of its indices.
func sparse(sums map[uint32]float64, weight func(sum float64) float64) (indices []uint32, values []float32) {
	indices = slices.Sorted(maps.Keys(sums))
	values = make([]float32, len(indices))
	for i, d := range indices {
		values[i] = float32(weight(sums[d]))
	}
	return indices, values
}

// dimension is the index of a term in the vectors: the low half of its xxHash64.
func dimension(term string) uint32 { return uint32(xxhash.Sum64String(term)) }
