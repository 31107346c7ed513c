package store

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

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
	// Collection is the name of the index: an alias on one of the collections
	// name-v1, name-v2… that are its versions. Empty means "naru".
	Collection string
	// Rules name what passages and vectors are made by: analyzer, chunking,
	// model. They are recorded with a version; others ask for a new one, see
	// [Store.Build].
	Rules string
	// Vectors say by what passages are found that mean the same in other words.
	// They are part of what a version is made by, as Rules are.
	Vectors Vectors
	// Fusion is how what is found by words and by meaning becomes one order; empty
	// means FusionCalibrated. It is part of what a version is made by, too.
	Fusion Fusion
	// MaxBatchBytes splits a Put into requests of about this size; zero means
	// one request, whatever its size. Set it for a server that limits messages.
	MaxBatchBytes int
	// AverageTerms is the length of passage, in terms, that BM25 takes for
	// average; zero means DefaultAverageTerms. It is part of every stored
	// vector: changing it asks for indexing again.
	AverageTerms float64
	// Regions are those whose documents are here for this store: of others, and of none,
	// nothing is found, counted, listed, read or changed. Nil is any. They are what a
	// policy lets be here (package region), and no asker can widen them.
	Regions []string
	// Settings are how a server lays collections out; they count when one is
	// created.
	Settings Settings
	// Clock tells the time; nil means time.Now.
	Clock rag.Clock
}

// Store is a collection of passages. It is safe for concurrent use.
type Store struct {
	opt Options
	// gate is held for reading by each write, and by Build.Finish while it
	// exchanges the version that they go to.
	gate     *sync.RWMutex
	resolved *resolution
	// before is the version that a build follows, where its vectors are of the
	// same model; nil otherwise.
	before      *Store
	points      qdrant.PointsClient
	collections qdrant.CollectionsClient
}

var _ rag.Searcher = (*Store)(nil)

// New returns a store behind a connection. It does no I/O.
func New(conn grpc.ClientConnInterface, opt Options) *Store {
	if opt.Collection == "" {
		opt.Collection = "naru"
	}
	if opt.Clock == nil {
		opt.Clock = time.Now
	}
	opt.Fusion = cmp.Or(opt.Fusion, FusionCalibrated)
	if opt.AverageTerms <= 0 {
		opt.AverageTerms = DefaultAverageTerms
	}
	return &Store{opt: opt, gate: &sync.RWMutex{}, resolved: &resolution{}, points: qdrant.NewPointsClient(conn), collections: qdrant.NewCollectionsClient(conn)}
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
	{fieldDigest, qdrant.FieldType_FieldTypeKeyword, nil},
	{fieldModified, qdrant.FieldType_FieldTypeDatetime, nil},
	{fieldAnnotations, qdrant.FieldType_FieldTypeKeyword, nil},
}

// Ensure creates the first version of the index where there is none, and payload
// indexes where they are missing. Several callers may do so at once.
func (s *Store) Ensure(ctx context.Context) error {
	serving, err := s.serving(ctx)
	if err != nil {
		return err
	}
	if serving != "" {
		return s.ensureFields(ctx, serving)
	}
	if s.exists(ctx, s.opt.Collection) {
		return fmt.Errorf("%s is a collection, and an index has to be an alias on one: choose another name for the index, or rename the collection", s.opt.Collection)
	}
	versions, err := s.Versions(ctx)
	if err != nil {
		return err
	}
	first := s.versionName(1)
	if len(versions) > 0 {
		// The alias was lost, or the first version made and not yet led to.
		first = versions[0].Collection
		for _, v := range versions {
			if v.Complete {
				first = v.Collection
			}
		}
	}
	if err := s.ensureVersion(ctx, first); err != nil {
		return err
	}
	if len(versions) == 0 {
		// Nothing had to be brought into it: it is complete as it is.
		if err := s.complete(ctx, s.wanted(Version{Collection: first})); err != nil {
			return err
		}
	}
	return s.point(ctx, first)
}

// ensureVersion creates a collection and its payload indexes where they are
// missing.
func (s *Store) ensureVersion(ctx context.Context, name string) error {
	if !s.exists(ctx, name) {
		_, err := s.collections.Create(ctx, s.newCollection(name))
		// Another caller may have been quicker. A server answers
		// AlreadyExists or InvalidArgument then: only looking again tells.
		if err != nil && !s.exists(ctx, name) {
			return fmt.Errorf("create collection %s: %w", name, err)
		}
	}
	return s.ensureFields(ctx, name)
}

// newCollection is the request for a version.
func (s *Store) newCollection(name string) *qdrant.CreateCollection {
	c := creation(name, s.opt.Settings, s.opt.Vectors)
	c.Metadata = metadata(s.wanted(Version{}))
	return c
}

func (s *Store) ensureFields(ctx context.Context, name string) error {
	for _, index := range indexCreations(name, s.opt.Settings) {
		if _, err := s.points.CreateFieldIndex(ctx, index); err != nil {
			return fmt.Errorf("create index of %s in collection %s: %w", index.GetFieldName(), name, err)
		}
	}
	return nil
}

func (s *Store) exists(ctx context.Context, name string) bool {
	r, err := s.collections.CollectionExists(ctx, &qdrant.CollectionExistsRequest{CollectionName: name})
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
