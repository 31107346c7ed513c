package filter_test

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/qdrant/go-client/qdrant"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/naru-rag/naru/internal/bitset"
	"github.com/naru-rag/naru/store/embedded/internal/filter"
	"github.com/naru-rag/naru/store/embedded/internal/pointid"
)

func TestCompileRefuses(t *testing.T) {
	at := func(lat, lon float64) *qdrant.GeoPoint { return &qdrant.GeoPoint{Lat: lat, Lon: lon} }
	of := func(points ...*qdrant.GeoPoint) *qdrant.GeoLineString { return &qdrant.GeoLineString{Points: points} }
	field := func(f *qdrant.FieldCondition) *qdrant.Filter {
		f.Key = "place"
		return must(&qdrant.Condition{ConditionOneOf: &qdrant.Condition_Field{Field: f}})
	}
	square := of(at(0, 0), at(0, 1), at(1, 1), at(0, 0))
	// The field number 999 is one that a newer client may send.
	unknown := protowire.AppendVarint(protowire.AppendTag(nil, 999, protowire.VarintType), 1)
	newer := func(f *qdrant.Filter, m proto.Message) *qdrant.Filter {
		m.ProtoReflect().SetUnknown(unknown)
		return f
	}
	condition, match, count := &qdrant.Condition{}, &qdrant.Match{}, &qdrant.ValuesCount{}
	known := qdrant.NewMatchKeyword("k", "a")
	tests := []struct {
		says string
		f    *qdrant.Filter
		code codes.Code
	}{
		{`"a..b"`, must(qdrant.NewMatchKeyword("a..b", "x")), codes.InvalidArgument},
		{`"a b"`, should(inside(mustNot(qdrant.NewIsNull("a b")))), codes.InvalidArgument},
		{`"c["`, must(nested("c[", must())), codes.InvalidArgument},
		{`"c"`, must(&qdrant.Condition{ConditionOneOf: &qdrant.Condition_Nested{Nested: &qdrant.NestedCondition{Key: "c"}}}), codes.InvalidArgument},
		{"place", field(&qdrant.FieldCondition{}), codes.InvalidArgument},
		{"place", field(&qdrant.FieldCondition{Match: &qdrant.Match{}}), codes.InvalidArgument},
		{"min_count", minShould(0, known), codes.InvalidArgument},
		{"UUID", must(qdrant.NewHasID(qdrant.NewIDUUID("x"))), codes.InvalidArgument},
		{"UUID", must(nested("a", must(qdrant.NewHasID(qdrant.NewIDUUID("x"))))), codes.InvalidArgument},
		{"datetime_range.gte", field(&qdrant.FieldCondition{DatetimeRange: &qdrant.DatetimeRange{Gte: &timestamppb.Timestamp{Seconds: 1 << 60}}}), codes.InvalidArgument},
		{"center", field(&qdrant.FieldCondition{GeoRadius: &qdrant.GeoRadius{Radius: 1}}), codes.InvalidArgument},
		{"latitude 91", field(&qdrant.FieldCondition{GeoRadius: &qdrant.GeoRadius{Center: at(91, 0)}}), codes.InvalidArgument},
		{"longitude NaN", field(&qdrant.FieldCondition{GeoRadius: &qdrant.GeoRadius{Center: at(0, math.NaN())}}), codes.InvalidArgument},
		{"bottom_right", field(&qdrant.FieldCondition{GeoBoundingBox: &qdrant.GeoBoundingBox{TopLeft: at(1, 1)}}), codes.InvalidArgument},
		{"longitude -181", field(&qdrant.FieldCondition{GeoBoundingBox: &qdrant.GeoBoundingBox{TopLeft: at(1, 1), BottomRight: at(0, -181)}}), codes.InvalidArgument},
		{"exterior", field(&qdrant.FieldCondition{GeoPolygon: &qdrant.GeoPolygon{}}), codes.InvalidArgument},
		{"3 points", field(&qdrant.FieldCondition{GeoPolygon: &qdrant.GeoPolygon{Exterior: of(at(0, 0), at(1, 1), at(0, 0))}}), codes.InvalidArgument},
		{"not closed", field(&qdrant.FieldCondition{GeoPolygon: &qdrant.GeoPolygon{Exterior: square, Interiors: []*qdrant.GeoLineString{
			of(at(0, 0), at(0, 1), at(1, 1), at(0, 0.5))}}}), codes.InvalidArgument},
		{"latitude 99", field(&qdrant.FieldCondition{GeoPolygon: &qdrant.GeoPolygon{Exterior: of(at(0, 0), at(99, 1), at(1, 1), at(0, 0))}}), codes.InvalidArgument},
		{"999 in a filter's Condition", newer(must(known, condition), condition), codes.Unimplemented},
		{"999 in a filter's Match", newer(field(&qdrant.FieldCondition{Match: match}), match), codes.Unimplemented},
		{"999 in a filter's ValuesCount", newer(field(&qdrant.FieldCondition{ValuesCount: count}), count), codes.Unimplemented},
		{fmt.Sprint(filter.MaxDepth), deep(filter.MaxDepth, inside), codes.InvalidArgument},
		{fmt.Sprint(filter.MaxDepth), deep(1000, inside), codes.InvalidArgument},
		{fmt.Sprint(filter.MaxDepth), deep(1000, func(f *qdrant.Filter) *qdrant.Condition { return nested("a", f) }), codes.InvalidArgument},
	}
	newest := &qdrant.Filter{}
	tests = append(tests, struct {
		says string
		f    *qdrant.Filter
		code codes.Code
	}{"999 in a filter's Filter", newer(must(inside(newest)), newest), codes.Unimplemented})
	for _, tt := range tests {
		_, err := filter.Compile(tt.f)
		if status.Code(err) != tt.code || !strings.Contains(fmt.Sprint(err), tt.says) {
			t.Errorf("%v should say %q with code %v\nof %.200v", err, tt.says, tt.code, tt.f)
		}
	}
}

// deep puts n filters around one.
func deep(n int, around func(*qdrant.Filter) *qdrant.Condition) *qdrant.Filter {
	f := must(qdrant.NewMatchKeyword("k", "a"))
	for range n {
		f = must(around(f))
	}
	return f
}

func TestDeepFilters(t *testing.T) {
	var payload map[string]any
	for range filter.MaxDepth {
		payload = map[string]any{"k": "a", "a": []any{payload}}
	}
	s := filter.Subject{Payload: qdrant.NewValueMap(payload)}
	for _, around := range []func(*qdrant.Filter) *qdrant.Condition{
		inside,
		func(f *qdrant.Filter) *qdrant.Condition { return nested("a", f) },
		func(f *qdrant.Filter) *qdrant.Condition { return inside(should(f.Must...)) },
		func(f *qdrant.Filter) *qdrant.Condition { return inside(minShould(1, f.Must...)) },
	} {
		f := compile(t, deep((filter.MaxDepth-1)/2, around))
		if !f.Matches(s) {
			t.Error("does not match")
		}
		ix := &index{subjects: []filter.Subject{s}, knows: func(string) bool { return true }}
		allowed := bitset.Full(1)
		if rest, err := f.Resolve(ix, allowed); err != nil || !allowed.Has(0) || rest != nil && !rest.Matches(s) {
			t.Errorf("remaining are %v, rest %v, %v", allowed, rest, err)
		}
	}
}

func TestWhatFiltersNeed(t *testing.T) {
	id, vector, k := qdrant.NewHasID(qdrant.NewIDNum(1)), qdrant.NewHasVector("v"), qdrant.NewMatchKeyword("k", "a")
	tests := []struct {
		name                string
		f                   *qdrant.Filter
		everything, payload bool
	}{
		{"nil", nil, true, false},
		{"empty", &qdrant.Filter{}, true, false},
		{"an empty condition", must(&qdrant.Condition{}), true, false},
		{"an id", must(id), false, false},
		{"an id or a vector", should(id, inside(mustNot(vector))), false, false},
		{"a field", must(id, k), false, true},
		{"a field in min_should", minShould(1, id, inside(should(k))), false, true},
		{"nested", must(nested("a", &qdrant.Filter{})), false, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f := compile(t, tt.f)
			if f.Everything() != tt.everything || f.NeedsPayload() != tt.payload {
				t.Errorf("everything: %v, needs the payload: %v", f.Everything(), f.NeedsPayload())
			}
		})
	}
}

// TestMatchBoolean is here because the Python binding that conditions.json is
// made with has no booleans.
func TestMatchBoolean(t *testing.T) {
	for _, tt := range []struct {
		value       any
		yes, denied bool
	}{
		{true, true, false}, {false, false, true}, {1, false, false}, {"true", false, false}, {nil, false, false},
		{[]any{false, true}, true, true}, {[]any{[]any{true}}, false, false}, {[]any{}, false, false},
	} {
		s := filter.Subject{Payload: qdrant.NewValueMap(map[string]any{"k": tt.value})}
		yes, denied := compile(t, must(qdrant.NewMatchBool("k", true))).Matches(s), compile(t, must(qdrant.NewMatchBool("k", false))).Matches(s)
		if yes != tt.yes || denied != tt.denied {
			t.Errorf("%v is true: %v, false: %v", tt.value, yes, denied)
		}
	}
}

// TestMicroseconds: 05.0000015Z lies in the microsecond 05.000001Z.
func TestMicroseconds(t *testing.T) {
	s := filter.Subject{Payload: qdrant.NewValueMap(map[string]any{"t": "2026-01-01T00:00:05.0000015Z"})}
	bound := func(nanoseconds int32) *timestamppb.Timestamp {
		return &timestamppb.Timestamp{Seconds: 1767225605, Nanos: nanoseconds}
	}
	for r, want := range map[*qdrant.DatetimeRange]bool{
		{Gte: bound(1000), Lte: bound(1000)}: true,
		{Gt: bound(1000)}:                    false,
		{Lt: bound(1900)}:                    false,
		{Gt: bound(999)}:                     true,
		{Lt: bound(2000)}:                    true,
	} {
		if got := compile(t, must(qdrant.NewDatetimeRange("t", r))).Matches(s); got != want {
			t.Errorf("%v: %v", r, got)
		}
	}
}

// TestManyValues has more values in a condition than a scan could compare for
// each of many points.
func TestManyValues(t *testing.T) {
	const n = 100_000
	words, integers, ids := make([]string, n), make([]int64, n), make([]*qdrant.PointId, n)
	for i := range n {
		words[i], integers[i], ids[i] = fmt.Sprint(2*i), int64(2*i), qdrant.NewIDNum(uint64(2*i))
	}
	filters := []*filter.Filter{
		compile(t, must(qdrant.NewMatchKeywords("k", words...))), compile(t, must(qdrant.NewMatchInts("n", integers...))),
		compile(t, must(qdrant.NewHasID(ids...))), compile(t, mustNot(qdrant.NewMatchExceptKeywords("k", words...))),
		compile(t, mustNot(qdrant.NewMatchExceptInts("n", integers...))),
	}
	for i := 0; i < n; i += 9 {
		key, err := pointid.Parse(qdrant.NewIDNum(uint64(i)))
		if err != nil {
			t.Fatal(err)
		}
		s := filter.Subject{Key: key, Payload: qdrant.NewValueMap(map[string]any{"k": fmt.Sprint(i), "n": i})}
		for j, f := range filters {
			if f.Matches(s) != (i%2 == 0) {
				t.Fatalf("filter %d, point %d: %v", j, i, i%2 != 0)
			}
		}
	}
}

func FuzzCompile(f *testing.F) {
	add := func(of *qdrant.Filter, payload map[string]any) {
		message, err := proto.Marshal(of)
		if err != nil {
			f.Fatal(err)
		}
		document, err := proto.Marshal(&qdrant.Struct{Fields: qdrant.NewValueMap(payload)})
		if err != nil {
			f.Fatal(err)
		}
		f.Add(message, document)
	}
	line := &qdrant.GeoLineString{Points: []*qdrant.GeoPoint{{}, {Lat: 1}, {Lat: 1, Lon: 1}, {}}}
	object := map[string]any{"k": "Wörter, Σ", "n": []any{1, 2.5, nil}, "t": "2026-01-01", "g": map[string]any{"lat": 0.5, "lon": 0.2}}
	object["a"] = []any{map[string]any{"b": object["n"]}}
	add(must(qdrant.NewMatchText("k", "wörter"), qdrant.NewGeoPolygon("g", line, line), qdrant.NewGeoRadius("g", 1, 1, 1e5)), object)
	add(should(nested("a", must(qdrant.NewRange("b", &qdrant.Range{Gt: proto.Float64(2)}))), qdrant.NewGeoBoundingBox("g", 1, 0, 0, 1)), object)
	add(minShould(1, qdrant.NewIsNull("n"), qdrant.NewMatchPhrase("k", "σ"), qdrant.NewDatetimeRange("t", &qdrant.DatetimeRange{Lt: &timestamppb.Timestamp{}})), object)
	add(mustNot(qdrant.NewMatchExcept("k", "a"), qdrant.NewValuesCount("n", &qdrant.ValuesCount{Gt: proto.Uint64(1)}), qdrant.NewHasVector("v")), object)
	f.Fuzz(func(t *testing.T, message, document []byte) {
		of, values := &qdrant.Filter{}, &qdrant.Struct{}
		if proto.Unmarshal(message, of) != nil || proto.Unmarshal(document, values) != nil {
			return
		}
		compiled, err := filter.Compile(of)
		if err != nil {
			if code := status.Code(err); code != codes.InvalidArgument && code != codes.Unimplemented {
				t.Errorf("error is %v", err)
			}
			return
		}
		s := filter.Subject{Payload: values.Fields}
		want := compiled.Matches(s)
		ix := &index{subjects: []filter.Subject{s}, knows: func(question string) bool { return len(question)%3 > 0 }}
		allowed := bitset.Full(1)
		rest, err := compiled.Resolve(ix, allowed)
		if err != nil {
			t.Fatal(err)
		}
		if got := allowed.Has(0) && (rest == nil || rest.Matches(s)); got != want {
			t.Errorf("resolved to %v, matches %v", got, want)
		}
	})
}
