package embedded

import (
	"slices"
	"time"

	"github.com/qdrant/go-client/qdrant"
	"google.golang.org/protobuf/types/known/timestamppb"
)

func compileCondition(c *qdrant.Condition) (condition, error) {
	switch c := c.GetConditionOneOf().(type) {
	case *qdrant.Condition_Field:
		return compileField(c.Field)
	case *qdrant.Condition_IsEmpty:
		p, err := parsePath(c.IsEmpty.GetKey())
		return isEmpty{c.IsEmpty.GetKey(), p}, err
	case *qdrant.Condition_IsNull:
		p, err := parsePath(c.IsNull.GetKey())
		return hasNull{p}, err
	case *qdrant.Condition_HasId:
		keys, err := keysOf(c.HasId.GetHasId())
		return hasID(keys), err
	case *qdrant.Condition_Filter:
		return compileFilter(c.Filter)
	default:
		return nil, invalid("a filter has a condition with nothing in it")
	}
}

// compileField compiles a condition on a payload field. One condition holds one
// test: how several are to be combined differs inside Qdrant itself.
func compileField(f *qdrant.FieldCondition) (condition, error) {
	p, err := parsePath(f.GetKey())
	if err != nil {
		return nil, err
	}
	var found []condition
	if f.Match != nil {
		c, err := compileMatch(f.GetKey(), p, f.Match)
		if err != nil {
			return nil, err
		}
		found = append(found, c)
	}
	if f.Range != nil {
		found = append(found, fieldTest{p, inRange(f.Range)})
	}
	if f.DatetimeRange != nil {
		found = append(found, fieldTest{p, inDatetimeRange(f.DatetimeRange)})
	}
	if f.IsEmpty != nil {
		found = append(found, when(isEmpty{f.GetKey(), p}, f.GetIsEmpty()))
	}
	if f.IsNull != nil {
		found = append(found, when(hasNull{p}, f.GetIsNull()))
	}
	switch len(found) {
	case 0:
		return nil, invalid("the condition on field %q tests nothing", f.GetKey())
	case 1:
		return found[0], nil
	default:
		return nil, unsupported("more than one test in the condition on field %q", f.GetKey())
	}
}

// when returns c itself, or its opposite.
func when(c condition, wanted bool) condition {
	if wanted {
		return c
	}
	return not{c}
}

func compileMatch(key string, p path, m *qdrant.Match) (condition, error) {
	switch m := m.GetMatchValue().(type) {
	case *qdrant.Match_Keyword:
		return hasWord{key, p, []string{m.Keyword}}, nil
	case *qdrant.Match_Keywords:
		return hasWord{key, p, m.Keywords.GetStrings()}, nil
	case *qdrant.Match_Integer:
		return hasInteger{key, p, []int64{m.Integer}}, nil
	case *qdrant.Match_Integers:
		return hasInteger{key, p, m.Integers.GetIntegers()}, nil
	case *qdrant.Match_Boolean:
		return fieldTest{p, func(v *qdrant.Value) bool {
			b, ok := v.GetKind().(*qdrant.Value_BoolValue)
			return ok && b.BoolValue == m.Boolean
		}}, nil
	case *qdrant.Match_ExceptKeywords:
		return fieldTest{p, func(v *qdrant.Value) bool {
			return !isNull(v) && !isWord(v, m.ExceptKeywords.GetStrings())
		}}, nil
	case *qdrant.Match_ExceptIntegers:
		return fieldTest{p, func(v *qdrant.Value) bool {
			return !isNull(v) && !isInteger(v, m.ExceptIntegers.GetIntegers())
		}}, nil
	default:
		return nil, invalid("the match on field %q has no value", key)
	}
}

func isWord(v *qdrant.Value, of []string) bool {
	s, ok := v.GetKind().(*qdrant.Value_StringValue)
	return ok && slices.Contains(of, s.StringValue)
}

func isInteger(v *qdrant.Value, of []int64) bool {
	n, ok := v.GetKind().(*qdrant.Value_IntegerValue)
	return ok && slices.Contains(of, n.IntegerValue)
}

// hasWord: a value of the field is one of words.
type hasWord struct {
	key   string
	path  path
	words []string
}

func (c hasWord) match(d *doc) bool {
	return c.path.any(d.payload(), func(v *qdrant.Value) bool { return isWord(v, c.words) })
}

func (c hasWord) fill(ix *index, _ *scratch, dst bitset) bool {
	fi := ix.fields[c.key]
	if fi == nil || fi.words == nil {
		return false
	}
	for _, w := range c.words {
		fi.words[w].addTo(dst)
	}
	return true
}

// hasInteger: a value of the field is one of integers.
type hasInteger struct {
	key      string
	path     path
	integers []int64
}

func (c hasInteger) match(d *doc) bool {
	return c.path.any(d.payload(), func(v *qdrant.Value) bool { return isInteger(v, c.integers) })
}

func (c hasInteger) fill(ix *index, _ *scratch, dst bitset) bool {
	fi := ix.fields[c.key]
	if fi == nil || fi.integers == nil {
		return false
	}
	for _, n := range c.integers {
		fi.integers[n].addTo(dst)
	}
	return true
}

type isEmpty struct {
	key  string
	path path
}

func (c isEmpty) match(d *doc) bool { return c.path.isEmpty(d.payload()) }

func (c isEmpty) fill(ix *index, _ *scratch, dst bitset) bool {
	fi := ix.fields[c.key]
	if fi == nil {
		return false
	}
	fi.empty.addTo(dst)
	return true
}

type hasNull struct{ path path }

func (c hasNull) match(d *doc) bool                { return c.path.isNull(d.payload()) }
func (hasNull) fill(*index, *scratch, bitset) bool { return false }

type hasID []pointKey

func (c hasID) match(d *doc) bool { return slices.Contains(c, d.key) }

func (c hasID) fill(ix *index, _ *scratch, dst bitset) bool {
	for _, key := range c {
		if n, ok := ix.byKey[key]; ok {
			dst.set(n)
		}
	}
	return true
}

// fieldTest: a value of the field passes a test that no index helps with.
type fieldTest struct {
	path path
	test func(*qdrant.Value) bool
}

func (c fieldTest) match(d *doc) bool                { return c.path.any(d.payload(), c.test) }
func (fieldTest) fill(*index, *scratch, bitset) bool { return false }

func inRange(r *qdrant.Range) func(*qdrant.Value) bool {
	return func(v *qdrant.Value) bool {
		var x float64
		switch k := v.GetKind().(type) {
		case *qdrant.Value_IntegerValue:
			x = float64(k.IntegerValue)
		case *qdrant.Value_DoubleValue:
			x = k.DoubleValue
		default:
			return false
		}
		return (r.Lt == nil || x < *r.Lt) && (r.Lte == nil || x <= *r.Lte) &&
			(r.Gt == nil || x > *r.Gt) && (r.Gte == nil || x >= *r.Gte)
	}
}

func inDatetimeRange(r *qdrant.DatetimeRange) func(*qdrant.Value) bool {
	return func(v *qdrant.Value) bool {
		s, ok := v.GetKind().(*qdrant.Value_StringValue)
		if !ok {
			return false
		}
		t, ok := parseDatetime(s.StringValue)
		if !ok {
			return false
		}
		compare := func(bound *timestamppb.Timestamp, ok func(int) bool) bool {
			return bound == nil || ok(t.Compare(bound.AsTime()))
		}
		return compare(r.Lt, func(c int) bool { return c < 0 }) &&
			compare(r.Lte, func(c int) bool { return c <= 0 }) &&
			compare(r.Gt, func(c int) bool { return c > 0 }) &&
			compare(r.Gte, func(c int) bool { return c >= 0 })
	}
}

// datetimeLayouts are the ways to write a time that Qdrant takes; without a
// zone it is UTC.
var datetimeLayouts = []string{
	time.RFC3339Nano,
	"2006-01-02T15:04:05.999999999",
	"2006-01-02 15:04:05.999999999Z07:00",
	"2006-01-02 15:04:05.999999999",
	"2006-01-02 15:04",
	"2006-01-02",
}

func parseDatetime(s string) (time.Time, bool) {
	for _, layout := range datetimeLayouts {
		if t, err := time.Parse(layout, s); err == nil {
			return t, true
		}
	}
	return time.Time{}, false
}
