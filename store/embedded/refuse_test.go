package embedded_test

import (
	"context"
	"math"
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
	vector := func(indices []uint32, values ...float32) func() error {
		return upsert(point(2, nil, indices, values))
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
		{"prefetch", query(func(r *qdrant.QueryPoints) { r.Prefetch = []*qdrant.PrefetchQuery{{}} }), codes.Unimplemented, "QueryPoints.prefetch"},
		{"fusion", query(func(r *qdrant.QueryPoints) { r.Query = qdrant.NewQueryFusion(qdrant.Fusion_RRF) }), codes.Unimplemented, "query.fusion"},
		{"dense query", query(func(r *qdrant.QueryPoints) { r.Query = qdrant.NewQuery(1, 2) }), codes.Unimplemented, "nearest.dense"},
		{"no query", query(func(r *qdrant.QueryPoints) { r.Query = nil }), codes.Unimplemented, "query.nearest"},
		{"hnsw_ef", query(func(r *qdrant.QueryPoints) { r.Params = &qdrant.SearchParams{HnswEf: proto.Uint64(0)} }), codes.Unimplemented, "params.hnsw_ef"},
		{"shard key", query(func(r *qdrant.QueryPoints) { r.ShardKeySelector = &qdrant.ShardKeySelector{} }), codes.Unimplemented, "shard_key_selector"},
		{"unknown field", query(func(r *qdrant.QueryPoints) { r.ProtoReflect().SetUnknown([]byte{0xf8, 0x3f, 1}) }), codes.Unimplemented, "unknown field"},
		{"match text", filtered(qdrant.NewMatchText("k", "x")), codes.Unimplemented, "match.text"},
		{"nested condition", filtered(qdrant.NewNestedCondition("k", qdrant.NewIsEmpty("x"))), codes.Unimplemented, "must.nested"},
		{"deep inside a filter", filtered(qdrant.NewFilterAsCondition(mustNot(qdrant.NewHasVector("v")))), codes.Unimplemented, "filter.must_not.has_vector"},
		{"two tests", filtered(field(&qdrant.FieldCondition{Key: "k", IsNull: proto.Bool(true), IsEmpty: proto.Bool(true)})), codes.Unimplemented, "more than one test"},
		{"no test", filtered(field(&qdrant.FieldCondition{Key: "k"})), codes.InvalidArgument, `"k" tests nothing`},
		{"no match value", filtered(field(&qdrant.FieldCondition{Key: "k", Match: &qdrant.Match{}})), codes.InvalidArgument, "no value"},
		{"empty condition", filtered(&qdrant.Condition{}), codes.InvalidArgument, "nothing in it"},
		{"min_count", query(func(r *qdrant.QueryPoints) { r.Filter = &qdrant.Filter{MinShould: &qdrant.MinShould{}} }), codes.InvalidArgument, "min_count"},
		{"path", filtered(qdrant.NewIsEmpty("a..b")), codes.InvalidArgument, "malformed"},
		{"path index", filtered(qdrant.NewIsEmpty("a[x]")), codes.InvalidArgument, "malformed"},
		{"unknown vector", query(func(r *qdrant.QueryPoints) { r.Using = proto.String("w") }), codes.InvalidArgument, "vector name error: w"},
		{"unnamed vector", query(func(r *qdrant.QueryPoints) { r.Using = nil }), codes.InvalidArgument, "vector name error"},
		{"limit", query(func(r *qdrant.QueryPoints) { r.Limit = proto.Uint64(0) }), codes.InvalidArgument, "limit"},
		{"payload selector", query(func(r *qdrant.QueryPoints) { r.WithPayload = qdrant.NewWithPayloadInclude("a[0]") }), codes.Unimplemented, "a[0]"},
		{"vector selector", query(func(r *qdrant.QueryPoints) { r.WithVectors = qdrant.NewWithVectorsInclude("w") }), codes.InvalidArgument, "vector name error: w"},
		{"no collection name", query(func(r *qdrant.QueryPoints) { r.CollectionName = "" }), codes.InvalidArgument, "collection_name"},
		{"unknown collection", query(func(r *qdrant.QueryPoints) { r.CollectionName = "nope" }), codes.NotFound, "nope"},
		{"query twice a dimension", query(func(r *qdrant.QueryPoints) { r.Query = qdrant.NewQuerySparse([]uint32{1, 1}, []float32{1, 1}) }), codes.InvalidArgument, "unique"},

		{"dense vector", upsert(&qdrant.PointStruct{Id: qdrant.NewIDNum(2), Vectors: qdrant.NewVectors(1)}), codes.Unimplemented, "vectors.vector"},
		{"dense named vector", upsert(&qdrant.PointStruct{Id: qdrant.NewIDNum(2), Vectors: qdrant.NewVectorsMap(map[string]*qdrant.Vector{"v": qdrant.NewVector(1)})}), codes.Unimplemented, `vectors["v"].dense`},
		{"empty vector", upsert(&qdrant.PointStruct{Id: qdrant.NewIDNum(2), Vectors: qdrant.NewVectorsMap(map[string]*qdrant.Vector{"v": {}})}), codes.InvalidArgument, "sparse"},
		{"undeclared vector", upsert(&qdrant.PointStruct{Id: qdrant.NewIDNum(2), Vectors: qdrant.NewVectorsMap(map[string]*qdrant.Vector{"w": qdrant.NewVectorSparse(nil, nil)})}), codes.InvalidArgument, "vector name error: w"},
		{"lengths", vector([]uint32{1, 2}, 1), codes.InvalidArgument, "as many values"},
		{"repeated index", vector([]uint32{2, 1, 2}, 1, 1, 1), codes.InvalidArgument, "unique"},
		{"NaN", vector([]uint32{1}, float32(math.NaN())), codes.InvalidArgument, "finite"},
		{"infinity", vector([]uint32{1}, float32(math.Inf(1))), codes.InvalidArgument, "finite"},
		{"NaN in payload", upsert(&qdrant.PointStruct{Id: qdrant.NewIDNum(2), Payload: map[string]*qdrant.Value{"x": qdrant.NewValueFromList(qdrant.NewValueDouble(math.NaN()))}}), codes.InvalidArgument, "not finite"},
		{"bad text", upsert(&qdrant.PointStruct{Id: qdrant.NewIDNum(2), Payload: map[string]*qdrant.Value{"x": qdrant.NewValueString("\xff")}}), codes.InvalidArgument, "UTF-8"},
		{"no id", upsert(&qdrant.PointStruct{}), codes.InvalidArgument, "id is missing"},
		{"bad UUID", upsert(&qdrant.PointStruct{Id: qdrant.NewID("zzz")}), codes.InvalidArgument, `"zzz" is not a UUID`},
		{"update_mode", func() error {
			_, err := c.Upsert(ctx, &qdrant.UpsertPoints{CollectionName: collection, UpdateMode: qdrant.UpdateMode_InsertOnly.Enum()})
			return err
		}, codes.Unimplemented, "UpsertPoints.update_mode"},
		{"delete without selector", func() error {
			_, err := c.Delete(ctx, &qdrant.DeletePoints{CollectionName: collection})
			return err
		}, codes.InvalidArgument, "no points are selected"},
		{"batch operation", func() error {
			_, err := c.UpdateBatch(ctx, &qdrant.UpdateBatchPoints{CollectionName: collection, Operations: []*qdrant.PointsUpdateOperation{
				qdrant.NewPointsUpdateDeletePayload(&qdrant.PointsUpdateOperation_DeletePayload{})}})
			return err
		}, codes.Unimplemented, "operations.delete_payload"},
		{"empty batch operation", func() error {
			_, err := c.UpdateBatch(ctx, &qdrant.UpdateBatchPoints{CollectionName: collection, Operations: []*qdrant.PointsUpdateOperation{{}}})
			return err
		}, codes.InvalidArgument, "operation 0"},
		{"field type", func() error {
			_, err := c.CreateFieldIndex(ctx, &qdrant.CreateFieldIndexCollection{CollectionName: collection, FieldName: "x", FieldType: qdrant.FieldType_FieldTypeGeo.Enum()})
			return err
		}, codes.Unimplemented, "FieldTypeGeo"},
		{"no field type", func() error {
			_, err := c.CreateFieldIndex(ctx, &qdrant.CreateFieldIndexCollection{CollectionName: collection, FieldName: "x"})
			return err
		}, codes.InvalidArgument, "field_type"},
		{"order_by", func() error {
			_, err := c.Scroll(ctx, &qdrant.ScrollPoints{CollectionName: collection, OrderBy: &qdrant.OrderBy{}})
			return err
		}, codes.Unimplemented, "ScrollPoints.order_by"},

		{"create twice", create(func(r *qdrant.CreateCollection) { r.CollectionName = collection }), codes.AlreadyExists, "already exists"},
		{"dense collection", create(func(r *qdrant.CreateCollection) {
			r.VectorsConfig = qdrant.NewVectorsConfig(&qdrant.VectorParams{Size: 3})
		}), codes.Unimplemented, "vectors_config"},
		{"dense named collection", create(func(r *qdrant.CreateCollection) {
			r.VectorsConfig = qdrant.NewVectorsConfigMap(map[string]*qdrant.VectorParams{"d": {Size: 3}})
		}), codes.Unimplemented, "vectors_config"},
		{"shards", create(func(r *qdrant.CreateCollection) { r.ShardNumber = proto.Uint32(2) }), codes.Unimplemented, "shard_number"},
		{"collection name", create(func(r *qdrant.CreateCollection) { r.CollectionName = "a/b" }), codes.InvalidArgument, "a/b"},
		{"another method", func() error {
			_, err := c.Recommend(ctx, &qdrant.RecommendPoints{CollectionName: collection})
			return err
		}, codes.Unimplemented, "Recommend"},
		{"another service", func() error {
			_, err := qdrant.NewSnapshotsClient(c.conn).List(ctx, &qdrant.ListSnapshotsRequest{})
			return err
		}, codes.Unimplemented, "Snapshots/List"},
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
