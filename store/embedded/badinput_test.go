package embedded_test

import (
	"context"
	"fmt"
	"math"
	"net"
	"strings"
	"sync"
	"testing"

	"github.com/qdrant/go-client/qdrant"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/naru-rag/naru/store/remote"
)

// badInput is a request that no caller should send, and what becomes of it.
type badInput struct {
	name    string
	request proto.Message
	code    codes.Code
	says    string
	// wire is the code where the request does not get through a wire.
	wire codes.Code
	// local is set where only a caller in this process can say such a thing.
	local bool
}

var (
	nan  = float32(math.NaN())
	inf  = float32(math.Inf(1))
	huge = uint64(math.MaxUint64)
)

// nested returns a filter in a filter in a filter.
func nestedFilter(depth int) *qdrant.Filter {
	f := must(qdrant.NewMatchKeyword("k", "a"))
	for range depth - 1 {
		f = must(qdrant.NewFilterAsCondition(f))
	}
	return f
}

// nestedValue returns an array in an array in an array.
func nestedValue(depth int) *qdrant.Value {
	v := qdrant.NewValueInt(1)
	for range depth {
		v = qdrant.NewValueFromList(v)
	}
	return v
}

// nestedPrefetch returns a prefetch of a prefetch of a prefetch.
func nestedPrefetch(depth int) *qdrant.QueryPoints {
	p := sparsePrefetch()
	for range depth - 1 {
		p = &qdrant.PrefetchQuery{Prefetch: []*qdrant.PrefetchQuery{p}, Query: qdrant.NewQueryFusion(qdrant.Fusion_RRF)}
	}
	return &qdrant.QueryPoints{CollectionName: collection, Prefetch: []*qdrant.PrefetchQuery{p}, Query: qdrant.NewQueryFusion(qdrant.Fusion_RRF)}
}

func sparsePrefetch() *qdrant.PrefetchQuery {
	return &qdrant.PrefetchQuery{Query: qdrant.NewQuerySparse([]uint32{1}, []float32{1}), Using: proto.String("v")}
}

func upsertOf(points ...*qdrant.PointStruct) *qdrant.UpsertPoints {
	return &qdrant.UpsertPoints{CollectionName: collection, Points: points}
}

// withVector is an upsert of one vector.
func withVector(name string, v *qdrant.Vector) *qdrant.UpsertPoints {
	return upsertOf(&qdrant.PointStruct{Id: qdrant.NewIDNum(90), Vectors: qdrant.NewVectorsMap(map[string]*qdrant.Vector{name: v})})
}

func withID(id *qdrant.PointId) *qdrant.UpsertPoints { return upsertOf(&qdrant.PointStruct{Id: id}) }

func withPayload(fields map[string]*qdrant.Value) *qdrant.UpsertPoints {
	return upsertOf(&qdrant.PointStruct{Id: qdrant.NewIDNum(90), Payload: fields})
}

func scrollBy(conditions ...*qdrant.Condition) *qdrant.ScrollPoints {
	return &qdrant.ScrollPoints{CollectionName: collection, Filter: must(conditions...)}
}

func denseQuery(values ...float32) *qdrant.QueryPoints {
	return &qdrant.QueryPoints{CollectionName: collection, Query: qdrant.NewQueryDense(values), Using: proto.String("d")}
}

func sparseQuery(indices []uint32, values ...float32) *qdrant.QueryPoints {
	return &qdrant.QueryPoints{CollectionName: collection, Query: qdrant.NewQuerySparse(indices, values), Using: proto.String("v")}
}

// fused asks two prefetches and then query.
func fused(query *qdrant.Query) *qdrant.QueryPoints {
	return &qdrant.QueryPoints{CollectionName: collection, Prefetch: []*qdrant.PrefetchQuery{sparsePrefetch(), sparsePrefetch()}, Query: query}
}

func formulaQuery(e *qdrant.Expression) *qdrant.QueryPoints {
	return fused(qdrant.NewQueryFormula(&qdrant.Formula{Expression: e}))
}

func with[R any](r R, change func(R)) R {
	change(r)
	return r
}

func aliases(actions ...*qdrant.AliasOperations) *qdrant.ChangeAliases {
	return &qdrant.ChangeAliases{Actions: actions}
}

func geoBox(lat, lon float64) *qdrant.Condition {
	return qdrant.NewGeoBoundingBox("g", lat, lon, -1, 1)
}

func polygon(points ...*qdrant.GeoPoint) *qdrant.Condition {
	return qdrant.NewGeoPolygon("g", &qdrant.GeoLineString{Points: points})
}

// badInputs are made anew for each connection: some are large.
func badInputs() []badInput {
	const uuid = "0fa4dc92-5b5c-8a9b-b6aa-2a4fbd3bd0f1"
	bad, ok := codes.InvalidArgument, codes.OK
	ids := make([]*qdrant.PointId, 100_000)
	words := make([]string, len(ids))
	for i := range ids {
		ids[i], words[i] = qdrant.NewIDNum(uint64(i)), fmt.Sprint(i)
	}
	prefetches := make([]*qdrant.PrefetchQuery, 10_000)
	for i := range prefetches {
		prefetches[i] = &qdrant.PrefetchQuery{Query: qdrant.NewQuerySparse([]uint32{1}, []float32{1}), Using: proto.String("v"), Limit: proto.Uint64(1)}
	}
	unsorted := qdrant.NewVectorSparse([]uint32{9, 1}, []float32{1, 2})
	cases := []badInput{
		{name: "dimension too small", request: withVector("d", qdrant.NewVector(1)), code: bad, says: "expected dim: 3, got 1 for vector 'd'"},
		{name: "dimension too large", request: withVector("d", qdrant.NewVector(1, 2, 3, 4)), code: bad, says: "expected dim: 3, got 4"},
		{name: "dimension zero", request: withVector("d", qdrant.NewVectorDense(nil)), code: bad, says: "expected dim: 3, got 0"},
		{name: "dimension of a query", request: denseQuery(1, 2, 3, 4), code: bad, says: "expected dim: 3, got 4"},
		{name: "dimension of an update", request: &qdrant.UpdatePointVectors{CollectionName: collection, Points: []*qdrant.PointVectors{{
			Id: qdrant.NewIDNum(1), Vectors: qdrant.NewVectorsMap(map[string]*qdrant.Vector{"d": qdrant.NewVector(1)})}}}, code: bad, says: "expected dim: 3, got 1"},
		{name: "NaN", request: withVector("d", qdrant.NewVector(1, nan, 2)), code: bad, says: "finite"},
		{name: "+Inf", request: withVector("d", qdrant.NewVector(1, inf, 2)), code: bad, says: "finite"},
		{name: "-Inf", request: withVector("d", qdrant.NewVector(1, -inf, 2)), code: bad, says: "finite"},
		{name: "NaN in a query", request: denseQuery(nan, 0, 0), code: bad, says: "finite"},
		{name: "-Inf in a query", request: denseQuery(-inf, 0, 0), code: bad, says: "finite"},
		{name: "NaN in a sparse query", request: sparseQuery([]uint32{1}, nan), code: bad, says: "finite"},
		{name: "Inf in a sparse vector", request: withVector("v", qdrant.NewVectorSparse([]uint32{1}, []float32{inf})), code: bad, says: "finite"},
		{name: "empty sparse query", request: sparseQuery(nil), code: ok},
		{name: "unsorted sparse query", request: &qdrant.QueryPoints{CollectionName: collection, Query: qdrant.NewQuerySparse(unsorted.GetSparse().GetIndices(), []float32{1, 2}), Using: proto.String("v")}, code: ok},
		{name: "repeated sparse indices", request: withVector("v", qdrant.NewVectorSparse([]uint32{2, 1, 2}, []float32{1, 2, 3})), code: bad, says: "unique"},
		{name: "repeated sparse indices in a query", request: sparseQuery([]uint32{2, 1, 2}, 1, 2, 3), code: bad, says: "unique"},
		{name: "more indices than values", request: withVector("v", qdrant.NewVectorSparse([]uint32{1, 2}, []float32{1})), code: bad, says: "same length"},
		{name: "fewer indices than values", request: withVector("v", qdrant.NewVectorSparse(nil, []float32{1})), code: bad, says: "same length"},
		{name: "more indices than values in a query", request: sparseQuery([]uint32{1, 2}, 1), code: bad, says: "same length"},

		{name: "limit 0", request: with(sparseQuery([]uint32{1}, 1), func(r *qdrant.QueryPoints) { r.Limit = proto.Uint64(0) }), code: bad, says: "limit"},
		{name: "limit 0 of a prefetch", request: with(fused(qdrant.NewQueryFusion(qdrant.Fusion_RRF)), func(r *qdrant.QueryPoints) { r.Prefetch[0].Limit = proto.Uint64(0) }), code: bad, says: "limit"},
		{name: "limit 0 of scrolling", request: with(scrollBy(), func(r *qdrant.ScrollPoints) { r.Limit = proto.Uint32(0) }), code: bad, says: "limit"},
		{name: "limit 10^9", request: with(sparseQuery([]uint32{1}, 1), func(r *qdrant.QueryPoints) { r.Limit = proto.Uint64(1e9) }), code: ok},
		{name: "limit MaxUint64", request: with(denseQuery(1, 0, 0), func(r *qdrant.QueryPoints) { r.Limit = &huge }), code: ok},
		{name: "limit MaxUint64 of a prefetch", request: with(fused(qdrant.NewQueryFusion(qdrant.Fusion_DBSF)), func(r *qdrant.QueryPoints) { r.Prefetch[0].Limit = &huge }), code: ok},
		{name: "limit MaxUint32 of scrolling", request: with(scrollBy(), func(r *qdrant.ScrollPoints) { r.Limit = proto.Uint32(math.MaxUint32) }), code: ok},
		{name: "limit MaxUint32 of an order", request: with(scrollBy(), func(r *qdrant.ScrollPoints) {
			r.Limit, r.OrderBy = proto.Uint32(math.MaxUint32), &qdrant.OrderBy{Key: "n"}
		}), code: ok},
		{name: "offset MaxUint64", request: with(denseQuery(1, 0, 0), func(r *qdrant.QueryPoints) { r.Offset = &huge }), code: ok},
		{name: "offset and limit overflow", request: with(denseQuery(1, 0, 0), func(r *qdrant.QueryPoints) { r.Offset, r.Limit = &huge, &huge }), code: ok},
		{name: "offset and limit overflow without a query", request: with(denseQuery(), func(r *qdrant.QueryPoints) { r.Query, r.Using, r.Offset, r.Limit = nil, nil, &huge, &huge }), code: ok},
		{name: "offset of no kind", request: with(scrollBy(), func(r *qdrant.ScrollPoints) { r.Offset = &qdrant.PointId{} }), code: bad, says: "id is missing"},
		{name: "timeout MaxUint64", request: with(denseQuery(1, 0, 0), func(r *qdrant.QueryPoints) { r.Timeout = &huge }), code: ok},

		{name: "unknown collection", request: &qdrant.ScrollPoints{CollectionName: "nope"}, code: codes.NotFound, says: "Collection `nope` doesn't exist"},
		{name: "write to an unknown collection", request: &qdrant.UpsertPoints{CollectionName: "nope"}, code: codes.NotFound, says: "`nope`"},
		{name: "unknown vector", request: withVector("w", qdrant.NewVector(1)), code: bad, says: "Not existing vector name error: w"},
		{name: "unknown vector of a query", request: with(denseQuery(1, 0, 0), func(r *qdrant.QueryPoints) { r.Using = proto.String("w") }), code: bad, says: "vector name error: w"},
		{name: "unknown vector to delete", request: &qdrant.DeletePointVectors{CollectionName: collection, PointsSelector: qdrant.NewPointsSelector(qdrant.NewIDNum(1)), Vectors: &qdrant.VectorsSelector{Names: []string{"v", "w"}}}, code: bad, says: "vector name error: w"},
		{name: "no vector to delete", request: &qdrant.DeletePointVectors{CollectionName: collection, PointsSelector: qdrant.NewPointsSelector(qdrant.NewIDNum(1))}, code: bad, says: "must specify vector names"},
		{name: "unknown vector of lookup", request: with(sparseQuery(nil), func(r *qdrant.QueryPoints) {
			r.Query, r.LookupFrom = qdrant.NewQueryID(qdrant.NewIDNum(1)), &qdrant.LookupLocation{CollectionName: collection, VectorName: proto.String("w")}
		}), code: codes.NotFound, says: "w"},
		{name: "unknown collection of lookup", request: with(sparseQuery(nil), func(r *qdrant.QueryPoints) {
			r.Query, r.LookupFrom = qdrant.NewQueryID(qdrant.NewIDNum(1)), &qdrant.LookupLocation{CollectionName: "nope"}
		}), code: codes.NotFound, says: "nope"},

		{name: "filter on an unknown key", request: scrollBy(qdrant.NewMatchKeyword("nope", "a")), code: ok},
		{name: "100,000 ids", request: scrollBy(qdrant.NewHasID(ids...)), code: ok},
		{name: "100,000 ids to get", request: &qdrant.GetPoints{CollectionName: collection, Ids: ids}, code: ok},
		{name: "100,000 keywords with an index", request: scrollBy(qdrant.NewMatchKeywords("k", words...)), code: ok},
		{name: "100,000 keywords without", request: scrollBy(qdrant.NewMatchKeywords("t", words...)), code: ok},
		{name: "100,000 keywords excepted", request: scrollBy(qdrant.NewMatchExceptKeywords("k", words...)), code: ok},
		{name: "filter 20 deep", request: scrollBy(qdrant.NewFilterAsCondition(nestedFilter(20))), code: ok},
		{name: "filter 1,000 deep", request: scrollBy(qdrant.NewFilterAsCondition(nestedFilter(1_000))), code: bad, says: "128"},
		{name: "filter 100,000 deep", request: scrollBy(qdrant.NewFilterAsCondition(nestedFilter(100_000))), code: bad, says: "128", wire: codes.Internal},
		{name: "deletion by a filter 1,000 deep", request: &qdrant.DeletePoints{CollectionName: collection, Points: qdrant.NewPointsSelectorFilter(nestedFilter(1_000))}, code: bad, says: "128"},
		{name: "condition without anything", request: scrollBy(&qdrant.Condition{}), code: ok},
		{name: "condition on no key", request: scrollBy(qdrant.NewMatchKeyword("", "a")), code: bad, says: "Invalid json path"},
		{name: "key of one million steps", request: scrollBy(qdrant.NewIsEmpty("a" + strings.Repeat(".a", 1_000_000))), code: ok},
		{name: "key that is cut short", request: scrollBy(qdrant.NewIsEmpty("a[1")), code: bad, says: "Invalid json path"},

		{name: "payload 1,000 deep", request: withPayload(map[string]*qdrant.Value{"x": nestedValue(1_000)}), code: bad, says: "deeper than 127"},
		{name: "payload 100,000 deep", request: withPayload(map[string]*qdrant.Value{"x": nestedValue(100_000)}), code: bad, says: "deeper than 127", wire: codes.Internal},
		{name: "payload to set 1,000 deep", request: &qdrant.SetPayloadPoints{CollectionName: collection, Payload: map[string]*qdrant.Value{"x": nestedValue(1_000)}, PointsSelector: qdrant.NewPointsSelector(qdrant.NewIDNum(1))}, code: bad, says: "deeper than 127"},
		{name: "payload to set below a deep key", request: &qdrant.SetPayloadPoints{CollectionName: collection, Payload: map[string]*qdrant.Value{"x": qdrant.NewValueInt(1)}, Key: proto.String("a" + strings.Repeat(".a", 1_000_000)), PointsSelector: qdrant.NewPointsSelector(qdrant.NewIDNum(1))}, code: bad, says: "deeper than 127"},
		{name: "payload that is not finite", request: withPayload(map[string]*qdrant.Value{"x": qdrant.NewValueDouble(math.Inf(-1))}), code: bad, says: "not finite"},
		{name: "metadata 1,000 deep", request: &qdrant.CreateCollection{CollectionName: "m", Metadata: map[string]*qdrant.Value{"x": nestedValue(1_000)}}, code: bad, says: "deeper than 127"},
		{name: "metadata 100,000 deep", request: &qdrant.CreateCollection{CollectionName: "m", Metadata: map[string]*qdrant.Value{"x": nestedValue(100_000)}}, code: bad, says: "deeper than 127", wire: codes.Internal},
		{name: "index of no field", request: &qdrant.CreateFieldIndexCollection{CollectionName: collection, FieldType: qdrant.FieldType_FieldTypeKeyword.Enum()}, code: bad, says: "Invalid json path"},
		{name: "keys to delete", request: &qdrant.DeletePayloadPoints{CollectionName: collection, Keys: []string{"t", "a..b"}, PointsSelector: qdrant.NewPointsSelector(qdrant.NewIDNum(1))}, code: bad, says: "a..b"},
		{name: "keys to show", request: with(scrollBy(), func(r *qdrant.ScrollPoints) { r.WithPayload = qdrant.NewWithPayloadInclude("a.", "b") }), code: bad, says: "Invalid json path"},

		{name: "prefetch 60 deep", request: nestedPrefetch(60), code: ok},
		{name: "prefetch 100 deep", request: nestedPrefetch(100), code: bad, says: "max depth 64"},
		{name: "prefetch 100,000 deep", request: nestedPrefetch(100_000), code: bad, says: "nested deeper than 10000 messages", wire: codes.Internal},
		{name: "10,000 prefetches", request: &qdrant.QueryPoints{CollectionName: collection, Prefetch: prefetches, Query: qdrant.NewQueryFusion(qdrant.Fusion_RRF)}, code: ok},
		{name: "empty prefetch", request: with(fused(qdrant.NewQueryFusion(qdrant.Fusion_RRF)), func(r *qdrant.QueryPoints) { r.Prefetch[0] = &qdrant.PrefetchQuery{} }), code: ok},
		{name: "query without a variant", request: with(sparseQuery(nil), func(r *qdrant.QueryPoints) { r.Query = &qdrant.Query{} }), code: bad, says: "Query variant is missing"},
		{name: "query of no vector", request: with(sparseQuery(nil), func(r *qdrant.QueryPoints) { r.Query = qdrant.NewQueryNearest(&qdrant.VectorInput{}) }), code: bad, says: "the query has no vector"},
		{name: "no queries", request: &qdrant.QueryBatchPoints{CollectionName: collection}, code: ok},
		{name: "no queries of no collection", request: &qdrant.QueryBatchPoints{CollectionName: "nope"}, code: codes.NotFound, says: "nope"},
		{name: "one bad query of two", request: &qdrant.QueryBatchPoints{CollectionName: collection, QueryPoints: []*qdrant.QueryPoints{sparseQuery([]uint32{1}, 1), denseQuery(1)}}, code: bad, says: "expected dim: 3, got 1"},
		{name: "query of another collection", request: &qdrant.QueryBatchPoints{CollectionName: collection, QueryPoints: []*qdrant.QueryPoints{{CollectionName: "other"}}}, code: bad, says: "query 0"},
		{name: "no operations", request: &qdrant.UpdateBatchPoints{CollectionName: collection}, code: bad, says: "operations"},
		{name: "operation that is empty", request: &qdrant.UpdateBatchPoints{CollectionName: collection, Operations: []*qdrant.PointsUpdateOperation{
			qdrant.NewPointsUpdateUpsert(&qdrant.PointsUpdateOperation_PointStructList{Points: []*qdrant.PointStruct{point(90, nil, nil, nil)}}), {}}}, code: bad, says: "operation 1"},
		{name: "operation that is refused", request: &qdrant.UpdateBatchPoints{CollectionName: collection, Operations: []*qdrant.PointsUpdateOperation{
			qdrant.NewPointsUpdateUpsert(&qdrant.PointsUpdateOperation_PointStructList{Points: []*qdrant.PointStruct{point(90, nil, nil, nil)}}),
			qdrant.NewPointsUpdateUpsert(&qdrant.PointsUpdateOperation_PointStructList{Points: []*qdrant.PointStruct{point(91, nil, []uint32{1, 1}, []float32{1, 1})}})}}, code: bad, says: "unique"},
		{name: "one bad point of two", request: upsertOf(point(90, nil, []uint32{1}, []float32{1}), point(91, nil, []uint32{1, 1}, []float32{1, 1})), code: bad, says: "unique"},

		{name: "point without id", request: upsertOf(&qdrant.PointStruct{}), code: bad, says: "id is missing"},
		{name: "id of no kind", request: withID(&qdrant.PointId{}), code: bad, says: "id is missing"},
		{name: "id of no text", request: withID(qdrant.NewID("")), code: bad, says: "Unable to parse UUID"},
		{name: "UUID that is malformed", request: withID(qdrant.NewID(uuid[:35] + "g")), code: bad, says: "Unable to parse UUID"},
		{name: "UUID that is short", request: withID(qdrant.NewID(uuid[:35])), code: bad, says: "Unable to parse UUID"},
		{name: "UUID with hyphens elsewhere", request: withID(qdrant.NewID("0fa4dc925-b5c-8a9b-b6aa-2a4fbd3bd0f1")), code: bad, says: "Unable to parse UUID"},
		{name: "UUID that is very long", request: withID(qdrant.NewID(strings.Repeat("0", 1<<20))), code: bad, says: "Unable to parse UUID"},
		{name: "UUIDs in other forms", request: &qdrant.GetPoints{CollectionName: collection, Ids: []*qdrant.PointId{
			qdrant.NewID(strings.ToUpper(uuid)), qdrant.NewID(strings.ReplaceAll(uuid, "-", "")), qdrant.NewID("urn:uuid:" + uuid), qdrant.NewID("{" + uuid + "}")}}, code: ok},
		{name: "bad id to delete", request: &qdrant.DeletePoints{CollectionName: collection, Points: qdrant.NewPointsSelector(qdrant.NewIDNum(1), qdrant.NewID("x"))}, code: bad, says: "Unable to parse UUID"},

		{name: "alias onto itself", request: aliases(qdrant.NewAliasCreate("self", "self")), code: codes.NotFound, says: "`self`"},
		{name: "alias of its own collection", request: aliases(qdrant.NewAliasCreate(collection, collection)), code: codes.AlreadyExists, says: "already exists"},
		{name: "alias of an alias", request: aliases(qdrant.NewAliasCreate("second", "alias")), code: codes.NotFound, says: "`alias`"},
		{name: "alias renamed to a collection", request: aliases(qdrant.NewAliasRename("alias", "other")), code: codes.AlreadyExists, says: "already exists"},
		{name: "alias renamed to itself", request: aliases(qdrant.NewAliasRename("alias", "alias")), code: ok},
		{name: "missing alias renamed", request: aliases(qdrant.NewAliasRename("nope", "second")), code: codes.NotFound, says: "Alias nope does not exists"},
		{name: "missing alias deleted", request: aliases(qdrant.NewAliasDelete("nope")), code: ok},
		{name: "second action refused", request: aliases(qdrant.NewAliasCreate("second", collection), qdrant.NewAliasCreate("third", "nope")), code: codes.NotFound, says: "nope"},
		{name: "action that is empty", request: aliases(&qdrant.AliasOperations{}), code: bad, says: "action 0"},
		{name: "collection named as an alias", request: &qdrant.CreateCollection{CollectionName: "alias"}, code: bad, says: "Alias with the same name"},

		{name: "box beyond the pole", request: scrollBy(geoBox(91, 0)), code: bad, says: "latitude 91"},
		{name: "box beyond the antimeridian", request: scrollBy(geoBox(0, -181)), code: bad, says: "longitude -181"},
		{name: "box of NaN", request: scrollBy(geoBox(math.NaN(), 0)), code: bad, says: "NaN"},
		{name: "radius out of range", request: scrollBy(qdrant.NewGeoRadius("g", -90.5, 0, 1)), code: bad, says: "latitude -90.5"},
		{name: "radius of NaN", request: scrollBy(qdrant.NewGeoRadius("g", 0, 0, nan)), code: ok},
		{name: "radius without centre", request: scrollBy(field(&qdrant.FieldCondition{Key: "g", GeoRadius: &qdrant.GeoRadius{}})), code: bad, says: "Malformed GeoRadius"},
		{name: "box without corners", request: scrollBy(field(&qdrant.FieldCondition{Key: "g", GeoBoundingBox: &qdrant.GeoBoundingBox{}})), code: bad, says: "Malformed GeoBoundingBox"},
		{name: "polygon without exterior", request: scrollBy(field(&qdrant.FieldCondition{Key: "g", GeoPolygon: &qdrant.GeoPolygon{}})), code: bad, says: "exterior"},
		{name: "polygon of three points", request: scrollBy(polygon(&qdrant.GeoPoint{}, &qdrant.GeoPoint{Lat: 1}, &qdrant.GeoPoint{})), code: bad, says: "at least 4"},
		{name: "polygon that is open", request: scrollBy(polygon(&qdrant.GeoPoint{}, &qdrant.GeoPoint{Lat: 1}, &qdrant.GeoPoint{Lon: 1}, &qdrant.GeoPoint{Lat: 1, Lon: 1})), code: bad, says: "not closed"},
		{name: "time out of range", request: scrollBy(qdrant.NewDatetimeRange("t", &qdrant.DatetimeRange{Gt: &timestamppb.Timestamp{Seconds: math.MaxInt64}})), code: bad, says: "datetime_range.gt"},
		{name: "time with too many nanoseconds", request: scrollBy(qdrant.NewDatetimeRange("t", &qdrant.DatetimeRange{Lte: &timestamppb.Timestamp{Nanos: 1e9 + 1}})), code: bad, says: "datetime_range.lte"},
		{name: "start that is no time", request: with(scrollBy(), func(r *qdrant.ScrollPoints) {
			r.OrderBy = &qdrant.OrderBy{Key: "n", StartFrom: &qdrant.StartFrom{Value: &qdrant.StartFrom_Datetime{Datetime: "yesterday"}}}
		}), code: bad, says: "yesterday"},
		{name: "start that is no number", request: with(scrollBy(), func(r *qdrant.ScrollPoints) {
			r.OrderBy = &qdrant.OrderBy{Key: "n", StartFrom: &qdrant.StartFrom{Value: &qdrant.StartFrom_Float{Float: math.NaN()}}}
		}), code: bad, says: "not a number"},
		{name: "range of NaN", request: scrollBy(qdrant.NewRange("n", &qdrant.Range{Gt: proto.Float64(math.NaN()), Lt: proto.Float64(math.NaN())})), code: ok},
		{name: "range that is empty", request: scrollBy(qdrant.NewRange("n", &qdrant.Range{})), code: ok},
		{name: "range of infinities", request: scrollBy(qdrant.NewRange("n", &qdrant.Range{Gt: proto.Float64(math.Inf(1)), Lt: proto.Float64(math.Inf(-1))})), code: ok},

		{name: "RRF k 0", request: fused(qdrant.NewQueryRRF(&qdrant.Rrf{K: proto.Uint32(0)})), code: bad, says: "k is 0"},
		{name: "RRF k MaxUint32", request: fused(qdrant.NewQueryRRF(&qdrant.Rrf{K: proto.Uint32(math.MaxUint32)})), code: ok},
		{name: "RRF weights too few", request: fused(qdrant.NewQueryRRF(&qdrant.Rrf{Weights: []float32{1}})), code: bad, says: "weights"},
		{name: "RRF weights too many", request: fused(qdrant.NewQueryRRF(&qdrant.Rrf{Weights: []float32{1, 2, 3}})), code: bad, says: "weights"},
		{name: "RRF weight NaN", request: fused(qdrant.NewQueryRRF(&qdrant.Rrf{Weights: []float32{1, nan}})), code: ok},
		{name: "RRF weights negative", request: fused(qdrant.NewQueryRRF(&qdrant.Rrf{Weights: []float32{-1, 0}})), code: ok},
		{name: "fusion of no kind", request: fused(qdrant.NewQueryFusion(99)), code: bad, says: "has no value 99"},
		{name: "formula divides by zero", request: formulaQuery(qdrant.NewExpressionDiv(&qdrant.DivExpression{Left: qdrant.NewExpressionConstant(1), Right: qdrant.NewExpressionConstant(0)})), code: bad, says: "finite"},
		{name: "logarithm of a negative", request: formulaQuery(qdrant.NewExpressionLn(qdrant.NewExpressionConstant(-1))), code: bad, says: "finite"},
		{name: "root of a negative", request: formulaQuery(qdrant.NewExpressionSqrt(qdrant.NewExpressionConstant(-1))), code: bad, says: "finite"},
		{name: "formula of NaN", request: formulaQuery(qdrant.NewExpressionConstant(nan)), code: bad, says: "finite"},
		{name: "formula of an unknown variable", request: formulaQuery(qdrant.NewExpressionVariable("nope")), code: bad, says: `no value at "nope"`},
		{name: "formula of an unknown score", request: formulaQuery(qdrant.NewExpressionVariable("$nope")), code: bad, says: "no variable"},
		{name: "formula that is empty", request: formulaQuery(&qdrant.Expression{}), code: bad, says: "empty"},
		{name: "formula that is missing", request: formulaQuery(nil), code: bad, says: "empty"},
		{name: "formula 1,000 deep", request: formulaQuery(nestedExpression(1_000)), code: bad, says: "100 deep"},
		{name: "formula 100,000 deep", request: formulaQuery(nestedExpression(100_000)), code: bad, says: "100 deep", wire: codes.Internal},
		{name: "threshold NaN", request: with(denseQuery(1, 0, 0), func(r *qdrant.QueryPoints) { r.ScoreThreshold = &nan }), code: ok},
		{name: "threshold Inf", request: with(denseQuery(1, 0, 0), func(r *qdrant.QueryPoints) { r.ScoreThreshold = &inf }), code: ok},

		{name: "nil point", request: upsertOf(nil), code: bad, says: "nil", local: true},
		{name: "nil query", request: &qdrant.QueryBatchPoints{CollectionName: collection, QueryPoints: []*qdrant.QueryPoints{nil}}, code: bad, says: "nil", local: true},
		{name: "nil prefetch", request: with(fused(qdrant.NewQueryFusion(qdrant.Fusion_RRF)), func(r *qdrant.QueryPoints) { r.Prefetch[1] = nil }), code: bad, says: "nil", local: true},
		{name: "nil operation", request: &qdrant.UpdateBatchPoints{CollectionName: collection, Operations: []*qdrant.PointsUpdateOperation{nil}}, code: bad, says: "nil", local: true},
		{name: "nil action", request: aliases(nil), code: bad, says: "nil", local: true},
		{name: "nil id", request: &qdrant.GetPoints{CollectionName: collection, Ids: []*qdrant.PointId{nil}}, code: bad, says: "id is missing", local: true},
		{name: "nil condition", request: scrollBy(nil), code: ok, local: true},
		{name: "nil vector", request: withVector("d", nil), code: bad, says: "nil", local: true},
		{name: "nil corner", request: scrollBy(polygon(nil, nil, nil, nil)), code: bad, says: "geo_polygon", local: true},
		{name: "nil line", request: scrollBy(qdrant.NewGeoPolygon("g", &qdrant.GeoLineString{Points: []*qdrant.GeoPoint{{}, {Lat: 1}, {Lon: 1}, {}}}, nil)), code: bad, says: "at least 4", local: true},
		{name: "nil expression", request: formulaQuery(qdrant.NewExpressionSum(&qdrant.SumExpression{Sum: []*qdrant.Expression{nil}})), code: bad, says: "empty", local: true},
		{name: "nil vector params", request: &qdrant.CreateCollection{CollectionName: "m", VectorsConfig: qdrant.NewVectorsConfigMap(map[string]*qdrant.VectorParams{"d": nil})}, code: bad, says: "nil", local: true},
		{name: "nil test of a field", request: scrollBy(&qdrant.Condition{ConditionOneOf: &qdrant.Condition_Field{}}), code: bad, says: "Invalid json path", local: true},
		{name: "nil filter of a condition", request: scrollBy(&qdrant.Condition{ConditionOneOf: &qdrant.Condition_Filter{}}), code: ok, local: true},
		{name: "nil nested condition", request: scrollBy(&qdrant.Condition{ConditionOneOf: &qdrant.Condition_Nested{}}), code: bad, says: "Invalid json path", local: true},
		{name: "nil list of ids", request: scrollBy(&qdrant.Condition{ConditionOneOf: &qdrant.Condition_HasId{}}), code: ok, local: true},
		{name: "nil list of keywords", request: scrollBy(field(&qdrant.FieldCondition{Key: "k", Match: &qdrant.Match{MatchValue: &qdrant.Match_Keywords{}}})), code: ok, local: true},
		{name: "nil formula", request: fused(&qdrant.Query{Variant: &qdrant.Query_Formula{}}), code: bad, says: "empty", local: true},
		{name: "nil RRF", request: fused(&qdrant.Query{Variant: &qdrant.Query_Rrf{}}), code: bad, says: "nil", local: true},
		{name: "nil nearest", request: fused(&qdrant.Query{Variant: &qdrant.Query_Nearest{}}), code: bad, says: "nil", local: true},
		{name: "nil list of points", request: &qdrant.DeletePoints{CollectionName: collection, Points: &qdrant.PointsSelector{PointsSelectorOneOf: &qdrant.PointsSelector_Points{}}}, code: bad, says: "nil", local: true},
		{name: "nil dense vector", request: withVector("d", &qdrant.Vector{Vector: &qdrant.Vector_Dense{}}), code: bad, says: "expected dim: 3, got 0", local: true},
		{name: "nil sparse vector", request: withVector("v", &qdrant.Vector{Vector: &qdrant.Vector_Sparse{}}), code: bad, says: "Conversion", local: true},
		{name: "nil upsert", request: (*qdrant.UpsertPoints)(nil), code: bad, says: "collection_name", local: true},
		{name: "nil query points", request: (*qdrant.QueryPoints)(nil), code: bad, says: "collection_name", local: true},
		{name: "nil collection", request: (*qdrant.CreateCollection)(nil), code: bad, says: "collection_name", local: true},
		{name: "nil snapshot", request: (*qdrant.CreateSnapshotRequest)(nil), code: bad, says: "collection_name", local: true},
		{name: "text that is not UTF-8", request: withPayload(map[string]*qdrant.Value{"x": qdrant.NewValueString("\xff")}), code: bad, says: "UTF-8", local: true},
		{name: "key that is not UTF-8", request: withPayload(map[string]*qdrant.Value{"\xff": qdrant.NewValueInt(1)}), code: bad, says: "UTF-8", local: true},
		{name: "collection that is not UTF-8", request: &qdrant.CreateCollection{CollectionName: "\xff"}, code: bad, says: "no name", local: true},
		{name: "metadata that is not UTF-8", request: &qdrant.CreateCollection{CollectionName: "m", Metadata: map[string]*qdrant.Value{"x": qdrant.NewValueString("\xff")}}, code: bad, says: "UTF-8", local: true},

		{name: "name of a snapshot with NUL", request: &qdrant.DeleteSnapshotRequest{CollectionName: collection, SnapshotName: "a\x00.snapshot"}, code: codes.NotFound, says: "not found"},
		{name: "name of a snapshot too long", request: &qdrant.DeleteSnapshotRequest{CollectionName: collection, SnapshotName: strings.Repeat("a", 5000) + ".snapshot"}, code: codes.NotFound, says: "not found"},
		{name: "name of a snapshot elsewhere", request: &qdrant.DeleteFullSnapshotRequest{SnapshotName: "../store/x.snapshot"}, code: codes.NotFound, says: "not found"},
		{name: "name of a snapshot that is none", request: &qdrant.DeleteFullSnapshotRequest{SnapshotName: ".."}, code: codes.NotFound, says: "not found"},
	}
	for what, name := range map[string]string{
		"empty": "", "of 256 bytes": strings.Repeat("a", 256), "of 10,000 bytes": strings.Repeat("a", 10_000), "with a slash": "a/b", "..": "..", ".": ".",
		"with NUL": "a\x00b", "with a colon": "a:b", "with a backslash": `a\b`, "with a star": "*", "with a line break": "a\nb", "with DEL": "a\x7f",
	} {
		cases = append(cases,
			badInput{name: "collection name " + what, request: &qdrant.CreateCollection{CollectionName: name}, code: bad, says: "collection_name"},
			badInput{name: "alias name " + what, request: aliases(qdrant.NewAliasCreate(name, collection)), code: bad, says: "collection_name"},
			badInput{name: "new alias name " + what, request: aliases(qdrant.NewAliasRename("alias", name)), code: bad, says: "collection_name"},
			badInput{name: "collection to delete " + what, request: &qdrant.DeleteCollection{CollectionName: name}, code: bad, says: "collection_name"})
	}
	return cases
}

func nestedExpression(depth int) *qdrant.Expression {
	e := qdrant.NewExpressionConstant(1)
	for range depth {
		e = qdrant.NewExpressionNeg(e)
	}
	return e
}

// full is an engine with two collections, an alias, indexes and a few points.
func full(t testing.TB) *client {
	t.Helper()
	c := open(t, t.TempDir())
	c.fill(t)
	return c
}

// fill creates what full has.
func (c *client) fill(t testing.TB) {
	t.Helper()
	if err := c.create(); err != nil {
		t.Fatal(err)
	}
	_, err := c.collections.Create(context.Background(), &qdrant.CreateCollection{
		CollectionName: "other", VectorsConfig: qdrant.NewVectorsConfig(&qdrant.VectorParams{Size: 2, Distance: qdrant.Distance_Dot})})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.collections.UpdateAliases(context.Background(), aliases(qdrant.NewAliasCreate("alias", collection))); err != nil {
		t.Fatal(err)
	}
	c.index(t, "k", qdrant.FieldType_FieldTypeKeyword)
	c.index(t, "n", qdrant.FieldType_FieldTypeInteger)
	for id := range uint64(5) {
		p := point(id, map[string]any{"k": fmt.Sprint(id), "n": int64(id), "t": "2024-01-01T00:00:00Z", "g": map[string]any{"lat": 0.5, "lon": 0.5}}, []uint32{1, uint32(id) + 2}, []float32{1, float32(id) + 1})
		p.Vectors.GetVectors().Vectors["d"] = qdrant.NewVector(1, float32(id), 2)
		c.upsert(t, p)
	}
}

// stateOf describes everything that an engine holds.
func stateOf(t testing.TB, c *client) string {
	t.Helper()
	ctx := context.Background()
	var parts []proto.Message
	add := func(m proto.Message, err error) {
		if err != nil {
			t.Fatal(err)
		}
		if took := m.ProtoReflect().Descriptor().Fields().ByName("time"); took != nil {
			m.ProtoReflect().Clear(took)
		}
		parts = append(parts, m)
	}
	list, err := c.collections.List(ctx, &qdrant.ListCollectionsRequest{})
	add(list, err)
	for _, d := range list.GetCollections() {
		info, err := c.collections.Get(ctx, &qdrant.GetCollectionInfoRequest{CollectionName: d.GetName()})
		info.GetResult().SegmentsCount, info.GetResult().IndexedVectorsCount = 0, nil // which the background changes
		add(info, err)
		points, err := c.Scroll(ctx, &qdrant.ScrollPoints{CollectionName: d.GetName(), Limit: proto.Uint32(1000), WithVectors: qdrant.NewWithVectors(true)})
		add(points, err)
	}
	named, err := c.collections.ListAliases(ctx, &qdrant.ListAliasesRequest{})
	add(named, err)
	var b strings.Builder
	for _, m := range parts {
		encoded, err := proto.MarshalOptions{Deterministic: true}.Marshal(m)
		if err != nil {
			t.Fatal(err)
		}
		b.Write(encoded)
	}
	return b.String()
}

// rpc is a method that takes a kind of request.
type rpc struct {
	name    string
	in, out protoreflect.MessageType
}

// rpcs are the methods of the engine's services, in the order in which they are
// described.
var rpcs = func() (all []rpc) {
	for _, service := range []protoreflect.FullName{"qdrant.Points", "qdrant.Collections", "qdrant.Snapshots", "qdrant.Qdrant"} {
		d, err := protoregistry.GlobalFiles.FindDescriptorByName(service)
		if err != nil {
			panic(err)
		}
		methods := d.(protoreflect.ServiceDescriptor).Methods()
		for i := range methods.Len() {
			m := methods.Get(i)
			in, err := protoregistry.GlobalTypes.FindMessageByName(m.Input().FullName())
			if err != nil {
				panic(err)
			}
			out, err := protoregistry.GlobalTypes.FindMessageByName(m.Output().FullName())
			if err != nil {
				panic(err)
			}
			all = append(all, rpc{fmt.Sprintf("/%s/%s", service, m.Name()), in, out})
		}
	}
	return all
}()

// send makes the first call that takes such a request.
func send(ctx context.Context, conn grpc.ClientConnInterface, request proto.Message, opts ...grpc.CallOption) (proto.Message, error) {
	for _, m := range rpcs {
		if m.in == request.ProtoReflect().Type() {
			out := m.out.New().Interface()
			return out, conn.Invoke(ctx, m.name, request, out, opts...)
		}
	}
	return nil, fmt.Errorf("no method takes a %T", request)
}

// loopback serves an engine on a real socket and connects to it.
func loopback(t testing.TB, c *client, server []grpc.ServerOption, options ...grpc.DialOption) *grpc.ClientConn {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := grpc.NewServer(server...)
	c.engine.Register(s)
	done := make(chan error, 1)
	go func() { done <- s.Serve(listener) }()
	conn, err := grpc.NewClient(listener.Addr().String(), append(options, grpc.WithTransportCredentials(insecure.NewCredentials()))...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := conn.Close(); err != nil {
			t.Error(err)
		}
		s.Stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	return conn
}

// TestBadInput sends what no caller should, in this process and over a socket:
// it is refused with a code and words that help, or answered as Qdrant does, and
// what is stored stays as it is.
func TestBadInput(t *testing.T) {
	for _, over := range []string{"process", "socket"} {
		t.Run(over, func(t *testing.T) {
			c := full(t)
			conn := c.conn
			if over == "socket" {
				conn = loopback(t, c, []grpc.ServerOption{grpc.MaxRecvMsgSize(64 << 20)})
			}
			before := stateOf(t, c)
			for _, tt := range badInputs() {
				if over == "socket" && tt.local {
					continue
				}
				want := tt.code
				if over == "socket" && tt.wire != codes.OK {
					want = tt.wire
				}
				_, err := send(t.Context(), conn, tt.request)
				if status.Code(err) != want {
					t.Errorf("%s: error is %.500v, want code %v", tt.name, err, want)
				} else if want == tt.code && !strings.Contains(status.Convert(err).Message(), tt.says) {
					t.Errorf("%s: error is %.500q and does not say %q", tt.name, err, tt.says)
				}
				if strings.Contains(status.Convert(err).Message(), "rpc error") {
					t.Errorf("%s: a status is in the message of another: %.500v", tt.name, err)
				}
				if after := stateOf(t, c); after != before {
					t.Errorf("%s: it changed what is stored", tt.name)
					before = after
				}
			}
		})
	}
}

// TestLargeMessages: an ordinary client, which reads four megabytes, is told
// that a reply is larger, and by the server that a request is; one that reads
// more gets it.
func TestLargeMessages(t *testing.T) {
	ctx := t.Context()
	c := full(t)
	large := func(id uint64, size int) *qdrant.UpsertPoints {
		return upsertOf(&qdrant.PointStruct{Id: qdrant.NewIDNum(id), Payload: map[string]*qdrant.Value{"x": qdrant.NewValueString(strings.Repeat("x", size))}})
	}
	server := []grpc.ServerOption{grpc.MaxRecvMsgSize(8 << 20)}
	ordinary := loopback(t, c, server)
	ours, err := remote.Dial(remote.Options{URL: loopback(t, c, server).Target()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := ours.Close(); err != nil {
			t.Error(err)
		}
	})
	for id, tt := range []struct {
		name string
		size int
		conn grpc.ClientConnInterface
		code codes.Code
	}{
		{"5 MB over a socket", 5 << 20, ordinary, codes.OK},
		{"5 MB by our client", 5 << 20, ours, codes.OK},
		{"10 MB over a socket", 10 << 20, ordinary, codes.ResourceExhausted},
		{"10 MB by our client", 10 << 20, ours, codes.ResourceExhausted},
		{"30 MB in this process", 30 << 20, c.conn, codes.OK},
	} {
		before := stateOf(t, c)
		if _, err := send(ctx, tt.conn, large(uint64(100+id), tt.size)); status.Code(err) != tt.code {
			t.Errorf("%s: error is %v, want %v", tt.name, err, tt.code)
		}
		if changed := stateOf(t, c) != before; changed != (tt.code == codes.OK) {
			t.Errorf("%s: changed what is stored: %v", tt.name, changed)
		}
	}
	get := &qdrant.GetPoints{CollectionName: collection, Ids: []*qdrant.PointId{qdrant.NewIDNum(104)}} // the last one
	for _, tt := range []struct {
		name string
		conn grpc.ClientConnInterface
		code codes.Code
		opts []grpc.CallOption
	}{
		{"an ordinary client", ordinary, codes.ResourceExhausted, nil},
		{"one that reads more", ordinary, codes.OK, []grpc.CallOption{grpc.MaxCallRecvMsgSize(64 << 20)}},
		{"ours", ours, codes.OK, nil},
		{"this process", c.conn, codes.OK, nil},
	} {
		got, err := send(ctx, tt.conn, get, tt.opts...)
		if status.Code(err) != tt.code {
			t.Errorf("%s: error is %v, want %v", tt.name, err, tt.code)
		}
		if err == nil && len(got.(*qdrant.GetResponse).GetResult()[0].GetPayload()["x"].GetStringValue()) != 30<<20 {
			t.Errorf("%s: the payload is not whole", tt.name)
		}
	}
	_, err = send(ctx, ordinary, get)
	if !strings.Contains(status.Convert(err).Message(), "larger than max") {
		t.Errorf("error is %v", err)
	}
	// The connection goes on.
	if _, err := send(ctx, ordinary, &qdrant.CountPoints{CollectionName: collection}); err != nil {
		t.Error(err)
	}
}

// TestDeletedWhileUsed deletes a collection and makes it again while others read
// and write it: each call is answered, or told that it is not there.
func TestDeletedWhileUsed(t *testing.T) {
	c := full(t)
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	var users sync.WaitGroup
	for _, request := range []proto.Message{
		scrollBy(qdrant.NewMatchKeyword("t", "a")), sparseQuery([]uint32{1}, 1), denseQuery(1, 0, 0), withVector("d", qdrant.NewVector(1, 2, 3)),
		&qdrant.DeletePoints{CollectionName: collection, Points: qdrant.NewPointsSelectorFilter(&qdrant.Filter{})},
		&qdrant.CreateFieldIndexCollection{CollectionName: collection, FieldName: "k", FieldType: qdrant.FieldType_FieldTypeKeyword.Enum()},
		&qdrant.GetCollectionInfoRequest{CollectionName: collection}, &qdrant.CreateSnapshotRequest{CollectionName: collection},
		aliases(qdrant.NewAliasCreate("second", collection)), &qdrant.CountPoints{CollectionName: "second"},
	} {
		users.Go(func() {
			for ctx.Err() == nil {
				_, err := send(t.Context(), c.conn, request)
				if code := status.Code(err); code != codes.OK && code != codes.NotFound {
					t.Errorf("%T: %v", request, err)
					return
				}
			}
		})
	}
	for range 10 {
		if _, err := c.collections.Delete(t.Context(), &qdrant.DeleteCollection{CollectionName: collection}); err != nil {
			t.Error(err)
		}
		if err := c.create(); err != nil {
			t.Error(err)
		}
	}
	stop()
	users.Wait()
}

// TestNilValues: a value that is nil, as only a caller in this process can say,
// is null.
func TestNilValues(t *testing.T) {
	c := fresh(t)
	c.upsert(t, &qdrant.PointStruct{Id: qdrant.NewIDNum(1), Payload: map[string]*qdrant.Value{
		"x": nil, "l": qdrant.NewValueFromList(nil, qdrant.NewValueInt(1)), "o": qdrant.NewValueStruct(&qdrant.Struct{Fields: map[string]*qdrant.Value{"y": nil}})}})
	got := &qdrant.Struct{Fields: c.all(t, nil)[0].GetPayload()}
	want := &qdrant.Struct{Fields: qdrant.NewValueMap(map[string]any{"x": nil, "l": []any{nil, 1}, "o": map[string]any{"y": nil}})}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("payload is %v, want %v", got, want)
	}
	for _, key := range []string{"x", "l", "o.y"} {
		if n := len(c.all(t, must(qdrant.NewIsNull(key)))); n != 1 {
			t.Errorf("%d points have a null at %s", n, key)
		}
	}
}
