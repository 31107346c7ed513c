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
	tenant := asker.Tenant
	filter, err := s.visible(asker)
	if err != nil {
		return nil, "", fmt.Errorf("list documents: %w", err)
	}
	filter.Must = append(filter.Must, firstOnly())
	filter.MustNot = []*qdrant.Condition{qdrant.NewMatchBool(fieldRemoved, true)}
	request := &qdrant.ScrollPoints{
		CollectionName: s.opt.Collection,
		Filter:         filter,
		Limit:          proto.Uint32(uint32(limit)),
		WithPayload:    qdrant.NewWithPayloadInclude(documentFields...),
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
	for _, point := range page.GetResult() {
		info, err := infoOf(point.GetId(), point.GetPayload())
		if err != nil {
			return nil, "", s.wrap(err, "list documents of tenant %s", tenant)
		}
		infos = append(infos, info)
	}
	if mark := page.GetNextPageOffset(); mark != nil {
		next = idText(mark)
	}
	return infos, next, nil
}
