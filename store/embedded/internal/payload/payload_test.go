package payload_test

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/qdrant/go-client/qdrant"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"pgregory.net/rapid"

	"github.com/naru-rag/naru/store/embedded/internal/payload"
)

func parse(t interface{ Fatal(...any) }, key string) payload.Path {
	p, err := payload.Parse(key)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestValuesOfPaths(t *testing.T) {
	document := qdrant.NewValueMap(map[string]any{
		"n": nil, "e": []any{}, "s": "x", "l": []any{1, []any{2, nil}, nil},
		"o": []any{map[string]any{"b": []any{}}, map[string]any{"b": nil}, 7, map[string]any{"c": 1}},
	})
	tests := []struct {
		key         string
		each, any   int // how many values there are, arrays as they are and their elements
		empty, null bool
		first       *qdrant.Value
	}{
		{"missing", 0, 0, true, false, nil},
		{"n", 1, 1, true, true, qdrant.NewValueNull()},
		{"e", 1, 0, true, false, nil},
		{"s", 1, 1, false, false, qdrant.NewValueString("x")},
		{"s.t", 0, 0, true, false, nil},
		{"s[]", 0, 0, true, false, nil},
		{"l", 1, 3, false, true, qdrant.NewValueInt(1)},
		{"l[]", 3, 4, false, true, qdrant.NewValueInt(1)},
		{"l[0]", 1, 1, false, false, qdrant.NewValueInt(1)},
		{"l[1]", 1, 2, false, true, qdrant.NewValueInt(2)},
		{"l[1][1]", 1, 1, true, true, qdrant.NewValueNull()},
		{"l[3]", 0, 0, true, false, nil},
		{"o.b", 0, 0, true, false, nil},
		{"o[].b", 2, 1, true, true, qdrant.NewValueNull()},
		{"o[].c", 1, 1, false, false, qdrant.NewValueInt(1)},
	}
	for _, tt := range tests {
		t.Run(tt.key, func(t *testing.T) {
			p := parse(t, tt.key)
			count := func(n *int) func(*qdrant.Value) bool {
				return func(*qdrant.Value) bool {
					*n++
					return false
				}
			}
			each, any := 0, 0
			p.Each(document, count(&each))
			p.Any(document, count(&any))
			if each != tt.each || any != tt.any {
				t.Errorf("Each has %d values and Any %d", each, any)
			}
			if p.IsEmpty(document) != tt.empty || p.IsNull(document) != tt.null {
				t.Errorf("is empty: %v, is null: %v", !tt.empty, !tt.null)
			}
			if got := p.First(document); !proto.Equal(got, tt.first) {
				t.Errorf("First is %v", got)
			}
		})
	}
}

func TestPathsOfElements(t *testing.T) {
	for key, want := range map[string]string{"a": "a[]", "a[]": "a[]", "a[0]": "a[0][]", `"a"."b c"`: `a."b c"[]`} {
		p := parse(t, key)
		if got := p.Elements().String(); got != want {
			t.Errorf("the elements of %s are at %s", key, got)
		}
		if got := p.Elements().Join(parse(t, "x.y")).String(); got != want+".x.y" {
			t.Errorf("x.y of the elements of %s is at %s", key, got)
		}
		if several := strings.Contains(key, "[]"); p.Several() != several {
			t.Errorf("%s selects several values: %v", key, !several)
		}
	}
	var none payload.Path
	if none.Elements().String() != "" || none.First(nil) != nil || !none.IsEmpty(qdrant.NewValueMap(map[string]any{"": 1})) {
		t.Error("the zero path selects something")
	}
}

func TestErrorsNameTheKey(t *testing.T) {
	deep := qdrant.NewValueString("x")
	for range payload.MaxDepth + 1 {
		deep = qdrant.NewValueList(&qdrant.ListValue{Values: []*qdrant.Value{deep}})
	}
	check := func(name string, v *qdrant.Value) func() error {
		return func() error { return payload.Check(map[string]*qdrant.Value{name: v}) }
	}
	in := func(name string, v *qdrant.Value) *qdrant.Value {
		return qdrant.NewValueStruct(&qdrant.Struct{Fields: map[string]*qdrant.Value{name: v}})
	}
	for key, failing := range map[string]func() error{
		"a..b": func() error { _, err := payload.Parse("a..b"); return err },
		"c d":  func() error { _, err := payload.ParseAll([]string{"a", "c d"}); return err },
		"e[x]": func() error {
			_, err := payload.NewSelector(qdrant.NewWithPayloadInclude("a", "e[x]"), true)
			return err
		},
		"f-":       func() error { _, err := payload.Merge(nil, nil, "f-."); return err },
		"nan":      check("nan", qdrant.NewValueDouble(math.NaN())),
		"infinite": check("infinite", in("a", qdrant.NewValueDouble(math.Inf(-1)))),
		"text":     check("text", in("a", qdrant.NewValueString("\xff"))),
		`\xfe`:     check("\xfe", nil),
		"field":    check("field", in("\xff", nil)),
		"deep":     check("deep", deep),
		"with_payload": func() error {
			_, err := payload.NewSelector(&qdrant.WithPayloadSelector{}, true)
			return err
		},
	} {
		if err := failing(); status.Code(err) != codes.InvalidArgument || !strings.Contains(err.Error(), key) {
			t.Errorf("%s: %v", key, err)
		}
	}
	if err := payload.Check(map[string]*qdrant.Value{"a": deep.GetListValue().GetValues()[0], "b": nil, "c": {}}); err != nil {
		t.Errorf("as deep as allowed: %v", err)
	}
}

// TestMergeStaysWithinDepth tries the keys that would nest a payload too deep.
func TestMergeStaysWithinDepth(t *testing.T) {
	for _, n := range []int{1, payload.MaxDepth, payload.MaxDepth + 1, 100_000} {
		key := strings.Repeat("a.", n-1) + "a"
		merged, err := payload.Merge(nil, map[string]*qdrant.Value{"x": qdrant.NewValueInt(1)}, key)
		if err == nil {
			err = payload.Check(merged)
		}
		if (err != nil) != (n > payload.MaxDepth) || len(fmt.Sprint(err)) > 1000 {
			t.Errorf("a key of %d steps: %v", n, err)
		}
	}
}

func TestSelectorsOfRequests(t *testing.T) {
	document := qdrant.NewValueMap(map[string]any{"a": 1})
	tests := []struct {
		name    string
		of      *qdrant.WithPayloadSelector
		enabled bool
		all     bool
	}{
		{"unset, and that means nothing", nil, false, false},
		{"unset, and that means all", nil, true, true},
		{"enabled", qdrant.NewWithPayload(true), false, true},
		{"disabled", qdrant.NewWithPayload(false), true, false},
		{"nothing included", qdrant.NewWithPayloadInclude(), true, false},
		{"nothing excluded", qdrant.NewWithPayloadExclude(), false, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s, err := payload.NewSelector(tt.of, tt.enabled)
			if err != nil {
				t.Fatal(err)
			}
			if got := s.Apply(document); s.None() == tt.all || (len(got) == 1) != tt.all {
				t.Errorf("shows %v, wants nothing: %v", got, s.None())
			}
		})
	}
}

func TestLocation(t *testing.T) {
	tests := []struct {
		of    any
		valid bool
	}{
		{map[string]any{"lat": 90, "lon": -180.0}, true},
		{map[string]any{"lat": 1.5, "lon": 2, "name": "x"}, true},
		{map[string]any{"lat": 90.1, "lon": 0}, false},
		{map[string]any{"lat": 0, "lon": 181}, false},
		{map[string]any{"lat": "1", "lon": 1}, false},
		{map[string]any{"lat": 1}, false},
		{[]any{1, 1}, false},
		{nil, false},
	}
	for _, tt := range tests {
		v, err := qdrant.NewValue(tt.of)
		if err != nil {
			t.Fatal(err)
		}
		if _, _, ok := payload.Location(v); ok != tt.valid {
			t.Errorf("%v is a place: %v", tt.of, ok)
		}
	}
	lat, lon, _ := payload.Location(qdrant.NewValueStruct(&qdrant.Struct{Fields: qdrant.NewValueMap(map[string]any{"lat": 1, "lon": 2.5})}))
	if lat != 1 || lon != 2.5 {
		t.Errorf("latitude %v, longitude %v", lat, lon)
	}
}

// TestWritesLeaveWhatTheyWereGiven merges and removes at random and compares
// the arguments with copies of them.
func TestWritesLeaveWhatTheyWereGiven(t *testing.T) {
	var value *rapid.Generator[any]
	name := rapid.SampledFrom([]string{"a", "b", "c"})
	value = rapid.Custom(func(t *rapid.T) any {
		switch rapid.IntRange(0, 4).Draw(t, "kind") {
		case 0:
			return rapid.SliceOfN(value, 0, 3).Draw(t, "list")
		case 1, 2:
			return rapid.MapOfN(name, value, 0, 3).Draw(t, "object")
		case 3:
			return nil
		default:
			return rapid.Int().Draw(t, "number")
		}
	})
	object := rapid.MapOfN(name, value, 0, 3)
	key := rapid.StringMatching(`[abc](\.[abc]|\[\]|\[[01]\]){0,4}`)
	copyOf := func(m map[string]*qdrant.Value) map[string]*qdrant.Value {
		return proto.Clone(&qdrant.Struct{Fields: m}).(*qdrant.Struct).Fields
	}
	rapid.Check(t, func(t *rapid.T) {
		old, patch := qdrant.NewValueMap(object.Draw(t, "old")), qdrant.NewValueMap(object.Draw(t, "patch"))
		oldBefore, patchBefore := copyOf(old), copyOf(patch)
		keys := rapid.SliceOfN(key, 1, 3).Draw(t, "keys")
		merged, err := payload.Merge(old, patch, keys[0])
		if err != nil {
			t.Fatal(err)
		}
		mergedBefore := copyOf(merged)
		paths, err := payload.ParseAll(keys)
		if err != nil {
			t.Fatal(err)
		}
		less := payload.Without(merged, paths)
		if !same(old, oldBefore) || !same(patch, patchBefore) || !same(merged, mergedBefore) {
			t.Fatal("an argument changed")
		}
		if !same(payload.Without(less, paths), less) {
			t.Fatal("removing twice removes more")
		}
		for i, p := range paths {
			if !strings.HasSuffix(keys[i], "]") && p.Each(less, func(*qdrant.Value) bool { return true }) {
				t.Fatalf("%s is still there in %v", keys[i], less)
			}
		}
		included, err := payload.NewSelector(qdrant.NewWithPayloadInclude(keys...), false)
		if err != nil {
			t.Fatal(err)
		}
		if shown := included.Apply(old); !same(included.Apply(shown), shown) || !same(old, oldBefore) {
			t.Fatal("selecting twice shows less")
		}
	})
}

func FuzzParse(f *testing.F) {
	for _, key := range []string{"a", "a.b", "a[].b", "a[0]", `"a.b".c`, `""`, "a[", "é[18446744073709551615]", "\xff"} {
		f.Add(key, "x")
	}
	f.Fuzz(func(t *testing.T, key, text string) {
		payload.Time(text)
		p, err := payload.Parse(key)
		if err != nil {
			if status.Code(err) != codes.InvalidArgument {
				t.Errorf("error is %v", err)
			}
			return
		}
		again, err := payload.Parse(p.String())
		if err != nil || again.String() != p.String() {
			t.Errorf("%q is written %q, which is read as %q, %v", key, p, again, err)
		}
		document := map[string]*qdrant.Value{text: qdrant.NewValueString(text)}
		if merged, err := payload.Merge(document, document, key); err == nil {
			payload.Without(merged, []payload.Path{p})
			p.First(merged)
		}
	})
}

func FuzzTime(f *testing.F) {
	for _, text := range []string{"2020-01-02T03:04:05Z", "2020-1-2 3:4", "+12345-01-01", "2016-12-31T23:59:60.5+01"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		at, ok := payload.Time(text)
		if !ok {
			return
		}
		if at.Nanosecond()%1000 != 0 || at.Location().String() != "UTC" {
			t.Errorf("%q is %v", text, at)
		}
		const layout = "2006-01-02T15:04:05.999999999Z"
		if again, ok := payload.Time(at.Format(layout)); at.Year() >= 0 && at.Year() <= 9999 && (!ok || !again.Equal(at)) {
			t.Errorf("%q is %v, which is read as %v", text, at, again)
		}
	})
}
