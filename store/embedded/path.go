package embedded

import (
	"strconv"
	"strings"

	"github.com/qdrant/go-client/qdrant"
)

// path is a parsed payload key: "a", "a.b", "a[].b", "a[0]" or "\"a.b\".c".
type path []step

// step goes into the field of an object, or into an array: one element of it
// or, with index everyElement, each.
type step struct {
	key     string
	inArray bool
	index   int
}

const everyElement = -1

func parsePath(key string) (path, error) {
	var p path
	rest := key
	for {
		name, after, ok := nextName(rest)
		if !ok {
			return nil, invalid("payload key %q is malformed", key)
		}
		p, rest = append(p, step{key: name}), after
		for strings.HasPrefix(rest, "[") {
			inside, after, ok := strings.Cut(rest[1:], "]")
			n := everyElement
			if ok && inside != "" {
				v, err := strconv.ParseUint(inside, 10, 31)
				n, ok = int(v), err == nil
			}
			if !ok {
				return nil, invalid("payload key %q is malformed", key)
			}
			p, rest = append(p, step{inArray: true, index: n}), after
		}
		if rest == "" {
			return p, nil
		}
		if rest[0] != '.' {
			return nil, invalid("payload key %q is malformed", key)
		}
		rest = rest[1:]
	}
}

// nextName cuts an object key, quoted or not, off a path.
func nextName(s string) (name, rest string, ok bool) {
	if strings.HasPrefix(s, `"`) {
		name, rest, ok = strings.Cut(s[1:], `"`)
		return name, rest, ok && name != ""
	}
	end := strings.IndexAny(s, ".[")
	if end < 0 {
		end = len(s)
	}
	return s[:end], s[end:], end > 0 && !strings.ContainsAny(s[:end], `"]`)
}

// each calls f with every value the path selects, arrays as they are, until f
// returns true, and tells whether it did.
func (p path) each(payload map[string]*qdrant.Value, f func(*qdrant.Value) bool) bool {
	v, ok := payload[p[0].key]
	return ok && p[1:].from(v, f)
}

func (p path) from(v *qdrant.Value, f func(*qdrant.Value) bool) bool {
	if len(p) == 0 {
		return f(v)
	}
	if !p[0].inArray {
		next, ok := v.GetStructValue().GetFields()[p[0].key]
		return ok && p[1:].from(next, f)
	}
	elements := v.GetListValue().GetValues()
	if p[0].index != everyElement {
		return p[0].index < len(elements) && p[1:].from(elements[p[0].index], f)
	}
	for _, element := range elements {
		if p[1:].from(element, f) {
			return true
		}
	}
	return false
}

// any tells whether test holds for a selected value or, where that is an
// array, for one of its elements.
func (p path) any(payload map[string]*qdrant.Value, test func(*qdrant.Value) bool) bool {
	return p.each(payload, func(v *qdrant.Value) bool {
		list, ok := v.GetKind().(*qdrant.Value_ListValue)
		if !ok {
			return test(v)
		}
		for _, element := range list.ListValue.GetValues() {
			if test(element) {
				return true
			}
		}
		return false
	})
}

// isEmpty tells whether the path selects nothing, or only null and empty arrays.
func (p path) isEmpty(payload map[string]*qdrant.Value) bool {
	return !p.each(payload, func(v *qdrant.Value) bool {
		if list, ok := v.GetKind().(*qdrant.Value_ListValue); ok {
			return len(list.ListValue.GetValues()) > 0
		}
		return !isNull(v)
	})
}

// isNull tells whether the path selects null, or an array with null in it.
func (p path) isNull(payload map[string]*qdrant.Value) bool {
	return p.any(payload, isNull)
}

func isNull(v *qdrant.Value) bool {
	switch v.GetKind().(type) {
	case nil, *qdrant.Value_NullValue:
		return true
	}
	return false
}
