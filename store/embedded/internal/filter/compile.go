package filter

import (
	"cmp"
	"slices"

	"github.com/qdrant/go-client/qdrant"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/naru-rag/naru/internal/bitset"
	"github.com/naru-rag/naru/store/embedded/internal/payload"
	"github.com/naru-rag/naru/store/embedded/internal/pointid"
)

// MaxDepth is how many filters, nested ones among them, may lie inside each
// other.
const MaxDepth = 128

// Compile checks a filter and readies it; nil and an empty filter match
// everything. Conditions with nothing in them are left out, as in Qdrant. The
// error is an InvalidArgument status, or Unimplemented for a condition of a
// kind that go-client does not know.
func Compile(f *qdrant.Filter) (*Filter, error) {
	return compiler{}.filter(f)
}

// compiler knows where in the filter the part being compiled is.
type compiler struct {
	depth int
	// inside is the path to the elements that a nested condition is about.
	inside   payload.Path
	isNested bool
}

func (c compiler) filter(f *qdrant.Filter) (*Filter, error) {
	if c.depth++; c.depth > MaxDepth {
		return nil, invalid("the filter has more than %d filters inside each other", MaxDepth)
	}
	if err := refuseUnknown(f, f.GetMinShould()); err != nil {
		return nil, err
	}
	var out Filter
	for _, part := range []struct {
		from []*qdrant.Condition
		to   *[]condition
	}{
		{f.GetMust(), &out.must},
		{f.GetShould(), &out.should},
		{f.GetMustNot(), &out.mustNot},
		{f.GetMinShould().GetConditions(), &out.minShould},
	} {
		for _, condition := range part.from {
			compiled, err := c.condition(condition)
			if err != nil {
				return nil, err
			}
			if compiled != nil {
				*part.to = append(*part.to, compiled)
			}
		}
	}
	if f.GetMinShould() != nil {
		out.minCount = f.GetMinShould().GetMinCount()
		if out.minCount == 0 {
			return nil, invalid("min_should.min_count is 0 and must be 1 or larger")
		}
	}
	for _, part := range [][]condition{out.must, out.should, out.mustNot, out.minShould} {
		slices.SortStableFunc(part, func(a, b condition) int { return cmp.Compare(a.traits().cost, b.traits().cost) })
	}
	return out.summed(), nil
}

// summed sums up the traits of the conditions.
func (f *Filter) summed() *Filter {
	f.of = traits{cost: costFilter}
	for _, part := range [][]condition{f.must, f.should, f.mustNot, f.minShould} {
		for _, c := range part {
			f.of.payload = f.of.payload || c.traits().payload
			f.of.indexed = f.of.indexed || c.traits().indexed
		}
	}
	return f
}

// condition returns nil for a condition with nothing in it.
func (c compiler) condition(of *qdrant.Condition) (condition, error) {
	if err := refuseUnknown(of, of.GetField(), of.GetIsEmpty(), of.GetIsNull(), of.GetHasId(), of.GetHasVector(), of.GetNested()); err != nil {
		return nil, err
	}
	switch of := of.GetConditionOneOf().(type) {
	case nil:
		return nil, nil
	case *qdrant.Condition_Field:
		return c.field(of.Field)
	case *qdrant.Condition_IsEmpty:
		return c.onField(of.IsEmpty.GetKey(), field.isEmpty)
	case *qdrant.Condition_IsNull:
		return c.onField(of.IsNull.GetKey(), field.isNull)
	case *qdrant.Condition_HasId:
		return c.hasID(of.HasId.GetHasId())
	case *qdrant.Condition_HasVector:
		return c.hasVector(of.HasVector.GetHasVector()), nil
	case *qdrant.Condition_Filter:
		return c.filter(of.Filter)
	case *qdrant.Condition_Nested:
		return c.nested(of.Nested)
	default:
		return nil, unimplemented("a filter condition of the kind %T", of)
	}
}

// refuseUnknown refuses messages with fields that go-client does not know, which
// a newer client sent: a condition that is passed over would let points through.
func refuseUnknown(messages ...protoreflect.ProtoMessage) error {
	for _, m := range messages {
		if number, _, length := protowire.ConsumeTag(m.ProtoReflect().GetUnknown()); length > 0 {
			return unimplemented("the field number %d in a filter's %s", number, m.ProtoReflect().Descriptor().Name())
		}
	}
	return nil
}

func (c compiler) onField(key string, compile func(field) *leaf) (condition, error) {
	f, err := c.newField(key)
	if err != nil {
		return nil, err
	}
	return compile(f), nil
}

// hasID holds for no element of an array: only a point has an id.
func (c compiler) hasID(ids []*qdrant.PointId) (condition, error) {
	keys, err := pointid.ParseAll(ids)
	if err != nil {
		return nil, err
	}
	if c.isNested {
		return never, nil
	}
	keys = pointid.Sort(keys)
	return &leaf{
		cost:      costID,
		noPayload: true,
		holds: func(s Subject) bool {
			_, found := slices.BinarySearchFunc(keys, s.Key, pointid.Key.Compare)
			return found
		},
		fill: func(ix Index, into bitset.Set) (bool, error) { return ix.IDs(keys, into) },
	}, nil
}

// hasVector holds for no element of an array: only a point has vectors.
func (c compiler) hasVector(name string) condition {
	if c.isNested {
		return never
	}
	return &leaf{
		cost:      costValue,
		noPayload: true,
		holds:     func(s Subject) bool { return s.HasVector != nil && s.HasVector(name) },
		fill:      func(ix Index, into bitset.Set) (bool, error) { return ix.HasVector(name, into) },
	}
}

// never holds for nothing.
var never = &leaf{
	cost:       costID,
	noPayload:  true,
	ofElements: true,
	holds:      func(Subject) bool { return false },
	fill:       func(Index, bitset.Set) (bool, error) { return true, nil },
}

func invalid(format string, args ...any) error {
	return status.Errorf(codes.InvalidArgument, format, args...)
}

func unimplemented(format string, args ...any) error {
	return status.Errorf(codes.Unimplemented, format+" is not supported by the embedded engine; use a Qdrant server", args...)
}
