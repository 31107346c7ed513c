package segment_test

import (
	"math"
	"testing"

	"github.com/qdrant/go-client/qdrant"

	"github.com/naru-rag/naru/store/embedded/internal/segment"
)

func TestBuilderRefuses(t *testing.T) {
	dense := func(values ...float32) map[string]*qdrant.Vector {
		return map[string]*qdrant.Vector{"": qdrant.NewVectorDense(values)}
	}
	sparse := func(terms []uint32, weights ...float32) map[string]*qdrant.Vector {
		return map[string]*qdrant.Vector{"sparse": qdrant.NewVectorSparse(terms, weights)}
	}
	for name, vectors := range map[string]map[string]*qdrant.Vector{
		"a dense vector of another size":  dense(1),
		"NaN":                             dense(1, float32(math.NaN())),
		"infinity":                        dense(1, float32(math.Inf(-1))),
		"a sparse vector for a dense one": {"": qdrant.NewVectorSparse([]uint32{1}, []float32{1})},
		"a dense vector for a sparse one": {"sparse": qdrant.NewVectorDense([]float32{1, 2})},
		"indices that do not ascend":      sparse([]uint32{2, 2}, 1, 1),
		"a NaN weight":                    sparse([]uint32{2}, float32(math.NaN())),
		"values without indices":          sparse(nil, 1),
	} {
		b := segment.NewBuilder(everything(2))
		err := b.Add(newMaker(2).key(2), 1, &qdrant.PointStruct{Vectors: qdrant.NewVectorsMap(vectors)})
		if err == nil {
			t.Errorf("%s is added", name)
		}
		if _, err := b.Build(); err == nil {
			t.Errorf("%s is built", name)
		}
	}
	b, m := segment.NewBuilder(everything(2)), newMaker(2)
	if err := b.Add(m.key(4), 1, m.point()); err != nil {
		t.Fatal(err)
	}
	if err := b.Add(m.key(4), 1, m.point()); err == nil {
		t.Error("a key is added twice")
	}
}

func TestConfigRefuses(t *testing.T) {
	for name, config := range map[string]segment.Config{
		"a vector twice":       {Dense: []segment.Dense{{Name: "a", Size: 1, Distance: 1}}, Sparse: []string{"a"}},
		"no size":              {Dense: []segment.Dense{{Name: "a", Distance: qdrant.Distance_Dot}}},
		"too large a size":     {Dense: []segment.Dense{{Name: "a", Size: segment.MaxSize + 1, Distance: qdrant.Distance_Dot}}},
		"an unknown distance":  {Dense: []segment.Dense{{Name: "a", Size: 1}}},
		"a field twice":        {Fields: []segment.Field{{Name: "a"}, {Name: "a"}}},
		"a malformed field":    {Fields: []segment.Field{{Name: "a["}}},
		"an unknown fieldtype": {Fields: []segment.Field{{Name: "a", Type: 99}}},
	} {
		if _, err := segment.NewBuilder(config).Build(); err == nil {
			t.Errorf("%s: a segment is built", name)
		}
		if err := segment.NewBuilder(config).Add(newMaker(1).key(0), 1, &qdrant.PointStruct{}); err == nil {
			t.Errorf("%s: a point is added", name)
		}
	}
}
