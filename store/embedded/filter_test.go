package embedded_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/qdrant/go-client/qdrant"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"
)

func must(c ...*qdrant.Condition) *qdrant.Filter    { return &qdrant.Filter{Must: c} }
func should(c ...*qdrant.Condition) *qdrant.Filter  { return &qdrant.Filter{Should: c} }
func mustNot(c ...*qdrant.Condition) *qdrant.Filter { return &qdrant.Filter{MustNot: c} }

func at(hour int) *timestamppb.Timestamp {
	return timestamppb.New(time.Date(2026, 3, 1, hour, 0, 0, 0, time.UTC))
}

func field(f *qdrant.FieldCondition) *qdrant.Condition {
	return &qdrant.Condition{ConditionOneOf: &qdrant.Condition_Field{Field: f}}
}

// TestFilters runs each filter three times: without indexes, with them, and in
// a search, where it narrows the scoring.
func TestFilters(t *testing.T) {
	points := []*qdrant.PointStruct{
		point(1, map[string]any{"k": "a", "n": 1, "b": true, "t": "2026-03-01T10:00:00Z", "o": map[string]any{"k": "x"}}, []uint32{1}, []float32{1}),
		point(2, map[string]any{"k": "b", "n": 2, "b": false, "t": "2026-03-01T12:00:00+01:00"}, []uint32{1}, []float32{1}),
		point(3, map[string]any{"k": []any{"a", "b", "a"}, "n": []any{1, 5}, "t": "not a time"}, []uint32{1}, []float32{1}),
		point(4, map[string]any{"k": nil, "n": 2.0, "l": []any{map[string]any{"k": "y"}, map[string]any{"k": "z"}}}, []uint32{1}, []float32{1}),
		point(5, map[string]any{"k": []any{}, "n": "1"}, []uint32{1}, []float32{1}),
		point(6, map[string]any{"k": []any{nil, "c"}, "n": -3}, []uint32{1}, []float32{1}),
		point(7, nil, []uint32{1}, []float32{1}),
	}
	tests := []struct {
		name   string
		filter *qdrant.Filter
		want   []uint64
	}{
		{"none", nil, []uint64{1, 2, 3, 4, 5, 6, 7}},
		{"empty", &qdrant.Filter{}, []uint64{1, 2, 3, 4, 5, 6, 7}},
		{"keyword", must(qdrant.NewMatchKeyword("k", "a")), []uint64{1, 3}},
		{"keyword of no point", must(qdrant.NewMatchKeyword("k", "?")), []uint64{}},
		{"keyword on number", must(qdrant.NewMatchKeyword("n", "1")), []uint64{5}},
		{"keywords", must(qdrant.NewMatchKeywords("k", "b", "c")), []uint64{2, 3, 6}},
		{"no keywords", must(qdrant.NewMatchKeywords("k")), []uint64{}},
		{"integer", must(qdrant.NewMatchInt("n", 1)), []uint64{1, 3}},
		{"integer is not a double", must(qdrant.NewMatchInt("n", 2)), []uint64{2}},
		{"integers", must(qdrant.NewMatchInts("n", 5, -3)), []uint64{3, 6}},
		{"boolean", must(qdrant.NewMatchBool("b", false)), []uint64{2}},
		{"except keywords", must(qdrant.NewMatchExcept("k", "a")), []uint64{2, 3, 6}},
		{"except integers", must(qdrant.NewMatchExceptInts("n", 1, 2)), []uint64{3, 4, 5, 6}},
		{"must and must", must(qdrant.NewMatchKeyword("k", "a"), qdrant.NewMatchInt("n", 5)), []uint64{3}},
		{"should", should(qdrant.NewMatchKeyword("k", "c"), qdrant.NewMatchBool("b", true)), []uint64{1, 6}},
		{"must not", mustNot(qdrant.NewMatchKeyword("k", "a"), qdrant.NewMatchBool("b", false)), []uint64{4, 5, 6, 7}},
		{"min should", &qdrant.Filter{MinShould: &qdrant.MinShould{MinCount: 2, Conditions: []*qdrant.Condition{
			qdrant.NewMatchKeyword("k", "a"), qdrant.NewMatchKeyword("k", "b"), qdrant.NewMatchInt("n", 1)}}}, []uint64{1, 3}},
		{"nested", must(qdrant.NewFilterAsCondition(should(qdrant.NewMatchKeyword("k", "c"), qdrant.NewFilterAsCondition(mustNot(qdrant.NewIsEmpty("o")))))), []uint64{1, 6}},
		{"range", must(qdrant.NewRange("n", &qdrant.Range{Gt: proto.Float64(1), Lte: proto.Float64(5)})), []uint64{2, 3, 4}},
		{"range below", must(qdrant.NewRange("n", &qdrant.Range{Lt: proto.Float64(0)})), []uint64{6}},
		{"range at least", must(qdrant.NewRange("n", &qdrant.Range{Gte: proto.Float64(5)})), []uint64{3}},
		{"datetime range", must(qdrant.NewDatetimeRange("t", &qdrant.DatetimeRange{Gte: at(10), Lt: at(11)})), []uint64{1}},
		{"datetime range with zone", must(qdrant.NewDatetimeRange("t", &qdrant.DatetimeRange{Gt: at(10), Lte: at(11)})), []uint64{2}},
		{"is empty", must(qdrant.NewIsEmpty("k")), []uint64{4, 5, 7}},
		{"is null", must(qdrant.NewIsNull("k")), []uint64{4, 6}},
		{"field is empty", must(field(&qdrant.FieldCondition{Key: "k", IsEmpty: proto.Bool(true)})), []uint64{4, 5, 7}},
		{"field is not empty", must(field(&qdrant.FieldCondition{Key: "k", IsEmpty: proto.Bool(false)})), []uint64{1, 2, 3, 6}},
		{"field is not null", must(field(&qdrant.FieldCondition{Key: "k", IsNull: proto.Bool(false)})), []uint64{1, 2, 3, 5, 7}},
		{"has id", must(qdrant.NewHasID(qdrant.NewIDNum(7), qdrant.NewIDNum(2), qdrant.NewIDNum(99))), []uint64{2, 7}},
		{"path", must(qdrant.NewMatchKeyword("o.k", "x")), []uint64{1}},
		{"path through an array", must(qdrant.NewMatchKeyword("l[].k", "z")), []uint64{4}},
		{"path to an element", must(qdrant.NewMatchKeyword("l[0].k", "z")), []uint64{}},
		{"path does not enter arrays unasked", must(qdrant.NewMatchKeyword("l.k", "z")), []uint64{}},
		{"quoted path", must(qdrant.NewMatchKeyword(`"o".k`, "x")), []uint64{1}},
	}
	for _, indexed := range []bool{false, true} {
		c := fresh(t)
		c.upsert(t, points...)
		if indexed {
			c.index(t, "k", qdrant.FieldType_FieldTypeKeyword)
			c.index(t, "n", qdrant.FieldType_FieldTypeInteger)
			c.index(t, "o.k", qdrant.FieldType_FieldTypeKeyword)
			c.index(t, "l[].k", qdrant.FieldType_FieldTypeKeyword)
			c.index(t, "t", qdrant.FieldType_FieldTypeDatetime)
		}
		for _, tt := range tests {
			name := tt.name
			if indexed {
				name += ", indexed"
			}
			t.Run(name, func(t *testing.T) {
				if got := numbers(c.all(t, tt.filter)); !slices.Equal(got, tt.want) {
					t.Errorf("scroll returns %v, want %v", got, tt.want)
				}
				r, err := c.Query(context.Background(), &qdrant.QueryPoints{
					CollectionName: collection, Query: qdrant.NewQuerySparse([]uint32{1}, []float32{1}), Using: proto.String("v"), Filter: tt.filter,
				})
				if err != nil {
					t.Fatal(err)
				}
				if got := numbers(r.GetResult()); !slices.Equal(got, tt.want) {
					t.Errorf("query returns %v, want %v", got, tt.want)
				}
				n, err := c.Count(context.Background(), &qdrant.CountPoints{CollectionName: collection, Filter: tt.filter})
				if err != nil {
					t.Fatal(err)
				}
				if got := int(n.GetResult().GetCount()); got != len(tt.want) {
					t.Errorf("count returns %d, want %d", got, len(tt.want))
				}
			})
		}
	}
}
