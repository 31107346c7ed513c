package embedded_test

import (
	"context"
	"math"
	"testing"

	"github.com/qdrant/go-client/qdrant"
	"google.golang.org/protobuf/proto"
)

// TestReferenceScores compares with what PyPI's qdrant-client 1.20.0 answers in
// local mode to the same points and queries.
func TestReferenceScores(t *testing.T) {
	c := fresh(t)
	c.upsert(t, point(1, map[string]any{"x": 1}, []uint32{1, 2}, []float32{1, 2}), point(2, map[string]any{"x": 2}, []uint32{2, 3}, []float32{0.5, 1}),
		point(3, map[string]any{"x": 3}, []uint32{1, 3}, []float32{2, 0.5}), point(4, map[string]any{"x": 4}, nil, nil),
		point(5, map[string]any{"x": 5}, []uint32{9}, []float32{1}))
	check := func(f *qdrant.Filter, want ...scored) {
		t.Helper()
		r, err := c.Query(context.Background(), &qdrant.QueryPoints{CollectionName: collection, Using: proto.String("v"), Filter: f,
			Query: qdrant.NewQuerySparse([]uint32{3, 1, 2}, []float32{1, 0.5, 2})})
		if err != nil {
			t.Fatal(err)
		}
		if len(r.GetResult()) != len(want) {
			t.Fatalf("found %v, want %v", r.GetResult(), want)
		}
		for i, p := range r.GetResult() {
			if p.GetId().GetNum() != want[i].id || math.Abs(float64(p.GetScore())-want[i].score) > 1e-5 {
				t.Errorf("result %d is %v, want %v", i, p, want[i])
			}
		}
	}
	check(nil, scored{1, 3.1191623210906982}, scored{2, 1.3862943649291992}, scored{3, 1.0397207736968994})
	_, err := c.Delete(context.Background(), &qdrant.DeletePoints{CollectionName: collection, Points: qdrant.NewPointsSelector(qdrant.NewIDNum(5))})
	if err != nil {
		t.Fatal(err)
	}
	check(must(qdrant.NewRange("x", &qdrant.Range{Gte: proto.Float64(2)})), scored{2, 0.9400072693824768}, scored{3, 0.7050054669380188})
}
