package embedded

import (
	"slices"
	"strings"

	"github.com/qdrant/go-client/qdrant"
)

// output shapes points for a response. What it returns shares payloads and
// vectors with the index, which never change.
type output struct {
	payload func(map[string]*qdrant.Value) map[string]*qdrant.Value
	vectors []string
}

// newOutput reads the selectors of a request; withPayload is what an unset
// payload selector means.
func newOutput(c *collection, payload *qdrant.WithPayloadSelector, withPayload bool, vectors *qdrant.WithVectorsSelector) (*output, error) {
	o := &output{}
	switch sel := payload.GetSelectorOptions().(type) {
	case nil:
	case *qdrant.WithPayloadSelector_Enable:
		withPayload = sel.Enable
	case *qdrant.WithPayloadSelector_Include:
		keys, err := newKeyTree(sel.Include.GetFields())
		if err != nil {
			return nil, err
		}
		withPayload, o.payload = true, keys.include
	case *qdrant.WithPayloadSelector_Exclude:
		keys, err := newKeyTree(sel.Exclude.GetFields())
		if err != nil {
			return nil, err
		}
		withPayload, o.payload = true, keys.exclude
	}
	if o.payload == nil {
		o.payload = func(p map[string]*qdrant.Value) map[string]*qdrant.Value {
			if withPayload {
				return p
			}
			return nil
		}
	}
	switch sel := vectors.GetSelectorOptions().(type) {
	case *qdrant.WithVectorsSelector_Enable:
		if sel.Enable {
			o.vectors = c.vectorNames()
		}
	case *qdrant.WithVectorsSelector_Include:
		for _, name := range sel.Include.GetNames() {
			if !slices.Contains(c.vectorNames(), name) {
				return nil, invalid("Wrong input: Not existing vector name error: %s", name)
			}
		}
		o.vectors = sel.Include.GetNames()
	}
	return o, nil
}

func (o *output) retrieved(d *doc) *qdrant.RetrievedPoint {
	return &qdrant.RetrievedPoint{Id: d.point.Id, Payload: o.payload(d.payload()), Vectors: o.vectorsOf(d)}
}

func (o *output) scored(h hit) *qdrant.ScoredPoint {
	return &qdrant.ScoredPoint{
		Id: h.doc.point.Id, Payload: o.payload(h.doc.payload()), Score: h.score,
		Version: h.doc.version, Vectors: o.vectorsOf(h.doc),
	}
}

func (o *output) vectorsOf(d *doc) *qdrant.VectorsOutput {
	if len(o.vectors) == 0 {
		return nil
	}
	named := map[string]*qdrant.VectorOutput{}
	for _, name := range o.vectors {
		if v := d.sparse(name); v != nil {
			named[name] = &qdrant.VectorOutput{Vector: &qdrant.VectorOutput_Sparse{Sparse: v}}
		}
	}
	return &qdrant.VectorsOutput{VectorsOptions: &qdrant.VectorsOutput_Vectors{Vectors: &qdrant.NamedVectorsOutput{Vectors: named}}}
}

// keyTree holds the payload keys of a selector, "a.b" under "a"; a node without
// children stands for everything below it.
type keyTree map[string]keyTree

func newKeyTree(keys []string) (keyTree, error) {
	root := keyTree{}
	for _, key := range keys {
		p, err := parsePath(key)
		if err != nil {
			return nil, err
		}
		if strings.Contains(key, "[") {
			return nil, unsupported("an array index in the payload selector %q", key)
		}
		node := root
		for i, s := range p {
			child, ok := node[s.key]
			if ok && len(child) == 0 {
				break // a shorter key has everything below already
			}
			if !ok || i == len(p)-1 {
				child = keyTree{}
				node[s.key] = child
			}
			node = child
		}
	}
	return root, nil
}

func (t keyTree) include(fields map[string]*qdrant.Value) map[string]*qdrant.Value {
	out := map[string]*qdrant.Value{}
	for name, child := range t {
		v, ok := fields[name]
		if !ok {
			continue
		}
		if s, isObject := v.GetKind().(*qdrant.Value_StructValue); isObject && len(child) > 0 {
			v = structValue(child.include(s.StructValue.GetFields()))
		} else if _, isList := v.GetKind().(*qdrant.Value_ListValue); isList && len(child) > 0 {
			v = &qdrant.Value{Kind: &qdrant.Value_ListValue{ListValue: &qdrant.ListValue{}}}
		}
		out[name] = v
	}
	return out
}

func (t keyTree) exclude(fields map[string]*qdrant.Value) map[string]*qdrant.Value {
	out := make(map[string]*qdrant.Value, len(fields))
	for name, v := range fields {
		child, ok := t[name]
		if ok && len(child) == 0 {
			continue
		}
		if s, isObject := v.GetKind().(*qdrant.Value_StructValue); ok && isObject {
			v = structValue(child.exclude(s.StructValue.GetFields()))
		}
		out[name] = v
	}
	return out
}

func structValue(fields map[string]*qdrant.Value) *qdrant.Value {
	return &qdrant.Value{Kind: &qdrant.Value_StructValue{StructValue: &qdrant.Struct{Fields: fields}}}
}
