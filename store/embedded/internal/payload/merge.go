package payload

import (
	"maps"
	"slices"

	"github.com/qdrant/go-client/qdrant"
)

// Merge returns old with the fields of patch set in it, or in the objects that
// key selects where it is not empty: a field that is there is replaced, and one
// that patch sets to null goes away. What lies on the way of key and is missing
// or of another kind becomes an object, or for [] and [n] an empty array.
//
// old and patch do not change; the result shares values with both. The error is
// an InvalidArgument status that names the key.
func Merge(old, patch map[string]*qdrant.Value, key string) (map[string]*qdrant.Value, error) {
	if key == "" {
		return mergeFields(old, patch), nil
	}
	p, err := Parse(key)
	if err != nil {
		return nil, err
	}
	if len(p.steps)-1+depth(object(patch)) > MaxDepth {
		return nil, invalid("payload key %.200q %s", key, tooDeep)
	}
	return mergeField(old, p.steps, patch), nil
}

// depth returns how many arrays and objects lie inside each other in v.
func depth(v *qdrant.Value) int {
	n := 0
	switch k := v.GetKind().(type) {
	case *qdrant.Value_ListValue:
		for _, element := range k.ListValue.GetValues() {
			n = max(n, depth(element))
		}
	case *qdrant.Value_StructValue:
		for _, field := range k.StructValue.GetFields() {
			n = max(n, depth(field))
		}
	default:
		return 0
	}
	return n + 1
}

func mergeFields(old, patch map[string]*qdrant.Value) map[string]*qdrant.Value {
	out := make(map[string]*qdrant.Value, len(old)+len(patch))
	maps.Copy(out, old)
	for name, v := range patch {
		if IsNull(v) {
			delete(out, name)
		} else {
			out[name] = v
		}
	}
	return out
}

// mergeField merges at the end of steps, the first of which names a field.
func mergeField(old map[string]*qdrant.Value, steps []step, patch map[string]*qdrant.Value) map[string]*qdrant.Value {
	out := make(map[string]*qdrant.Value, len(old)+1)
	maps.Copy(out, old)
	out[steps[0].key] = mergeValue(old[steps[0].key], steps[1:], patch)
	return out
}

func mergeValue(old *qdrant.Value, steps []step, patch map[string]*qdrant.Value) *qdrant.Value {
	if len(steps) == 0 {
		return object(mergeFields(old.GetStructValue().GetFields(), patch))
	}
	if !steps[0].inArray {
		return object(mergeField(old.GetStructValue().GetFields(), steps, patch))
	}
	elements := slices.Clone(old.GetListValue().GetValues())
	for i, element := range elements {
		if steps[0].index == everyElement || steps[0].index == uint64(i) {
			elements[i] = mergeValue(element, steps[1:], patch)
		}
	}
	return list(elements)
}

// Without returns old without what keys select. A key that ends in [] empties
// arrays; one that ends in [n] removes nothing, as in Qdrant, because doing it
// twice would remove two elements. old does not change.
func Without(old map[string]*qdrant.Value, keys []Path) map[string]*qdrant.Value {
	out := maps.Clone(old)
	for _, p := range keys {
		if len(p.steps) == 0 {
			continue
		}
		name := p.steps[0].key
		v, ok := out[name]
		switch {
		case !ok:
		case len(p.steps) == 1:
			delete(out, name)
		default:
			out[name] = without(v, p.steps[1:])
		}
	}
	return out
}

// without returns v without what steps select in it, and v itself where that is
// nothing.
func without(v *qdrant.Value, steps []step) *qdrant.Value {
	s, last := steps[0], len(steps) == 1
	if !s.inArray {
		fields := v.GetStructValue().GetFields()
		field, ok := fields[s.key]
		if !ok {
			return v
		}
		fields = maps.Clone(fields)
		if last {
			delete(fields, s.key)
		} else {
			fields[s.key] = without(field, steps[1:])
		}
		return object(fields)
	}
	elements := v.GetListValue().GetValues()
	if len(elements) == 0 || last && s.index != everyElement {
		return v
	}
	if last {
		return list(nil)
	}
	elements = slices.Clone(elements)
	for i, element := range elements {
		if s.index == everyElement || s.index == uint64(i) {
			elements[i] = without(element, steps[1:])
		}
	}
	return list(elements)
}
