package segment_test

import (
	"cmp"
	"math"
	"slices"
	"testing"
	"time"

	"github.com/qdrant/go-client/qdrant"

	"github.com/naru-rag/naru/internal/bitset"
	"github.com/naru-rag/naru/internal/simd"
	"github.com/naru-rag/naru/store/embedded/internal/payload"
	"github.com/naru-rag/naru/store/embedded/internal/pointid"
	"github.com/naru-rag/naru/store/embedded/internal/segment"
)

// must returns a segment of points.
func must(t testing.TB, config segment.Config, points []point) *segment.Segment {
	t.Helper()
	return opened(t, built(t, config, points))
}

func built(t testing.TB, config segment.Config, points []point) []byte {
	t.Helper()
	b := segment.NewBuilder(config)
	for _, p := range points {
		if err := b.Add(p.key, p.version, p.PointStruct); err != nil {
			t.Fatal(err)
		}
	}
	data, err := b.Build()
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func opened(t testing.TB, data []byte) *segment.Segment {
	t.Helper()
	s, err := segment.Open("test", data)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// hit is a hit without its segment.
type hit struct {
	score uint32 // its bits
	key   pointid.Key
}

func hitsOf(c *segment.Collector) []hit {
	hits := []hit{}
	for _, h := range c.Hits() {
		hits = append(hits, hit{math.Float32bits(h.Score), h.Key})
	}
	return hits
}

// best returns the k best of those points that have a score.
func best(points []point, k int, threshold *float32, score func(point) (float32, bool)) []hit {
	type scored struct {
		score float32
		key   pointid.Key
	}
	var all []scored
	for _, p := range points {
		if s, ok := score(p); ok && (threshold == nil || s >= *threshold) {
			all = append(all, scored{s, p.key})
		}
	}
	slices.SortFunc(all, func(a, b scored) int {
		return cmp.Or(cmp.Compare(b.score, a.score), a.key.Compare(b.key))
	})
	hits := []hit{}
	for _, s := range all[:min(k, len(all))] {
		hits = append(hits, hit{math.Float32bits(s.score), s.key})
	}
	return hits
}

// denseScore is what SearchDense promises.
func denseScore(d segment.Dense, query []float32) func(p point) (float32, bool) {
	return func(p point) (float32, bool) {
		v := p.vector(d.Name).GetDense().GetData()
		if v == nil {
			return 0, false
		}
		var out [1]float32
		switch d.Distance {
		case qdrant.Distance_Euclid:
			simd.SquaredDistance(out[:], query, v)
			return -out[0], true
		case qdrant.Distance_Manhattan:
			simd.Manhattan(out[:], query, v)
			return -out[0], true
		}
		simd.DotFloat32(out[:], query, v)
		return out[0], true
	}
}

// sparseScore is what SearchSparse promises.
func sparseScore(q segment.SparseQuery) func(p point) (float32, bool) {
	return func(p point) (float32, bool) {
		v := p.vector(q.Name).GetSparse()
		sum, some := 0.0, false
		for i, term := range q.Terms {
			if at, ok := slices.BinarySearch(v.GetIndices(), term); ok {
				sum += float64(q.Weights[i] * float64(v.Values[at]))
				some = true
			}
		}
		return float32(sum), some
	}
}

// matching is what a lookup has to find.
func matching(points []point, field string, test func(*qdrant.Value) bool) bitset.Set {
	path, err := payload.Parse(field)
	if err != nil {
		panic(err)
	}
	set := bitset.New(len(points))
	for i, p := range points {
		if path.Any(p.GetPayload(), test) {
			set.Add(uint32(i))
		}
	}
	return set
}

func isIn(values ...string) func(*qdrant.Value) bool {
	return func(v *qdrant.Value) bool {
		s, ok := v.GetKind().(*qdrant.Value_StringValue)
		return ok && slices.Contains(values, s.StringValue)
	}
}

func inRange(r *qdrant.Range) func(*qdrant.Value) bool {
	return func(v *qdrant.Value) bool {
		x, ok := payload.Number(v)
		return ok && (r.Lt == nil || x < *r.Lt) && (r.Lte == nil || x <= *r.Lte) &&
			(r.Gt == nil || x > *r.Gt) && (r.Gte == nil || x >= *r.Gte)
	}
}

func inDatetimeRange(r *qdrant.DatetimeRange) func(*qdrant.Value) bool {
	return func(v *qdrant.Value) bool {
		t, ok := time.Time{}, false
		if s, isString := v.GetKind().(*qdrant.Value_StringValue); isString {
			t, ok = payload.Time(s.StringValue)
		}
		return ok && (r.Lt == nil || t.Before(r.Lt.AsTime())) && (r.Lte == nil || !t.After(r.Lte.AsTime())) &&
			(r.Gt == nil || t.After(r.Gt.AsTime())) && (r.Gte == nil || !t.Before(r.Gte.AsTime()))
	}
}
