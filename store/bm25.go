package store

import (
	"maps"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

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
	terms := lang.Analyze(searched(p), p.Language)
	if len(terms) == 0 {
		return nil
	}
	length := float64(len(terms))
	dimensions := make([]uint32, len(terms))
	for i, t := range terms {
		dimensions[i] = dimension(t.Text)
	}
	slices.Sort(dimensions)
	var indices []uint32
	var values []float32
	for len(dimensions) > 0 {
		n := 1
		for n < len(dimensions) && dimensions[n] == dimensions[0] {
			n++
		}
		tf := float64(n)
		indices = append(indices, dimensions[0])
		values = append(values, float32(tf*(k1+1)/(tf+k1*(1-b+b*length/s.opt.AverageTerms))))
		dimensions = dimensions[n:]
	}
	return qdrant.NewVectorSparse(indices, values)
}

// searched is the text of a passage that words are looked for in.
func searched(p *rag.Passage) string {
	return strings.Join(slices.Concat([]string{p.Title}, p.Headings, []string{p.Text}), "\n")
}

// passageVectors are the vectors of passages, made on all processors: analysing
// text is most of what writing it takes.
func (s *Store) passageVectors(passages []*rag.Passage) []*qdrant.Vector {
	vectors := make([]*qdrant.Vector, len(passages))
	var next atomic.Int64
	var wait sync.WaitGroup
	for range min(len(passages), runtime.GOMAXPROCS(0)) {
		wait.Go(func() {
			for i := next.Add(1) - 1; i < int64(len(passages)); i = next.Add(1) - 1 {
				vectors[i] = s.passageVector(passages[i])
			}
		})
	}
	wait.Wait()
	return vectors
}

// queryVector is the sparse vector of a question: how much each of its terms
// says what it is about, in the order of the dimensions.
func queryVector(text, language string) (indices []uint32, values []float32) {
	weights := map[uint32]float64{}
	for _, t := range lang.Asked(lang.Analyze(text, language)) {
		weights[dimension(t.Text)] += t.Weight
	}
	indices = slices.Sorted(maps.Keys(weights))
	values = make([]float32, len(indices))
	for i, d := range indices {
		values[i] = float32(weights[d])
	}
	return indices, values
}

// dimension is the index of a term in the vectors: the low half of its xxHash64.
func dimension(term string) uint32 { return uint32(xxhash.Sum64String(term)) }
