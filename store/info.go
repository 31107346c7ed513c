package store

import (
	"context"
	"fmt"

	"github.com/qdrant/go-client/qdrant"
	"google.golang.org/protobuf/proto"
)

// Info returns what the store knows of one document, or [ErrNotFound]. It is
// one look-up by id, of what may be here.
func (s *Store) Info(ctx context.Context, tenant, id string) (DocumentInfo, error) {
	filter, err := s.owned(tenant, qdrant.NewHasID(qdrant.NewID(PassageID(tenant, id, 0))))
	if err != nil {
		return DocumentInfo{}, fmt.Errorf("look up document %q: %w", id, err)
	}
	response, err := s.points.Scroll(ctx, &qdrant.ScrollPoints{
		CollectionName: s.opt.Collection, Filter: filter, Limit: proto.Uint32(1),
		WithPayload: qdrant.NewWithPayloadInclude(documentFields...),
		WithVectors: qdrant.NewWithVectors(false),
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
