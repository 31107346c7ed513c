package filter_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/qdrant/go-client/qdrant"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"
	"pgregory.net/rapid"

	"github.com/naru-rag/naru/internal/bitset"
	"github.com/naru-rag/naru/store/embedded/internal/filter"
	"github.com/naru-rag/naru/store/embedded/internal/pointid"
)

// index answers by asking every subject. Where knows says no, it fills the set
// with anything and cannot tell.
type index struct {
	subjects []filter.Subject
	knows    func(question string) bool
	asked    []string
	err      error
}

func (ix *index) Len() int { return len(ix.subjects) }

func (ix *index) answer(question string, c *qdrant.Condition, into bitset.Set) (bool, error) {
	ix.asked = append(ix.asked, question)
	if ix.err != nil {
		return false, ix.err
	}
	if !ix.knows(question) {
		into.AddRange(0, uint32(ix.Len()))
		return false, nil
	}
	f, err := filter.Compile(must(c))
	if err != nil {
		return false, err
	}
	for i, s := range ix.subjects {
		if f.Matches(s) {
			into.Add(uint32(i))
		}
	}
	return true, nil
}

func (ix *index) Keywords(field string, values []string, into bitset.Set) (bool, error) {
	return ix.answer("keywords "+field, qdrant.NewMatchKeywords(field, values...), into)
}

func (ix *index) Integers(field string, values []int64, into bitset.Set) (bool, error) {
	return ix.answer("integers "+field, qdrant.NewMatchInts(field, values...), into)
}

func (ix *index) Bool(field string, value bool, into bitset.Set) (bool, error) {
	return ix.answer("bool "+field, qdrant.NewMatchBool(field, value), into)
}

func (ix *index) Range(field string, r *qdrant.Range, into bitset.Set) (bool, error) {
	return ix.answer("range "+field, qdrant.NewRange(field, r), into)
}

func (ix *index) DatetimeRange(field string, r *qdrant.DatetimeRange, into bitset.Set) (bool, error) {
	return ix.answer("datetime "+field, qdrant.NewDatetimeRange(field, r), into)
}

func (ix *index) Empty(field string, into bitset.Set) (bool, error) {
	return ix.answer("empty "+field, qdrant.NewIsEmpty(field), into)
}

func (ix *index) IDs(keys []pointid.Key, into bitset.Set) (bool, error) {
	ids := make([]*qdrant.PointId, len(keys))
	for i, key := range keys {
		ids[i] = key.ID()
	}
	return ix.answer("ids", qdrant.NewHasID(ids...), into)
}

func (ix *index) HasVector(name string, into bitset.Set) (bool, error) {
	return ix.answer("vector "+name, qdrant.NewHasVector(name), into)
}

func must(c ...*qdrant.Condition) *qdrant.Filter    { return &qdrant.Filter{Must: c} }
func should(c ...*qdrant.Condition) *qdrant.Filter  { return &qdrant.Filter{Should: c} }
func mustNot(c ...*qdrant.Condition) *qdrant.Filter { return &qdrant.Filter{MustNot: c} }

func minShould(n uint64, c ...*qdrant.Condition) *qdrant.Filter {
	return &qdrant.Filter{MinShould: &qdrant.MinShould{MinCount: n, Conditions: c}}
}

func nested(key string, f *qdrant.Filter) *qdrant.Condition {
	return qdrant.NewNestedFilter(key, f)
}

func inside(f *qdrant.Filter) *qdrant.Condition { return qdrant.NewFilterAsCondition(f) }

func compile(t interface{ Fatal(...any) }, f *qdrant.Filter) *filter.Filter {
	compiled, err := filter.Compile(f)
	if err != nil {
		t.Fatal(err)
	}
	return compiled
}

func drawSubjects(t *rapid.T) []filter.Subject {
	scalar := rapid.SampledFrom([]any{nil, "a", "b", 1, 2, 2.0, true, "2026-03-01", []any{}, []any{"a", 1}, []any{nil, "b"}})
	n := rapid.IntRange(0, 150).Draw(t, "documents")
	subjects := make([]filter.Subject, n)
	for i := range subjects {
		fields := map[string]any{}
		for _, name := range []string{"k", "n"} {
			if rapid.Bool().Draw(t, name+" is there") {
				fields[name] = scalar.Draw(t, name)
			}
		}
		var objects []any
		for range rapid.IntRange(0, 3).Draw(t, "objects") {
			objects = append(objects, map[string]any{"b": scalar.Draw(t, "b"), "c": []any{map[string]any{"d": scalar.Draw(t, "d")}}})
		}
		fields["a"] = objects
		key, err := pointid.Parse(qdrant.NewIDNum(uint64(i)))
		if err != nil {
			t.Fatal(err)
		}
		hasVector := rapid.Bool().Draw(t, "vector")
		subjects[i] = filter.Subject{Key: key, Payload: qdrant.NewValueMap(fields), HasVector: func(string) bool { return hasVector }}
	}
	return subjects
}

// drawCondition draws a condition about a point or, with element, about an
// element of its array a.
func drawCondition(t *rapid.T, depth int, element bool) *qdrant.Condition {
	key := rapid.SampledFrom([]string{"k", "n", "a[].b", "a[0].b", "a", "missing"}).Draw(t, "key")
	if element {
		key = rapid.SampledFrom([]string{"b", "c[].d", "missing"}).Draw(t, "key")
	}
	field := func(f *qdrant.FieldCondition) *qdrant.Condition {
		f.Key = key
		return &qdrant.Condition{ConditionOneOf: &qdrant.Condition_Field{Field: f}}
	}
	switch kind := rapid.IntRange(0, 16).Draw(t, "kind"); kind {
	case 0, 1:
		return qdrant.NewMatchKeywords(key, rapid.SliceOfN(rapid.SampledFrom([]string{"a", "b", "z"}), 0, 2).Draw(t, "keywords")...)
	case 2:
		return qdrant.NewMatchInts(key, rapid.SliceOfN(rapid.Int64Range(0, 2), 0, 2).Draw(t, "integers")...)
	case 3:
		return qdrant.NewMatchBool(key, rapid.Bool().Draw(t, "bool"))
	case 4:
		return qdrant.NewRange(key, &qdrant.Range{Gte: proto.Float64(rapid.Float64Range(0, 3).Draw(t, "from"))})
	case 5:
		return qdrant.NewDatetimeRange(key, &qdrant.DatetimeRange{Lt: &timestamppb.Timestamp{Seconds: rapid.Int64Range(17e8, 18e8).Draw(t, "before")}})
	case 6:
		return qdrant.NewIsEmpty(key)
	case 7:
		return qdrant.NewIsNull(key)
	case 8:
		return field(&qdrant.FieldCondition{IsEmpty: proto.Bool(rapid.Bool().Draw(t, "empty"))})
	case 9:
		return field(&qdrant.FieldCondition{IsNull: proto.Bool(rapid.Bool().Draw(t, "null"))})
	case 10:
		return qdrant.NewMatchText(key, "a")
	case 11:
		return field(&qdrant.FieldCondition{Match: qdrant.NewMatchKeyword("", "a").GetField().GetMatch(), Range: &qdrant.Range{Gt: proto.Float64(1)}})
	case 12:
		var ids []*qdrant.PointId
		for _, n := range rapid.SliceOf(rapid.Uint64Range(0, 150)).Draw(t, "ids") {
			ids = append(ids, qdrant.NewIDNum(n))
		}
		return qdrant.NewHasID(ids...)
	case 13:
		return qdrant.NewHasVector("v")
	default:
		if depth == 0 {
			return qdrant.NewMatchKeyword(key, "a")
		}
		if kind == 14 && element {
			return nested("c", must(qdrant.NewMatchInt("d", rapid.Int64Range(0, 2).Draw(t, "d"))))
		}
		if kind == 14 {
			return nested("a", drawFilter(t, depth-1, true))
		}
		return inside(drawFilter(t, depth-1, element))
	}
}

func drawFilter(t *rapid.T, depth int, element bool) *qdrant.Filter {
	some := func(what string, atMost int) []*qdrant.Condition {
		var out []*qdrant.Condition
		for range max(0, rapid.IntRange(-2, atMost).Draw(t, what)) {
			out = append(out, drawCondition(t, depth, element))
		}
		return out
	}
	f := &qdrant.Filter{Must: some("must", 2), Should: some("should", 3), MustNot: some("must not", 2)}
	if conditions := some("min should", 4); len(conditions) > 0 {
		f.MinShould = &qdrant.MinShould{Conditions: conditions, MinCount: rapid.Uint64Range(1, 5).Draw(t, "at least")}
	}
	return f
}

// TestResolveDecidesAsMatches lets an index that knows some of the answers
// resolve a filter and compares what comes out with what Matches says.
func TestResolveDecidesAsMatches(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		drawn := drawFilter(t, 3, false)
		if rapid.Bool().Draw(t, "is nested") {
			drawn = must(nested("a", drawFilter(t, 1, true)))
		}
		f := compile(t, drawn)
		ix := &index{subjects: drawSubjects(t)}
		unknown := rapid.SampledFrom([]int{0, 1, 2, 4}).Draw(t, "unknown")
		ix.knows = func(question string) bool { return len(question)%4 >= unknown }
		allowed := bitset.Full(ix.Len())
		for _, n := range rapid.SliceOf(rapid.Uint32Range(0, 150)).Draw(t, "not allowed") {
			if allowed.Has(n) {
				allowed.Remove(n)
			}
		}
		before := slices.Clone(allowed)
		rest, err := f.Resolve(ix, allowed)
		if err != nil {
			t.Fatal(err)
		}
		for i, s := range ix.subjects {
			want := before.Has(uint32(i)) && f.Matches(s)
			if !f.NeedsPayload() {
				s.Payload = nil
				if before.Has(uint32(i)) && f.Matches(s) != want {
					t.Fatalf("document %d: the payload changes the answer", i)
				}
			}
			if rest != nil && !rest.NeedsPayload() {
				s.Payload = nil
			}
			got := allowed.Has(uint32(i)) && (rest == nil || rest.Matches(s))
			if got != want {
				t.Fatalf("document %d: %v, want %v; allowed %v, rest %v", i, got, want, allowed.Has(uint32(i)), rest)
			}
		}
	})
}

// TestResolveAsksIndexes says what is left to check where the indexes know of
// the fields k, n and a[].b.
func TestResolveAsksIndexes(t *testing.T) {
	k, n := qdrant.NewMatchKeyword("k", "a"), qdrant.NewMatchInt("n", 1)
	text, ids := qdrant.NewMatchText("k", "a"), qdrant.NewHasID(qdrant.NewIDNum(0), qdrant.NewIDNum(1), qdrant.NewIDNum(7))
	ofB := func(v int64) *qdrant.Condition { return qdrant.NewMatchInt("b", v) }
	tests := []struct {
		name      string
		f         *qdrant.Filter
		remaining []uint32 // of the documents 0 to 7
		rest      bool
	}{
		{"everything", nil, []uint32{0, 1, 2, 3, 4, 5, 6, 7}, false},
		{"one", must(k), []uint32{0, 1, 2, 3}, false},
		{"two", must(k, n), []uint32{0, 1}, false},
		{"ids", must(ids), []uint32{0, 1, 7}, false},
		{"one is not known", must(k, text), []uint32{0, 1, 2, 3}, true},
		{"nothing is left to check", must(k, qdrant.NewMatchKeyword("k", "c"), text), nil, false},
		{"not", mustNot(k), []uint32{4, 5, 6, 7}, false},
		{"not both", mustNot(inside(must(k, n))), []uint32{2, 3, 4, 5, 6, 7}, false},
		{"not, but not known", mustNot(inside(must(k, text))), []uint32{0, 1, 2, 3, 4, 5, 6, 7}, true},
		{"one of two", should(k, n), []uint32{0, 1, 2, 3, 4, 5}, false},
		{"one of two, one not known", should(k, text), []uint32{0, 1, 2, 3, 4, 5, 6, 7}, true},
		{"one of two, one half known", should(ids, inside(must(k, text))), []uint32{0, 1, 2, 3, 7}, true},
		{"filter in filter", must(inside(must(k)), inside(mustNot(inside(should(n))))), []uint32{2, 3}, false},
		{"at least two of three", minShould(2, k, n, ids), []uint32{0, 1}, false},
		{"at least one of three", minShould(1, k, n, ids), []uint32{0, 1, 2, 3, 4, 5, 7}, false},
		{"at least two of three, one not known", minShould(2, k, n, text), []uint32{0, 1, 2, 3, 4, 5}, true},
		{"more than there are", minShould(3, k, n), nil, false},
		{"several tests", must(&qdrant.Condition{ConditionOneOf: &qdrant.Condition_Field{Field: &qdrant.FieldCondition{
			Key: "n", Match: n.GetField().GetMatch(), Range: &qdrant.Range{Lt: proto.Float64(0)}}}}), []uint32{0, 1, 4, 5}, false},
		{"not empty", must(&qdrant.Condition{ConditionOneOf: &qdrant.Condition_Field{Field: &qdrant.FieldCondition{
			Key: "n", IsEmpty: proto.Bool(false)}}}), []uint32{0, 1, 4, 5}, false},
		{"nested", must(nested("a", must(ofB(1)))), []uint32{0, 4}, true},
		{"nested, both", must(nested("a", must(ofB(1), ofB(2)))), []uint32{4}, true},
		{"nested, one of two", must(nested("a[]", should(ofB(1), inside(must(ofB(2), text))))), []uint32{0, 2, 4, 6}, true},
		{"nested, not", must(nested("a", mustNot(ofB(1)))), []uint32{0, 1, 2, 3, 4, 5, 6, 7}, true},
		{"nested, empty", must(nested("a", must(qdrant.NewIsEmpty("b")))), []uint32{0, 1, 2, 3, 4, 5, 6, 7}, true},
		{"nested has no id", must(nested("a", must(ids))), nil, false},
	}
	ix := &index{}
	for i := range 8 {
		fields := map[string]any{}
		if i < 4 {
			fields["k"] = "a"
		}
		if i%4 < 2 {
			fields["n"] = 1
		}
		switch i {
		case 0, 2:
			fields["a"] = []any{map[string]any{"b": 1 + i/2}}
		case 4:
			fields["a"] = []any{map[string]any{"b": 1}, map[string]any{"b": []any{2}}}
		case 6:
			fields["a"] = []any{map[string]any{"b": 2}}
		}
		key, err := pointid.Parse(qdrant.NewIDNum(uint64(i)))
		if err != nil {
			t.Fatal(err)
		}
		ix.subjects = append(ix.subjects, filter.Subject{Key: key, Payload: qdrant.NewValueMap(fields)})
	}
	ix.knows = func(string) bool { return true }
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			allowed := bitset.Full(8)
			rest, err := compile(t, tt.f).Resolve(ix, allowed)
			if err != nil {
				t.Fatal(err)
			}
			var remaining []uint32
			allowed.Each(func(n uint32) bool { remaining = append(remaining, n); return true })
			if !slices.Equal(remaining, tt.remaining) || (rest != nil) != tt.rest {
				t.Errorf("remaining are %v, rest is %v", remaining, rest)
			}
		})
	}
}

func TestResolveStopsWhereNothingRemains(t *testing.T) {
	ix := &index{subjects: make([]filter.Subject, 4), knows: func(string) bool { return true }}
	f := compile(t, &qdrant.Filter{
		Must:    []*qdrant.Condition{qdrant.NewRange("n", &qdrant.Range{}), qdrant.NewMatchKeyword("k", "a"), qdrant.NewHasID()},
		Should:  []*qdrant.Condition{qdrant.NewMatchKeyword("k", "b")},
		MustNot: []*qdrant.Condition{qdrant.NewMatchKeyword("k", "c")},
	})
	if _, err := f.Resolve(ix, bitset.Full(4)); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(ix.asked, []string{"ids"}) {
		t.Errorf("asked %q; ids come first, and none of them leave nothing to ask", ix.asked)
	}
}

func TestResolveReportsErrors(t *testing.T) {
	broken := errors.New("broken")
	ix := &index{subjects: make([]filter.Subject, 4), err: broken}
	k := qdrant.NewMatchKeyword("k", "a")
	for i, f := range []*qdrant.Filter{
		must(k), should(k), mustNot(k), minShould(1, k), should(inside(must(k))), must(nested("a", must(k))), mustNot(inside(should(k))),
	} {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			if _, err := compile(t, f).Resolve(ix, bitset.Full(4)); !errors.Is(err, broken) {
				t.Errorf("error is %v", err)
			}
		})
	}
}
