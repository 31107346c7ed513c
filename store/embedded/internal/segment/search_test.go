package segment_test

import (
	"context"
	"errors"
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

// drawCollector draws what a collector keeps.
func drawCollector(r *rapid.T) (collector func() *segment.Collector, k int, threshold *float32, accepts func(pointid.Key) bool) {
	k = rapid.SampledFrom([]int{0, 1, 3, 10, 100, math.MaxInt32}).Draw(r, "k")
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

// TestCollectorErrors stops a search where accepting fails.
func TestCollectorErrors(t *testing.T) {
	m := newMaker(8)
	s := must(t, everything(m.size), m.points(100))
	refused := errors.New("refused")
	c := segment.NewCollector(5)
	c.Accept = func(*segment.Segment, uint32) (bool, error) { return false, refused }
	err := s.SearchDense(t.Context(), segment.DenseQuery{Vector: make([]float32, 8)}, 0, s.DenseRows(""), nil, c)
	if !errors.Is(err, refused) {
		t.Errorf("SearchDense returns %v", err)
	}
	err = s.SearchSparse(t.Context(), segment.SparseQuery{Name: "sparse", Terms: []uint32{0}, Weights: []float64{1}}, nil, c)
	if !errors.Is(err, refused) {
		t.Errorf("SearchSparse returns %v", err)
	}
}

// TestSearchRefuses wants errors for queries that the segment cannot answer,
// and for those whose time is over.
func TestSearchRefuses(t *testing.T) {
	m := newMaker(8)
	s := must(t, everything(m.size), m.points(100))
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	v := make([]float32, 8)
	for name, search := range map[string]func(*segment.Collector) error{
		"an unknown dense vector": func(c *segment.Collector) error {
			return s.SearchDense(t.Context(), segment.DenseQuery{Name: "none", Vector: v}, 0, 0, nil, c)
		},
		"another size": func(c *segment.Collector) error {
			return s.SearchDense(t.Context(), segment.DenseQuery{Vector: v[1:]}, 0, 1, nil, c)
		},
		"rows that are not there": func(c *segment.Collector) error {
			return s.SearchDense(t.Context(), segment.DenseQuery{Vector: v}, 0, 101, nil, c)
		},
		"rows backwards": func(c *segment.Collector) error {
			return s.SearchDense(t.Context(), segment.DenseQuery{Vector: v}, 2, 1, nil, c)
		},
		"an ended context": func(c *segment.Collector) error {
			return s.SearchDense(ended, segment.DenseQuery{Vector: v}, 0, 100, nil, c)
		},
		"an unknown sparse vector": func(c *segment.Collector) error {
			return s.SearchSparse(t.Context(), segment.SparseQuery{Name: "none"}, nil, c)
		},
		"terms without weights": func(c *segment.Collector) error {
			return s.SearchSparse(t.Context(), segment.SparseQuery{Name: "sparse", Terms: []uint32{1}}, nil, c)
		},
		"terms that do not ascend": func(c *segment.Collector) error {
			return s.SearchSparse(t.Context(), segment.SparseQuery{Name: "sparse", Terms: []uint32{1, 1}, Weights: []float64{1, 1}}, nil, c)
		},
		"an ended context, sparse": func(c *segment.Collector) error {
			return s.SearchSparse(ended, segment.SparseQuery{Name: "sparse", Terms: []uint32{0}, Weights: []float64{1}}, nil, c)
		},
	} {
		if err := search(segment.NewCollector(1)); err == nil {
			t.Errorf("%s: there is no error", name)
		}
	}
	if s.DenseRows("none") != 0 || s.SparsePoints("none") != 0 {
		t.Error("an unknown vector has rows")
	}
	if s.DocFreqs("none", nil, nil) == nil || s.SubtractDead("none", nil, nil, nil) == nil {
		t.Error("an unknown vector has frequencies")
	}
}
