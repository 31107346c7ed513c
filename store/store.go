package store

import (
	"context"
	"errors"
	"fmt"

	"github.com/qdrant/go-client/qdrant"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	"github.com/naru-rag/naru/rag"
)

// ErrNotFound is returned for a document that is not in the store.
var ErrNotFound = errors.New("document not found")

// Options shape a store. The zero value works.
type Options struct {
	// Collection is the Qdrant collection; empty means "naru".
	Collection string
	// MaxBatchBytes splits a Put into requests of about this size; zero means
	// one request, whatever its size. Set it for a server that limits messages.
	MaxBatchBytes int
	// AverageTerms is the length of passage, in terms, that BM25 takes for
	// average; zero means DefaultAverageTerms. It is part of every stored
	// vector: changing it asks for indexing again.
	AverageTerms float64
}

// Store is a collection of passages. It is safe for concurrent use.
type Store struct {
	opt         Options
	points      qdrant.PointsClient
	collections qdrant.CollectionsClient
}

var _ rag.Searcher = (*Store)(nil)

// New returns a store behind a connection. It does no I/O.
func New(conn grpc.ClientConnInterface, opt Options) *Store {
	if opt.Collection == "" {
		opt.Collection = "naru"
	}
	if opt.AverageTerms <= 0 {
		opt.AverageTerms = DefaultAverageTerms
	}
	return &Store{opt: opt, points: qdrant.NewPointsClient(conn), collections: qdrant.NewCollectionsClient(conn)}
}

// payloadIndexes are the payload fields that filters use.
var payloadIndexes = []struct {
	field  string
	kind   qdrant.FieldType
	params *qdrant.PayloadIndexParams
}{
	{fieldTenant, qdrant.FieldType_FieldTypeKeyword, qdrant.NewPayloadIndexParams(&qdrant.KeywordIndexParams{IsTenant: proto.Bool(true)})},
	{fieldDocument, qdrant.FieldType_FieldTypeKeyword, nil},
	{fieldSource, qdrant.FieldType_FieldTypeKeyword, nil},
	{fieldPrincipals, qdrant.FieldType_FieldTypeKeyword, nil},
	{fieldRegion, qdrant.FieldType_FieldTypeKeyword, nil},
	{fieldLanguage, qdrant.FieldType_FieldTypeKeyword, nil},
	{fieldOrdinal, qdrant.FieldType_FieldTypeInteger, nil},
}

// Ensure creates the collection and its payload indexes where they are
// missing. Several callers may do so at once.
func (s *Store) Ensure(ctx context.Context) error {
	exists, err := s.collections.CollectionExists(ctx, &qdrant.CollectionExistsRequest{CollectionName: s.opt.Collection})
	if err != nil {
		return fmt.Errorf("look for collection %s: %w", s.opt.Collection, err)
	}
	if !exists.GetResult().GetExists() {
		_, err := s.collections.Create(ctx, &qdrant.CreateCollection{
			CollectionName: s.opt.Collection,
			SparseVectorsConfig: qdrant.NewSparseVectorsConfig(map[string]*qdrant.SparseVectorParams{
				vectorTerms: {Modifier: qdrant.Modifier_Idf.Enum()},
			}),
		})
		// Another caller may have been quicker. A server answers
		// AlreadyExists or InvalidArgument then: only looking again tells.
		if err != nil && !s.exists(ctx) {
			return fmt.Errorf("create collection %s: %w", s.opt.Collection, err)
		}
	}
	for _, index := range payloadIndexes {
		_, err := s.points.CreateFieldIndex(ctx, &qdrant.CreateFieldIndexCollection{
			CollectionName:   s.opt.Collection,
			Wait:             proto.Bool(true),
			FieldName:        index.field,
			FieldType:        index.kind.Enum(),
			FieldIndexParams: index.params,
		})
		if err != nil {
			return fmt.Errorf("create index of %s in collection %s: %w", index.field, s.opt.Collection, err)
		}
	}
	return nil
}

func (s *Store) exists(ctx context.Context) bool {
	r, err := s.collections.CollectionExists(ctx, &qdrant.CollectionExistsRequest{CollectionName: s.opt.Collection})
	return err == nil && r.GetResult().GetExists()
}

// wrap adds what was attempted to an error, and what to do about a collection
// that is missing.
func (s *Store) wrap(err error, format string, args ...any) error {
	what := fmt.Sprintf(format, args...)
	if status.Code(err) == codes.NotFound {
		return fmt.Errorf("%s in collection %s: %w; has anything been indexed?", what, s.opt.Collection, err)
	}
	return fmt.Errorf("%s in collection %s: %w", what, s.opt.Collection, err)
}
