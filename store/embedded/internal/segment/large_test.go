package segment_test

import (
	"fmt"
	"math"
	"runtime"
	"slices"
	"sync"
	"testing"

	"github.com/qdrant/go-client/qdrant"

	"github.com/naru-rag/naru/internal/bitset"
	"github.com/naru-rag/naru/store/embedded/internal/pointid"
	"github.com/naru-rag/naru/store/embedded/internal/segment"
)

// The large corpora cross what the small ones do not: windows of documents,
// groups of rows, many blocks of postings, many blocks of the file.

func largeSparse(m *maker, n int) []point {
	points := make([]point, n)
	for i := range points {
		terms, weights := m.sparse(m.IntN(30))
		points[i] = sparsePoint(uint64(i), terms, weights)
	}
	return points
}

// TestSparseSearchLarge compares with scoring every document, with weights of
// one sign, where postings are skipped, and of both.
func TestSparseSearchLarge(t *testing.T) {
	for _, signs := range []bool{false, true} {
		m := newMaker(1)
		m.signs, m.terms, m.heavy = signs, 3000, true
		points := largeSparse(m, 20_000)
		s := must(t, segment.Config{Sparse: []string{"sparse"}}, points)
		for _, share := range []float64{1, 0.3, 0.01, 0.0005} {
			allowed, live := bitset.New(len(points)), []point{}
			for i, p := range points {
				if m.Float64() < share {
					allowed.Add(uint32(i))
					live = append(live, p)
				}
			}
			for _, k := range []int{1, 10, 300} {
				for _, n := range []int{1, 2, 10, 80} {
					q := segment.SparseQuery{Name: "sparse"}
					terms, weights := m.sparse(n)
					for i, term := range terms {
						q.Terms = append(q.Terms, term)
						q.Weights = append(q.Weights, float64(weights[i])*math.Log(2+m.Float64()))
						if n%4 > 0 {
							q.Weights[i] = math.Abs(q.Weights[i])
						}
					}
					c := segment.NewCollector(k)
					if err := s.SearchSparse(t.Context(), q, allowed, c); err != nil {
						t.Fatal(err)
					}
					if got, want := hitsOf(c), best(live, k, nil, sparseScore(q)); !slices.Equal(got, want) {
						t.Fatalf("signs %v, %v allowed, k %d: hits are\n%v, want\n%v", signs, share, k, got, want)
					}
				}
			}
		}
	}
}

func largeDense(m *maker, config segment.Config, n int) []point {
	points := make([]point, n)
	for i := range points {
		key, _ := pointid.Parse(qdrant.NewIDNum(uint64(i)))
		vectors := map[string]*qdrant.Vector{}
		for _, d := range config.Dense {
			if m.Float64() < m.share {
				vectors[d.Name] = qdrant.NewVectorDense(m.dense(d.Distance))
			}
		}
		points[i] = point{key, 1, &qdrant.PointStruct{Vectors: qdrant.NewVectorsMap(vectors)}}
	}
	return points
}

// TestDenseSearchLarge compares with scoring every vector, the rows divided
// among several goroutines.
func TestDenseSearchLarge(t *testing.T) {
	for _, share := range []float64{1, 0.9} {
		m := newMaker(8)
		m.share = share
		config := segment.Config{Dense: everything(m.size).Dense}
		points := largeDense(m, config, 40_000)
		s := must(t, config, points)
		for _, share := range []float64{1, 0.3, 0.01} {
			allowed, live := bitset.New(len(points)), []point{}
			for i, p := range points {
				if m.Float64() < share {
					allowed.Add(uint32(i))
					live = append(live, p)
				}
			}
			for _, d := range config.Dense {
				q := segment.DenseQuery{Name: d.Name, Vector: m.dense(d.Distance)}
				const k = 20
				all := segment.NewCollector(k)
				parts := make([]*segment.Collector, 3)
				var wait sync.WaitGroup
				for i := range parts {
					wait.Go(func() {
						parts[i] = segment.NewCollector(k)
						from, to := i*s.DenseRows(d.Name)/3, (i+1)*s.DenseRows(d.Name)/3
						if err := s.SearchDense(t.Context(), q, from, to, allowed, parts[i]); err != nil {
							t.Error(err)
						}
					})
				}
				wait.Wait()
				for _, part := range parts {
					all.Merge(part)
				}
				if got, want := hitsOf(all), best(live, k, nil, denseScore(d, q.Vector)); !slices.Equal(got, want) {
					t.Fatalf("vector %q, %v allowed: hits are\n%v, want\n%v", d.Name, share, got, want)
				}
			}
		}
	}
}

// TestApproximate finds most of the nearest, with scores that are nearly right.
func TestApproximate(t *testing.T) {
	m := newMaker(64)
	config := segment.Config{Dense: everything(m.size).Dense}
	points := largeDense(m, config, 5000)
	s := must(t, config, points)
	for _, d := range config.Dense {
		q := segment.DenseQuery{Name: d.Name, Vector: m.dense(d.Distance), Approximate: true}
		const k = 50
		c := segment.NewCollector(k)
		if err := s.SearchDense(t.Context(), q, 0, s.Len(), nil, c); err != nil {
			t.Fatal(err)
		}
		right := map[pointid.Key]float64{}
		for _, h := range best(points, k, nil, denseScore(d, q.Vector)) {
			right[h.key] = float64(math.Float32frombits(h.score))
		}
		found := 0
		for _, h := range c.Hits() {
			if score, ok := right[h.Key]; ok {
				found++
				if math.Abs(score-float64(h.Score)) > 0.02*math.Abs(score)+0.02 {
					t.Errorf("vector %q: a score is %v, and approximately %v", d.Name, score, h.Score)
				}
			}
		}
		if found < k*8/10 {
			t.Errorf("vector %q: %d of the %d nearest are found", d.Name, found, k)
		}
	}
}

// TestMergeMemory makes sure that merging does not hold what it writes.
func TestMergeMemory(t *testing.T) {
	m := newMaker(256)
	config := segment.Config{Dense: everything(m.size).Dense, Sparse: []string{"sparse"}, Fields: []segment.Field{
		{Name: "each", Type: qdrant.FieldType_FieldTypeKeyword},
	}}
	var inputs []segment.Input
	for part := range 2 {
		points := largeDense(m, config, 4000)
		for i, p := range points {
			points[i].key, _ = pointid.Parse(qdrant.NewIDNum(uint64(2*i + part)))
			terms, weights := m.sparse(30)
			p.GetVectors().GetVectors().Vectors["sparse"] = qdrant.NewVectorSparse(terms, weights)
			p.Payload = map[string]*qdrant.Value{"each": qdrant.NewValueString(fmt.Sprint("value ", part, i))}
		}
		inputs = append(inputs, segment.Input{Segment: must(t, config, points)})
	}
	size := uint64(0)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	err := segment.Merge(t.Context(), writerFunc(func(p []byte) (int, error) { size += uint64(len(p)); return len(p), nil }), inputs)
	runtime.ReadMemStats(&after)
	if err != nil {
		t.Fatal(err)
	}
	if used := after.TotalAlloc - before.TotalAlloc; used > size/10 {
		t.Errorf("merging %d bytes took %d bytes of memory", size, used)
	}
}
