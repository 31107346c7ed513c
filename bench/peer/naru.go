package peer

import (
	"context"
	"errors"
	"fmt"

	"github.com/qdrant/go-client/qdrant"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/proto"

	"github.com/naru-rag/naru/bench/data"
	"github.com/naru-rag/naru/store/embedded"
)

// naru is Naru's embedded engine, used through Qdrant's generated client.
type naru struct {
	questions []float32
	terms     []data.Sparse
	engine    *embedded.Engine
	points    qdrant.PointsClient
}

const (
	collection  = "bench"
	vectorDense = "dense"
	vectorTerms = "terms"
	fieldTenant = "tenant"
)

func prepareNaru(set *data.Set) (opener, error) {
	questions, err := set.QuestionVectors(0, data.Questions)
	if err != nil {
		return nil, err
	}
	terms, err := set.QuestionTerms(0, data.Questions)
	return func(dir string) (Peer, error) {
		engine, err := embedded.Open(dir, embedded.Options{})
		if err != nil {
			return nil, err
		}
		n := &naru{questions, terms, engine, qdrant.NewPointsClient(engine.Conn())}
		if err := n.ensure(engine.Conn()); err != nil {
			return nil, errors.Join(err, engine.Close())
		}
		return n, nil
	}, err
}

// ensure creates the collection where it is missing.
func (n *naru) ensure(conn grpc.ClientConnInterface) error {
	ctx := context.Background()
	collections := qdrant.NewCollectionsClient(conn)
	exists, err := collections.CollectionExists(ctx, &qdrant.CollectionExistsRequest{CollectionName: collection})
	if err != nil || exists.GetResult().GetExists() {
		return err
	}
	_, err = collections.Create(ctx, &qdrant.CreateCollection{
		CollectionName: collection,
		VectorsConfig: qdrant.NewVectorsConfigMap(map[string]*qdrant.VectorParams{
			vectorDense: {Size: data.Dimensions, Distance: qdrant.Distance_Cosine},
		}),
		SparseVectorsConfig: qdrant.NewSparseVectorsConfig(map[string]*qdrant.SparseVectorParams{
			vectorTerms: {Modifier: qdrant.Modifier_Idf.Enum()},
		}),
	})
	if err != nil {
		return err
	}
	_, err = n.points.CreateFieldIndex(ctx, &qdrant.CreateFieldIndexCollection{
		CollectionName: collection, FieldName: fieldTenant, FieldType: qdrant.FieldType_FieldTypeKeyword.Enum(), Wait: proto.Bool(true),
		FieldIndexParams: qdrant.NewPayloadIndexParams(&qdrant.KeywordIndexParams{IsTenant: proto.Bool(true)}),
	})
	return err
}

func (n *naru) Index(b Batch) error {
	points := make([]*qdrant.PointStruct, len(b.Passages))
	for i, p := range b.Passages {
		tenants := &qdrant.ListValue{}
		for _, t := range TenantsOf(b.From + i) {
			tenants.Values = append(tenants.Values, qdrant.NewValueString(t))
		}
		points[i] = &qdrant.PointStruct{
			Id: qdrant.NewIDNum(uint64(b.From + i)),
			Vectors: qdrant.NewVectorsMap(map[string]*qdrant.Vector{
				vectorDense: qdrant.NewVectorDense(vector(b.Vectors, i)),
				vectorTerms: qdrant.NewVectorSparse(b.Terms[i].Indices, b.Terms[i].Values),
			}),
			Payload: map[string]*qdrant.Value{
				fieldTenant: qdrant.NewValueList(tenants),
				"title":     qdrant.NewValueString(p.Title),
				"text":      qdrant.NewValueString(p.Text),
				"language":  qdrant.NewValueString(p.Language),
			},
		}
	}
	_, err := n.points.Upsert(context.Background(), &qdrant.UpsertPoints{CollectionName: collection, Wait: proto.Bool(true), Points: points})
	return err
}

func (n *naru) Search(kind Kind, question, limit int) ([]int, error) {
	dense := qdrant.NewQueryDense(vector(n.questions, question%data.Questions))
	terms := n.terms[question%data.Questions]
	sparse := qdrant.NewQuerySparse(terms.Indices, terms.Values)
	q := &qdrant.QueryPoints{CollectionName: collection, Limit: proto.Uint64(uint64(limit)), WithPayload: qdrant.NewWithPayload(kind == Payload)}
	switch kind {
	case Dense:
		q.Query, q.Using = dense, proto.String(vectorDense)
	case Hundredth, Tenth, All:
		q.Query, q.Using = dense, proto.String(vectorDense)
		q.Filter = &qdrant.Filter{Must: []*qdrant.Condition{qdrant.NewMatchKeyword(fieldTenant, string(kind))}}
	case Sparse:
		q.Query, q.Using = sparse, proto.String(vectorTerms)
	case Hybrid, Payload:
		q.Query = qdrant.NewQueryFusion(qdrant.Fusion_RRF)
		q.Prefetch = []*qdrant.PrefetchQuery{
			{Query: dense, Using: proto.String(vectorDense), Limit: proto.Uint64(Reach)},
			{Query: sparse, Using: proto.String(vectorTerms), Limit: proto.Uint64(Reach)},
		}
	case QueryBatch:
		return n.batch(dense, sparse)
	default:
		return nil, fmt.Errorf("no search of vectors is called %q", kind)
	}
	response, err := n.points.Query(context.Background(), q)
	if err != nil {
		return nil, err
	}
	ids := make([]int, len(response.GetResult()))
	for i, p := range response.GetResult() {
		ids[i] = int(p.GetId().GetNum())
	}
	return ids, nil
}

// batch asks for both halves at once, as a caller does who fuses them itself.
func (n *naru) batch(dense, sparse *qdrant.Query) ([]int, error) {
	half := func(q *qdrant.Query, using string) *qdrant.QueryPoints {
		return &qdrant.QueryPoints{CollectionName: collection, Query: q, Using: proto.String(using), Limit: proto.Uint64(Reach), WithPayload: qdrant.NewWithPayload(false)}
	}
	response, err := n.points.QueryBatch(context.Background(), &qdrant.QueryBatchPoints{
		CollectionName: collection, QueryPoints: []*qdrant.QueryPoints{half(dense, vectorDense), half(sparse, vectorTerms)},
	})
	if err != nil {
		return nil, err
	}
	var ids []int
	for _, r := range response.GetResult() {
		for _, p := range r.GetResult() {
			ids = append(ids, int(p.GetId().GetNum()))
		}
	}
	return ids, nil
}

func (n *naru) Close() error { return n.engine.Close() }
