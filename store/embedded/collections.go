package embedded

import (
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/qdrant/go-client/qdrant"
	bolt "go.etcd.io/bbolt"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// collectionsServer implements the Collections service; what it does not have
// answers codes.Unimplemented.
type collectionsServer struct {
	qdrant.UnimplementedCollectionsServer
	engine *Engine
}

// Create creates a collection of sparse vectors.
func (s *collectionsServer) Create(ctx context.Context, r *qdrant.CreateCollection) (*qdrant.CollectionOperationResponse, error) {
	start := time.Now()
	if err := checkSupported(r); err != nil {
		return nil, err
	}
	name := r.GetCollectionName()
	if err := checkCollectionName(name); err != nil {
		return nil, err
	}
	if len(r.GetVectorsConfig().GetParamsMap().GetMap()) > 0 {
		return nil, unsupported("CreateCollection.vectors_config (dense vectors)")
	}
	if err := checkPayload(r.GetMetadata()); err != nil {
		return nil, err
	}
	ctx, cancel := withTimeout(ctx, r.Timeout)
	defer cancel()
	e := s.engine
	err := e.write(ctx, "create collection "+name, func() (func(*bolt.Tx) error, func(), error) {
		if e.collections[name] != nil {
			return nil, nil, status.Errorf(codes.AlreadyExists, "Wrong input: Collection `%s` already exists!", name)
		}
		record := &qdrant.CreateCollection{CollectionName: name, SparseVectorsConfig: r.GetSparseVectorsConfig(), Metadata: r.GetMetadata()}
		value, err := seal(configKey, 0, record)
		if err != nil {
			return nil, nil, invalid("collection %q cannot be encoded: %v", name, err)
		}
		tx := func(tx *bolt.Tx) error {
			b, err := tx.Bucket(collectionsBucket).CreateBucket([]byte(name))
			if err != nil {
				return err
			}
			for _, bucket := range [][]byte{fieldsBucket, pointsBucket} {
				if _, err := b.CreateBucket(bucket); err != nil {
					return err
				}
			}
			return b.Put(configKey, value)
		}
		return tx, func() { e.put(newCollection(name, &stored{config: record})) }, nil
	})
	if err != nil {
		return nil, err
	}
	return &qdrant.CollectionOperationResponse{Result: true, Time: time.Since(start).Seconds()}, nil
}

// Delete deletes a collection; the result is false where there was none.
func (s *collectionsServer) Delete(ctx context.Context, r *qdrant.DeleteCollection) (*qdrant.CollectionOperationResponse, error) {
	start := time.Now()
	if err := checkSupported(r); err != nil {
		return nil, err
	}
	name := r.GetCollectionName()
	if err := checkCollectionName(name); err != nil {
		return nil, err
	}
	ctx, cancel := withTimeout(ctx, r.Timeout)
	defer cancel()
	e, found := s.engine, false
	err := e.write(ctx, "delete collection "+name, func() (func(*bolt.Tx) error, func(), error) {
		c := e.collections[name]
		if found = c != nil; !found {
			return nil, nil, nil
		}
		tx := func(tx *bolt.Tx) error { return tx.Bucket(collectionsBucket).DeleteBucket([]byte(name)) }
		return tx, func() { e.forget(c) }, nil
	})
	if err != nil {
		return nil, err
	}
	return &qdrant.CollectionOperationResponse{Result: found, Time: time.Since(start).Seconds()}, nil
}

// put and forget exchange the set of collections; the writer is held.

func (e *Engine) put(c *collection) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.collections[c.name] = c
}

func (e *Engine) forget(c *collection) {
	c.drop()
	e.mu.Lock()
	defer e.mu.Unlock()
	delete(e.collections, c.name)
}

// Get describes a collection.
func (s *collectionsServer) Get(ctx context.Context, r *qdrant.GetCollectionInfoRequest) (*qdrant.GetCollectionInfoResponse, error) {
	start := time.Now()
	if err := checkSupported(r); err != nil {
		return nil, err
	}
	if err := contextError(ctx); err != nil {
		return nil, err
	}
	c, err := s.engine.collection(r.GetCollectionName())
	if err != nil {
		return nil, err
	}
	var info *qdrant.CollectionInfo
	if err := c.read(func(ix *index) error { info = c.info(ix); return nil }); err != nil {
		return nil, err
	}
	return &qdrant.GetCollectionInfoResponse{Result: info, Time: time.Since(start).Seconds()}, nil
}

func (c *collection) info(ix *index) *qdrant.CollectionInfo {
	points, vectors := uint64(ix.count()), uint64(0)
	for _, inv := range ix.vectors {
		vectors += uint64(inv.points)
	}
	schema := make(map[string]*qdrant.PayloadSchemaInfo, len(c.fields))
	for name, f := range c.fields {
		n := uint64(0)
		if p, err := parsePath(name); err == nil {
			for _, i := range ix.order {
				if !p.isEmpty(ix.docs[i].payload()) {
					n++
				}
			}
		}
		schema[name] = &qdrant.PayloadSchemaInfo{DataType: schemaType(f.GetFieldType()), Params: f.GetFieldIndexParams(), Points: &n}
	}
	return &qdrant.CollectionInfo{
		Status:          qdrant.CollectionStatus_Green,
		OptimizerStatus: &qdrant.OptimizerStatus{Ok: true},
		SegmentsCount:   1,
		Config: &qdrant.CollectionConfig{
			Params:   &qdrant.CollectionParams{ShardNumber: 1, SparseVectorsConfig: c.config.GetSparseVectorsConfig()},
			Metadata: c.config.GetMetadata(),
		},
		PayloadSchema:       schema,
		PointsCount:         &points,
		IndexedVectorsCount: &vectors,
	}
}

func schemaType(t qdrant.FieldType) qdrant.PayloadSchemaType {
	switch t {
	case qdrant.FieldType_FieldTypeInteger:
		return qdrant.PayloadSchemaType_Integer
	case qdrant.FieldType_FieldTypeDatetime:
		return qdrant.PayloadSchemaType_Datetime
	default:
		return qdrant.PayloadSchemaType_Keyword
	}
}

// List names the collections, in order.
func (s *collectionsServer) List(ctx context.Context, r *qdrant.ListCollectionsRequest) (*qdrant.ListCollectionsResponse, error) {
	start := time.Now()
	if err := s.ready(ctx, checkSupported(r)); err != nil {
		return nil, err
	}
	s.engine.mu.RLock()
	names := slices.Sorted(maps.Keys(s.engine.collections))
	s.engine.mu.RUnlock()
	response := &qdrant.ListCollectionsResponse{Time: time.Since(start).Seconds()}
	for _, name := range names {
		response.Collections = append(response.Collections, &qdrant.CollectionDescription{Name: name})
	}
	return response, nil
}

// CollectionExists tells whether there is a collection of a name.
func (s *collectionsServer) CollectionExists(ctx context.Context, r *qdrant.CollectionExistsRequest) (*qdrant.CollectionExistsResponse, error) {
	start := time.Now()
	if err := s.ready(ctx, checkSupported(r)); err != nil {
		return nil, err
	}
	if err := checkCollectionName(r.GetCollectionName()); err != nil {
		return nil, err
	}
	s.engine.mu.RLock()
	_, ok := s.engine.collections[r.GetCollectionName()]
	s.engine.mu.RUnlock()
	return &qdrant.CollectionExistsResponse{Result: &qdrant.CollectionExists{Exists: ok}, Time: time.Since(start).Seconds()}, nil
}

// ready passes err on, or says that the caller's time is up or the engine closed.
func (s *collectionsServer) ready(ctx context.Context, err error) error {
	if err != nil {
		return err
	}
	if err := contextError(ctx); err != nil {
		return err
	}
	return s.engine.checkOpen()
}

// checkCollectionName keeps to the names that Qdrant takes, which makes folders
// of them.
func checkCollectionName(name string) error {
	if name == "" || len(name) > 255 {
		return invalid("collection_name must have 1 to 255 bytes")
	}
	if strings.ContainsAny(name, "<>:\"/\\|?*\x00\x1f") {
		return invalid("collection_name %q contains one of < > : \" / \\ | ? * or a control character", name)
	}
	return nil
}
