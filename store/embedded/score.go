package embedded

import (
	"cmp"
	"math"
	"slices"
	"sync"

	"github.com/qdrant/go-client/qdrant"
)

// hit is a found document.
type hit struct {
	doc   *doc
	score float32
}

// better orders hits: higher scores first, equal ones by point id. Scores are
// compared as they are returned, in float32.
func better(a, b hit) int {
	if c := cmp.Compare(b.score, a.score); c != 0 {
		return c
	}
	return a.doc.key.compare(b.doc.key)
}

// scratch is the memory of one search, kept for the next.
type scratch struct {
	scores  []float64 // by document number; all zero between searches
	seen    bitset    // documents with a score; all zero between searches
	touched []uint32
	sets    []bitset
}

var scratches = sync.Pool{New: func() any { return new(scratch) }}

// get returns an empty bitset of so many words.
func (s *scratch) get(words int) bitset {
	if last := len(s.sets) - 1; last >= 0 {
		set := s.sets[last]
		s.sets = s.sets[:last]
		if cap(set) >= words {
			set = set[:words]
			clear(set)
			return set
		}
	}
	return make(bitset, words)
}

func (s *scratch) put(set bitset) { s.sets = append(s.sets, set) }

// score computes the score of every allowed document that shares a dimension
// with the query: the sum of query weight × document weight × idf, in the order
// of the dimensions.
func (s *scratch) score(inv *inverted, query *qdrant.SparseVector, allowed bitset, documents int) {
	if len(s.scores) < documents {
		s.scores = make([]float64, documents+documents/4)
		s.seen = make(bitset, wordsFor(len(s.scores)))
	}
	scores, seen, touched := s.scores, s.seen, s.touched[:0]
	for i, term := range query.Indices {
		p := inv.terms[term]
		if p == nil {
			continue
		}
		weight := float64(query.Values[i])
		if inv.idf {
			weight *= idf(inv.points, p.live)
		}
		weights := p.weights[:len(p.docs)]
		for j, n := range p.docs {
			if !allowed.has(n) {
				continue
			}
			if !seen.has(n) {
				seen.set(n)
				touched = append(touched, n)
			}
			scores[n] += weight * float64(weights[j])
		}
	}
	s.touched = touched
}

// idf is Qdrant's inverse document frequency of a dimension that n of so many
// points have.
func idf(points, n int) float64 {
	return math.Log((float64(points)-float64(n)+0.5)/(float64(n)+0.5) + 1)
}

// top returns the best k of what score found for which rest holds, best first,
// and leaves the scratch clean.
func (s *scratch) top(ix *index, rest []condition, k int, threshold *float32) []hit {
	heap := make([]hit, 0, min(k, len(s.touched)))
	for _, n := range s.touched {
		h := hit{ix.docs[n], float32(s.scores[n])}
		s.scores[n] = 0
		s.seen.clear(n)
		if threshold != nil && h.score < *threshold {
			continue
		}
		if len(heap) == k && better(h, heap[0]) > 0 {
			continue
		}
		if !matchAll(rest, h.doc) {
			continue
		}
		if len(heap) < k {
			heap = append(heap, h)
			siftUp(heap)
		} else {
			heap[0] = h
			siftDown(heap)
		}
	}
	slices.SortFunc(heap, better)
	return heap
}

// The heap has its worst hit first.

func siftUp(heap []hit) {
	for i := len(heap) - 1; i > 0; {
		parent := (i - 1) / 2
		if better(heap[i], heap[parent]) <= 0 {
			return
		}
		heap[i], heap[parent] = heap[parent], heap[i]
		i = parent
	}
}

func siftDown(heap []hit) {
	for i := 0; ; {
		worst := i
		for child := 2*i + 1; child <= 2*i+2 && child < len(heap); child++ {
			if better(heap[child], heap[worst]) > 0 {
				worst = child
			}
		}
		if worst == i {
			return
		}
		heap[i], heap[worst] = heap[worst], heap[i]
		i = worst
	}
}
