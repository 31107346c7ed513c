package embedded_test

import (
	"cmp"
	"context"
	"math"
	"slices"
	"testing"

	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/qdrant/go-client/qdrant"
	"google.golang.org/protobuf/proto"
	"pgregory.net/rapid"

	"github.com/naru-rag/naru/store/embedded"
)

// model is what the engine should hold: points by id, the simple way.
type model map[uint64]*qdrant.PointStruct

func (m model) clone() model {
	out := model{}
	for id, p := range m {
		out[id] = p
	}
	return out
}

type scored struct {
	id    uint64
	score float64
}

// search scores every point by the definition of the score.
func (m model) search(indices []uint32, values []float32, tenant string) []scored {
	points, having := 0.0, map[uint32]float64{}
	for _, p := range m {
		if v := p.GetVectors().GetVectors().GetVectors()["v"].GetSparse(); v != nil {
			points++
			for _, i := range v.Indices {
				having[i]++
			}
		}
	}
	var found []scored
	for id, p := range m {
		if tenant != "" && p.Payload["tenant"].GetStringValue() != tenant {
			continue
		}
		v := p.GetVectors().GetVectors().GetVectors()["v"].GetSparse()
		score, shared := 0.0, false
		for q, i := range indices {
			if d := slices.Index(v.GetIndices(), i); d >= 0 {
				shared = true
				n := having[i]
				score += float64(values[q]) * float64(v.Values[d]) * math.Log((points-n+0.5)/(n+0.5)+1)
			}
		}
		if shared && float32(score) != 0 {
			found = append(found, scored{id, score})
		}
	}
	return found
}

// TestSearchIsBruteForce compares the engine with the model over random
// writes, and once more after opening the folder again.
func TestSearchIsBruteForce(t *testing.T) {
	dir := t.TempDir() // on the real disk there is only the holder's note
	rapid.Check(t, func(t *rapid.T) {
		options := embedded.Small(vfs.NewMem())
		e, err := embedded.Open(dir, options)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = e.Close() }()
		c := newClient(e)
		if err := c.create(); err != nil {
			t.Fatal(err)
		}
		m := model{}
		id := rapid.Uint64Range(0, 12)
		tenant := rapid.SampledFrom([]string{"a", "b"})
		sparse := rapid.Custom(func(t *rapid.T) *qdrant.SparseVector {
			indices := rapid.SliceOfNDistinct(rapid.Uint32Range(0, 9), 0, 6, rapid.ID).Draw(t, "indices")
			values := make([]float32, len(indices))
			for i := range values {
				values[i] = rapid.SampledFrom([]float32{0.5, 1, 1.5, 2, -1}).Draw(t, "value")
			}
			return &qdrant.SparseVector{Indices: indices, Values: values}
		})
		newPoint := func(n uint64) *qdrant.PointStruct {
			p := point(n, map[string]any{"tenant": tenant.Draw(t, "tenant")}, nil, nil)
			if rapid.Bool().Draw(t, "vector") || rapid.Bool().Draw(t, "vector too") {
				v := sparse.Draw(t, "sparse")
				p = point(n, map[string]any{"tenant": p.Payload["tenant"].GetStringValue()}, slices.Clone(v.Indices), v.Values)
				if v.Indices == nil {
					p.Vectors = qdrant.NewVectorsMap(map[string]*qdrant.Vector{"v": qdrant.NewVectorSparse(nil, nil)})
				}
			}
			return p
		}
		operation := func(m model) *qdrant.PointsUpdateOperation {
			switch rapid.IntRange(0, 4).Draw(t, "operation") {
			case 0:
				n := id.Draw(t, "deleted")
				delete(m, n)
				return qdrant.NewPointsUpdateDeletePoints(&qdrant.PointsUpdateOperation_DeletePoints{Points: qdrant.NewPointsSelector(qdrant.NewIDNum(n))})
			case 1:
				f := must(qdrant.NewMatchKeyword("tenant", tenant.Draw(t, "of")), qdrant.NewHasID(qdrant.NewIDNum(1), qdrant.NewIDNum(2), qdrant.NewIDNum(3)))
				for n, p := range m {
					if n >= 1 && n <= 3 && p.Payload["tenant"].GetStringValue() == f.Must[0].GetField().GetMatch().GetKeyword() {
						delete(m, n)
					}
				}
				return qdrant.NewPointsUpdateDeletePoints(&qdrant.PointsUpdateOperation_DeletePoints{Points: qdrant.NewPointsSelectorFilter(f)})
			case 2:
				from, to := tenant.Draw(t, "from"), tenant.Draw(t, "to")
				for n, p := range m {
					if p.Payload["tenant"].GetStringValue() == from {
						m[n] = &qdrant.PointStruct{Id: p.Id, Vectors: p.Vectors, Payload: qdrant.NewValueMap(map[string]any{"tenant": to})}
					}
				}
				return qdrant.NewPointsUpdateSetPayload(&qdrant.PointsUpdateOperation_SetPayload{
					Payload:        qdrant.NewValueMap(map[string]any{"tenant": to}),
					PointsSelector: qdrant.NewPointsSelectorFilter(must(qdrant.NewMatchKeyword("tenant", from))),
				})
			default:
				p := newPoint(id.Draw(t, "upserted"))
				m[p.GetId().GetNum()] = p
				return qdrant.NewPointsUpdateUpsert(&qdrant.PointsUpdateOperation_PointStructList{Points: []*qdrant.PointStruct{p}})
			}
		}
		check := func(t *rapid.T) {
			q := sparse.Draw(t, "query")
			slices.Sort(q.Indices)
			of := rapid.SampledFrom([]string{"", "a", "b"}).Draw(t, "asker")
			limit := rapid.IntRange(1, 8).Draw(t, "limit")
			offset := rapid.IntRange(0, 3).Draw(t, "offset")
			r := &qdrant.QueryPoints{
				CollectionName: collection, Query: qdrant.NewQuerySparse(q.Indices, q.Values), Using: proto.String("v"),
				Limit: proto.Uint64(uint64(limit)), Offset: proto.Uint64(uint64(offset)),
			}
			if of != "" {
				r.Filter = must(qdrant.NewMatchKeyword("tenant", of))
			}
			got, err := c.Query(context.Background(), r)
			if err != nil {
				t.Fatal(err)
			}
			want := m.search(q.Indices, q.Values, of)
			slices.SortFunc(want, func(a, b scored) int {
				if d := cmp.Compare(float32(b.score), float32(a.score)); d != 0 {
					return d
				}
				return cmp.Compare(a.id, b.id)
			})
			want = want[min(len(want), offset):min(len(want), offset+limit)]
			if len(got.GetResult()) != len(want) {
				t.Fatalf("%d found, want %d: %v", len(got.GetResult()), len(want), want)
			}
			for i, p := range got.GetResult() {
				if p.GetId().GetNum() != want[i].id || p.GetScore() != float32(want[i].score) {
					t.Fatalf("result %d is %v, want %v", i, p, want[i])
				}
			}
		}
		for i := range rapid.IntRange(1, 12).Draw(t, "batches") {
			if i == 3 {
				_, err := c.CreateFieldIndex(context.Background(), &qdrant.CreateFieldIndexCollection{
					CollectionName: collection, FieldName: "tenant", FieldType: qdrant.FieldType_FieldTypeKeyword.Enum()})
				if err != nil {
					t.Fatal(err)
				}
			}
			next := m.clone()
			var ops []*qdrant.PointsUpdateOperation
			for range rapid.IntRange(1, 5).Draw(t, "operations") {
				ops = append(ops, operation(next))
			}
			fails := rapid.IntRange(0, 5).Draw(t, "fails") == 0
			if fails {
				// The last operation is wrong, so none of them may count.
				ops = append(ops, qdrant.NewPointsUpdateUpsert(&qdrant.PointsUpdateOperation_PointStructList{Points: []*qdrant.PointStruct{{}}}))
				next = m
			}
			_, err := c.UpdateBatch(context.Background(), &qdrant.UpdateBatchPoints{CollectionName: collection, Operations: ops})
			if (err != nil) != fails {
				t.Fatalf("error is %v", err)
			}
			m = next
			check(t)
		}
		if err := e.Close(); err != nil {
			t.Fatal(err)
		}
		if e, err = embedded.Open(dir, options); err != nil {
			t.Fatal(err)
		}
		c = newClient(e)
		check(t)
	})
}
