package filter

import (
	"math"
	"time"

	"github.com/qdrant/go-client/qdrant"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/naru-rag/naru/internal/bitset"
	"github.com/naru-rag/naru/store/embedded/internal/payload"
)

// inRange holds where a value is a number within the bounds; without bounds any
// number is. Integers beyond 2⁵³ are compared as the nearest double.
func (f field) inRange(of *qdrant.Range) *leaf {
	if nan(of.Gt) || nan(of.Gte) {
		return never
	}
	// In Qdrant NaN is more than every number, so that it bounds nothing here.
	r := &qdrant.Range{Lt: of.Lt, Lte: of.Lte, Gt: of.Gt, Gte: of.Gte}
	if nan(r.Lt) {
		r.Lt = nil
	}
	if nan(r.Lte) {
		r.Lte = nil
	}
	return f.hasIndexed(costInterval,
		func(v *qdrant.Value) bool {
			x, ok := payload.Number(v)
			return ok && (r.Lt == nil || x < *r.Lt) && (r.Lte == nil || x <= *r.Lte) &&
				(r.Gt == nil || x > *r.Gt) && (r.Gte == nil || x >= *r.Gte)
		},
		func(ix Index, into bitset.Set) (bool, error) { return ix.Range(f.name, r, into) })
}

func nan(x *float64) bool { return x != nil && math.IsNaN(*x) }

// inDatetimeRange holds where a value is a time within the bounds; without
// bounds any time is. Bounds are cut to the microsecond, as values are.
func (f field) inDatetimeRange(of *qdrant.DatetimeRange) (*leaf, error) {
	var bounds [4]*time.Time
	for i, bound := range []struct {
		name string
		at   *timestamppb.Timestamp
	}{{"lt", of.Lt}, {"lte", of.Lte}, {"gt", of.Gt}, {"gte", of.Gte}} {
		if bound.at == nil {
			continue
		}
		if err := bound.at.CheckValid(); err != nil {
			return nil, invalid("datetime_range.%s of field %q is not a time of the years 1 to 9999", bound.name, f.path)
		}
		t := time.UnixMicro(bound.at.AsTime().UnixMicro())
		bounds[i] = &t
	}
	lt, lte, gt, gte := bounds[0], bounds[1], bounds[2], bounds[3]
	r := &qdrant.DatetimeRange{Lt: timestamp(lt), Lte: timestamp(lte), Gt: timestamp(gt), Gte: timestamp(gte)}
	return f.hasIndexed(costInterval,
		func(v *qdrant.Value) bool {
			s, ok := v.GetKind().(*qdrant.Value_StringValue)
			if !ok {
				return false
			}
			t, ok := payload.Time(s.StringValue)
			return ok && (lt == nil || t.Before(*lt)) && (lte == nil || !t.After(*lte)) &&
				(gt == nil || t.After(*gt)) && (gte == nil || !t.Before(*gte))
		},
		func(ix Index, into bitset.Set) (bool, error) { return ix.DatetimeRange(f.name, r, into) }), nil
}

func timestamp(t *time.Time) *timestamppb.Timestamp {
	if t == nil {
		return nil
	}
	return timestamppb.New(*t)
}
