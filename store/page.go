package store

import (
	"context"
	"errors"
	"fmt"

	"github.com/qdrant/go-client/qdrant"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	"github.com/naru-rag/naru/rag"
)

// ErrBadMark is returned for a mark that no [Store.Page] has given out.
var ErrBadMark = errors.New("not a mark of an earlier page")

// Page lists up to limit documents that an asker may see, without those
// removed, from the mark after on, and returns the mark of the next page: empty
// at the end, as the first page's is. The order is always the same.
func (s *Store) Page(ctx context.Context, asker rag.Asker, after string, limit int) (infos []DocumentInfo, next string, err error) {
	filter, err := s.visible(asker)
	if err != nil {
		return nil, "", fmt.Errorf("list documents: %w", err)
	}
	filter.Must = append(filter.Must, firstOnly())
	filter.MustNot = []*qdrant.Condition{qdrant.NewMatchBool(fieldRemoved, true)}
	return s.listing(ctx, asker.Tenant, filter, after, limit)
}

// PageOfSource is Page of all that a tenant has from sources of a kind, whoever may
// see it, with what was removed.
func (s *Store) PageOfSource(ctx context.Context, tenant, source, after string, limit int) (infos []DocumentInfo, next string, err error) {
	filter, err := s.owned(tenant, firstOnly(), qdrant.NewMatchKeywords(fieldSource, source))
	if err != nil {
		return nil, "", fmt.Errorf("list documents: %w", err)
	}
	return s.listing(ctx, tenant, filter, after, limit)
}

func (s *Store) listing(ctx context.Context, tenant string, filter *qdrant.Filter, after string, limit int) (infos []DocumentInfo, next string, err error) {
	points, next, err := s.pageOf(ctx, tenant, filter, documentFields, after, limit)
	for _, point := range points {
		info, err := infoOf(point.GetId(), point.GetPayload())
		if err != nil {
			return nil, "", s.wrap(err, "list documents of tenant %s", tenant)
		}
		infos = append(infos, info)
	}
	return infos, next, err
}

// pageOf are some points of a tenant that match, and the mark of the next ones.
func (s *Store) pageOf(ctx context.Context, tenant string, filter *qdrant.Filter, fields []string, after string, limit int) (points []*qdrant.RetrievedPoint, next string, err error) {
	request := &qdrant.ScrollPoints{
		CollectionName: s.opt.Collection,
		Filter:         filter,
		Limit:          proto.Uint32(uint32(limit)),
		WithPayload:    qdrant.NewWithPayloadInclude(fields...),
		WithVectors:    qdrant.NewWithVectors(false),
	}
	if after != "" {
		request.Offset = qdrant.NewID(after)
	}
	page, err := s.points.Scroll(ctx, request)
	if after != "" && status.Code(err) == codes.InvalidArgument {
		return nil, "", fmt.Errorf("list documents after %q: %w", after, ErrBadMark)
	}
	if err != nil {
		return nil, "", s.wrap(err, "list documents of tenant %s", tenant)
	}
	if mark := page.GetNextPageOffset(); mark != nil {
		next = idText(mark)
	}
	return page.GetResult(), next, nil
}
