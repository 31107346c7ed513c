package embedded

import (
	"context"
	"time"

	"github.com/qdrant/go-client/qdrant"
	bolt "go.etcd.io/bbolt"
	"google.golang.org/protobuf/proto"
)

// pointsServer implements the Points service; what it does not have answers
// codes.Unimplemented.
type pointsServer struct {
	qdrant.UnimplementedPointsServer
	engine *Engine
}

// Upsert stores points, each in place of the one with its id.
func (s *pointsServer) Upsert(ctx context.Context, r *qdrant.UpsertPoints) (*qdrant.PointsOperationResponse, error) {
	return s.change(ctx, "upsert", r, r.GetCollectionName(), r.Timeout, func(st *staging) error {
		return st.upsert(r.GetPoints())
	})
}

// Delete deletes points by id or filter; ids that are not there are no error.
func (s *pointsServer) Delete(ctx context.Context, r *qdrant.DeletePoints) (*qdrant.PointsOperationResponse, error) {
	return s.change(ctx, "delete", r, r.GetCollectionName(), r.Timeout, func(st *staging) error {
		return st.delete(r.GetPoints())
	})
}

// SetPayload merges a payload into points by id or filter.
func (s *pointsServer) SetPayload(ctx context.Context, r *qdrant.SetPayloadPoints) (*qdrant.PointsOperationResponse, error) {
	return s.change(ctx, "set payload", r, r.GetCollectionName(), r.Timeout, func(st *staging) error {
		return st.setPayload(r.GetPointsSelector(), r.GetPayload())
	})
}

// UpdateBatch runs operations in order, all of them or none.
func (s *pointsServer) UpdateBatch(ctx context.Context, r *qdrant.UpdateBatchPoints) (*qdrant.UpdateBatchResponse, error) {
	response, err := s.change(ctx, "update batch", r, r.GetCollectionName(), r.Timeout, func(st *staging) error {
		for i, op := range r.GetOperations() {
			var err error
			switch op := op.GetOperation().(type) {
			case *qdrant.PointsUpdateOperation_Upsert:
				err = st.upsert(op.Upsert.GetPoints())
			case *qdrant.PointsUpdateOperation_SetPayload_:
				err = st.setPayload(op.SetPayload.GetPointsSelector(), op.SetPayload.GetPayload())
			case *qdrant.PointsUpdateOperation_DeletePoints_:
				err = st.delete(op.DeletePoints.GetPoints())
			default:
				err = invalid("operation %d of the batch is empty", i)
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	results := make([]*qdrant.UpdateResult, len(r.GetOperations()))
	for i := range results {
		results[i] = response.Result
	}
	return &qdrant.UpdateBatchResponse{Result: results, Time: response.Time}, nil
}

// CreateFieldIndex records an index of a payload field and, for keywords and
// integers, builds it.
func (s *pointsServer) CreateFieldIndex(ctx context.Context, r *qdrant.CreateFieldIndexCollection) (*qdrant.PointsOperationResponse, error) {
	return s.write(ctx, "create field index", r, r.GetCollectionName(), r.Timeout, func(c *collection) (func(*bolt.Tx) error, func(), error) {
		if err := checkFieldIndex(r); err != nil {
			return nil, nil, err
		}
		name := r.GetFieldName()
		record := &qdrant.CreateFieldIndexCollection{
			CollectionName: c.name, FieldName: name, FieldType: r.GetFieldType().Enum(), FieldIndexParams: r.GetFieldIndexParams(),
		}
		if old := c.fields[name]; old != nil && proto.Equal(old, record) {
			return nil, nil, nil
		}
		number := c.last + 1
		value, err := seal([]byte(name), number, record)
		if err != nil {
			return nil, nil, invalid("field %q cannot be encoded: %v", name, err)
		}
		tx := func(tx *bolt.Tx) error {
			b := tx.Bucket(collectionsBucket).Bucket([]byte(c.name))
			if err := b.Bucket(fieldsBucket).Put([]byte(name), value); err != nil {
				return err
			}
			return b.Bucket(pointsBucket).SetSequence(number)
		}
		return tx, func() { c.setField(number, record) }, nil
	})
}

func checkFieldIndex(r *qdrant.CreateFieldIndexCollection) error {
	if _, err := parsePath(r.GetFieldName()); err != nil {
		return err
	}
	if r.FieldType == nil {
		return invalid("field_type is missing for the index of %q", r.GetFieldName())
	}
	var params bool
	switch r.GetFieldIndexParams().GetIndexParams().(type) {
	case nil:
		params = true
	case *qdrant.PayloadIndexParams_KeywordIndexParams:
		params = r.GetFieldType() == qdrant.FieldType_FieldTypeKeyword
	case *qdrant.PayloadIndexParams_IntegerIndexParams:
		params = r.GetFieldType() == qdrant.FieldType_FieldTypeInteger
	case *qdrant.PayloadIndexParams_DatetimeIndexParams:
		params = r.GetFieldType() == qdrant.FieldType_FieldTypeDatetime
	}
	if !params {
		return invalid("field_index_params of %q are not those of its field_type", r.GetFieldName())
	}
	switch r.GetFieldType() {
	case qdrant.FieldType_FieldTypeKeyword, qdrant.FieldType_FieldTypeInteger, qdrant.FieldType_FieldTypeDatetime:
		return nil
	default:
		return unsupported("CreateFieldIndexCollection.field_type %s", r.GetFieldType())
	}
}

// change runs a write that changes points.
func (s *pointsServer) change(ctx context.Context, what string, request proto.Message, name string, timeout *uint64, f func(*staging) error) (*qdrant.PointsOperationResponse, error) {
	return s.write(ctx, what, request, name, timeout, func(c *collection) (func(*bolt.Tx) error, func(), error) {
		st := stage(c)
		if err := f(st); err != nil {
			return nil, nil, err
		}
		return st.finish()
	})
}

// write runs a write to one collection and says that it is complete.
func (s *pointsServer) write(ctx context.Context, what string, request proto.Message, name string, timeout *uint64, f func(*collection) (func(*bolt.Tx) error, func(), error)) (*qdrant.PointsOperationResponse, error) {
	start := time.Now()
	if err := checkSupported(request); err != nil {
		return nil, err
	}
	ctx, cancel := withTimeout(ctx, timeout)
	defer cancel()
	c, err := s.engine.collection(name)
	if err != nil {
		return nil, err
	}
	var number uint64
	err = s.engine.write(ctx, what, func() (func(*bolt.Tx) error, func(), error) {
		if c.dropped {
			return nil, nil, noCollection(name)
		}
		tx, apply, err := f(c)
		number = c.last + 1
		return tx, apply, err
	})
	if err != nil {
		return nil, err
	}
	return &qdrant.PointsOperationResponse{
		Result: &qdrant.UpdateResult{OperationId: &number, Status: qdrant.UpdateStatus_Completed},
		Time:   time.Since(start).Seconds(),
	}, nil
}

// withTimeout applies the timeout of a request, in seconds.
func withTimeout(ctx context.Context, seconds *uint64) (context.Context, context.CancelFunc) {
	// What does not fit a duration is longer than any deadline.
	if seconds == nil || *seconds > 1<<32 {
		return ctx, func() {}
	}
	return context.WithTimeout(ctx, time.Duration(*seconds)*time.Second)
}
