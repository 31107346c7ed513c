package store

import (
	"context"
	"fmt"

	"github.com/qdrant/go-client/qdrant"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	"github.com/naru-rag/naru/rag"
)

// Search implements rag.Searcher by words: BM25 over the passages that the
// asker may see.
func (s *Store) Search(ctx context.Context, q rag.Query) (rag.Results, error) {
	filter, err := visible(q.Asker)
	if err != nil {
		return rag.Results{}, fmt.Errorf("search: %w", err)
	}
	if q.Limit < 1 {
		return rag.Results{}, fmt.Errorf("search: limit %d is not at least 1", q.Limit)
	}
	indices, values := queryVector(q.Text, q.Language)
	if len(indices) == 0 {
		return rag.Results{}, nil
	}
	response, index, err := s.query(ctx, &qdrant.QueryPoints{
		Query:       qdrant.NewQuerySparse(indices, values),
		Using:       proto.String(vectorTerms),
		Filter:      filter,
		Limit:       proto.Uint64(uint64(q.Limit)),
		WithPayload: qdrant.NewWithPayload(true),
	})
	if err != nil {
		return rag.Results{}, s.wrap(err, "search")
	}
	results := rag.Results{Index: index, Passages: make([]rag.Passage, 0, len(response.GetResult()))}
	for _, point := range response.GetResult() {
		p, err := passageOf(point.GetId(), point.GetPayload(), float64(point.GetScore()))
		if err != nil {
			return rag.Results{}, s.wrap(err, "search")
		}
		results.Passages = append(results.Passages, p)
	}
	orderPassages(results.Passages)
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

// query asks the version that answers now, and names it. One that was replaced
// and removed since it was looked up is no more than that: it asks again.
func (s *Store) query(ctx context.Context, q *qdrant.QueryPoints) (*qdrant.QueryResponse, string, error) {
	for again := false; ; again = true {
		index, err := s.current(ctx)
		if err != nil {
			return nil, "", err
		}
		q.CollectionName = index
		response, err := s.points.Query(ctx, q)
		if status.Code(err) == codes.NotFound && !again {
			s.resolved.forget()
			continue
		}
		return response, index, err
	}
}
