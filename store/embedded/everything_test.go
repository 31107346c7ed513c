package embedded_test

import (
	"context"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"sync"
	"testing"

	"github.com/qdrant/go-client/qdrant"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	"github.com/naru-rag/naru/store/embedded"
)

// TestEverythingAtOnce has 64 callers do everything there is, each with points
// of its own in one collection that is flushed and merged all the time. Each
// finds its own points as it left them, and in the end everybody's are there.
func TestEverythingAtOnce(t *testing.T) {
	const callers = 64
	steps := fromEnvironment(t, "NARU_TEST_CONCURRENT_STEPS", 20)
	dir := t.TempDir()
	e, err := embedded.Open(dir, embedded.Small(nil))
	if err != nil {
		t.Fatal(err)
	}
	ctx := t.Context()
	if err := prepareWorkload(ctx, e.Conn()); err != nil {
		t.Fatal(err)
	}
	var wait sync.WaitGroup
	all := make([]*caller, callers)
	for i := range all {
		c := newCaller(e, dir, i)
		all[i] = c
		wait.Go(func() {
			for step := range steps {
				if err := c.step(ctx); err != nil {
					t.Errorf("caller %d, step %d: %v", i, step, err)
					return
				}
			}
		})
	}
	wait.Wait()
	want := map[uint64]content{}
	for _, c := range all {
		maps.Copy(want, c.state)
	}
	check := func() {
		t.Helper()
		found, err := all[0].found(ctx)
		if err != nil {
			t.Fatal(err)
		}
		if !maps.Equal(found, want) {
			t.Fatalf("found %v\nwant %v", found, want)
		}
	}
	check()
	if err := e.Close(); err != nil {
		t.Fatal(err)
	}
	if e, err = embedded.Open(dir, embedded.Small(nil)); err != nil {
		t.Fatal(err)
	}
	all[0] = newCaller(e, dir, 0)
	check()
	if err := e.Close(); err != nil {
		t.Fatal(err)
	}
}

// caller is one of many that use an engine at once.
type caller struct {
	*workload
	number      int
	dir         string
	engine      *embedded.Engine
	collections qdrant.CollectionsClient
	snapshots   qdrant.SnapshotsClient
}

func newCaller(e *embedded.Engine, dir string, number int) *caller {
	w := newWorkload(e.Conn(), uint64(number))
	w.first, w.ids, w.shared = uint64(number)*100, 5, true
	return &caller{w, number, dir, e, qdrant.NewCollectionsClient(e.Conn()), qdrant.NewSnapshotsClient(e.Conn())}
}

func (c *caller) step(ctx context.Context) error {
	write, after := c.next()
	if err := write(ctx); err != nil {
		return fmt.Errorf("write: %w", err)
	}
	c.state = after
	if err := c.own(ctx); err != nil {
		return fmt.Errorf("%v: %w", c.last, err)
	}
	others := []func(context.Context) error{c.search, c.search, c.count, c.index, c.snapshot, c.fullSnapshot, c.alias, c.collection}
	return others[c.random.IntN(len(others))](ctx)
}

// own reads the caller's points, which nobody else changes.
func (c *caller) own(ctx context.Context) error {
	got, err := c.points.Get(ctx, &qdrant.GetPoints{CollectionName: workCollection, Ids: c.all(), WithVectors: qdrant.NewWithVectors(true)})
	if err != nil {
		return fmt.Errorf("get: %w", err)
	}
	found := map[uint64]content{}
	for _, p := range got.GetResult() {
		found[p.GetId().GetNum()] = contentOf(p)
	}
	if !maps.Equal(found, c.state) {
		return fmt.Errorf("found %v, want %v", found, c.state)
	}
	return nil
}

// search fuses two searches over the caller's points: all that have a vector are
// found, once.
func (c *caller) search(ctx context.Context) error {
	r, err := c.points.Query(ctx, &qdrant.QueryPoints{
		CollectionName: workCollection,
		Prefetch: []*qdrant.PrefetchQuery{
			{Query: qdrant.NewQueryDense([]float32{1, 0}), Using: proto.String("dense"), Limit: proto.Uint64(100)},
			{Query: qdrant.NewQuerySparse([]uint32{1, 2, 3, 4, 5}, []float32{1, 2, 3, 4, 5}), Using: proto.String("sparse"), Limit: proto.Uint64(100)},
		},
		Query:  qdrant.NewQueryFusion(qdrant.Fusion_RRF),
		Filter: must(qdrant.NewHasID(c.all()...)), Limit: proto.Uint64(100), WithPayload: qdrant.NewWithPayload(true),
	})
	if err != nil {
		return fmt.Errorf("query: %w", err)
	}
	var want []uint64
	for id, p := range c.state {
		if p.dense != 0 || p.sparse != 0 {
			want = append(want, id)
		}
	}
	got := numbers(r.GetResult())
	slices.Sort(got)
	if slices.Sort(want); !slices.Equal(got, want) {
		return fmt.Errorf("a query finds %v, want %v", got, want)
	}
	for _, p := range r.GetResult() {
		if n := p.GetPayload()["n"].GetIntegerValue(); n != c.state[p.GetId().GetNum()].n {
			return fmt.Errorf("point %v has n %d", p.GetId(), n)
		}
	}
	return nil
}

// count counts and scrolls points of a tag; how many everybody has changes.
func (c *caller) count(ctx context.Context) error {
	filter := must(qdrant.NewMatchKeyword("tag", "a"), qdrant.NewHasID(c.all()...))
	want := uint64(0)
	for _, p := range c.state {
		if p.tag == "a" {
			want++
		}
	}
	n, err := c.points.Count(ctx, &qdrant.CountPoints{CollectionName: workCollection, Filter: filter})
	if err != nil || n.GetResult().GetCount() != want {
		return fmt.Errorf("counted %d, want %d: %w", n.GetResult().GetCount(), want, err)
	}
	r, err := c.points.Scroll(ctx, &qdrant.ScrollPoints{CollectionName: workCollection, Limit: proto.Uint32(1000)})
	if err != nil {
		return fmt.Errorf("scroll: %w", err)
	}
	if got := numbers(r.GetResult()); !slices.IsSorted(got) || len(slices.Compact(got)) != len(r.GetResult()) {
		return fmt.Errorf("scrolling returns %v", got)
	}
	return nil
}

func (c *caller) index(ctx context.Context) error {
	name := []string{"n", "tag"}[c.random.IntN(2)]
	kind := map[string]qdrant.FieldType{"n": qdrant.FieldType_FieldTypeInteger, "tag": qdrant.FieldType_FieldTypeKeyword}[name]
	var err error
	if c.random.IntN(2) == 0 {
		_, err = c.points.CreateFieldIndex(ctx, &qdrant.CreateFieldIndexCollection{CollectionName: workCollection, FieldName: name, FieldType: &kind})
	} else {
		_, err = c.points.DeleteFieldIndex(ctx, &qdrant.DeleteFieldIndexCollection{CollectionName: workCollection, FieldName: name})
	}
	if err == nil {
		_, err = c.collections.Get(ctx, &qdrant.GetCollectionInfoRequest{CollectionName: workCollection})
	}
	return errorf("index", err)
}

// snapshot makes a snapshot, restores it under another name, and deletes it.
func (c *caller) snapshot(ctx context.Context) error {
	made, err := c.snapshots.Create(ctx, &qdrant.CreateSnapshotRequest{CollectionName: workCollection})
	if err != nil {
		return errorf("create a snapshot", err)
	}
	name := made.GetSnapshotDescription().GetName()
	list, err := c.snapshots.List(ctx, &qdrant.ListSnapshotsRequest{CollectionName: workCollection})
	if err != nil || !slices.ContainsFunc(list.GetSnapshotDescriptions(), func(d *qdrant.SnapshotDescription) bool { return proto.Equal(d, made.GetSnapshotDescription()) }) {
		return fmt.Errorf("snapshots are %v without %v: %w", list, made, err)
	}
	if c.number%8 == 0 {
		_, err := c.engine.Restore(ctx, filepath.Join(c.dir, "snapshots", workCollection, name), fmt.Sprintf("other-%d", c.random.IntN(3)), true)
		if err != nil {
			return errorf("restore", err)
		}
	}
	_, err = c.snapshots.Delete(ctx, &qdrant.DeleteSnapshotRequest{CollectionName: workCollection, SnapshotName: name})
	return errorf("delete a snapshot", err)
}

func (c *caller) fullSnapshot(ctx context.Context) error {
	made, err := c.snapshots.CreateFull(ctx, &qdrant.CreateFullSnapshotRequest{})
	if err != nil {
		return errorf("create a full snapshot", err)
	}
	if _, err := c.snapshots.ListFull(ctx, &qdrant.ListFullSnapshotsRequest{}); err != nil {
		return errorf("list full snapshots", err)
	}
	_, err = c.snapshots.DeleteFull(ctx, &qdrant.DeleteFullSnapshotRequest{SnapshotName: made.GetSnapshotDescription().GetName()})
	return errorf("delete a full snapshot", err)
}

// alias points an alias elsewhere and reads through it.
func (c *caller) alias(ctx context.Context) error {
	other := fmt.Sprintf("other-%d", c.random.IntN(3))
	actions := []*qdrant.AliasOperations{qdrant.NewAliasCreate("alias", []string{workCollection, other}[c.random.IntN(2)])}
	if c.random.IntN(3) == 0 {
		actions = append(actions, qdrant.NewAliasRename("alias", "second"), qdrant.NewAliasDelete("second"))
	}
	_, err := c.collections.UpdateAliases(ctx, &qdrant.ChangeAliases{Actions: actions})
	if err != nil && status.Code(err) != codes.NotFound { // the other one may not be there
		return errorf("alias", err)
	}
	if _, err := c.collections.ListAliases(ctx, &qdrant.ListAliasesRequest{}); err != nil {
		return errorf("list aliases", err)
	}
	_, err = c.points.Count(ctx, &qdrant.CountPoints{CollectionName: "alias"})
	if status.Code(err) == codes.NotFound {
		err = nil
	}
	return errorf("count by alias", err)
}

// collection creates another collection, writes to it, and may delete it.
func (c *caller) collection(ctx context.Context) error {
	name := fmt.Sprintf("other-%d", c.random.IntN(3))
	_, err := c.collections.Create(ctx, &qdrant.CreateCollection{CollectionName: name})
	if err != nil && status.Code(err) != codes.AlreadyExists {
		return errorf("create", err)
	}
	_, err = c.points.Upsert(ctx, &qdrant.UpsertPoints{CollectionName: name, Points: []*qdrant.PointStruct{{Id: qdrant.NewIDNum(c.first)}}})
	if err != nil && status.Code(err) != codes.NotFound {
		return errorf("upsert elsewhere", err)
	}
	if c.random.IntN(2) == 0 {
		return nil
	}
	_, err = c.collections.Delete(ctx, &qdrant.DeleteCollection{CollectionName: name})
	return errorf("delete", err)
}

func errorf(what string, err error) error {
	if err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	return nil
}
