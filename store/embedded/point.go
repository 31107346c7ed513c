package embedded

import (
	"math"
	"slices"

	"github.com/qdrant/go-client/qdrant"
)

// normalise checks a point and returns it in the form it is kept in: its id in
// normal form, each sparse vector in the order of its indices.
func (c *collection) normalise(key pointKey, p *qdrant.PointStruct) (*qdrant.PointStruct, error) {
	if err := checkPayload(p.GetPayload()); err != nil {
		return nil, err
	}
	out := &qdrant.PointStruct{Id: key.id(), Payload: p.GetPayload()}
	named := p.GetVectors().GetVectors().GetVectors()
	if len(named) == 0 {
		return out, nil
	}
	vectors := make(map[string]*qdrant.Vector, len(named))
	for name, v := range named {
		if _, ok := c.config.GetSparseVectorsConfig().GetMap()[name]; !ok {
			return nil, invalid("Wrong input: Not existing vector name error: %s", name)
		}
		sparse := v.GetSparse()
		if sparse == nil {
			return nil, invalid("vector %q of point %s is empty: it has to be sparse", name, key)
		}
		sorted, err := sortSparse(sparse)
		if err != nil {
			return nil, invalid("vector %q of point %s: %v", name, key, err)
		}
		vectors[name] = &qdrant.Vector{Vector: &qdrant.Vector_Sparse{Sparse: sorted}}
	}
	out.Vectors = qdrant.NewVectorsMap(vectors)
	return out, nil
}

// sparseError says what is wrong with a sparse vector.
type sparseError string

func (e sparseError) Error() string { return string(e) }

// sortSparse checks a sparse vector and returns it in the order of its indices.
func sortSparse(v *qdrant.SparseVector) (*qdrant.SparseVector, error) {
	if len(v.Indices) != len(v.Values) {
		return nil, sparseError("it must have as many values as indices")
	}
	for _, x := range v.Values {
		if math.IsNaN(float64(x)) || math.IsInf(float64(x), 0) {
			return nil, sparseError("its values must be finite")
		}
	}
	if !slices.IsSorted(v.Indices) {
		order := make([]int, len(v.Indices))
		for i := range order {
			order[i] = i
		}
		slices.SortFunc(order, func(a, b int) int {
			if v.Indices[a] < v.Indices[b] {
				return -1
			}
			return 1
		})
		sorted := &qdrant.SparseVector{Indices: make([]uint32, len(order)), Values: make([]float32, len(order))}
		for to, from := range order {
			sorted.Indices[to], sorted.Values[to] = v.Indices[from], v.Values[from]
		}
		v = sorted
	}
	for i := 1; i < len(v.Indices); i++ {
		if v.Indices[i] == v.Indices[i-1] {
			return nil, sparseError("its indices must be unique")
		}
	}
	return v, nil
}

// checkPayload refuses numbers that JSON, and so Qdrant, cannot hold.
func checkPayload(payload map[string]*qdrant.Value) error {
	for name, v := range payload {
		if !finite(v) {
			return invalid("payload key %q holds a number that is not finite", name)
		}
	}
	return nil
}

func finite(v *qdrant.Value) bool {
	switch k := v.GetKind().(type) {
	case *qdrant.Value_DoubleValue:
		return !math.IsNaN(k.DoubleValue) && !math.IsInf(k.DoubleValue, 0)
	case *qdrant.Value_ListValue:
		return !slices.ContainsFunc(k.ListValue.GetValues(), func(v *qdrant.Value) bool { return !finite(v) })
	case *qdrant.Value_StructValue:
		for _, f := range k.StructValue.GetFields() {
			if !finite(f) {
				return false
			}
		}
	}
	return true
}
