package filter

import (
	"github.com/qdrant/go-client/qdrant"

	"github.com/naru-rag/naru/internal/bitset"
	"github.com/naru-rag/naru/store/embedded/internal/payload"
)

// field is what a condition asks about.
type field struct {
	// path leads to the values, from the element in a nested condition.
	path payload.Path
	// name is the canonical key from the payload on, which indexes go by.
	name string
}

func (c compiler) newField(key string) (field, error) {
	p, err := payload.Parse(key)
	if err != nil {
		return field{}, err
	}
	return field{path: p, name: c.inside.Join(p).String()}, nil
}

// field compiles the tests on one payload field. Of several, values_count goes
// before is_empty, that before is_null, and that before the others, of which one
// has to hold; so Qdrant does it. Where both ranges are set, it takes the one of
// numbers.
func (c compiler) field(of *qdrant.FieldCondition) (condition, error) {
	f, err := c.newField(of.GetKey())
	if err != nil {
		return nil, err
	}
	if err := refuseUnknown(of.Match, of.Range, of.DatetimeRange, of.GeoRadius, of.GeoBoundingBox, of.GeoPolygon, of.ValuesCount); err != nil {
		return nil, err
	}
	var tests []condition
	add := func(l *leaf, err2 error) {
		if err == nil {
			tests, err = append(tests, l), err2
		}
	}
	if of.Match != nil {
		add(f.match(of.Match))
	}
	if of.Range != nil {
		add(f.inRange(of.Range), nil)
	} else if of.DatetimeRange != nil {
		add(f.inDatetimeRange(of.DatetimeRange))
	}
	if of.GeoRadius != nil {
		add(f.inGeoRadius(of.GeoRadius))
	}
	if of.GeoBoundingBox != nil {
		add(f.inGeoBoundingBox(of.GeoBoundingBox))
	}
	if of.GeoPolygon != nil {
		add(f.inGeoPolygon(of.GeoPolygon))
	}
	switch {
	case err != nil:
		return nil, err
	case of.ValuesCount != nil:
		return f.hasCount(of.ValuesCount), nil
	case of.IsEmpty != nil:
		return f.emptyIs(of.GetIsEmpty()), nil
	case of.IsNull != nil:
		return f.nullIs(of.GetIsNull()), nil
	case len(tests) == 1:
		return tests[0], nil
	case len(tests) > 1:
		return (&Filter{should: tests}).summed(), nil
	}
	return nil, invalid("the condition on field %q tests nothing: set match, range or another test", of.GetKey())
}

// has is a condition that holds where test does for a value of the field or for
// an element of one.
func (f field) has(cost cost, test func(*qdrant.Value) bool) *leaf {
	return &leaf{cost: cost, holds: func(s Subject) bool { return f.path.Any(s.Payload, test) }}
}

// hasIndexed is has where fill asks an index.
func (f field) hasIndexed(cost cost, test func(*qdrant.Value) bool, fill func(ix Index, into bitset.Set) (bool, error)) *leaf {
	l := f.has(cost, test)
	l.fill, l.ofElements = fill, true
	return l
}

func (f field) isEmpty() *leaf {
	return &leaf{
		cost:  costValue,
		holds: func(s Subject) bool { return f.path.IsEmpty(s.Payload) },
		fill:  func(ix Index, into bitset.Set) (bool, error) { return ix.Empty(f.name, into) },
	}
}

func (f field) isNull() *leaf {
	return &leaf{cost: costValue, holds: func(s Subject) bool { return f.path.IsNull(s.Payload) }}
}

// emptyIs is is_empty as a test of a field, which of several values asks for
// one, where the condition of the same name asks for all.
func (f field) emptyIs(wanted bool) condition {
	if !f.path.Several() {
		return when(wanted, f.isEmpty())
	}
	return f.someValue(wanted, func(v *qdrant.Value) bool { return (payload.Count(v) == 0) == wanted })
}

// nullIs is is_null as a test of a field; one that is missing is not null.
func (f field) nullIs(wanted bool) condition {
	if !f.path.Several() {
		return when(wanted, f.isNull())
	}
	return f.someValue(!wanted, func(v *qdrant.Value) bool { return payload.AnyOf(v, payload.IsNull) == wanted })
}

func (f field) hasCount(of *qdrant.ValuesCount) condition {
	within := func(n uint64) bool {
		return (of.Lt == nil || n < *of.Lt) && (of.Lte == nil || n <= *of.Lte) &&
			(of.Gt == nil || n > *of.Gt) && (of.Gte == nil || n >= *of.Gte)
	}
	return f.someValue(within(0), func(v *qdrant.Value) bool { return within(uint64(payload.Count(v))) })
}

// someValue is a condition that holds where test does for a value, arrays as
// they are; missing tells whether it holds where there is no value.
func (f field) someValue(missing bool, test func(*qdrant.Value) bool) *leaf {
	return &leaf{cost: costValue, holds: func(s Subject) bool {
		none := true
		found := f.path.Each(s.Payload, func(v *qdrant.Value) bool {
			none = false
			return test(v)
		})
		return found || none && missing
	}}
}

// when returns c itself, or its opposite.
func when(wanted bool, c condition) condition {
	if wanted {
		return c
	}
	return (&Filter{mustNot: []condition{c}}).summed()
}
