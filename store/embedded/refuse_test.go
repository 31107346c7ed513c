package embedded_test

import (
	"context"
	"strings"
	"testing"

	"github.com/qdrant/go-client/qdrant"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
)

// TestRefusals: what a request asks for and the engine does not have is named,
// and what is wrong is said.
func TestRefusals(t *testing.T) {
	ctx := context.Background()
	c := fresh(t)
	c.upsert(t, point(1, nil, []uint32{1}, []float32{1}))
	query := func(change func(*qdrant.QueryPoints)) func() error {
		return func() error {
			r := &qdrant.QueryPoints{CollectionName: collection, Query: qdrant.NewQuerySparse([]uint32{1}, []float32{1}), Using: proto.String("v")}
			change(r)
			_, err := c.Query(ctx, r)
			return err
		}
	}
	filtered := func(conditions ...*qdrant.Condition) func() error {
		return query(func(r *qdrant.QueryPoints) { r.Filter = must(conditions...) })
	}
	upsert := func(p *qdrant.PointStruct) func() error {
		return func() error {
			_, err := c.Upsert(ctx, &qdrant.UpsertPoints{CollectionName: collection, Points: []*qdrant.PointStruct{p}})
			return err
		}
	}
	create := func(change func(*qdrant.CreateCollection)) func() error {
		return func() error {
			r := &qdrant.CreateCollection{CollectionName: "other"}
			change(r)
			_, err := c.collections.Create(ctx, r)
			return err
		}
	}
	tests := []struct {
		name string
		call func() error
		code codes.Code
		says string
	}{
		{"prefetch without a query", query(func(r *qdrant.QueryPoints) { r.Query, r.Prefetch = nil, []*qdrant.PrefetchQuery{{}} }), codes.InvalidArgument, "A query is needed to merge"},
		{"fusion of nothing", query(func(r *qdrant.QueryPoints) { r.Query, r.Using = qdrant.NewQueryFusion(qdrant.Fusion_RRF), nil }), codes.InvalidArgument, "Fusion without prefetches"},
		{"fusion of a vector", query(func(r *qdrant.QueryPoints) { r.Query = qdrant.NewQueryFusion(qdrant.Fusion_RRF) }), codes.InvalidArgument, "'using'"},
		{"formula of nothing", query(func(r *qdrant.QueryPoints) { r.Query, r.Using = qdrant.NewQueryFormula(&qdrant.Formula{}), nil }), codes.InvalidArgument, "Formula without prefetches"},
		{"recommend", query(func(r *qdrant.QueryPoints) { r.Query = qdrant.NewQueryRecommend(&qdrant.RecommendInput{}) }), codes.Unimplemented, "query.recommend"},
		{"dense query of a sparse vector", query(func(r *qdrant.QueryPoints) { r.Query = qdrant.NewQuery(1, 2) }), codes.InvalidArgument, "Conversion between sparse and regular"},
		{"sparse query of a dense vector", query(func(r *qdrant.QueryPoints) { r.Using = proto.String("d") }), codes.InvalidArgument, "Conversion between sparse and regular"},
		{"threshold of nothing", query(func(r *qdrant.QueryPoints) { r.Query, r.ScoreThreshold = nil, proto.Float32(1) }), codes.InvalidArgument, "score_threshold"},
		{"id of no point", query(func(r *qdrant.QueryPoints) { r.Query = qdrant.NewQueryID(qdrant.NewIDNum(77)) }), codes.NotFound, "No point with id 77"},
		{"shard key", query(func(r *qdrant.QueryPoints) { r.ShardKeySelector = &qdrant.ShardKeySelector{} }), codes.Unimplemented, "shard_key_selector"},
		{"unknown field", query(func(r *qdrant.QueryPoints) { r.ProtoReflect().SetUnknown([]byte{0xf8, 0x3f, 1}) }), codes.Unimplemented, "unknown field"},
		{"no match value", filtered(field(&qdrant.FieldCondition{Key: "k", Match: &qdrant.Match{}})), codes.InvalidArgument, "no value"},
		{"min_count", query(func(r *qdrant.QueryPoints) { r.Filter = &qdrant.Filter{MinShould: &qdrant.MinShould{}} }), codes.InvalidArgument, "min_count"},
		{"path", filtered(qdrant.NewIsEmpty("a..b")), codes.InvalidArgument, "Invalid json path"},
		{"path index", filtered(qdrant.NewIsEmpty("a[x]")), codes.InvalidArgument, "Invalid json path"},
		{"unknown vector", query(func(r *qdrant.QueryPoints) { r.Using = proto.String("w") }), codes.InvalidArgument, "vector name error: w"},
		{"unnamed vector", query(func(r *qdrant.QueryPoints) { r.Using = nil }), codes.InvalidArgument, "vector name error"},
		{"vector selector", query(func(r *qdrant.QueryPoints) { r.WithVectors = qdrant.NewWithVectorsInclude("w") }), codes.InvalidArgument, "vector name error: w"},
		{"no collection name", query(func(r *qdrant.QueryPoints) { r.CollectionName = "" }), codes.InvalidArgument, "collection_name"},

		{"unnamed vector where there is none", upsert(&qdrant.PointStruct{Id: qdrant.NewIDNum(2), Vectors: qdrant.NewVectors(1)}), codes.InvalidArgument, "vector name error"},
		{"dense named vector", upsert(&qdrant.PointStruct{Id: qdrant.NewIDNum(2), Vectors: qdrant.NewVectorsMap(map[string]*qdrant.Vector{"v": qdrant.NewVector(1)})}), codes.InvalidArgument, "Conversion between sparse and regular"},
		{"empty vector", upsert(&qdrant.PointStruct{Id: qdrant.NewIDNum(2), Vectors: qdrant.NewVectorsMap(map[string]*qdrant.Vector{"v": {}})}), codes.InvalidArgument, "Conversion between sparse and regular"},
		{"undeclared vector", upsert(&qdrant.PointStruct{Id: qdrant.NewIDNum(2), Vectors: qdrant.NewVectorsMap(map[string]*qdrant.Vector{"w": qdrant.NewVectorSparse(nil, nil)})}), codes.InvalidArgument, "vector name error: w"},
		{"delete without selector", func() error {
			_, err := c.Delete(ctx, &qdrant.DeletePoints{CollectionName: collection})
			return err
		}, codes.InvalidArgument, "no points are selected"},
		{"update of no point", func() error {
			_, err := c.SetPayload(ctx, &qdrant.SetPayloadPoints{CollectionName: collection, PointsSelector: qdrant.NewPointsSelector(qdrant.NewIDNum(99))})
			return err
		}, codes.NotFound, "No point with id 99"},
		{"field type", func() error {
			_, err := c.CreateFieldIndex(ctx, &qdrant.CreateFieldIndexCollection{CollectionName: collection, FieldName: "x", FieldType: qdrant.FieldType_FieldTypeText.Enum()})
			return err
		}, codes.Unimplemented, "FieldTypeText"},
		{"no field type", func() error {
			_, err := c.CreateFieldIndex(ctx, &qdrant.CreateFieldIndexCollection{CollectionName: collection, FieldName: "x"})
			return err
		}, codes.InvalidArgument, "field_type"},
		{"order without an index", func() error {
			_, err := c.Scroll(ctx, &qdrant.ScrollPoints{CollectionName: collection, OrderBy: &qdrant.OrderBy{Key: "x"}})
			return err
		}, codes.InvalidArgument, "No range index"},

		{"create twice", create(func(r *qdrant.CreateCollection) { r.CollectionName = collection }), codes.AlreadyExists, "already exists"},
		{"no distance", create(func(r *qdrant.CreateCollection) {
			r.VectorsConfig = qdrant.NewVectorsConfig(&qdrant.VectorParams{Size: 3})
		}), codes.InvalidArgument, "no distance"},
		{"no size", create(func(r *qdrant.CreateCollection) {
			r.VectorsConfig = qdrant.NewVectorsConfigMap(map[string]*qdrant.VectorParams{"d": {Distance: qdrant.Distance_Dot}})
		}), codes.InvalidArgument, "1 to 65536"},
		{"several vectors in one", create(func(r *qdrant.CreateCollection) {
			r.VectorsConfig = qdrant.NewVectorsConfigMap(map[string]*qdrant.VectorParams{"d": {Size: 3, Distance: qdrant.Distance_Dot, MultivectorConfig: &qdrant.MultiVectorConfig{}}})
		}), codes.Unimplemented, "multivector_config"},
		{"product quantization", create(func(r *qdrant.CreateCollection) {
			r.QuantizationConfig = qdrant.NewQuantizationProduct(&qdrant.ProductQuantization{})
		}), codes.Unimplemented, "product"},
		{"sharding method", create(func(r *qdrant.CreateCollection) { r.ShardingMethod = qdrant.ShardingMethod_Custom.Enum() }), codes.Unimplemented, "sharding_method"},
		{"another method", func() error {
			_, err := c.Recommend(ctx, &qdrant.RecommendPoints{CollectionName: collection})
			return err
		}, codes.Unimplemented, "Recommend"},
		{"snapshots of nothing", func() error {
			_, err := qdrant.NewSnapshotsClient(c.conn).List(ctx, &qdrant.ListSnapshotsRequest{CollectionName: "nope"})
			return err
		}, codes.NotFound, "nope"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			err := tt.call()
			wantCode(t, err, tt.code)
			if !strings.Contains(status.Convert(err).Message(), tt.says) {
				t.Errorf("error is %q and does not say %q", err, tt.says)
			}
		})
	}
	if got := numbers(c.all(t, nil)); len(got) != 1 {
		t.Errorf("refused requests left points %v", got)
	}
}
