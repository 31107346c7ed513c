package segment_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/qdrant/go-client/qdrant"
	"pgregory.net/rapid"

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
			{Name: `"quoted"`, Type: qdrant.FieldType_FieldTypeKeyword},
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
	heavy bool // sparse weights of very different magnitude
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
		heavy: rapid.Bool().Draw(t, "heavy"),
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
		if m.heavy {
			w = float32(math.Exp(2 * m.NormFloat64()))
		}
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
			p[strings.Trim(f.Name, `"`)] = m.value()
		}
	}
	if m.IntN(2) == 0 {
		p["of"] = m.value()
	}
	return p
}

// newMaker returns a maker of points that have all vectors.
func newMaker(size int) *maker {
	return &maker{Rand: rand.New(rand.NewPCG(1, 2)), size: size, share: 1, terms: 2000}
}
