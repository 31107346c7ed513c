package formula

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/qdrant/go-client/qdrant"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/naru-rag/naru/store/embedded/internal/payload"
)

// variable is what a name in a formula stands for: the score of a prefetch or,
// where path is set, a payload key.
type variable struct {
	prefetch uint64
	path     string
}

// parseVariable reads a name: "$score" and "$score[2]" are the scores of the
// prefetches 0 and 2; "$" begins no other name. The rest are payload keys.
func parseVariable(name string) (variable, payload.Path, *flaw) {
	reserved, isReserved := strings.CutPrefix(name, "$")
	if !isReserved {
		path, err := payload.Parse(name)
		if err != nil {
			return variable{}, path, refused(err)
		}
		return variable{path: path.String()}, path, nil
	}
	index, isScore := strings.CutPrefix(reserved, "score")
	if !isScore {
		index, isScore = strings.CutPrefix(reserved, `"score"`)
	}
	if isScore && index == "" {
		return variable{}, payload.Path{}, nil
	}
	if digits, isIndex := strings.CutPrefix(index, "["); isScore && isIndex {
		digits, isIndex = strings.CutSuffix(digits, "]")
		if n, err := strconv.ParseUint(digits, 10, 64); isIndex && err == nil {
			return variable{prefetch: n}, payload.Path{}, nil
		}
	}
	return variable{}, payload.Path{}, flawed("%q is no variable: only $score and $score[i] begin with $", name)
}

func (c *compiler) readDefaults(defaults map[string]*qdrant.Value) *flaw {
	c.defaults = make(map[variable]*qdrant.Value, len(defaults))
	for _, name := range slices.Sorted(maps.Keys(defaults)) { // so that the same flaw is found each time
		part := ".defaults[" + strconv.Quote(name) + "]"
		v, _, flaw := parseVariable(name)
		if flaw != nil {
			return flaw.in(part)
		}
		if _, taken := c.defaults[v]; taken {
			return flawed("another default names the same variable").in(part)
		}
		value := defaults[name]
		if err := payload.Check(map[string]*qdrant.Value{name: value}); err != nil {
			return refused(err).in(part)
		}
		if value == nil {
			value = qdrant.NewValueNull()
		}
		c.defaults[v] = value
	}
	return nil
}

func (c *compiler) variable(name string) (expression, *flaw) {
	v, path, flaw := parseVariable(name)
	if flaw != nil {
		return nil, flaw
	}
	fallback := c.defaults[v]
	if v.path == "" {
		// What is not a number counts as 0 here, as in Qdrant.
		number, _ := payload.Number(fallback)
		return prefetchScore{index: v.prefetch, fallback: number}, nil
	}
	return numberOf{c.newField(name, path, fallback)}, nil
}

// field compiles a payload key that is given as such, where "$score" is none.
func (c *compiler) field(key string) (*field, *flaw) {
	path, err := payload.Parse(key)
	if err != nil {
		return nil, refused(err)
	}
	return c.newField(key, path, c.defaults[variable{path: path.String()}]), nil
}

func (c *compiler) newField(name string, path payload.Path, fallback *qdrant.Value) *field {
	c.formula.needsPayload = true
	return &field{name: name, path: path, items: strings.HasSuffix(name, "[]"), fallback: fallback}
}

// prefetchScore is the score that a prefetch gave the point.
type prefetchScore struct {
	index    uint64
	fallback float64
}

func (s prefetchScore) eval(p *Point) (float64, error) {
	if s.index < uint64(min(len(p.Scores), len(p.Found))) && p.Found[s.index] {
		return float64(p.Scores[s.index]), nil
	}
	return s.fallback, nil
}

// field is a payload key with the value to take where there is none.
type field struct {
	name     string
	path     payload.Path
	items    bool // the key ends in [] and names the items of an array
	fallback *qdrant.Value
}

// value returns what the point has at the key, nil for nothing at all. An array
// stands for its items unless the key names the items already; a single item is
// that item, and several are an array again.
func (f *field) value(p *Point) *qdrant.Value {
	var found []*qdrant.Value
	f.path.Each(p.Payload, func(value *qdrant.Value) bool {
		if list, isList := value.GetKind().(*qdrant.Value_ListValue); isList && !f.items {
			found = append(found, list.ListValue.GetValues()...)
		} else {
			found = append(found, value)
		}
		return false // go on
	})
	switch len(found) {
	case 0:
		return f.fallback
	case 1:
		return found[0]
	default:
		return &qdrant.Value{Kind: &qdrant.Value_ListValue{ListValue: &qdrant.ListValue{Values: found}}}
	}
}

// unfit is the error for a value that is not of the kind a formula wants.
func (f *field) unfit(p *Point, value *qdrant.Value, kind string) error {
	if value == nil {
		return status.Errorf(codes.InvalidArgument,
			"formula: point %s has no value at %q: give the formula a default for it", p.Key, f.name)
	}
	return status.Errorf(codes.InvalidArgument,
		"formula: the value at %q, of point %s or by default, is not %s", f.name, p.Key, kind)
}

// numberOf is the number at a payload key.
type numberOf struct{ *field }

func (n numberOf) eval(p *Point) (float64, error) {
	value := n.value(p)
	if x, ok := payload.Number(value); ok {
		return x, nil
	}
	return 0, n.unfit(p, value, "one number")
}
