package embedded_test

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"

	"github.com/qdrant/go-client/qdrant"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/proto"
)

// workload writes to one collection at random, every kind of write there is,
// and knows what must be there afterwards. Its state after each write follows
// from its seed alone, so that another process can know it too.
type workload struct {
	random *rand.Rand
	state  map[uint64]content
	points qdrant.PointsClient
	// first is the lowest of its ids, and ids how many it has. Where others write
	// to the collection too, its deletions by filter name the ids.
	first  uint64
	ids    int
	shared bool
	last   any
}

// content is what a point of the workload holds.
type content struct {
	n      int64  // payload "n"
	tag    string // payload "tag"; empty: none
	dense  int8   // dense vector (dense, 1); 0: none
	sparse uint32 // sparse vector {sparse: 1}; 0: none
}

const (
	workCollection = "work"
	workIDs        = 40
)

func newWorkload(conn grpc.ClientConnInterface, seed uint64) *workload {
	return &workload{random: rand.New(rand.NewPCG(seed, 1)), state: map[uint64]content{}, points: qdrant.NewPointsClient(conn), ids: workIDs}
}

// prepareWorkload creates the collection.
func prepareWorkload(ctx context.Context, conn grpc.ClientConnInterface) error {
	collections := qdrant.NewCollectionsClient(conn)
	exists, err := collections.CollectionExists(ctx, &qdrant.CollectionExistsRequest{CollectionName: workCollection})
	if err != nil || exists.GetResult().GetExists() {
		return err
	}
	_, err = collections.Create(ctx, &qdrant.CreateCollection{
		CollectionName: workCollection,
		VectorsConfig: qdrant.NewVectorsConfigMap(map[string]*qdrant.VectorParams{
			"dense": {Size: 2, Distance: qdrant.Distance_Dot},
		}),
		SparseVectorsConfig: qdrant.NewSparseVectorsConfig(map[string]*qdrant.SparseVectorParams{"sparse": {}}),
	})
	return err
}

func (c content) point(id uint64) *qdrant.PointStruct {
	p := &qdrant.PointStruct{Id: qdrant.NewIDNum(id), Payload: qdrant.NewValueMap(map[string]any{"n": c.n})}
	if c.tag != "" {
		p.Payload["tag"] = qdrant.NewValueString(c.tag)
	}
	vectors := map[string]*qdrant.Vector{}
	if c.dense != 0 {
		vectors["dense"] = qdrant.NewVectorDense([]float32{float32(c.dense), 1})
	}
	if c.sparse != 0 {
		vectors["sparse"] = qdrant.NewVectorSparse([]uint32{c.sparse}, []float32{1})
	}
	if len(vectors) > 0 {
		p.Vectors = qdrant.NewVectorsMap(vectors)
	}
	return p
}

func (w *workload) content() content {
	c := content{n: int64(w.random.IntN(1000)), tag: []string{"", "a", "b", "c"}[w.random.IntN(4)]}
	if w.random.IntN(3) > 0 {
		c.dense = int8(1 + w.random.IntN(100))
	}
	if w.random.IntN(3) > 0 {
		c.sparse = uint32(1 + w.random.IntN(5))
	}
	return c
}

// next chooses a write and returns it with the state that it leads to.
func (w *workload) next() (write func(ctx context.Context) error, after map[uint64]content) {
	after = maps.Clone(w.state)
	if w.random.IntN(4) == 0 {
		var ops []*qdrant.PointsUpdateOperation
		for range 1 + w.random.IntN(4) {
			ops = append(ops, w.operation(after))
		}
		return func(ctx context.Context) error {
			_, err := w.points.UpdateBatch(ctx, &qdrant.UpdateBatchPoints{CollectionName: workCollection, Wait: proto.Bool(true), Operations: ops})
			return err
		}, after
	}
	op := w.operation(after)
	return func(ctx context.Context) error { return w.send(ctx, op) }, after
}

// someIDs returns ids of points that are there, or none.
func (w *workload) someIDs(of map[uint64]content) []uint64 {
	ids := slices.Sorted(maps.Keys(of))
	if len(ids) == 0 {
		return nil
	}
	var some []uint64
	for range 1 + w.random.IntN(5) {
		some = append(some, ids[w.random.IntN(len(ids))])
	}
	return some
}

// all returns every id that is the workload's.
func (w *workload) all() []*qdrant.PointId {
	ids := make([]*qdrant.PointId, w.ids)
	for i := range ids {
		ids[i] = qdrant.NewIDNum(w.first + uint64(i))
	}
	return ids
}

func selectIDs(ids []uint64) *qdrant.PointsSelector {
	all := make([]*qdrant.PointId, len(ids))
	for i, id := range ids {
		all[i] = qdrant.NewIDNum(id)
	}
	return qdrant.NewPointsSelector(all...)
}

// operation chooses one operation and applies it to after.
func (w *workload) operation(after map[uint64]content) *qdrant.PointsUpdateOperation {
	some := w.someIDs(after)
	kind := w.random.IntN(10)
	if some == nil {
		kind = 0
	}
	edit := func(f func(*content)) {
		for _, id := range some {
			c := after[id]
			f(&c)
			after[id] = c
		}
	}
	switch kind {
	case 4:
		for _, id := range some {
			delete(after, id)
		}
		return qdrant.NewPointsUpdateDeletePoints(&qdrant.PointsUpdateOperation_DeletePoints{Points: selectIDs(some)})
	case 5:
		tag := []string{"a", "b", "c"}[w.random.IntN(3)]
		maps.DeleteFunc(after, func(_ uint64, c content) bool { return c.tag == tag && c.n < 300 })
		limit := 300.0
		f := must(qdrant.NewMatchKeyword("tag", tag), qdrant.NewRange("n", &qdrant.Range{Lt: &limit}))
		if w.shared {
			f.Must = append(f.Must, qdrant.NewHasID(w.all()...))
		}
		return qdrant.NewPointsUpdateDeletePoints(&qdrant.PointsUpdateOperation_DeletePoints{Points: qdrant.NewPointsSelectorFilter(f)})
	case 6:
		tag := []string{"a", "b", "c"}[w.random.IntN(3)]
		edit(func(c *content) { c.tag = tag })
		return qdrant.NewPointsUpdateSetPayload(&qdrant.PointsUpdateOperation_SetPayload{
			Payload: qdrant.NewValueMap(map[string]any{"tag": tag}), PointsSelector: selectIDs(some)})
	case 7:
		edit(func(c *content) { c.tag = "" })
		return qdrant.NewPointsUpdateDeletePayload(&qdrant.PointsUpdateOperation_DeletePayload{Keys: []string{"tag"}, PointsSelector: selectIDs(some)})
	case 8:
		dense := int8(1 + w.random.IntN(100))
		edit(func(c *content) { c.dense = dense })
		var points []*qdrant.PointVectors
		for _, id := range some {
			points = append(points, &qdrant.PointVectors{Id: qdrant.NewIDNum(id), Vectors: qdrant.NewVectorsMap(map[string]*qdrant.Vector{
				"dense": qdrant.NewVectorDense([]float32{float32(dense), 1})})})
		}
		return qdrant.NewPointsUpdateUpdateVectors(&qdrant.PointsUpdateOperation_UpdateVectors{Points: points})
	case 9:
		edit(func(c *content) { c.sparse = 0 })
		return qdrant.NewPointsUpdateDeleteVectors(&qdrant.PointsUpdateOperation_DeleteVectors{
			PointsSelector: selectIDs(some), Vectors: &qdrant.VectorsSelector{Names: []string{"sparse"}}})
	default:
		var points []*qdrant.PointStruct
		for range 1 + w.random.IntN(8) {
			id, c := w.first+uint64(w.random.IntN(w.ids)), w.content()
			after[id] = c
			points = append(points, c.point(id))
		}
		return qdrant.NewPointsUpdateUpsert(&qdrant.PointsUpdateOperation_PointStructList{Points: points})
	}
}

// send makes the operation a request of its own.
func (w *workload) send(ctx context.Context, op *qdrant.PointsUpdateOperation) (err error) {
	w.last = op
	wait, name := proto.Bool(true), workCollection
	switch op := op.GetOperation().(type) {
	case *qdrant.PointsUpdateOperation_Upsert:
		_, err = w.points.Upsert(ctx, &qdrant.UpsertPoints{CollectionName: name, Wait: wait, Points: op.Upsert.Points})
	case *qdrant.PointsUpdateOperation_DeletePoints_:
		_, err = w.points.Delete(ctx, &qdrant.DeletePoints{CollectionName: name, Wait: wait, Points: op.DeletePoints.Points})
	case *qdrant.PointsUpdateOperation_SetPayload_:
		_, err = w.points.SetPayload(ctx, &qdrant.SetPayloadPoints{CollectionName: name, Wait: wait, Payload: op.SetPayload.Payload, PointsSelector: op.SetPayload.PointsSelector})
	case *qdrant.PointsUpdateOperation_DeletePayload_:
		_, err = w.points.DeletePayload(ctx, &qdrant.DeletePayloadPoints{CollectionName: name, Wait: wait, Keys: op.DeletePayload.Keys, PointsSelector: op.DeletePayload.PointsSelector})
	case *qdrant.PointsUpdateOperation_UpdateVectors_:
		_, err = w.points.UpdateVectors(ctx, &qdrant.UpdatePointVectors{CollectionName: name, Wait: wait, Points: op.UpdateVectors.Points})
	case *qdrant.PointsUpdateOperation_DeleteVectors_:
		_, err = w.points.DeleteVectors(ctx, &qdrant.DeletePointVectors{CollectionName: name, Wait: wait, PointsSelector: op.DeleteVectors.PointsSelector, Vectors: op.DeleteVectors.Vectors})
	}
	return err
}

// contentOf is the way back from content.point.
func contentOf(p *qdrant.RetrievedPoint) content {
	vectors := p.GetVectors().GetVectors().GetVectors()
	c := content{n: p.GetPayload()["n"].GetIntegerValue(), tag: p.GetPayload()["tag"].GetStringValue()}
	if v := vectors["dense"].GetDense().GetData(); len(v) > 0 {
		c.dense = int8(v[0])
	}
	if v := vectors["sparse"].GetSparse().GetIndices(); len(v) > 0 {
		c.sparse = v[0]
	}
	return c
}

// found reads everything back in three ways, which must agree: by scrolling, by
// counting and by searching.
func (w *workload) found(ctx context.Context) (map[uint64]content, error) {
	scroll, err := w.points.Scroll(ctx, &qdrant.ScrollPoints{
		CollectionName: workCollection, Limit: proto.Uint32(10 * workIDs), WithVectors: qdrant.NewWithVectors(true)})
	if err != nil {
		return nil, err
	}
	found := map[uint64]content{}
	for _, p := range scroll.GetResult() {
		if _, twice := found[p.GetId().GetNum()]; twice {
			return nil, fmt.Errorf("point %d is there twice", p.GetId().GetNum())
		}
		found[p.GetId().GetNum()] = contentOf(p)
	}
	count, err := w.points.Count(ctx, &qdrant.CountPoints{CollectionName: workCollection, Exact: proto.Bool(true)})
	if err != nil {
		return nil, err
	}
	if n := count.GetResult().GetCount(); n != uint64(len(found)) {
		return nil, fmt.Errorf("%d points are counted and %d scrolled", n, len(found))
	}
	tagged, err := w.points.Count(ctx, &qdrant.CountPoints{CollectionName: workCollection, Filter: must(qdrant.NewMatchKeyword("tag", "a"))})
	if err != nil {
		return nil, err
	}
	want := 0
	for _, c := range found {
		if c.tag == "a" {
			want++
		}
	}
	if n := tagged.GetResult().GetCount(); n != uint64(want) {
		return nil, fmt.Errorf("%d points of tag a are counted and %d scrolled", n, want)
	}
	return found, w.agree(ctx, found)
}

// agree compares a search for everything with what was scrolled.
func (w *workload) agree(ctx context.Context, found map[uint64]content) error {
	for _, search := range []struct {
		using string
		query *qdrant.Query
		score func(content) float32
	}{
		{"dense", qdrant.NewQueryDense([]float32{1, 0}), func(c content) float32 { return float32(c.dense) }},
		{"sparse", qdrant.NewQuerySparse([]uint32{1, 2, 3, 4, 5}, []float32{1, 2, 3, 4, 5}), func(c content) float32 { return float32(c.sparse) }},
	} {
		r, err := w.points.Query(ctx, &qdrant.QueryPoints{CollectionName: workCollection, Query: search.query, Using: &search.using, Limit: proto.Uint64(10 * workIDs)})
		if err != nil {
			return err
		}
		want := map[uint64]float32{}
		for id, c := range found {
			if score := search.score(c); score != 0 {
				want[id] = score
			}
		}
		got := map[uint64]float32{}
		for _, p := range r.GetResult() {
			got[p.GetId().GetNum()] = p.GetScore()
		}
		if !maps.Equal(got, want) || len(r.GetResult()) != len(want) {
			return fmt.Errorf("a search by %s finds %v, scrolling %v", search.using, got, want)
		}
	}
	return nil
}
