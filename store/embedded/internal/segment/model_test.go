package segment_test

import (
	"cmp"
	"encoding/binary"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/qdrant/go-client/qdrant"
	"pgregory.net/rapid"

	"github.com/naru-rag/naru/internal/bitset"
	"github.com/naru-rag/naru/internal/simd"
	"github.com/naru-rag/naru/store/embedded/internal/payload"
	"github.com/naru-rag/naru/store/embedded/internal/pointid"
	"github.com/naru-rag/naru/store/embedded/internal/segment"
)

// The model of a segment: its points in a slice, of which every question is
// answered by looking at all.

type point struct {
	key     pointid.Key
	version uint64
	*qdrant.PointStruct
}

func (p point) vector(name string) *qdrant.Vector {
	return p.GetVectors().GetVectors().GetVectors()[name]
}

// everything is a config with one of each kind.
func everything(size int) segment.Config {
	return segment.Config{
		Dense: []segment.Dense{
			{Name: "", Size: size, Distance: qdrant.Distance_Cosine},
			{Name: "dot", Size: size, Distance: qdrant.Distance_Dot},
			{Name: "euclid", Size: size, Distance: qdrant.Distance_Euclid},
			{Name: "manhattan", Size: size, Distance: qdrant.Distance_Manhattan},
		},
		Sparse: []string{"sparse", "other"},
		Fields: []segment.Field{
			{Name: "keyword", Type: qdrant.FieldType_FieldTypeKeyword},
			{Name: "uuid", Type: qdrant.FieldType_FieldTypeUuid},
			{Name: "integer", Type: qdrant.FieldType_FieldTypeInteger},
			{Name: "float", Type: qdrant.FieldType_FieldTypeFloat},
			{Name: "bool", Type: qdrant.FieldType_FieldTypeBool},
			{Name: "datetime", Type: qdrant.FieldType_FieldTypeDatetime},
			{Name: "geo", Type: qdrant.FieldType_FieldTypeGeo},
			{Name: "text", Type: qdrant.FieldType_FieldTypeText},
			{Name: "of[].kind", Type: qdrant.FieldType_FieldTypeKeyword},
		},
	}
}

// maker makes random points. Few different values are used, so that ties and
// shared terms are common.
type maker struct {
	*rand.Rand
	size  int
	share float64 // of the points that have each vector
	signs bool    // weights of both signs
	terms int
	tied  bool // few different dense values
	rough bool // dense values of very different magnitude
}

func drawMaker(t *rapid.T) *maker {
	return &maker{
		Rand:  rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0)),
		size:  rapid.SampledFrom([]int{1, 2, 5, 31, 64, 100}).Draw(t, "size"),
		share: rapid.SampledFrom([]float64{0, 0.5, 0.95, 1}).Draw(t, "share"),
		signs: rapid.Bool().Draw(t, "signs"),
		terms: rapid.SampledFrom([]int{2, 30, 2000}).Draw(t, "terms"),
		tied:  rapid.Bool().Draw(t, "tied"),
		rough: rapid.Bool().Draw(t, "rough"),
	}
}

func (m *maker) key(i int) pointid.Key {
	if i%2 == 0 {
		key, _ := pointid.Parse(qdrant.NewIDNum(uint64(i)))
		return key
	}
	key, _ := pointid.Parse(qdrant.NewIDUUID(fmt.Sprintf("%08x-0000-4000-8000-%012x", i*7919, i)))
	return key
}

// points returns n points with ascending keys.
func (m *maker) points(n int) []point {
	points := make([]point, n)
	for i := range points {
		points[i] = point{m.key(i), m.Uint64(), m.point()}
	}
	slices.SortFunc(points, func(a, b point) int { return a.key.Compare(b.key) })
	return points
}

func (m *maker) point() *qdrant.PointStruct {
	p := &qdrant.PointStruct{Payload: m.payload()}
	vectors := map[string]*qdrant.Vector{}
	for _, d := range everything(m.size).Dense {
		if m.Float64() < m.share {
			vectors[d.Name] = qdrant.NewVectorDense(m.dense(d.Distance))
		}
	}
	for _, name := range everything(m.size).Sparse {
		if m.Float64() < m.share {
			terms, weights := m.sparse(m.IntN(20))
			vectors[name] = qdrant.NewVectorSparse(terms, weights)
		}
	}
	if len(vectors) > 0 {
		p.Vectors = qdrant.NewVectorsMap(vectors)
	}
	return p
}

func (m *maker) dense(d qdrant.Distance) []float32 {
	v := make([]float32, m.size)
	length := 0.0
	for i := range v {
		v[i] = float32(m.NormFloat64())
		if m.tied {
			v[i] = float32(m.IntN(3) - 1)
		}
		if m.rough {
			v[i] *= float32(math.Ldexp(1, m.IntN(60)-30))
		}
		length += float64(v[i]) * float64(v[i])
	}
	if d == qdrant.Distance_Cosine && length > 0 {
		for i := range v {
			v[i] /= float32(math.Sqrt(length))
		}
	}
	if d == qdrant.Distance_Dot && m.rough && m.IntN(10) == 0 {
		for i := range v {
			v[i] = [...]float32{math.MaxFloat32, math.SmallestNonzeroFloat32, 0}[m.IntN(3)]
		}
	}
	return v
}

// sparse returns terms, ascending, low ones more often, and their weights.
func (m *maker) sparse(n int) ([]uint32, []float32) {
	weights := map[uint32]float32{}
	for range n {
		term := uint32(float64(m.terms) * math.Pow(m.Float64(), 3))
		if term == 1 {
			term = math.MaxUint32
		}
		w := float32(m.IntN(4)+1) / 3
		if m.signs && m.IntN(3) == 0 {
			w = -w
		}
		if m.signs && m.IntN(9) == 0 {
			w = 0
		}
		weights[term] = w
	}
	var terms []uint32
	for term := range weights {
		terms = append(terms, term)
	}
	slices.Sort(terms)
	values := make([]float32, len(terms))
	for i, term := range terms {
		values[i] = weights[term]
	}
	return terms, values
}

var instants = []string{"2024-02-29", "2024-02-29T00:00:00Z", "2024-02-29T00:00:00.000001Z", "1969-12-31 23:59:59.9", "today", "0001-01-01"}

func (m *maker) value() *qdrant.Value {
	switch m.IntN(9) {
	case 0:
		return qdrant.NewValueNull()
	case 1:
		return qdrant.NewValueInt([]int64{0, 1, -1, 3, 1<<53 + 1, 1 << 53, math.MaxInt64, math.MinInt64}[m.IntN(8)])
	case 2:
		return qdrant.NewValueDouble([]float64{0, math.Copysign(0, -1), 1, 1.5, -1, 1 << 53, math.Inf(1), math.Inf(-1), math.NaN()}[m.IntN(9)])
	case 3:
		return qdrant.NewValueBool(m.IntN(2) == 0)
	case 4:
		return qdrant.NewValueString(instants[m.IntN(len(instants))])
	case 5, 6:
		return qdrant.NewValueString([]string{"", "a", "b", "aa", "\x00", "é"}[m.IntN(6)])
	case 7:
		list := &qdrant.ListValue{}
		for range m.IntN(4) {
			list.Values = append(list.Values, m.value())
		}
		return &qdrant.Value{Kind: &qdrant.Value_ListValue{ListValue: list}}
	default:
		return &qdrant.Value{Kind: &qdrant.Value_StructValue{StructValue: &qdrant.Struct{
			Fields: map[string]*qdrant.Value{"kind": qdrant.NewValueString([]string{"x", "y"}[m.IntN(2)])},
		}}}
	}
}

func (m *maker) payload() map[string]*qdrant.Value {
	p := map[string]*qdrant.Value{}
	for _, f := range everything(1).Fields {
		if m.IntN(4) > 0 {
			p[f.Name] = m.value()
		}
	}
	if m.IntN(2) == 0 {
		p["of"] = m.value()
	}
	return p
}

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

// scored are the points that have a score; the score of a point is ok's.
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

// number is some bytes as a number, for fuzzing.
func number(b []byte) int {
	return int(binary.LittleEndian.Uint64(append(slices.Clone(b), make([]byte, 8)...)))
}

// newMaker returns a maker of points that have all vectors.
func newMaker(size int) *maker {
	return &maker{Rand: rand.New(rand.NewPCG(1, 2)), size: size, share: 1, terms: 2000}
}
