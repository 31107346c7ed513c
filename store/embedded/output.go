package embedded

import (
	"github.com/qdrant/go-client/qdrant"

	"github.com/naru-rag/naru/store/embedded/internal/payload"
	"github.com/naru-rag/naru/store/embedded/internal/pointid"
)

// output shapes points for a response.
type output struct {
	v       *view
	payload payload.Selector
	vectors func(name string) bool // nil: none
}

// newOutput reads the selectors of a request; withPayload is what an unset
// payload selector means.
func newOutput(v *view, fields *qdrant.WithPayloadSelector, withPayload bool, vectors *qdrant.WithVectorsSelector) (*output, error) {
	selector, err := payload.NewSelector(fields, withPayload)
	if err != nil {
		return nil, err
	}
	o := &output{v: v, payload: selector}
	switch sel := vectors.GetSelectorOptions().(type) {
	case *qdrant.WithVectorsSelector_Enable:
		if sel.Enable {
			o.vectors = func(string) bool { return true }
		}
	case *qdrant.WithVectorsSelector_Include:
		names := map[string]bool{}
		for _, name := range sel.Include.GetNames() {
			if !v.record.hasVector(name) {
				return nil, noVector(name)
			}
			names[name] = true
		}
		o.vectors = func(name string) bool { return names[name] }
	}
	return o, nil
}

// hasVector tells whether a collection has a vector of a name.
func (r *record) hasVector(name string) bool {
	if _, ok := denseParams(r.config)[name]; ok {
		return true
	}
	_, ok := r.config.GetSparseVectorsConfig().GetMap()[name]
	return ok
}

// needsPoint tells whether anything of the point itself is shown.
func (o *output) needsPoint() bool { return o.vectors != nil || !o.payload.None() }

func (o *output) retrieved(key pointid.Key) (*qdrant.RetrievedPoint, error) {
	out := &qdrant.RetrievedPoint{Id: key.ID()}
	if !o.needsPoint() {
		return out, nil
	}
	var err error
	_, out.Payload, out.Vectors, err = o.read(key)
	return out, err
}

func (o *output) scored(h hit) (*qdrant.ScoredPoint, error) {
	out := &qdrant.ScoredPoint{Id: h.key.ID(), Score: h.score, OrderValue: h.order}
	if !o.needsPoint() {
		out.Version = o.v.version(h.key)
		return out, nil
	}
	var err error
	out.Version, out.Payload, out.Vectors, err = o.read(h.key)
	return out, err
}

// read reads what is shown of a point.
func (o *output) read(key pointid.Key) (version uint64, fields map[string]*qdrant.Value, vectors *qdrant.VectorsOutput, err error) {
	if o.vectors == nil {
		version, fields, err = o.v.payload(key)
	} else {
		var p *qdrant.PointStruct
		version, p, err = o.v.point(key)
		fields, vectors = p.GetPayload(), o.vectorsOf(p)
	}
	return version, o.payload.Apply(fields), vectors, err
}

func (o *output) vectorsOf(p *qdrant.PointStruct) *qdrant.VectorsOutput {
	if o.vectors == nil {
		return nil
	}
	named := map[string]*qdrant.VectorOutput{}
	for name, v := range p.GetVectors().GetVectors().GetVectors() {
		if !o.vectors(name) {
			continue
		}
		if sparse := v.GetSparse(); sparse != nil {
			named[name] = &qdrant.VectorOutput{Vector: &qdrant.VectorOutput_Sparse{Sparse: sparse}}
		} else {
			named[name] = &qdrant.VectorOutput{Vector: &qdrant.VectorOutput_Dense{Dense: v.GetDense()}}
		}
	}
	if only, ok := named[""]; ok && len(named) == 1 {
		return &qdrant.VectorsOutput{VectorsOptions: &qdrant.VectorsOutput_Vector{Vector: only}}
	}
	return &qdrant.VectorsOutput{VectorsOptions: &qdrant.VectorsOutput_Vectors{Vectors: &qdrant.NamedVectorsOutput{Vectors: named}}}
}
