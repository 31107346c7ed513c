package store

import (
	"context"
	"fmt"

	"github.com/qdrant/go-client/qdrant"
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
	response, err := s.points.Query(ctx, &qdrant.QueryPoints{
		CollectionName: s.opt.Collection,
		Query:          qdrant.NewQuerySparse(indices, values),
		Using:          proto.String(vectorTerms),
		Filter:         filter,
		Limit:          proto.Uint64(uint64(q.Limit)),
		WithPayload:    qdrant.NewWithPayload(true),
	})
	if err != nil {
		return rag.Results{}, s.wrap(err, "search")
	}
	var results rag.Results
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
