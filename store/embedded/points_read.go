package embedded

import (
	"context"
	"math"
	"time"

	"github.com/qdrant/go-client/qdrant"
)

// What the selectors of a read mean where they are not set is Qdrant's: Get and
// Scroll return payloads, Query does not, and vectors are never returned.

// Get returns the points with the given ids that there are, in that order.
func (s *pointsServer) Get(ctx context.Context, r *qdrant.GetPoints) (*qdrant.GetResponse, error) {
	start := time.Now()
	if err := checkSupported(r); err != nil {
		return nil, err
	}
	keys, err := keysOf(r.GetIds())
	if err != nil {
		return nil, err
	}
	response := &qdrant.GetResponse{}
	err = s.read(ctx, r.GetCollectionName(), r.Timeout, func(c *collection, ix *index) error {
		out, err := newOutput(c, r.GetWithPayload(), true, r.GetWithVectors())
		if err != nil {
			return err
		}
		for _, key := range keys {
			if d := ix.get(key); d != nil {
				response.Result = append(response.Result, out.retrieved(d))
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	response.Time = time.Since(start).Seconds()
	return response, nil
}

// Scroll returns a page of points in the order of their ids.
func (s *pointsServer) Scroll(ctx context.Context, r *qdrant.ScrollPoints) (*qdrant.ScrollResponse, error) {
	start := time.Now()
	if err := checkSupported(r); err != nil {
		return nil, err
	}
	limit := 10
	if r.Limit != nil {
		limit = int(r.GetLimit())
	}
	if limit < 1 {
		return nil, invalid("limit is 0 and must be 1 or larger")
	}
	var from pointKey
	if r.Offset != nil {
		var err error
		if from, err = keyOf(r.Offset); err != nil {
			return nil, err
		}
	}
	f, err := compileFilter(r.GetFilter())
	if err != nil {
		return nil, err
	}
	response := &qdrant.ScrollResponse{}
	err = s.read(ctx, r.GetCollectionName(), r.Timeout, func(c *collection, ix *index) error {
		out, err := newOutput(c, r.GetWithPayload(), true, r.GetWithVectors())
		if err != nil {
			return err
		}
		found, next := ix.page(f, from, limit)
		for _, d := range found {
			response.Result = append(response.Result, out.retrieved(d))
		}
		if next != nil {
			response.NextPageOffset = next.key.id()
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	response.Time = time.Since(start).Seconds()
	return response, nil
}

// Count counts points, always exactly.
func (s *pointsServer) Count(ctx context.Context, r *qdrant.CountPoints) (*qdrant.CountResponse, error) {
	start := time.Now()
	if err := checkSupported(r); err != nil {
		return nil, err
	}
	f, err := compileFilter(r.GetFilter())
	if err != nil {
		return nil, err
	}
	var n uint64
	err = s.read(ctx, r.GetCollectionName(), r.Timeout, func(_ *collection, ix *index) error {
		ix.selectAll(f, func(*doc) { n++ })
		return nil
	})
	if err != nil {
		return nil, err
	}
	return &qdrant.CountResponse{Result: &qdrant.CountResult{Count: n}, Time: time.Since(start).Seconds()}, nil
}

// Query finds the points nearest to a sparse vector.
func (s *pointsServer) Query(ctx context.Context, r *qdrant.QueryPoints) (*qdrant.QueryResponse, error) {
	start := time.Now()
	if err := checkSupported(r); err != nil {
		return nil, err
	}
	found, err := s.query(ctx, r)
	if err != nil {
		return nil, err
	}
	return &qdrant.QueryResponse{Result: found, Time: time.Since(start).Seconds()}, nil
}

// QueryBatch runs several queries on one collection; the first error is that of
// the batch.
func (s *pointsServer) QueryBatch(ctx context.Context, r *qdrant.QueryBatchPoints) (*qdrant.QueryBatchResponse, error) {
	start := time.Now()
	if err := checkSupported(r); err != nil {
		return nil, err
	}
	ctx, cancel := withTimeout(ctx, r.Timeout)
	defer cancel()
	response := &qdrant.QueryBatchResponse{}
	for i, q := range r.GetQueryPoints() {
		if q.GetCollectionName() != "" && q.GetCollectionName() != r.GetCollectionName() {
			return nil, invalid("query %d of the batch is for another collection", i)
		}
		one := &qdrant.QueryPoints{
			CollectionName: r.GetCollectionName(), Query: q.Query, Using: q.Using, Filter: q.Filter,
			ScoreThreshold: q.ScoreThreshold, Limit: q.Limit, Offset: q.Offset,
			WithVectors: q.WithVectors, WithPayload: q.WithPayload, Timeout: q.Timeout,
		}
		found, err := s.query(ctx, one)
		if err != nil {
			return nil, err
		}
		response.Result = append(response.Result, &qdrant.BatchResult{Result: found})
	}
	response.Time = time.Since(start).Seconds()
	return response, nil
}

func (s *pointsServer) query(ctx context.Context, r *qdrant.QueryPoints) ([]*qdrant.ScoredPoint, error) {
	nearest := r.GetQuery().GetNearest().GetSparse()
	if nearest == nil {
		return nil, unsupported("QueryPoints without a sparse query.nearest")
	}
	vector, err := sortSparse(nearest)
	if err != nil {
		return nil, invalid("query vector: %v", err)
	}
	limit, offset := uint64(10), r.GetOffset()
	if r.Limit != nil {
		limit = r.GetLimit()
	}
	if limit < 1 {
		return nil, invalid("limit is 0 and must be 1 or larger")
	}
	k := int(min(limit, math.MaxInt32) + min(offset, math.MaxInt32))
	f, err := compileFilter(r.GetFilter())
	if err != nil {
		return nil, err
	}
	var found []*qdrant.ScoredPoint
	err = s.read(ctx, r.GetCollectionName(), r.Timeout, func(c *collection, ix *index) error {
		inv, err := c.vector(ix, r.GetUsing())
		if err != nil {
			return err
		}
		out, err := newOutput(c, r.GetWithPayload(), false, r.GetWithVectors())
		if err != nil {
			return err
		}
		hits := ix.search(inv, vector, f, k, r.ScoreThreshold)
		for _, h := range hits[min(uint64(len(hits)), offset):] {
			found = append(found, out.scored(h))
		}
		return nil
	})
	return found, err
}

// search returns the best k documents that match, best first.
func (ix *index) search(inv *inverted, vector *qdrant.SparseVector, f *filter, k int, threshold *float32) []hit {
	s := scratches.Get().(*scratch)
	defer scratches.Put(s)
	allowed, rest := f.resolve(ix, s)
	defer s.put(allowed)
	s.score(inv, vector, allowed, len(ix.docs))
	return s.top(ix, rest, k, threshold)
}

// read runs f on a collection, unless the caller's time is up.
func (s *pointsServer) read(ctx context.Context, name string, timeout *uint64, f func(*collection, *index) error) error {
	ctx, cancel := withTimeout(ctx, timeout)
	defer cancel()
	if err := contextError(ctx); err != nil {
		return err
	}
	c, err := s.engine.collection(name)
	if err != nil {
		return err
	}
	return c.read(func(ix *index) error { return f(c, ix) })
}
