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
	known, err := s.Infos(ctx, tenant, []string{id})
	if err != nil {
		return DocumentInfo{}, err
	}
	info, there := known[id]
	if !there {
		return info, s.wrap(ErrNotFound, "look up document %q of tenant %q", id, tenant)
	}
	return info, nil
}

// Infos returns what the store knows of documents, by their ids; what it does not have,
// or may not have here, is left out.
func (s *Store) Infos(ctx context.Context, tenant string, ids []string) (map[string]DocumentInfo, error) {
	points := make([]*qdrant.PointId, len(ids))
	for i, id := range ids {
		points[i] = qdrant.NewID(PassageID(tenant, id, 0))
	}
	filter, err := s.owned(tenant, qdrant.NewHasID(points...))
	if err != nil {
		return nil, fmt.Errorf("look up %d documents: %w", len(ids), err)
	}
	if len(ids) == 0 {
		return nil, nil
	}
	response, err := s.points.Scroll(ctx, &qdrant.ScrollPoints{
		CollectionName: s.opt.Collection,
		Filter:         filter,
		Limit:          proto.Uint32(uint32(len(ids))),
		WithPayload:    qdrant.NewWithPayloadInclude(documentFields...),
		WithVectors:    qdrant.NewWithVectors(false),
	})
	if err != nil {
		return nil, s.wrap(err, "look up %d documents, the first being %q, of tenant %q", len(ids), ids[0], tenant)
	}
	known := make(map[string]DocumentInfo, len(ids))
	for _, point := range response.GetResult() {
		info, err := infoOf(point.GetId(), point.GetPayload())
		if err != nil {
			return nil, s.wrap(err, "look up documents of tenant %q", tenant)
		}
		known[info.ID] = info
	}
	return known, nil
}
