package embedded

import (
	"cmp"
	"context"
	"math"
	"slices"

	"github.com/qdrant/go-client/qdrant"

	"github.com/naru-rag/naru/store/embedded/internal/payload"
	"github.com/naru-rag/naru/store/embedded/internal/pointid"
)

// ordering sorts points by a number or time in their payload.
type ordering struct {
	path       payload.Path
	time       bool // the values are times, in microseconds
	descending bool
	from       *orderValue
}

// orderValue is a value to order by: an integer or a float.
type orderValue struct {
	integer int64
	float   float64
	isFloat bool
}

func (a orderValue) asFloat() float64 {
	if a.isFloat {
		return a.float
	}
	return float64(a.integer)
}

func (a orderValue) compare(b orderValue) int {
	if a.isFloat || b.isFloat {
		return cmp.Compare(a.asFloat(), b.asFloat())
	}
	return cmp.Compare(a.integer, b.integer)
}

func (a orderValue) proto() *qdrant.OrderValue {
	if a.isFloat {
		return &qdrant.OrderValue{Variant: &qdrant.OrderValue_Float{Float: a.float}}
	}
	return &qdrant.OrderValue{Variant: &qdrant.OrderValue_Int{Int: a.integer}}
}

// ordering reads an order_by, which asks for an index of the field as in Qdrant.
func (r *record) ordering(o *qdrant.OrderBy) (*ordering, error) {
	path, err := payload.Parse(o.GetKey())
	if err != nil {
		return nil, err
	}
	order := &ordering{path: path, descending: o.GetDirection() == qdrant.Direction_Desc}
	i := slices.IndexFunc(r.fields, func(f *qdrant.CreateFieldIndexCollection) bool { return f.GetFieldName() == o.GetKey() })
	if i < 0 || !ranged(r.fields[i]) {
		return nil, invalid("Wrong input: No range index for `order_by` key: `%s`. Please create one to use `order_by`. Check https://qdrant.tech/documentation/concepts/indexing/#payload-index to see which payload schemas support Range conditions", o.GetKey())
	}
	order.time = r.fields[i].GetFieldType() == qdrant.FieldType_FieldTypeDatetime
	switch from := o.GetStartFrom().GetValue().(type) {
	case *qdrant.StartFrom_Integer:
		order.from = &orderValue{integer: from.Integer}
	case *qdrant.StartFrom_Float:
		if math.IsNaN(from.Float) {
			return nil, invalid("order_by.start_from is not a number")
		}
		order.from = &orderValue{float: from.Float, isFloat: true}
	case *qdrant.StartFrom_Timestamp:
		order.from = &orderValue{integer: from.Timestamp.AsTime().UnixMicro()}
	case *qdrant.StartFrom_Datetime:
		t, ok := payload.Time(from.Datetime)
		if !ok {
			return nil, invalid("order_by.start_from %q is not a time", from.Datetime)
		}
		order.from = &orderValue{integer: t.UnixMicro()}
	}
	return order, nil
}

// ranged tells whether an index of a field orders its values.
func ranged(f *qdrant.CreateFieldIndexCollection) bool {
	switch f.GetFieldType() {
	case qdrant.FieldType_FieldTypeFloat, qdrant.FieldType_FieldTypeDatetime:
		return true
	case qdrant.FieldType_FieldTypeInteger:
		params := f.GetFieldIndexParams().GetIntegerIndexParams()
		return params == nil || params.Range == nil || params.GetRange()
	}
	return false
}

// values returns the values of a point that it is ordered by: it is in the
// order once for each.
func (o *ordering) values(fields map[string]*qdrant.Value) []orderValue {
	var values []orderValue
	o.path.Any(fields, func(v *qdrant.Value) bool {
		switch k := v.GetKind().(type) {
		case *qdrant.Value_IntegerValue:
			if !o.time {
				values = append(values, orderValue{integer: k.IntegerValue})
			}
		case *qdrant.Value_DoubleValue:
			if !o.time {
				values = append(values, orderValue{float: k.DoubleValue, isFloat: true})
			}
		case *qdrant.Value_StringValue:
			if t, ok := payload.Time(k.StringValue); ok && o.time {
				values = append(values, orderValue{integer: t.UnixMicro()})
			}
		}
		return false
	})
	return values
}

// ordered returns the first points of an order, those without a value left out.
func (q *querier) ordered(ctx context.Context, by *qdrant.OrderBy, pick func(*part) (selection, error), limit int) ([]hit, error) {
	o, err := q.v.record.ordering(by)
	if err != nil {
		return nil, err
	}
	type placed struct {
		value orderValue
		key   pointid.Key
	}
	var found []placed
	for _, p := range q.v.parts {
		s, err := pick(p)
		if err != nil {
			return nil, err
		}
		s.docs.Each(func(doc uint32) bool {
			if err = ctx.Err(); err != nil {
				return false
			}
			var ok bool
			if ok, err = q.v.accepts(s, doc); err != nil || !ok {
				return err == nil
			}
			var point *qdrant.PointStruct
			key := p.Key(doc)
			if _, point, err = q.v.point(key); err != nil {
				return false
			}
			for _, value := range o.values(point.GetPayload()) {
				if o.from != nil {
					if c := value.compare(*o.from); c < 0 && !o.descending || c > 0 && o.descending {
						continue
					}
				}
				found = append(found, placed{value, key})
			}
			return true
		})
		if err != nil {
			return nil, err
		}
	}
	slices.SortFunc(found, func(a, b placed) int {
		c := a.value.compare(b.value)
		if o.descending {
			c = -c
		}
		return cmp.Or(c, a.key.Compare(b.key))
	})
	hits := make([]hit, 0, min(len(found), limit))
	for _, p := range found[:min(len(found), limit)] {
		hits = append(hits, hit{key: p.key, score: 1, order: p.value.proto()})
	}
	return hits, nil
}
