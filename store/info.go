package store

import (
	"context"
	"fmt"

	"github.com/qdrant/go-client/qdrant"

	"github.com/naru-rag/naru/rag"
)

// Info returns what the store knows of one document, or [ErrNotFound]. It is
// one look-up by id.
func (s *Store) Info(ctx context.Context, tenant, id string) (DocumentInfo, error) {
	if tenant == "" {
		return DocumentInfo{}, fmt.Errorf("look up document %q: %w", id, rag.ErrNoTenant)
	}
	response, err := s.points.Get(ctx, &qdrant.GetPoints{
		CollectionName: s.opt.Collection,
		Ids:            []*qdrant.PointId{qdrant.NewID(PassageID(tenant, id, 0))},
		WithPayload:    qdrant.NewWithPayloadInclude(documentFields...),
		WithVectors:    qdrant.NewWithVectors(false),
	})
	if err == nil && len(response.GetResult()) == 0 {
		err = ErrNotFound
	}
	var info DocumentInfo
	if err == nil {
		point := response.GetResult()[0]
		info, err = infoOf(point.GetId(), point.GetPayload())
	}
	if err != nil {
		return DocumentInfo{}, s.wrap(err, "look up document %q of tenant %q", id, tenant)
	}
	return info, nil
}
