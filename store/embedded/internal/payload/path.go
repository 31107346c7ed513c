package payload

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/qdrant/go-client/qdrant"
)

// Path is a parsed payload key: the way from the payload to values in it. The
// zero Path selects nothing.
type Path struct {
	steps []step
}

// step goes into the field of an object, or into an array: one element of it
// or, with index everyElement, each.
type step struct {
	key     string
	inArray bool
	index   uint64
}

const everyElement = 1<<64 - 1

// Parse reads a key: field names with dots between them, each followed by any
// number of [] (every element) and [n] (one). A name of anything but letters,
// digits, _ and - is written in double quotes.
func Parse(key string) (Path, error) {
	var p Path
	rest := key
	for {
		name, after, ok := cutName(rest)
		if !ok {
			return Path{}, malformed(key)
		}
		p.steps, rest = append(p.steps, step{key: name}), after
		for strings.HasPrefix(rest, "[") {
			inside, after, ok := strings.Cut(rest[1:], "]")
			n := uint64(everyElement)
			if ok && inside != "" {
				var err error
				n, err = strconv.ParseUint(inside, 10, 63)
				ok = err == nil
			}
			if !ok {
				return Path{}, malformed(key)
			}
			p.steps, rest = append(p.steps, step{inArray: true, index: n}), after
		}
		if rest == "" {
			return p, nil
		}
		if rest[0] != '.' {
			return Path{}, malformed(key)
		}
		rest = rest[1:]
	}
}

func malformed(key string) error {
	return invalid(`Invalid json path: %.200q is not a payload key; write it like a, a.b, a[].b, a[0] or "a b".c`, key)
}

// ParseAll parses keys; the first that is wrong is the error.
func ParseAll(keys []string) ([]Path, error) {
	paths := make([]Path, len(keys))
	for i, key := range keys {
		p, err := Parse(key)
		if err != nil {
			return nil, err
		}
		paths[i] = p
	}
	return paths, nil
}

// cutName cuts a field name, quoted or not, off a key.
func cutName(s string) (name, rest string, ok bool) {
	if strings.HasPrefix(s, `"`) {
		name, rest, ok = strings.Cut(s[1:], `"`)
		return name, rest, ok && utf8.ValidString(name) && !strings.Contains(name, `\`)
	}
	end := plainLength(s)
	return s[:end], s[end:], end > 0
}

// plainLength returns how much of the beginning of s needs no quotes.
func plainLength(s string) int {
	for i, r := range s {
		if (r == utf8.RuneError && !strings.HasPrefix(s[i:], "\uFFFD")) || !isPlain(r) {
			return i
		}
	}
	return len(s)
}

// isPlain tells whether a name may hold r without quotes: what Unicode calls
// alphabetic, combining vowel signs among them, or numeric.
func isPlain(r rune) bool {
	return r == '_' || r == '-' || unicode.IsLetter(r) || unicode.IsNumber(r) || unicode.Is(unicode.Other_Alphabetic, r)
}

// String writes the path in its shortest form, so that keys that mean the same
// become equal.
func (p Path) String() string {
	var b strings.Builder
	for i, s := range p.steps {
		switch {
		case s.inArray && s.index == everyElement:
			b.WriteString("[]")
		case s.inArray:
			b.WriteString("[" + strconv.FormatUint(s.index, 10) + "]")
		default:
			if i > 0 {
				b.WriteByte('.')
			}
			if s.key == "" || plainLength(s.key) < len(s.key) {
				b.WriteString(`"` + s.key + `"`)
			} else {
				b.WriteString(s.key)
			}
		}
	}
	return b.String()
}

// Elements returns the path to every element of what p selects: p itself where
// it ends in [] already.
func (p Path) Elements() Path {
	if n := len(p.steps); n == 0 || p.steps[n-1].inArray && p.steps[n-1].index == everyElement {
		return p
	}
	return p.and(step{inArray: true, index: everyElement})
}

// Join returns the path that goes on from what p selects along q.
func (p Path) Join(q Path) Path { return p.and(q.steps...) }

func (p Path) and(more ...step) Path {
	return Path{append(p.steps[:len(p.steps):len(p.steps)], more...)}
}

// Several tells whether p can select more than one value of a payload.
func (p Path) Several() bool {
	for _, s := range p.steps {
		if s.inArray && s.index == everyElement {
			return true
		}
	}
	return false
}

// Each calls f with every value that p selects, arrays as they are, until f
// returns true, and tells whether it did.
func (p Path) Each(payload map[string]*qdrant.Value, f func(*qdrant.Value) bool) bool {
	return p.walk(payload, false, f)
}

// Any tells whether test holds for a selected value or, where that is an
// array, for one of its elements.
func (p Path) Any(payload map[string]*qdrant.Value, test func(*qdrant.Value) bool) bool {
	return p.walk(payload, true, test)
}

func (p Path) walk(payload map[string]*qdrant.Value, intoArrays bool, f func(*qdrant.Value) bool) bool {
	if len(p.steps) == 0 {
		return false
	}
	v, ok := payload[p.steps[0].key]
	return ok && walk(p.steps[1:], v, intoArrays, f)
}

func walk(steps []step, v *qdrant.Value, intoArrays bool, f func(*qdrant.Value) bool) bool {
	for i, s := range steps {
		if !s.inArray {
			next, ok := v.GetStructValue().GetFields()[s.key]
			if !ok {
				return false
			}
			v = next
			continue
		}
		elements := v.GetListValue().GetValues()
		if s.index == everyElement {
			for _, element := range elements {
				if walk(steps[i+1:], element, intoArrays, f) {
					return true
				}
			}
			return false
		}
		if s.index >= uint64(len(elements)) {
			return false
		}
		v = elements[s.index]
	}
	if intoArrays {
		return AnyOf(v, f)
	}
	return f(v)
}

// AnyOf tells whether test holds for v or, where v is an array, for one of its
// elements.
func AnyOf(v *qdrant.Value, test func(*qdrant.Value) bool) bool {
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
}

// IsEmpty tells whether p selects nothing, or only null and empty arrays.
func (p Path) IsEmpty(payload map[string]*qdrant.Value) bool {
	return !p.Each(payload, func(v *qdrant.Value) bool { return Count(v) > 0 })
}

// IsNull tells whether p selects null, or an array with null in it.
func (p Path) IsNull(payload map[string]*qdrant.Value) bool { return p.Any(payload, IsNull) }

// First returns the value that stands for the path where only one can, in a
// formula or an order: the first selected, and of an array its first element.
// It is nil where there is none.
func (p Path) First(payload map[string]*qdrant.Value) *qdrant.Value {
	if len(p.steps) == 0 {
		return nil
	}
	last := p.steps[len(p.steps)-1]
	whole := last.inArray && last.index == everyElement
	var first *qdrant.Value
	p.Each(payload, func(v *qdrant.Value) bool {
		if whole {
			first = v
			return true
		}
		return AnyOf(v, func(v *qdrant.Value) bool {
			first = v
			return true
		})
	})
	return first
}

// IsNull tells whether a value is null, which one without a kind is too.
func IsNull(v *qdrant.Value) bool {
	switch v.GetKind().(type) {
	case nil, *qdrant.Value_NullValue:
		return true
	}
	return false
}

// Count returns how many values v holds, as values_count counts them: null
// none, an array its elements, anything else one.
func Count(v *qdrant.Value) int {
	if IsNull(v) {
		return 0
	}
	if list, ok := v.GetKind().(*qdrant.Value_ListValue); ok {
		return len(list.ListValue.GetValues())
	}
	return 1
}
