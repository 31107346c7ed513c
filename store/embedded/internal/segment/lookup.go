package segment

import (
	"time"

	"github.com/qdrant/go-client/qdrant"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/naru-rag/naru/internal/bitset"
	"github.com/naru-rag/naru/store/embedded/internal/pointid"
)

// The lookups add to a set, which has room for Len documents, every document
// that fulfils a condition. They report false where no index of the segment can
// tell; the set may hold anything then, as it may with an error. Fields are named
// as [payload.Path.String] writes them.

// fieldIndex finds documents by the values of a payload field.
type fieldIndex struct {
	Field
	path   string // Name as lookups give it
	docs   int
	values []valueIndex // by valueWidths
	empty  *section
}

// field returns the index of a field of one of some types, nil where there is none.
func (s *Segment) field(name string, types ...qdrant.FieldType) *fieldIndex {
	for i := range s.fields {
		f := &s.fields[i]
		if f.path != name {
			continue
		}
		for _, t := range types {
			if f.Type == t {
				return f
			}
		}
	}
	return nil
}

// Keywords finds where a value of the field is one of some strings.
func (s *Segment) Keywords(field string, values []string, into bitset.Set) (bool, error) {
	f := s.field(field, qdrant.FieldType_FieldTypeKeyword, qdrant.FieldType_FieldTypeUuid)
	if f == nil {
		return false, nil
	}
	for _, v := range values {
		if err := f.values[0].addValue([]byte(v), into); err != nil {
			return false, err
		}
	}
	return true, nil
}

// Integers finds where a value of the field is one of some integers. A float is
// never one.
func (s *Segment) Integers(field string, values []int64, into bitset.Set) (bool, error) {
	f := s.field(field, qdrant.FieldType_FieldTypeInteger, qdrant.FieldType_FieldTypeFloat)
	if f == nil {
		return false, nil
	}
	for _, v := range values {
		if err := f.values[integers].addValue(appendInteger(nil, v), into); err != nil {
			return false, err
		}
	}
	return true, nil
}

// Bool finds where a value of the field is the given one.
func (s *Segment) Bool(field string, value bool, into bitset.Set) (bool, error) {
	f := s.field(field, qdrant.FieldType_FieldTypeBool)
	if f == nil {
		return false, nil
	}
	return true, f.values[0].addValue(appendBool(nil, value), into)
}

// Range finds where a value of the field is a number, integer or float, within
// bounds. Integers are compared as the floats nearest to them.
func (s *Segment) Range(field string, r *qdrant.Range, into bitset.Set) (bool, error) {
	f := s.field(field, qdrant.FieldType_FieldTypeInteger, qdrant.FieldType_FieldTypeFloat)
	if f == nil {
		return false, nil
	}
	above := func(x float64) bool { return (r.GetGt() < x || r.Gt == nil) && (r.GetGte() <= x || r.Gte == nil) }
	below := func(x float64) bool { return (x < r.GetLt() || r.Lt == nil) && (x <= r.GetLte() || r.Lte == nil) }
	if r == nil || r.Gt == nil && r.Gte == nil && r.Lt == nil && r.Lte == nil {
		above = func(float64) bool { return true }
		below = above
	} else {
		// NaN is the last value and within no bounds.
		numberAbove, numberBelow := above, below
		above = func(x float64) bool { return x != x || numberAbove(x) }
		below = func(x float64) bool { return x == x && numberBelow(x) }
	}
	err := f.values[integers].addBetween(
		func(v []byte) bool { return above(float64(integerOf(v))) },
		func(v []byte) bool { return below(float64(integerOf(v))) }, into)
	if err != nil {
		return false, err
	}
	return true, f.values[floats].addBetween(
		func(v []byte) bool { return above(floatOf(v)) },
		func(v []byte) bool { return below(floatOf(v)) }, into)
}

// DatetimeRange finds where a value of the field is a time within bounds.
func (s *Segment) DatetimeRange(field string, r *qdrant.DatetimeRange, into bitset.Set) (bool, error) {
	f := s.field(field, qdrant.FieldType_FieldTypeDatetime)
	if f == nil {
		return false, nil
	}
	holds := func(bound *timestamppb.Timestamp, t time.Time, ok func(int) bool) bool {
		return bound == nil || ok(t.Compare(bound.AsTime()))
	}
	return true, f.values[0].addBetween(
		func(v []byte) bool {
			t := timeOf(v)
			return holds(r.GetGt(), t, func(c int) bool { return c > 0 }) && holds(r.GetGte(), t, func(c int) bool { return c >= 0 })
		},
		func(v []byte) bool {
			t := timeOf(v)
			return holds(r.GetLt(), t, func(c int) bool { return c < 0 }) && holds(r.GetLte(), t, func(c int) bool { return c <= 0 })
		}, into)
}

// addBetween adds the documents of the values that are above a bound, which
// holds from some value on, and below one, which holds up to some value.
func (x *valueIndex) addBetween(above, below func(value []byte) bool, into bitset.Set) error {
	from, err := x.search(above)
	if err != nil {
		return err
	}
	to, err := x.search(func(v []byte) bool { return !below(v) })
	if err != nil {
		return err
	}
	return x.addRange(from, to, into)
}

// Empty finds where the field has no value, or only null and empty arrays.
func (s *Segment) Empty(field string, into bitset.Set) (bool, error) {
	for i := range s.fields {
		if f := &s.fields[i]; f.path == field {
			return true, addDocuments(f.empty, 0, len(f.empty.data)/4, f.docs, into)
		}
	}
	return false, nil
}

// IDs finds the documents of keys.
func (s *Segment) IDs(keys []pointid.Key, into bitset.Set) (bool, error) {
	for _, key := range keys {
		if doc, ok := s.Find(key); ok {
			into.Add(doc)
		}
	}
	return true, nil
}

// HasVector finds the documents that have a vector.
func (s *Segment) HasVector(name string, into bitset.Set) (bool, error) {
	if x := s.denseIndex(name); x != nil {
		return true, x.table.addTo(into)
	}
	if x := s.sparseIndex(name); x != nil {
		return true, x.table.addTo(into)
	}
	return false, nil
}
