package embedded_test

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"
	"testing"

	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/qdrant/go-client/qdrant"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	"github.com/naru-rag/naru/store/embedded"
)

// TestManyAtOnce lets 64 goroutines read, write, delete, snapshot, and change
// aliases and collections at once, while segments are written and merged all the
// time. Each writer has points of its own, so that what must be there in the end
// is known; while they write, whatever is read has to agree with itself.
func TestManyAtOnce(t *testing.T) {
	const writers, readers, others, rounds = 16, 32, 16, 12
	ctx := context.Background()
	e, err := embedded.Open(t.TempDir(), embedded.Small(vfs.NewMem()))
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := e.Close(); err != nil {
			t.Error(err)
		}
	}()
	c := newClient(e)
	if err := prepareWorkload(ctx, e.Conn()); err != nil {
		t.Fatal(err)
	}
	snapshots := qdrant.NewSnapshotsClient(e.Conn())
	var wait sync.WaitGroup
	want := make([]map[uint64]content, writers)
	for i := range writers {
		want[i] = map[uint64]content{}
		wait.Go(func() {
			w := newWorkload(e.Conn(), uint64(i))
			for round := range rounds {
				id := uint64(1000*(i+1) + round%5)
				if round%4 == 3 {
					if _, err := c.Delete(ctx, &qdrant.DeletePoints{CollectionName: workCollection, Points: selectIDs([]uint64{id})}); err != nil {
						t.Error(err)
					}
					delete(want[i], id)
					continue
				}
				is := w.content()
				if _, err := c.Upsert(ctx, &qdrant.UpsertPoints{CollectionName: workCollection, Points: []*qdrant.PointStruct{is.point(id)}}); err != nil {
					t.Error(err)
				}
				want[i][id] = is
			}
		})
	}
	for range readers {
		wait.Go(func() {
			for range rounds {
				r, err := c.Scroll(ctx, &qdrant.ScrollPoints{CollectionName: workCollection, Limit: proto.Uint32(1000)})
				if err != nil {
					t.Error(err)
					continue
				}
				ids := numbers(r.GetResult())
				if !slices.IsSorted(ids) || len(slices.Compact(slices.Clone(ids))) != len(ids) {
					t.Errorf("a point is there twice: %v", ids)
				}
				_, err = c.Query(ctx, &qdrant.QueryPoints{
					CollectionName: workCollection, Query: qdrant.NewQueryFusion(qdrant.Fusion_RRF), Limit: proto.Uint64(20),
					Prefetch: []*qdrant.PrefetchQuery{
						{Query: qdrant.NewQueryDense([]float32{1, 0}), Using: proto.String("dense")},
						{Query: qdrant.NewQuerySparse([]uint32{1, 2}, []float32{1, 1}), Using: proto.String("sparse"), Filter: must(qdrant.NewMatchKeyword("tag", "a"))},
					},
				})
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	for i := range others {
		wait.Go(func() {
			name := fmt.Sprint("other ", i)
			for range rounds / 4 {
				made, err := snapshots.Create(ctx, &qdrant.CreateSnapshotRequest{CollectionName: workCollection})
				if err != nil {
					t.Error(err)
					continue
				}
				_, err = snapshots.Delete(ctx, &qdrant.DeleteSnapshotRequest{CollectionName: workCollection, SnapshotName: made.GetSnapshotDescription().GetName()})
				if err != nil {
					t.Error(err)
				}
				if _, err := c.collections.Create(ctx, &qdrant.CreateCollection{CollectionName: name}); err != nil {
					t.Error(err)
				}
				_, err = c.collections.UpdateAliases(ctx, &qdrant.ChangeAliases{Actions: []*qdrant.AliasOperations{{Action: &qdrant.AliasOperations_CreateAlias{
					CreateAlias: &qdrant.CreateAlias{CollectionName: name, AliasName: "alias of any"}}}}})
				if err != nil {
					t.Error(err)
				}
				_, err = c.CreateFieldIndex(ctx, &qdrant.CreateFieldIndexCollection{CollectionName: workCollection, FieldName: "tag", FieldType: qdrant.FieldType_FieldTypeKeyword.Enum()})
				if err != nil {
					t.Error(err)
				}
				// The alias may be led elsewhere, and that be gone, by now.
				if _, err := c.Count(ctx, &qdrant.CountPoints{CollectionName: "alias of any"}); err != nil && status.Code(err) != codes.NotFound {
					t.Error(err)
				}
				if _, err := c.collections.Delete(ctx, &qdrant.DeleteCollection{CollectionName: name}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wait.Wait()
	all := map[uint64]content{}
	for _, w := range want {
		maps.Copy(all, w)
	}
	found, err := newWorkload(e.Conn(), 0).found(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if !maps.Equal(found, all) {
		t.Errorf("found %v\nwant %v", found, all)
	}
}
