package embedded

import (
	"context"
	"encoding/binary"
	"errors"
	"maps"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/cockroachdb/pebble/v2"
	"github.com/qdrant/go-client/qdrant"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	"github.com/naru-rag/naru/store/embedded/internal/payload"
)

// collectionsServer implements the Collections service; what it does not have
// answers codes.Unimplemented.
type collectionsServer struct {
	qdrant.UnimplementedCollectionsServer
	engine *Engine
}

// Create creates a collection.
func (s *collectionsServer) Create(ctx context.Context, r *qdrant.CreateCollection) (*qdrant.CollectionOperationResponse, error) {
	return s.operation(ctx, r, r.Timeout, func(ctx context.Context) (bool, error) {
		name := r.GetCollectionName()
		if err := checkCollectionName(name); err != nil {
			return false, err
		}
		config, err := checkConfig(r)
		if err != nil {
			return false, err
		}
		e := s.engine
		return true, e.write(ctx, "create collection "+name, func(b *pebble.Batch) (func(), error) {
			if err := e.nameIsFree(name); err != nil {
				return nil, err
			}
			r := &record{id: e.lastID + 1, config: config}
			return func() {
				e.lastID = r.id
				e.mu.Lock()
				defer e.mu.Unlock()
				e.collections[name] = newCollection(e, name, 0, newView(r, e.kv.snapshot(), nil, 0))
			}, putCollection(b, name, r)
		})
	})
}

// nameIsFree refuses the name of a collection or alias that is there; the
// writer is held.
func (e *Engine) nameIsFree(name string) error {
	if e.collections[name] != nil {
		return status.Errorf(codes.AlreadyExists, "Wrong input: Collection `%s` already exists!", name)
	}
	if _, ok := e.aliases[name]; ok {
		return invalid("Wrong input: Can't create collection with name %s. Alias with the same name already exists", name)
	}
	return nil
}

// putCollection puts a collection with a new number into a batch.
func putCollection(b *pebble.Batch, name string, r *record) error {
	if err := b.Set([]byte{keyNumber}, binary.BigEndian.AppendUint64(nil, r.id), nil); err != nil {
		return err
	}
	return putRecord(b, name, r)
}

func putRecord(b *pebble.Batch, name string, r *record) error {
	value, err := r.encode()
	if err != nil {
		return invalid("collection %q cannot be encoded: %v", name, err)
	}
	return b.Set(textKey(keyCollection, name), value, nil)
}

// Update changes settings of a collection that can be changed later.
func (s *collectionsServer) Update(ctx context.Context, r *qdrant.UpdateCollection) (*qdrant.CollectionOperationResponse, error) {
	return s.operation(ctx, r, r.Timeout, func(ctx context.Context) (bool, error) {
		return true, s.engine.reconfigure(ctx, "update collection", r.GetCollectionName(), func(old *record) (*record, error) {
			config, err := updatedConfig(old.config, r)
			return &record{id: old.id, config: config, fields: old.fields}, err
		})
	})
}

// reconfigure puts what f makes of it in place of a collection's record; a nil
// record is no change.
func (e *Engine) reconfigure(ctx context.Context, what, name string, f func(*record) (*record, error)) error {
	return e.write(ctx, what, func(b *pebble.Batch) (func(), error) {
		c, err := e.collection(name)
		if err != nil {
			return nil, err
		}
		r, err := f(c.view.record)
		if err != nil || r == nil {
			return nil, err
		}
		return func() {
			c.publish(newView(r, e.kv.snapshot(), c.view.parts, c.view.number))
			e.wakeUp()
		}, putRecord(b, c.name, r)
	})
}

// Delete deletes a collection and its aliases; the result is false where there
// was none.
func (s *collectionsServer) Delete(ctx context.Context, r *qdrant.DeleteCollection) (*qdrant.CollectionOperationResponse, error) {
	return s.operation(ctx, r, r.Timeout, func(ctx context.Context) (bool, error) {
		name := r.GetCollectionName()
		if err := checkCollectionName(name); err != nil {
			return false, err
		}
		e, found := s.engine, false
		err := e.write(ctx, "delete collection "+name, func(b *pebble.Batch) (func(), error) {
			c := e.collections[name]
			if c == nil {
				return nil, nil
			}
			found = true
			aliases := maps.Clone(e.aliases)
			maps.DeleteFunc(aliases, func(_, target string) bool { return target == name })
			return func() {
				e.mu.Lock()
				delete(e.collections, name)
				e.aliases = aliases
				e.mu.Unlock()
				e.forget(c)
			}, errors.Join(b.Delete(textKey(keyCollection, name), nil), putAliases(b, e.aliases, aliases), dropID(b, c.view.record.id))
		})
		return found, err
	})
}

// dropID puts the deletion of everything under a collection's number into a batch.
func dropID(b *pebble.Batch, id uint64) error {
	for _, kind := range []byte{keyPoint, keyLog} {
		if err := b.DeleteRange(idKey(kind, id), idKey(kind, id+1), nil); err != nil {
			return err
		}
	}
	return b.Delete(idKey(keySegments, id), nil)
}

// forget lets go of a collection that is no more on disk nor in the map; its
// files go when the last read of them ends.
func (e *Engine) forget(c *collection) {
	e.obsolete += c.view.points
	e.wakeUp()
	for _, p := range c.view.parts {
		if p.file != nil {
			p.file.retired.Store(true)
		}
	}
	e.report("let go of a deleted collection", c.end())
}

// end lets go of the view of a collection that is no more.
func (c *collection) end() error {
	c.mu.Lock()
	v := c.view
	c.view = nil
	c.mu.Unlock()
	if v == nil {
		return nil
	}
	return v.release()
}

// Get describes a collection.
func (s *collectionsServer) Get(ctx context.Context, r *qdrant.GetCollectionInfoRequest) (*qdrant.GetCollectionInfoResponse, error) {
	start := time.Now()
	if err := checkSupported(r); err != nil {
		return nil, err
	}
	response := &qdrant.GetCollectionInfoResponse{}
	err := s.engine.read(ctx, r.GetCollectionName(), func(v *view) error {
		var err error
		response.Result, err = v.info()
		return err
	})
	response.Time = time.Since(start).Seconds()
	return reply(response, err)
}

// List names the collections, in order.
func (s *collectionsServer) List(ctx context.Context, r *qdrant.ListCollectionsRequest) (*qdrant.ListCollectionsResponse, error) {
	start := time.Now()
	if err := s.ready(ctx, r); err != nil {
		return nil, err
	}
	s.engine.mu.RLock()
	names := slices.Sorted(maps.Keys(s.engine.collections))
	s.engine.mu.RUnlock()
	response := &qdrant.ListCollectionsResponse{}
	for _, name := range names {
		response.Collections = append(response.Collections, &qdrant.CollectionDescription{Name: name})
	}
	response.Time = time.Since(start).Seconds()
	return response, nil
}

// CollectionExists tells whether there is a collection or an alias of a name.
func (s *collectionsServer) CollectionExists(ctx context.Context, r *qdrant.CollectionExistsRequest) (*qdrant.CollectionExistsResponse, error) {
	start := time.Now()
	if err := s.ready(ctx, r); err != nil {
		return nil, err
	}
	if err := checkCollectionName(r.GetCollectionName()); err != nil {
		return nil, err
	}
	_, err := s.engine.collection(r.GetCollectionName())
	if err != nil && status.Code(err) != codes.NotFound {
		return nil, err
	}
	return &qdrant.CollectionExistsResponse{Result: &qdrant.CollectionExists{Exists: err == nil}, Time: time.Since(start).Seconds()}, nil
}

// ready says that a request cannot be answered, that the caller's time is up or
// the engine closed.
func (s *collectionsServer) ready(ctx context.Context, request proto.Message) error {
	if err := checkSupported(request); err != nil {
		return err
	}
	return s.engine.begin(ctx)
}

// operation runs a request that changes collections.
func (s *collectionsServer) operation(ctx context.Context, request proto.Message, timeout *uint64, f func(context.Context) (bool, error)) (*qdrant.CollectionOperationResponse, error) {
	start := time.Now()
	if err := s.ready(ctx, request); err != nil {
		return nil, err
	}
	ctx, cancel := withTimeout(ctx, timeout)
	defer cancel()
	ok, err := f(ctx)
	if err != nil {
		return nil, err
	}
	return &qdrant.CollectionOperationResponse{Result: ok, Time: time.Since(start).Seconds()}, nil
}

// checkCollectionName keeps to the names that Qdrant takes, which makes folders
// of them.
func checkCollectionName(name string) error {
	if name == "" || len(name) > 255 {
		return invalid("Validation error in body: [collection_name: must have 1 to 255 bytes]")
	}
	if name == "." || name == ".." || !utf8.ValidString(name) {
		return invalid("Validation error in body: [collection_name: %q is no name]", name)
	}
	if strings.ContainsAny(name, "<>:\"/\\|?*") || strings.ContainsFunc(name, func(r rune) bool { return r < ' ' || r == 0x7f }) {
		return invalid("Validation error in body: [collection_name: %q contains one of < > : \" / \\ | ? * or a control character]", name)
	}
	return nil
}

// checkConfig returns what is kept of a request for a collection.
func checkConfig(r *qdrant.CreateCollection) (*qdrant.CreateCollection, error) {
	if err := payload.Check(r.GetMetadata()); err != nil { // which bounds how deep it is, and so the copying
		return nil, err
	}
	config := proto.Clone(r).(*qdrant.CreateCollection)
	config.Timeout = nil
	dense := denseParams(config)
	for name, p := range dense {
		switch {
		case p.GetSize() == 0 || p.GetSize() > 65536:
			return nil, invalid("Validation error in body: [vectors_config: vector %q has size %d, it must be 1 to 65536]", name, p.GetSize())
		case p.GetDistance() == qdrant.Distance_UnknownDistance:
			return nil, invalid("Validation error in body: [vectors_config: vector %q has no distance]", name)
		case p.Datatype != nil && p.GetDatatype() != qdrant.Datatype_Default && p.GetDatatype() != qdrant.Datatype_Float32:
			return nil, unsupported("VectorParams.datatype %s of vector %q", p.GetDatatype(), name)
		}
		if _, ok := config.GetSparseVectorsConfig().GetMap()[name]; ok {
			return nil, invalid("Wrong input: vector name %q is used for a dense and a sparse vector", name)
		}
	}
	return config, nil
}

// updatedConfig applies a request for a change to a configuration.
func updatedConfig(old *qdrant.CreateCollection, r *qdrant.UpdateCollection) (*qdrant.CreateCollection, error) {
	if err := payload.Check(r.GetMetadata()); err != nil {
		return nil, err
	}
	r = proto.Clone(r).(*qdrant.UpdateCollection) // parts of it are kept
	config := proto.Clone(old).(*qdrant.CreateCollection)
	config.HnswConfig = merged(config.HnswConfig, r.GetHnswConfig())
	config.OptimizersConfig = merged(config.OptimizersConfig, r.GetOptimizersConfig())
	if p := r.GetParams(); p != nil {
		config.ReplicationFactor = either(p.ReplicationFactor, config.ReplicationFactor)
		config.WriteConsistencyFactor = either(p.WriteConsistencyFactor, config.WriteConsistencyFactor)
		config.OnDiskPayload = either(p.OnDiskPayload, config.OnDiskPayload)
	}
	var err error
	if config.QuantizationConfig, err = updatedQuantization(config.QuantizationConfig, r.GetQuantizationConfig()); err != nil {
		return nil, err
	}
	diffs := r.GetVectorsConfig().GetParamsMap().GetMap()
	if p := r.GetVectorsConfig().GetParams(); p != nil {
		diffs = map[string]*qdrant.VectorParamsDiff{"": p}
	}
	dense := denseParams(config)
	for name, diff := range diffs {
		p := dense[name]
		if p == nil {
			return nil, noVector(name)
		}
		p.HnswConfig = merged(p.HnswConfig, diff.GetHnswConfig())
		p.OnDisk = either(diff.OnDisk, p.OnDisk)
		if p.QuantizationConfig, err = updatedQuantization(p.QuantizationConfig, diff.GetQuantizationConfig()); err != nil {
			return nil, err
		}
	}
	for name, diff := range r.GetSparseVectorsConfig().GetMap() {
		p := config.GetSparseVectorsConfig().GetMap()[name]
		if p == nil {
			return nil, noVector(name)
		}
		proto.Merge(p, diff)
	}
	for key, value := range r.GetMetadata() {
		if config.Metadata == nil {
			config.Metadata = map[string]*qdrant.Value{}
		}
		config.Metadata[key] = value
	}
	return config, nil
}

// merged returns old with the fields that diff sets.
func merged[M interface {
	proto.Message
	comparable
}](old, diff M) M {
	var none M
	switch {
	case diff == none:
		return old
	case old == none:
		return diff
	}
	proto.Merge(old, diff)
	return old
}

func either[T any](diff, old *T) *T {
	if diff != nil {
		return diff
	}
	return old
}

func updatedQuantization(old *qdrant.QuantizationConfig, diff *qdrant.QuantizationConfigDiff) (*qdrant.QuantizationConfig, error) {
	switch q := diff.GetQuantization().(type) {
	case nil:
		return old, nil
	case *qdrant.QuantizationConfigDiff_Scalar:
		return &qdrant.QuantizationConfig{Quantization: &qdrant.QuantizationConfig_Scalar{Scalar: q.Scalar}}, nil
	case *qdrant.QuantizationConfigDiff_Disabled:
		return nil, nil
	default:
		return nil, unsupported("a quantization that is not scalar")
	}
}
