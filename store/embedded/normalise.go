package embedded

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"github.com/qdrant/go-client/qdrant"

	"github.com/naru-rag/naru/store/embedded/internal/payload"
	"github.com/naru-rag/naru/store/embedded/internal/pointid"
)

// normalise checks a point and returns it in the form it is kept in: its id in
// normal form, its vectors by name and not packed in an older way, each sparse
// one in the order of its indices, those compared by angle of length one.
func (r *record) normalise(key pointid.Key, p *qdrant.PointStruct) (*qdrant.PointStruct, error) {
	if err := payload.Check(p.GetPayload()); err != nil {
		return nil, err
	}
	vectors, err := r.vectors(key, p.GetVectors())
	if err != nil {
		return nil, err
	}
	out := &qdrant.PointStruct{Id: key.ID(), Payload: payload.WithNulls(p.GetPayload())}
	if len(vectors) > 0 {
		out.Vectors = qdrant.NewVectorsMap(vectors)
	}
	return out, nil
}

// vectors checks the vectors of a point; the one without a name is "".
func (r *record) vectors(key pointid.Key, v *qdrant.Vectors) (map[string]*qdrant.Vector, error) {
	var named map[string]*qdrant.Vector
	switch of := v.GetVectorsOptions().(type) {
	case nil:
		return nil, nil
	case *qdrant.Vectors_Vector:
		named = map[string]*qdrant.Vector{"": of.Vector}
	case *qdrant.Vectors_Vectors:
		named = of.Vectors.GetVectors()
	}
	out := make(map[string]*qdrant.Vector, len(named))
	for name, v := range named {
		kept, err := r.vector(name, v)
		if err != nil {
			return nil, err
		}
		out[name] = kept
	}
	return out, nil
}

// vector checks one vector and returns it in the form it is kept in.
func (r *record) vector(name string, v *qdrant.Vector) (*qdrant.Vector, error) {
	if p, ok := denseParams(r.config)[name]; ok {
		values, err := denseOf(name, v)
		if err != nil {
			return nil, err
		}
		if err := checkDense(p, values, fmt.Sprintf(" for vector '%s'", name)); err != nil {
			return nil, err
		}
		return &qdrant.Vector{Vector: &qdrant.Vector_Dense{Dense: &qdrant.DenseVector{Data: prepared(p, values)}}}, nil
	}
	if _, ok := r.config.GetSparseVectorsConfig().GetMap()[name]; ok {
		sparse := sparseOf(v)
		if sparse == nil {
			return nil, errConversion
		}
		sorted, err := sortSparse(sparse)
		if err != nil {
			return nil, err
		}
		return &qdrant.Vector{Vector: &qdrant.Vector_Sparse{Sparse: sorted}}, nil
	}
	return nil, noVector(name)
}

func noVector(name string) error {
	return invalid("Wrong input: Not existing vector name error: %s", name)
}

// denseOf reads a dense vector in its present and its older form.
func denseOf(name string, v *qdrant.Vector) ([]float32, error) {
	switch of := v.GetVector().(type) {
	case *qdrant.Vector_Dense:
		return of.Dense.GetData(), nil
	case nil:
		if data, indices, several := older(v); indices == nil && !several {
			return data, nil
		}
	case *qdrant.Vector_Document, *qdrant.Vector_Image, *qdrant.Vector_Object:
		return nil, unsupported("making vector %q from a document, image or object", name)
	case *qdrant.Vector_MultiDense:
		return nil, unsupported("a vector %q of several vectors", name)
	}
	return nil, errConversion
}

// errConversion is Qdrant's word for a sparse vector where a dense one has to
// be, or the other way round.
var errConversion = invalid("Wrong input: Conversion between sparse and regular vectors failed")

// sparseOf reads a sparse vector in its present and its older form; nil is not one.
func sparseOf(v *qdrant.Vector) *qdrant.SparseVector {
	if s := v.GetSparse(); s != nil {
		return s
	}
	if data, indices, _ := older(v); v.GetVector() == nil && indices != nil {
		return &qdrant.SparseVector{Indices: indices.GetData(), Values: data}
	}
	return nil
}

// older reads the fields that a vector was sent in by older clients.
func older(v *qdrant.Vector) (data []float32, indices *qdrant.SparseIndices, several bool) {
	//lint:ignore SA1019 they still are
	return v.GetData(), v.GetIndices(), v.VectorsCount != nil
}

// checkDense checks the size of a dense vector and that it holds numbers.
func checkDense(p *qdrant.VectorParams, values []float32, of string) error {
	if uint64(len(values)) != p.GetSize() {
		return invalid("Wrong input: Vector dimension error: expected dim: %d, got %d%s", p.GetSize(), len(values), of)
	}
	for _, x := range values {
		if math.IsNaN(float64(x)) || math.IsInf(float64(x), 0) {
			return invalid("Wrong input: a vector holds a value that is not a finite number")
		}
	}
	return nil
}

// prepared returns a dense vector as it is compared: of length one where the
// angle counts, unless it is zero.
func prepared(p *qdrant.VectorParams, values []float32) []float32 {
	if p.GetDistance() != qdrant.Distance_Cosine {
		return values
	}
	sum := 0.0
	for _, x := range values {
		sum += float64(x) * float64(x)
	}
	// What is of length one already, within rounding, stays as it is, so that
	// storing again what was read changes nothing.
	if sum < 0x1p-23 || math.Abs(sum-1) <= 1e-6 {
		return values
	}
	length := math.Sqrt(sum)
	out := make([]float32, len(values))
	for i, x := range values {
		out[i] = float32(float64(x) / length)
	}
	return out
}

// sortSparse checks a sparse vector and returns it in the order of its indices.
func sortSparse(v *qdrant.SparseVector) (*qdrant.SparseVector, error) {
	if len(v.Indices) != len(v.Values) {
		return nil, invalid("Validation error in body: [vector.indices: must be the same length as values (%d and %d)]", len(v.Indices), len(v.Values))
	}
	for _, x := range v.Values {
		if math.IsNaN(float64(x)) || math.IsInf(float64(x), 0) {
			return nil, invalid("Wrong input: a sparse vector holds a value that is not a finite number")
		}
	}
	if !slices.IsSorted(v.Indices) {
		order := make([]int, len(v.Indices))
		for i := range order {
			order[i] = i
		}
		slices.SortFunc(order, func(a, b int) int { return cmp.Compare(v.Indices[a], v.Indices[b]) })
		sorted := &qdrant.SparseVector{Indices: make([]uint32, len(order)), Values: make([]float32, len(order))}
		for to, from := range order {
			sorted.Indices[to], sorted.Values[to] = v.Indices[from], v.Values[from]
		}
		v = sorted
	}
	for i := 1; i < len(v.Indices); i++ {
		if v.Indices[i] == v.Indices[i-1] {
			return nil, invalid("Validation error in body: [vector.indices: must be unique (%d is there twice)]", v.Indices[i])
		}
	}
	return v, nil
}
