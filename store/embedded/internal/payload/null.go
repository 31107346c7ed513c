package payload

import (
	"maps"
	"slices"

	"github.com/qdrant/go-client/qdrant"
)

// WithNulls returns payload with null in place of the values that have no kind,
// which mean null and which clients do not expect to read. payload does not
// change; it is returned itself where it has no such value.
func WithNulls(payload map[string]*qdrant.Value) map[string]*qdrant.Value {
	out, _ := withNulls(payload)
	return out
}

func withNulls(fields map[string]*qdrant.Value) (out map[string]*qdrant.Value, changed bool) {
	out = fields
	for name, v := range fields {
		if filled := nullFor(v); filled != v {
			if !changed {
				out, changed = maps.Clone(fields), true
			}
			out[name] = filled
		}
	}
	return out, changed
}

// nullFor returns v itself where there is nothing to change in it.
func nullFor(v *qdrant.Value) *qdrant.Value {
	switch k := v.GetKind().(type) {
	case nil:
		return qdrant.NewValueNull()
	case *qdrant.Value_StructValue:
		if fields, changed := withNulls(k.StructValue.GetFields()); changed {
			return object(fields)
		}
	case *qdrant.Value_ListValue:
		var out []*qdrant.Value
		for i, element := range k.ListValue.GetValues() {
			if filled := nullFor(element); filled != element {
				if out == nil {
					out = slices.Clone(k.ListValue.GetValues())
				}
				out[i] = filled
			}
		}
		if out != nil {
			return list(out)
		}
	}
	return v
}
