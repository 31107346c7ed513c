package segment_test

import (
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/naru-rag/naru/internal/bitset"
	"github.com/naru-rag/naru/store/embedded/internal/pointid"
	"github.com/naru-rag/naru/store/embedded/internal/segment"
)

// corpus is points spread over segments, some of them dead.
type corpus struct {
	*maker
	config   segment.Config
	segments []*segment.Segment
	allowed  []bitset.Set
	points   []point // those allowed
}

func drawCorpus(t testing.TB, r *rapid.T, most int) *corpus {
	c := &corpus{maker: drawMaker(r)}
	c.config = everything(c.size)
	parts := make([][]point, rapid.IntRange(1, 3).Draw(r, "segments"))
	for _, p := range c.maker.points(rapid.IntRange(0, most).Draw(r, "points")) {
		i := c.IntN(len(parts))
		parts[i] = append(parts[i], p)
	}
	share := rapid.SampledFrom([]float64{1, 0.9, 0.5, 0.02, 0}).Draw(r, "allowed")
	for _, part := range parts {
		c.segments = append(c.segments, must(t, c.config, part))
		allowed := bitset.New(len(part))
		for i, p := range part {
			if c.Float64() < share {
				allowed.Add(uint32(i))
				c.points = append(c.points, p)
			}
		}
		if share == 1 && c.IntN(2) == 0 {
			allowed = nil
		}
		c.allowed = append(c.allowed, allowed)
	}
	return c
}

// collector draws a collector, and returns what it accepts.
func drawCollector(r *rapid.T) (make func() *segment.Collector, k int, threshold *float32, accepts func(pointid.Key) bool) {
	k = rapid.SampledFrom([]int{0, 1, 3, 10, 100, 1 << 31}).Draw(r, "k")
	if rapid.Bool().Draw(r, "threshold") {
		x := rapid.SampledFrom([]float32{-1, 0, 0.5, 2}).Draw(r, "lowest")
		threshold = &x
	}
	accepts = func(pointid.Key) bool { return true }
	picky := rapid.Bool().Draw(r, "picky")
	if picky {
		accepts = func(key pointid.Key) bool { return key[8]%3 != 0 }
	}
	return func() *segment.Collector {
		c := segment.NewCollector(k)
		c.Threshold = threshold
		if picky {
			c.Accept = func(s *segment.Segment, doc uint32) (bool, error) { return accepts(s.Key(doc)), nil }
		}
		return c
	}, k, threshold, accepts
}

func where(points []point, accepts func(pointid.Key) bool) []point {
	return slices.DeleteFunc(slices.Clone(points), func(p point) bool { return !accepts(p.key) })
}

// TestDenseSearch compares with scoring every vector: the same hits with the
// same bits, whatever ranges of rows are searched.
func TestDenseSearch(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		c := drawCorpus(t, r, 400)
		collector, k, threshold, accepts := drawCollector(r)
		for _, d := range c.config.Dense {
			query := c.dense(d.Distance)
			whole, parts := collector(), collector()
			for i, s := range c.segments {
				q := segment.DenseQuery{Name: d.Name, Vector: query}
				rows := s.DenseRows(d.Name)
				if err := s.SearchDense(t.Context(), q, 0, rows, c.allowed[i], whole); err != nil {
					r.Fatal(err)
				}
				middle := c.IntN(rows + 1)
				other := collector()
				for _, span := range [][2]int{{middle, rows}, {0, middle}} {
					if err := s.SearchDense(t.Context(), q, span[0], span[1], c.allowed[i], other); err != nil {
						r.Fatal(err)
					}
				}
				parts.Merge(other)
			}
			want := best(where(c.points, accepts), k, threshold, denseScore(d, query))
			if got := hitsOf(whole); !slices.Equal(got, want) {
				r.Fatalf("vector %q: hits are\n%v, want\n%v", d.Name, got, want)
			}
			if got := hitsOf(parts); !slices.Equal(got, want) {
				r.Fatalf("vector %q in parts: hits are\n%v, want\n%v", d.Name, got, want)
			}
		}
	})
}

// TestSparseSearch compares with scoring every document.
func TestSparseSearch(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		c := drawCorpus(t, r, 1000)
		collector, k, threshold, accepts := drawCollector(r)
		q := segment.SparseQuery{Name: "sparse"}
		terms, weights := c.sparse(rapid.IntRange(0, 60).Draw(r, "terms"))
		for i, term := range terms {
			q.Terms = append(q.Terms, term)
			q.Weights = append(q.Weights, float64(weights[i])*math.Log(2+c.Float64()))
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
