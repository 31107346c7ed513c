package embedded

import (
	"context"
	"time"

	"github.com/qdrant/go-client/qdrant"
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
		return st.upsert(r.GetPoints(), r.GetUpdateFilter(), r.GetUpdateMode())
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
		return st.setPayload(r.GetPointsSelector(), r.GetPayload(), r.GetKey())
	})
}

// OverwritePayload replaces the payload of points by id or filter.
func (s *pointsServer) OverwritePayload(ctx context.Context, r *qdrant.SetPayloadPoints) (*qdrant.PointsOperationResponse, error) {
	return s.change(ctx, "overwrite payload", r, r.GetCollectionName(), r.Timeout, func(st *staging) error {
		return st.overwritePayload(r.GetPointsSelector(), r.GetPayload())
	})
}

// DeletePayload takes fields from the payload of points by id or filter.
func (s *pointsServer) DeletePayload(ctx context.Context, r *qdrant.DeletePayloadPoints) (*qdrant.PointsOperationResponse, error) {
	return s.change(ctx, "delete payload", r, r.GetCollectionName(), r.Timeout, func(st *staging) error {
		return st.deletePayload(r.GetPointsSelector(), r.GetKeys())
	})
}

// ClearPayload takes the whole payload from points by id or filter.
func (s *pointsServer) ClearPayload(ctx context.Context, r *qdrant.ClearPayloadPoints) (*qdrant.PointsOperationResponse, error) {
	return s.change(ctx, "clear payload", r, r.GetCollectionName(), r.Timeout, func(st *staging) error {
		return st.clearPayload(r.GetPoints())
	})
}

// UpdateVectors puts vectors in place of those of the same names.
func (s *pointsServer) UpdateVectors(ctx context.Context, r *qdrant.UpdatePointVectors) (*qdrant.PointsOperationResponse, error) {
	return s.change(ctx, "update vectors", r, r.GetCollectionName(), r.Timeout, func(st *staging) error {
		return st.updateVectors(r.GetPoints(), r.GetUpdateFilter())
	})
}

// DeleteVectors takes vectors from points by id or filter.
func (s *pointsServer) DeleteVectors(ctx context.Context, r *qdrant.DeletePointVectors) (*qdrant.PointsOperationResponse, error) {
	return s.change(ctx, "delete vectors", r, r.GetCollectionName(), r.Timeout, func(st *staging) error {
		return st.deleteVectors(r.GetPointsSelector(), r.GetVectors().GetNames())
	})
}

// UpdateBatch runs operations in order, all of them or none.
func (s *pointsServer) UpdateBatch(ctx context.Context, r *qdrant.UpdateBatchPoints) (*qdrant.UpdateBatchResponse, error) {
	if len(r.GetOperations()) == 0 {
		return nil, invalid("Validation error in body: [operations: length is lower than 1]")
	}
	response, err := s.change(ctx, "update batch", r, r.GetCollectionName(), r.Timeout, func(st *staging) error {
		for i, op := range r.GetOperations() {
			if err := st.operation(i, op); err != nil {
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

// operation stages one operation of a batch.
func (s *staging) operation(i int, op *qdrant.PointsUpdateOperation) error {
	switch op := op.GetOperation().(type) {
	case *qdrant.PointsUpdateOperation_Upsert:
		return s.upsert(op.Upsert.GetPoints(), op.Upsert.GetUpdateFilter(), op.Upsert.GetUpdateMode())
	case *qdrant.PointsUpdateOperation_DeletePoints_:
		return s.delete(op.DeletePoints.GetPoints())
	case *qdrant.PointsUpdateOperation_SetPayload_:
		return s.setPayload(op.SetPayload.GetPointsSelector(), op.SetPayload.GetPayload(), op.SetPayload.GetKey())
	case *qdrant.PointsUpdateOperation_OverwritePayload_:
		return s.overwritePayload(op.OverwritePayload.GetPointsSelector(), op.OverwritePayload.GetPayload())
	case *qdrant.PointsUpdateOperation_DeletePayload_:
		return s.deletePayload(op.DeletePayload.GetPointsSelector(), op.DeletePayload.GetKeys())
	case *qdrant.PointsUpdateOperation_ClearPayload_:
		return s.clearPayload(op.ClearPayload.GetPoints())
	case *qdrant.PointsUpdateOperation_UpdateVectors_:
		return s.updateVectors(op.UpdateVectors.GetPoints(), op.UpdateVectors.GetUpdateFilter())
	case *qdrant.PointsUpdateOperation_DeleteVectors_:
		return s.deleteVectors(op.DeleteVectors.GetPointsSelector(), op.DeleteVectors.GetVectors().GetNames())
	default:
		return invalid("operation %d of the batch is empty", i)
	}
}

// change runs a write to the points of a collection and says that it is complete.
func (s *pointsServer) change(ctx context.Context, what string, request proto.Message, name string, timeout *uint64, f func(*staging) error) (*qdrant.PointsOperationResponse, error) {
	start := time.Now()
	if err := checkSupported(request); err != nil {
		return nil, err
	}
	ctx, cancel := withTimeout(ctx, timeout)
	defer cancel()
	number, err := s.engine.change(ctx, what, name, f)
	if err != nil {
		return nil, err
	}
	return completed(number, start), nil
}

// completed says that a write is on disk and seen by every read that begins now.
func completed(number uint64, start time.Time) *qdrant.PointsOperationResponse {
	return &qdrant.PointsOperationResponse{
		Result: &qdrant.UpdateResult{OperationId: &number, Status: qdrant.UpdateStatus_Completed},
		Time:   time.Since(start).Seconds(),
	}
}
