package embedded

import (
	"context"
	"slices"
	"time"

	"github.com/qdrant/go-client/qdrant"
	"google.golang.org/protobuf/proto"

	"github.com/naru-rag/naru/store/embedded/internal/filter"
	"github.com/naru-rag/naru/store/embedded/internal/pointid"
)

// What the selectors of a read mean where they are not set is Qdrant's: Get and
// Scroll return payloads, Query does not, and vectors are never returned.

// Get returns the points with the given ids that there are, each once, in the
// order of the request.
func (s *pointsServer) Get(ctx context.Context, r *qdrant.GetPoints) (*qdrant.GetResponse, error) {
	response := &qdrant.GetResponse{}
	err := s.read(ctx, r, r.GetCollectionName(), r.Timeout, &response.Time, func(ctx context.Context, v *view) error {
		out, err := newOutput(v, r.GetWithPayload(), true, r.GetWithVectors())
		if err != nil {
			return err
		}
		keys, err := pointid.ParseAll(r.GetIds())
		if err != nil {
			return err
		}
		seen := make(map[pointid.Key]bool, len(keys))
		keys = slices.DeleteFunc(keys, func(key pointid.Key) bool {
			if seen[key] || !v.has(key) {
				return true
			}
			seen[key] = true
			return false
		})
		response.Result, err = readAll(ctx, len(keys), func(i int) (*qdrant.RetrievedPoint, error) { return out.retrieved(keys[i]) })
		return err
	})
	return reply(response, err)
}

// Scroll returns a page of points in the order of their ids, or of a field.
func (s *pointsServer) Scroll(ctx context.Context, r *qdrant.ScrollPoints) (*qdrant.ScrollResponse, error) {
	response := &qdrant.ScrollResponse{}
	err := s.read(ctx, r, r.GetCollectionName(), r.Timeout, &response.Time, func(ctx context.Context, v *view) error {
		limit := defaultLimit
		if r.Limit != nil {
			limit = int(r.GetLimit())
		}
		if limit == 0 {
			return invalid("Validation error in body: [limit: value 0 invalid, must be 1 or larger]")
		}
		out, err := newOutput(v, r.GetWithPayload(), true, r.GetWithVectors())
		if err != nil {
			return err
		}
		f, err := filter.Compile(r.GetFilter())
		if err != nil {
			return err
		}
		if r.OrderBy != nil {
			return s.scrollOrdered(ctx, v, r, f, out, limit, response)
		}
		var from pointid.Key
		if r.Offset != nil {
			if from, err = pointid.Parse(r.Offset); err != nil {
				return err
			}
		}
		var keys []pointid.Key
		err = v.page(ctx, f, from, func(key pointid.Key) bool {
			if len(keys) == limit {
				response.NextPageOffset = key.ID()
				return false
			}
			keys = append(keys, key)
			return true
		})
		if err != nil {
			return err
		}
		response.Result, err = readAll(ctx, len(keys), func(i int) (*qdrant.RetrievedPoint, error) { return out.retrieved(keys[i]) })
		return err
	})
	return reply(response, err)
}

// scrollOrdered returns the first points of an order; there is no next page but
// by a later start_from.
func (s *pointsServer) scrollOrdered(ctx context.Context, v *view, r *qdrant.ScrollPoints, f *filter.Filter, out *output, limit int, response *qdrant.ScrollResponse) error {
	if r.Offset != nil {
		return invalid("Validation error in body: [offset: cannot use an `offset` when using `order_by`]")
	}
	q := &querier{engine: s.engine, v: v}
	hits, err := q.ordered(ctx, r.GetOrderBy(), func(p *part) (selection, error) { return v.resolve(p, f) }, limit)
	if err != nil {
		return err
	}
	response.Result, err = readAll(ctx, len(hits), func(i int) (*qdrant.RetrievedPoint, error) {
		p, err := out.retrieved(hits[i].key)
		if err == nil {
			p.OrderValue = hits[i].order
		}
		return p, err
	})
	return err
}

// Count counts points, always exactly.
func (s *pointsServer) Count(ctx context.Context, r *qdrant.CountPoints) (*qdrant.CountResponse, error) {
	response := &qdrant.CountResponse{}
	err := s.read(ctx, r, r.GetCollectionName(), r.Timeout, &response.Time, func(ctx context.Context, v *view) error {
		f, err := filter.Compile(r.GetFilter())
		if err != nil {
			return err
		}
		n, err := v.count(ctx, f)
		response.Result = &qdrant.CountResult{Count: uint64(n)}
		return err
	})
	return reply(response, err)
}

// Query finds points: the nearest to a vector, the first of an order, or what
// prefetches found, fused or scored again.
func (s *pointsServer) Query(ctx context.Context, r *qdrant.QueryPoints) (*qdrant.QueryResponse, error) {
	response := &qdrant.QueryResponse{}
	err := s.read(ctx, r, r.GetCollectionName(), r.Timeout, &response.Time, func(ctx context.Context, v *view) error {
		var err error
		response.Result, err = s.query(ctx, v, r)
		return err
	})
	return reply(response, err)
}

// QueryBatch runs several queries on one view of a collection; the first error
// is that of the batch.
func (s *pointsServer) QueryBatch(ctx context.Context, r *qdrant.QueryBatchPoints) (*qdrant.QueryBatchResponse, error) {
	response := &qdrant.QueryBatchResponse{}
	err := s.read(ctx, r, r.GetCollectionName(), r.Timeout, &response.Time, func(ctx context.Context, v *view) error {
		for i, q := range r.GetQueryPoints() {
			if q.GetCollectionName() != "" && q.GetCollectionName() != r.GetCollectionName() {
				return invalid("query %d of the batch is for another collection", i)
			}
			found, err := s.query(ctx, v, q)
			if err != nil {
				return err
			}
			response.Result = append(response.Result, &qdrant.BatchResult{Result: found})
		}
		return nil
	})
	return reply(response, err)
}

func (s *pointsServer) query(ctx context.Context, v *view, r *qdrant.QueryPoints) ([]*qdrant.ScoredPoint, error) {
	out, err := newOutput(v, r.GetWithPayload(), false, r.GetWithVectors())
	if err != nil {
		return nil, err
	}
	root, err := rootStage(r)
	if err != nil {
		return nil, err
	}
	q := &querier{engine: s.engine, v: v}
	hits, err := q.run(ctx, root, 0)
	if err != nil {
		return nil, err
	}
	hits = hits[min(uint64(len(hits)), r.GetOffset()):]
	return readAll(ctx, len(hits), func(i int) (*qdrant.ScoredPoint, error) { return out.scored(hits[i]) })
}

// read runs f on a view of a collection, unless the caller's time is up, and
// says how long it took.
func (s *pointsServer) read(ctx context.Context, request proto.Message, name string, timeout *uint64, took *float64, f func(context.Context, *view) error) error {
	start := time.Now()
	if err := checkSupported(request); err != nil {
		return err
	}
	ctx, cancel := withTimeout(ctx, timeout)
	defer cancel()
	err := s.engine.read(ctx, name, func(v *view) error { return f(ctx, v) })
	*took = time.Since(start).Seconds()
	return err
}

// reply returns either a response or an error.
func reply[R any](response *R, err error) (*R, error) {
	if err != nil {
		return nil, err
	}
	return response, nil
}

// withTimeout applies the timeout of a request, in seconds.
func withTimeout(ctx context.Context, seconds *uint64) (context.Context, context.CancelFunc) {
	// What does not fit a duration is longer than any deadline.
	if seconds == nil || *seconds > 1<<32 {
		return ctx, func() {}
	}
	return context.WithTimeout(ctx, time.Duration(*seconds)*time.Second)
}
