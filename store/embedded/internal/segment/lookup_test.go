package segment_test

import (
	"math"
	"slices"
	"testing"
	"time"

	"github.com/qdrant/go-client/qdrant"
	"google.golang.org/protobuf/types/known/timestamppb"
	"pgregory.net/rapid"

	"github.com/naru-rag/naru/internal/bitset"
	"github.com/naru-rag/naru/store/embedded/internal/payload"
	"github.com/naru-rag/naru/store/embedded/internal/pointid"
	"github.com/naru-rag/naru/store/embedded/internal/segment"
)

// TestLookups compares every lookup with a look at every payload.
func TestLookups(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		m := drawMaker(r)
		config := everything(m.size)
		points := m.points(rapid.IntRange(0, 200).Draw(r, "points"))
		s := must(t, config, points)
		if s.Len() != len(points) || !s.Config().Equal(config) {
			r.Fatalf("Len is %d, Config is %v", s.Len(), s.Config())
		}
		for i, p := range points {
			doc, ok := s.Find(p.key)
			if !ok || int(doc) != i || s.Key(doc) != p.key || s.Version(doc) != p.version || s.Seek(p.key) != doc {
				r.Fatalf("point %s is found as %d, %v", p.key, doc, ok)
			}
		}
		absent := m.key(2*len(points) + 2)
		if _, ok := s.Find(absent); ok {
			r.Fatal("a point that is not there is found")
		}
		ids := bitset.New(len(points))
		keys := []pointid.Key{absent}
		for i := 0; i < len(points); i += 3 {
			keys = append(keys, points[i].key)
			ids.Add(uint32(i))
		}

		// expect compares a lookup; can is whether the segment can tell.
		expect := func(what string, can bool, want bitset.Set, lookup func(bitset.Set) (bool, error)) {
			got := bitset.New(len(points))
			ok, err := lookup(got)
			if err != nil || ok != can {
				r.Fatalf("%s answers %v, %v instead of %v", what, ok, err, can)
			}
			if ok && !slices.Equal(got, want) {
				r.Fatalf("%s finds %b instead of %b", what, got, want)
			}
		}
		expect("IDs", true, ids, func(into bitset.Set) (bool, error) { return s.IDs(keys, into) })
		for _, d := range config.Dense {
			expect("HasVector "+d.Name, true, having(points, d.Name), func(into bitset.Set) (bool, error) { return s.HasVector(d.Name, into) })
			if n := s.DenseRows(d.Name); n != having(points, d.Name).Count() {
				r.Fatalf("DenseRows is %d", n)
			}
		}
		for _, name := range config.Sparse {
			expect("HasVector "+name, true, having(points, name), func(into bitset.Set) (bool, error) { return s.HasVector(name, into) })
			if n := s.SparsePoints(name); n != having(points, name).Count() {
				r.Fatalf("SparsePoints is %d", n)
			}
		}
		expect("HasVector of none", false, nil, func(into bitset.Set) (bool, error) { return s.HasVector("none", into) })

		words := rapid.SliceOf(rapid.SampledFrom([]string{"", "a", "b", "x", "nothing", "2024-02-29"})).Draw(r, "words")
		whole := rapid.SliceOf(rapid.SampledFrom([]int64{0, 1, 3, 5, 1 << 53, 1<<53 + 1, math.MinInt64})).Draw(r, "integers")
		bounds, times := m.bounds(), m.timeBounds()
		type kind = qdrant.FieldType
		for _, f := range config.Fields {
			is := func(types ...kind) bool { return slices.Contains(types, f.Type) }
			text := is(qdrant.FieldType_FieldTypeKeyword, qdrant.FieldType_FieldTypeUuid)
			number := is(qdrant.FieldType_FieldTypeInteger, qdrant.FieldType_FieldTypeFloat)
			isBool, isTime := is(qdrant.FieldType_FieldTypeBool), is(qdrant.FieldType_FieldTypeDatetime)
			path, err := payload.Parse(f.Name)
			if err != nil {
				r.Fatal(err)
			}
			name := path.String()
			empty := bitset.New(len(points))
			for i, p := range points {
				if path.IsEmpty(p.GetPayload()) {
					empty.Add(uint32(i))
				}
			}
			expect("Empty "+f.Name, text || number || isBool || isTime, empty,
				func(into bitset.Set) (bool, error) { return s.Empty(name, into) })
			expect("Keywords "+f.Name, text, matching(points, f.Name, isIn(words...)),
				func(into bitset.Set) (bool, error) { return s.Keywords(name, words, into) })
			expect("Integers "+f.Name, number, matching(points, f.Name, func(v *qdrant.Value) bool {
				n, ok := v.GetKind().(*qdrant.Value_IntegerValue)
				return ok && slices.Contains(whole, n.IntegerValue)
			}), func(into bitset.Set) (bool, error) { return s.Integers(name, whole, into) })
			expect("Bool "+f.Name, isBool, matching(points, f.Name, func(v *qdrant.Value) bool { return v.GetBoolValue() }),
				func(into bitset.Set) (bool, error) { return s.Bool(name, true, into) })
			expect("Range "+f.Name, number, matching(points, f.Name, inRange(bounds)),
				func(into bitset.Set) (bool, error) { return s.Range(name, bounds, into) })
			expect("DatetimeRange "+f.Name, isTime, matching(points, f.Name, inDatetimeRange(times)),
				func(into bitset.Set) (bool, error) { return s.DatetimeRange(name, times, into) })
		}
	})
}

func having(points []point, name string) bitset.Set {
	set := bitset.New(len(points))
	for i, p := range points {
		if p.vector(name) != nil {
			set.Add(uint32(i))
		}
	}
	return set
}

// bounds returns a range with each bound there or not.
func (m *maker) bounds() *qdrant.Range {
	bound := func() *float64 {
		if m.IntN(2) == 0 {
			return nil
		}
		return &[]float64{0, 1, -1, 1.5, 1 << 53, 1<<53 + 2, 1 << 63, math.Inf(1), math.Inf(-1), math.NaN()}[m.IntN(10)]
	}
	return &qdrant.Range{Lt: bound(), Gt: bound(), Lte: bound(), Gte: bound()}
}

func (m *maker) timeBounds() *qdrant.DatetimeRange {
	bound := func() *timestamppb.Timestamp {
		if m.IntN(2) == 0 {
			return nil
		}
		t, _ := payload.Time(instants[m.IntN(4)])
		return timestamppb.New(t.Add(time.Duration(m.IntN(3)-1) * 500 * time.Nanosecond))
	}
	return &qdrant.DatetimeRange{Lt: bound(), Gt: bound(), Lte: bound(), Gte: bound()}
}

// TestRangeNaN has a NaN, which is above and below nothing, after the numbers.
// TestRangeOfLists: the documents of several values that begin and end as those of one run
// would are no run. This has deleted points that a filter did not name.
func TestRangeOfLists(t *testing.T) {
	const docs = 400
	config := segment.Config{Fields: []segment.Field{{Name: "n", Type: qdrant.FieldType_FieldTypeInteger}}}
	b := segment.NewBuilder(config)
	// Documents 0 and 69 have the first and the last of 70 values below 1000; those of the
	// others are from 200 on.
	value := func(doc int) int64 {
		switch {
		case doc == 0:
			return 0
		case doc == 69:
			return 999
		case doc >= 200 && doc < 268:
			return int64(doc)
		}
		return 5000
	}
	for doc := range docs {
		id := qdrant.NewIDNum(uint64(doc))
		key, err := pointid.Parse(id)
		if err != nil {
			t.Fatal(err)
		}
		if err := b.Add(key, 1, &qdrant.PointStruct{Id: id, Payload: qdrant.NewValueMap(map[string]any{"n": value(doc)})}); err != nil {
			t.Fatal(err)
		}
	}
	data, err := b.Build()
	if err != nil {
		t.Fatal(err)
	}
	s, err := segment.Open("test", data)
	if err != nil {
		t.Fatal(err)
	}
	got, below := bitset.New(docs), 1000.0
	if ok, err := s.Range("n", &qdrant.Range{Lt: &below}, got); !ok || err != nil {
		t.Fatalf("%v, %v", ok, err)
	}
	for doc := range docs {
		if got.Has(uint32(doc)) != (value(doc) < 1000) {
			t.Fatalf("document %d with %d: %v", doc, value(doc), got.Has(uint32(doc)))
		}
	}
}

func TestRangeNaN(t *testing.T) {
	b := segment.NewBuilder(segment.Config{Fields: []segment.Field{{Name: "x", Type: qdrant.FieldType_FieldTypeFloat}}})
	for i, x := range []float64{1.5, math.NaN()} {
		key, _ := pointid.Parse(qdrant.NewIDNum(uint64(i)))
		p := &qdrant.PointStruct{Payload: map[string]*qdrant.Value{"x": qdrant.NewValueDouble(x)}}
		if err := b.Add(key, 1, p); err != nil {
			t.Fatal(err)
		}
	}
	data, err := b.Build()
	if err != nil {
		t.Fatal(err)
	}
	s := opened(t, data)
	for _, c := range []struct {
		r    *qdrant.Range
		want bitset.Set
	}{
		{&qdrant.Range{Gt: qdrant.PtrOf(1.0)}, bitset.Set{1}},
		{&qdrant.Range{Lt: qdrant.PtrOf(2.0)}, bitset.Set{1}},
		{&qdrant.Range{Gt: qdrant.PtrOf(2.0)}, bitset.Set{0}},
		{&qdrant.Range{}, bitset.Set{3}},
	} {
		into := bitset.New(2)
		if ok, err := s.Range("x", c.r, into); !ok || err != nil || !slices.Equal(into, c.want) {
			t.Errorf("%v: found %b, %v, %v; want %b", c.r, into, ok, err, c.want)
		}
	}
}
