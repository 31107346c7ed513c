package embedded_test

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/qdrant/go-client/qdrant"
	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/proto"

	"github.com/naru-rag/naru/store/embedded"
)

// TestNothingIsShared: what a caller keeps of a request or a response is theirs.
func TestNothingIsShared(t *testing.T) {
	c := fresh(t)
	p := point(1, map[string]any{"k": "a"}, []uint32{1}, []float32{1})
	c.upsert(t, p)
	p.Payload["k"] = qdrant.NewValueString("changed")
	p.Vectors.GetVectors().GetVectors()["v"].GetSparse().Indices[0] = 2
	got := c.all(t, nil)[0]
	got.Payload["k"].Kind = &qdrant.Value_StringValue{StringValue: "changed"}
	got.Vectors.GetVectors().GetVectors()["v"].GetSparse().Indices[0] = 2
	again := c.all(t, nil)[0]
	if v := again.Payload["k"].GetStringValue(); v != "a" {
		t.Errorf("payload is %q", v)
	}
	if v := again.Vectors.GetVectors().GetVectors()["v"].GetSparse().GetIndices()[0]; v != 1 {
		t.Errorf("index is %d", v)
	}
}

func TestContexts(t *testing.T) {
	c := fresh(t)
	cancelled, cancel := context.WithCancel(context.Background())
	cancel()
	late, cancel := context.WithDeadline(context.Background(), time.Unix(0, 0))
	defer cancel()
	for _, tt := range []struct {
		ctx  context.Context
		code codes.Code
	}{{cancelled, codes.Canceled}, {late, codes.DeadlineExceeded}} {
		_, err := c.Count(tt.ctx, &qdrant.CountPoints{CollectionName: collection})
		wantCode(t, err, tt.code)
		_, err = c.Upsert(tt.ctx, &qdrant.UpsertPoints{CollectionName: collection, Points: []*qdrant.PointStruct{point(1, nil, nil, nil)}})
		wantCode(t, err, tt.code)
	}
	_, err := c.Count(context.Background(), &qdrant.CountPoints{CollectionName: collection, Timeout: proto.Uint64(0)})
	wantCode(t, err, codes.DeadlineExceeded)
	if n := len(c.all(t, nil)); n != 0 {
		t.Errorf("%d points were stored after all", n)
	}
	_, err = c.conn.NewStream(context.Background(), nil, "/x")
	wantCode(t, err, codes.Unimplemented)
}

func TestCollections(t *testing.T) {
	ctx := context.Background()
	dir := t.TempDir()
	e, err := embedded.Open(dir, embedded.Options{})
	if err != nil {
		t.Fatal(err)
	}
	c := newClient(e)
	_, err = c.collections.Get(ctx, &qdrant.GetCollectionInfoRequest{CollectionName: collection})
	wantCode(t, err, codes.NotFound)
	if err := c.create(); err != nil {
		t.Fatal(err)
	}
	c.upsert(t, point(1, map[string]any{"k": "a"}, []uint32{1}, []float32{1}), point(2, nil, nil, nil))
	c.index(t, "k", qdrant.FieldType_FieldTypeKeyword)
	if err := e.Close(); err != nil {
		t.Fatal(err)
	}

	c = open(t, dir)
	info, err := c.collections.Get(ctx, &qdrant.GetCollectionInfoRequest{CollectionName: collection})
	if err != nil {
		t.Fatal(err)
	}
	r := info.GetResult()
	if r.GetPointsCount() != 2 || r.GetIndexedVectorsCount() != 1 || r.GetPayloadSchema()["k"].GetPoints() != 1 ||
		r.GetPayloadSchema()["k"].GetDataType() != qdrant.PayloadSchemaType_Keyword ||
		r.GetConfig().GetParams().GetSparseVectorsConfig().GetMap()["v"].GetModifier() != qdrant.Modifier_Idf {
		t.Errorf("info is %v", r)
	}
	exists := func() bool {
		r, err := c.collections.CollectionExists(ctx, &qdrant.CollectionExistsRequest{CollectionName: collection})
		if err != nil {
			t.Fatal(err)
		}
		list, err := c.collections.List(ctx, &qdrant.ListCollectionsRequest{})
		if err != nil || (len(list.GetCollections()) == 1) != r.GetResult().GetExists() {
			t.Fatal(list, err)
		}
		return r.GetResult().GetExists()
	}
	if !exists() {
		t.Error("the collection is gone")
	}
	for _, want := range []bool{true, false} {
		d, err := c.collections.Delete(ctx, &qdrant.DeleteCollection{CollectionName: collection})
		if err != nil || d.GetResult() != want || exists() {
			t.Errorf("deleting returns %v, %v", d, err)
		}
	}
	if err := c.create(); err != nil {
		t.Fatal(err)
	}
	if n := len(c.all(t, nil)); n != 0 {
		t.Errorf("created again, it has %d points", n)
	}
}

// TestIDs: UUIDs have one normal form, and ids one order.
func TestIDs(t *testing.T) {
	c := fresh(t)
	const uuid = "0fa4dc92-5b5c-8a9b-b6aa-2a4fbd3bd0f1"
	for _, id := range []string{uuid, "0FA4DC92-5B5C-8A9B-B6AA-2A4FBD3BD0F1", "0fa4dc925b5c8a9bb6aa2a4fbd3bd0f1", "{" + uuid + "}", "urn:uuid:" + uuid} {
		c.upsert(t, &qdrant.PointStruct{Id: qdrant.NewID(id)})
	}
	c.upsert(t, &qdrant.PointStruct{Id: qdrant.NewIDNum(1 << 63)}, &qdrant.PointStruct{Id: qdrant.NewIDNum(9)},
		&qdrant.PointStruct{Id: qdrant.NewID("00000000-0000-0000-0000-000000000000")})
	var got []string
	for _, p := range c.all(t, nil) {
		got = append(got, fmt.Sprint(p.GetId().GetNum(), p.GetId().GetUuid()))
	}
	want := []string{"9", "9223372036854775808", "000000000-0000-0000-0000-000000000000", "0" + uuid}
	if !slices.Equal(got, want) {
		t.Errorf("ids are %q, want %q", got, want)
	}
	for _, bad := range []string{"", "0fa4dc92", "0fa4dc92-5b5c-8a9b-b6aa-2a4fbd3bd0fg", "0fa4dc92x5b5c-8a9b-b6aa-2a4fbd3bd0f1"} {
		_, err := c.Get(context.Background(), &qdrant.GetPoints{CollectionName: collection, Ids: []*qdrant.PointId{qdrant.NewID(bad)}})
		wantCode(t, err, codes.InvalidArgument)
	}
}

func TestSelectors(t *testing.T) {
	c := fresh(t)
	c.upsert(t, point(1, map[string]any{"a": 1, "o": map[string]any{"x": 1, "y": 2}, "l": []any{1}}, []uint32{7, 3}, []float32{70, 30}))
	get := func(payload *qdrant.WithPayloadSelector, vectors *qdrant.WithVectorsSelector) *qdrant.RetrievedPoint {
		t.Helper()
		r, err := c.Get(context.Background(), &qdrant.GetPoints{
			CollectionName: collection, Ids: []*qdrant.PointId{qdrant.NewIDNum(2), qdrant.NewIDNum(1)}, WithPayload: payload, WithVectors: vectors})
		if err != nil || len(r.GetResult()) != 1 {
			t.Fatal(r, err)
		}
		return r.GetResult()[0]
	}
	for _, tt := range []struct {
		name string
		sel  *qdrant.WithPayloadSelector
		want map[string]any
	}{
		{"unset", nil, map[string]any{"a": 1, "o": map[string]any{"x": 1, "y": 2}, "l": []any{1}}},
		{"off", qdrant.NewWithPayload(false), nil},
		{"include", qdrant.NewWithPayloadInclude("a", "missing", "o.y"), map[string]any{"a": 1, "o": map[string]any{"y": 2}}},
		{"include all of an object", qdrant.NewWithPayloadInclude("o.y", "o"), map[string]any{"o": map[string]any{"x": 1, "y": 2}}},
		{"exclude", qdrant.NewWithPayloadExclude("a", "o.y"), map[string]any{"o": map[string]any{"x": 1}, "l": []any{1}}},
	} {
		got := &qdrant.Struct{Fields: get(tt.sel, nil).GetPayload()}
		if want := (&qdrant.Struct{Fields: qdrant.NewValueMap(tt.want)}); !proto.Equal(got, want) {
			t.Errorf("%s: payload is %v, want %v", tt.name, got, want)
		}
	}
	for _, sel := range []*qdrant.WithVectorsSelector{qdrant.NewWithVectors(true), qdrant.NewWithVectorsInclude("v")} {
		v := get(nil, sel).GetVectors().GetVectors().GetVectors()
		if s := v["v"].GetSparse(); len(v) != 1 || !slices.Equal(s.GetIndices(), []uint32{3, 7}) || !slices.Equal(s.GetValues(), []float32{30, 70}) {
			t.Errorf("vectors are %v", v)
		}
	}
	if v := get(nil, nil).GetVectors(); v != nil {
		t.Errorf("vectors are returned unasked: %v", v)
	}
}

func TestSetPayload(t *testing.T) {
	ctx := context.Background()
	c := fresh(t)
	c.upsert(t, point(1, map[string]any{"a": 1, "b": 2}, []uint32{1}, []float32{1}), point(2, map[string]any{"a": 1}, nil, nil))
	_, err := c.SetPayload(ctx, &qdrant.SetPayloadPoints{CollectionName: collection,
		Payload: qdrant.NewValueMap(map[string]any{"b": nil, "c": 3}), PointsSelector: qdrant.NewPointsSelector(qdrant.NewIDNum(1))})
	if err != nil {
		t.Fatal(err)
	}
	want := &qdrant.Struct{Fields: qdrant.NewValueMap(map[string]any{"a": 1, "c": 3})}
	p := c.all(t, nil)[0]
	if !proto.Equal(&qdrant.Struct{Fields: p.GetPayload()}, want) || p.GetVectors().GetVectors().GetVectors()["v"] == nil {
		t.Errorf("point is %v", p)
	}
	// One id that is not there stops all of it.
	_, err = c.SetPayload(ctx, &qdrant.SetPayloadPoints{CollectionName: collection,
		Payload: qdrant.NewValueMap(map[string]any{"a": 9}), PointsSelector: qdrant.NewPointsSelector(qdrant.NewIDNum(2), qdrant.NewIDNum(3))})
	wantCode(t, err, codes.NotFound)
	if n := len(c.all(t, must(qdrant.NewMatchInt("a", 9)))); n != 0 {
		t.Errorf("%d points were changed", n)
	}
}

// TestOverwritingReclaims overwrites so often that dead documents must have
// been cleared away several times, with readers looking on.
func TestOverwritingReclaims(t *testing.T) {
	c := fresh(t)
	c.index(t, "k", qdrant.FieldType_FieldTypeKeyword)
	const points = 50
	write := func(round int) {
		batch := make([]*qdrant.PointStruct, points)
		for i := range batch {
			batch[i] = point(uint64(i), map[string]any{"k": "x", "round": round}, []uint32{1, uint32(i)%7 + 2}, []float32{1, float32(i)})
		}
		if _, err := c.Upsert(context.Background(), &qdrant.UpsertPoints{CollectionName: collection, Points: batch}); err != nil {
			t.Error(err)
		}
	}
	search := func() []*qdrant.ScoredPoint {
		r, err := c.Query(context.Background(), &qdrant.QueryPoints{
			CollectionName: collection, Query: qdrant.NewQuerySparse([]uint32{1, 3}, []float32{1, 1}), Using: proto.String("v"),
			Filter: must(qdrant.NewMatchKeyword("k", "x")), Limit: proto.Uint64(100), WithPayload: qdrant.NewWithPayload(true),
		})
		if err != nil {
			t.Error(err)
		}
		return r.GetResult()
	}
	write(0)
	want := search()
	var readers sync.WaitGroup
	stop := make(chan struct{})
	for range 3 {
		readers.Go(func() {
			for {
				got := search()
				if len(got) != points {
					t.Errorf("%d points found, want %d", len(got), points)
				}
				for _, p := range got { // a batch is seen whole
					if p.GetPayload()["round"].GetIntegerValue() != got[0].GetPayload()["round"].GetIntegerValue() {
						t.Error("two rounds are seen at once")
					}
				}
				select {
				case <-stop:
					return
				default:
				}
			}
		})
	}
	for round := 1; round <= 70; round++ {
		write(round)
	}
	close(stop)
	readers.Wait()
	got := search()
	for i, p := range got {
		if p.GetId().GetNum() != want[i].GetId().GetNum() || p.GetScore() != want[i].GetScore() {
			t.Fatalf("result %d is %v, want %v", i, p, want[i])
		}
	}
}
