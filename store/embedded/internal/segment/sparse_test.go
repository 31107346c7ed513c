package segment_test

import (
	"math"
	"slices"
	"testing"

	"github.com/qdrant/go-client/qdrant"
	"pgregory.net/rapid"

	"github.com/naru-rag/naru/internal/bitset"
	"github.com/naru-rag/naru/store/embedded/internal/pointid"
	"github.com/naru-rag/naru/store/embedded/internal/segment"
)

// TestSparseSearch compares with scoring every document.
func TestSparseSearch(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		c := drawCorpus(t, r, 1000)
		collector, k, threshold, accepts := drawCollector(r)
		q := segment.SparseQuery{Name: "sparse"}
		terms, weights := c.sparse(rapid.IntRange(0, 60).Draw(r, "terms"))
		positive := rapid.Bool().Draw(r, "positive")
		for i, term := range terms {
			q.Terms = append(q.Terms, term)
			q.Weights = append(q.Weights, float64(weights[i])*math.Log(2+c.Float64()))
			if positive {
				q.Weights[i] = math.Abs(q.Weights[i])
			}
		}
		got := collector()
		for i, s := range c.segments {
			if err := s.SearchSparse(t.Context(), q, c.allowed[i], got); err != nil {
				r.Fatal(err)
			}
		}
		want := best(where(c.points, accepts), k, threshold, sparseScore(q))
		if got := hitsOf(got); !slices.Equal(got, want) {
			r.Fatalf("hits are\n%v, want\n%v", got, want)
		}
	})
}

// TestDocFreqs counts terms, with and without dead documents.
func TestDocFreqs(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		m := drawMaker(r)
		points := m.points(rapid.IntRange(0, 400).Draw(r, "points"))
		s := must(t, everything(m.size), points)
		dead := bitset.New(len(points))
		share := rapid.SampledFrom([]float64{0, 0.01, 0.5}).Draw(r, "dead")
		for i := range points {
			if m.Float64() < share {
				dead.Add(uint32(i))
			}
		}
		terms := []uint32{0, 2, 3, 17, 1999, math.MaxUint32}
		all, live := make([]int, len(terms)), make([]int, len(terms))
		for i, p := range points {
			for k, term := range terms {
				if slices.Contains(p.vector("sparse").GetSparse().GetIndices(), term) {
					all[k]++
					if !dead.Has(uint32(i)) {
						live[k]++
					}
				}
			}
		}
		got := make([]int, len(terms))
		if err := s.DocFreqs("sparse", terms, got); err != nil || !slices.Equal(got, all) {
			r.Fatalf("frequencies are %v, %v, want %v", got, err, all)
		}
		if err := s.SubtractDead("sparse", terms, dead, got); err != nil || !slices.Equal(got, live) {
			r.Fatalf("frequencies of what lives are %v, %v, want %v", got, err, live)
		}
	})
}

// TestSparseTies has documents of equal scores in two segments: those of the
// second one, whose keys come first, are found although nothing is better.
func TestSparseTies(t *testing.T) {
	m := newMaker(1)
	for range 50 {
		terms, weights := m.sparse(40)
		for i := range weights {
			weights[i] = float32(math.Exp(3 * m.NormFloat64()))
		}
		q := segment.SparseQuery{Name: "sparse", Terms: terms}
		for range terms {
			q.Weights = append(q.Weights, m.Float64())
		}
		var parts [2][]point
		for i := range 400 {
			parts[i%2] = append(parts[i%2], sparsePoint(uint64(400-i), terms, weights))
		}
		c := segment.NewCollector(10)
		for _, part := range parts {
			slices.Reverse(part)
			s := must(t, segment.Config{Sparse: []string{"sparse"}}, part)
			if err := s.SearchSparse(t.Context(), q, nil, c); err != nil {
				t.Fatal(err)
			}
		}
		want := best(slices.Concat(parts[0], parts[1]), 10, nil, sparseScore(q))
		if got := hitsOf(c); !slices.Equal(got, want) {
			t.Fatalf("hits are\n%v, want\n%v", got, want)
		}
	}
}

func sparsePoint(id uint64, terms []uint32, weights []float32) point {
	key, _ := pointid.Parse(qdrant.NewIDNum(id))
	return point{key, id, &qdrant.PointStruct{Vectors: qdrant.NewVectorsMap(map[string]*qdrant.Vector{
		"sparse": qdrant.NewVectorSparse(terms, weights),
	})}}
}

// TestSparseOrder has a sum that lies between two float32 and, but for the order
// of its terms, would be rounded to the other one.
func TestSparseOrder(t *testing.T) {
	config := segment.Config{Sparse: []string{"sparse"}}
	q := segment.SparseQuery{Name: "sparse", Terms: []uint32{1, 2, 3, 4, 5}, Weights: []float64{0x1p-53, 0x1p-53, 0x1p-53, 0x1p-53, 1 + 0x1p-24}}
	first := must(t, config, []point{sparsePoint(1, []uint32{5}, []float32{0.5})})
	points := []point{sparsePoint(2, []uint32{1, 2, 3, 4, 5}, []float32{1, 1, 1, 1, 1})}
	c := segment.NewCollector(1)
	for _, s := range []*segment.Segment{first, must(t, config, points)} {
		if err := s.SearchSparse(t.Context(), q, nil, c); err != nil {
			t.Fatal(err)
		}
	}
	if got := c.Hits()[0].Score; got != 1+0x1p-23 {
		t.Errorf("score is %v, want %v", got, float32(1+0x1p-23))
	}
}

// TestSparseNegative has a term with negative weights only, which the score of a
// document is higher without.
func TestSparseNegative(t *testing.T) {
	first := []point{sparsePoint(1, []uint32{1}, []float32{0.5})}
	second := []point{sparsePoint(2, []uint32{1, 2}, []float32{1, -5}), sparsePoint(3, []uint32{1}, []float32{1})}
	q := segment.SparseQuery{Name: "sparse", Terms: []uint32{1, 2}, Weights: []float64{1, 1}}
	c := segment.NewCollector(1)
	for _, points := range [][]point{first, second} {
		if err := must(t, segment.Config{Sparse: []string{"sparse"}}, points).SearchSparse(t.Context(), q, nil, c); err != nil {
			t.Fatal(err)
		}
	}
	if got := c.Hits(); len(got) != 1 || got[0].Key != second[1].key {
		t.Errorf("hits are %v", got)
	}
}

// TestSparseRare looks for terms that one document has each, far apart.
func TestSparseRare(t *testing.T) {
	var points []point
	for i := range uint32(20_000) {
		points = append(points, sparsePoint(uint64(i), []uint32{i}, []float32{1}))
	}
	s := must(t, segment.Config{Sparse: []string{"sparse"}}, points)
	q := segment.SparseQuery{Name: "sparse", Terms: []uint32{3, 10_001, 19_999}, Weights: []float64{1, 2, 3}}
	c := segment.NewCollector(10)
	if err := s.SearchSparse(t.Context(), q, nil, c); err != nil {
		t.Fatal(err)
	}
	if got, want := hitsOf(c), best(points, 10, nil, sparseScore(q)); !slices.Equal(got, want) {
		t.Errorf("hits are %v, want %v", got, want)
	}
}
