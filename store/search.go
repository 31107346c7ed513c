package store

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/qdrant/go-client/qdrant"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	"github.com/naru-rag/naru/rag"
)

// Search implements rag.Searcher: by words, and by meaning where the query has a
// vector, over the passages that the asker may see. See fuse.go for how the two
// become one order.
func (s *Store) Search(ctx context.Context, q rag.Query) (rag.Results, error) {
	filter, err := s.visible(q.Asker)
	if err != nil {
		return rag.Results{}, fmt.Errorf("search: %w", err)
	}
	narrow, err := narrowed(filter, q.Narrow)
	if err != nil {
		return rag.Results{}, fmt.Errorf("search: %w", err)
	}
	if q.Limit < 1 {
		return rag.Results{}, fmt.Errorf("search: limit %d is not at least 1", q.Limit)
	}
	index, err := s.current(ctx)
	if err != nil {
		return rag.Results{}, s.wrap(err, "search")
	}
	results := rag.Results{Index: index.Collection}
	search := newHalves(q, narrow, index.Fusion)
	if search.vector != nil && index.Model != s.opt.Vectors.Model {
		search.vector = nil
		results.Degraded = append(results.Degraded, fmt.Sprintf("meaning: %s was made by another model than the one that is configured; `naru index` makes it anew", index))
	}
	if search.empty() {
		return results, nil
	}
	found, name, err := s.query(ctx, search.requests())
	if err != nil {
		return rag.Results{}, s.wrap(err, "search")
	}
	results.Index = name
	if results.Passages, err = search.fuse(found, q.Limit); err != nil {
		return rag.Results{}, s.wrap(err, "search")
	}
	if search.vector != nil {
		reason, err := s.incomplete(ctx, q.Asker.Tenant)
		if err != nil {
			return rag.Results{}, err
		}
		results.Degraded = append(results.Degraded, reason...)
	}
	if len(results.Passages) == 0 {
		filter.MustNot = append(filter.MustNot, qdrant.NewMatchBool(fieldEmpty, true))
		n, err := s.count(ctx, filter)
		if err != nil {
			return rag.Results{}, s.wrap(err, "search")
		}
		results.Empty = n == 0
	}
	return results, nil
}

// incomplete says how much of a tenant's passages cannot be found by meaning yet.
func (s *Store) incomplete(ctx context.Context, tenant string) ([]string, error) {
	n, err := s.CountLacking(ctx, tenant)
	if err != nil || n == 0 {
		return nil, err
	}
	_, all, err := s.Count(ctx, tenant)
	if err != nil || all == 0 {
		return nil, err
	}
	return []string{fmt.Sprintf("meaning: %d of %d passages (%.0f %%) have no vector yet and are found by their words alone", n, all, max(1, 100*float64(n)/float64(all)))}, nil
}

// query asks the version that answers now, and names it. One that was replaced
// and removed since it was looked up is no more than that: it asks again.
func (s *Store) query(ctx context.Context, queries []*qdrant.QueryPoints) ([]*qdrant.BatchResult, string, error) {
	for again := false; ; again = true {
		index, err := s.current(ctx)
		if err != nil {
			return nil, "", err
		}
		for _, q := range queries {
			q.CollectionName = index.Collection
		}
		response, err := s.points.QueryBatch(ctx, &qdrant.QueryBatchPoints{CollectionName: index.Collection, QueryPoints: queries})
		if status.Code(err) == codes.NotFound && !again {
			s.resolved.forget()
			continue
		}
		if err == nil && len(response.GetResult()) != len(queries) {
			err = fmt.Errorf("%d answers to %d queries", len(response.GetResult()), len(queries))
		}
		return response.GetResult(), index.Collection, err
	}
}

// halves is a search by words and by meaning.
type halves struct {
	filter *qdrant.Filter
	// wordings are the question and its variants, each as its terms.
	wordings []terms
	// indices and values are what is searched for: all their terms.
	indices []uint32
	values  []float32
	vector  []float32
	limit   int
	fusion  Fusion
}

// terms are a sparse vector.
type terms struct {
	indices []uint32
	values  []float32
}

// considered is how many passages each half brings: what is further down in both
// does not come out on top.
const considered = 100

func newHalves(q rag.Query, filter *qdrant.Filter, f Fusion) *halves {
	h := &halves{filter: filter, vector: q.Vector, limit: q.Limit, fusion: cmp.Or(f, FusionCalibrated)}
	for _, text := range append([]string{q.Text}, q.Variants...) {
		var t terms
		if t.indices, t.values = queryVector(text, q.Language); len(t.indices) > 0 {
			h.wordings = append(h.wordings, t)
		}
	}
	h.indices, h.values = union(h.wordings)
	return h
}

// union has each term once, with the greatest weight that it has anywhere.
func union(all []terms) (indices []uint32, values []float32) {
	if len(all) == 1 {
		return all[0].indices, all[0].values
	}
	weights := map[uint32]float32{}
	for _, t := range all {
		for i, d := range t.indices {
			weights[d] = max(weights[d], t.values[i])
		}
	}
	for _, d := range slices.Sorted(maps.Keys(weights)) {
		indices, values = append(indices, d), append(values, weights[d])
	}
	return indices, values
}

func (h *halves) words() bool   { return len(h.indices) > 0 }
func (h *halves) meaning() bool { return h.vector != nil }
func (h *halves) empty() bool   { return !h.words() && !h.meaning() }

// requests are one round trip: each half with its best passages and, where there
// are both, what each thinks of the other's; or what the server makes of both, and
// what each half thinks of that.
func (h *halves) requests() []*qdrant.QueryPoints {
	limit := uint64(h.limit)
	if h.words() && h.meaning() {
		limit = max(limit, considered)
	}
	sparse := &qdrant.QueryPoints{Query: qdrant.NewQuerySparse(h.indices, h.values), Using: proto.String(vectorTerms), Filter: h.filter, Limit: &limit}
	dense := &qdrant.QueryPoints{Query: qdrant.NewQueryDense(h.vector), Using: proto.String(vectorMeaning), Filter: h.filter, Limit: &limit}
	withText := func(q *qdrant.QueryPoints) *qdrant.QueryPoints {
		c := proto.Clone(q).(*qdrant.QueryPoints)
		c.WithPayload = qdrant.NewWithPayload(true)
		return c
	}
	among := func(q, of *qdrant.QueryPoints) *qdrant.QueryPoints {
		c := proto.Clone(q).(*qdrant.QueryPoints)
		c.Prefetch = []*qdrant.PrefetchQuery{{Prefetch: of.Prefetch, Query: of.Query, Using: of.Using, Filter: of.Filter, Limit: of.Limit}}
		c.WithPayload = qdrant.NewWithPayload(false)
		return c
	}
	switch {
	case !h.meaning():
		return []*qdrant.QueryPoints{withText(sparse)}
	case !h.words():
		return []*qdrant.QueryPoints{withText(dense)}
	case h.fusion != FusionCalibrated:
		fused := h.byServer(sparse, dense)
		return []*qdrant.QueryPoints{withText(fused), among(sparse, fused), among(dense, fused)}
	}
	return []*qdrant.QueryPoints{withText(sparse), withText(dense), among(sparse, dense), among(dense, sparse)}
}
