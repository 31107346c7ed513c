package store

import (
	"cmp"
	"context"
	"fmt"
	"iter"
	"slices"
	"time"

	"github.com/qdrant/go-client/qdrant"
	"google.golang.org/protobuf/proto"

	"github.com/naru-rag/naru/rag"
)

// DocumentInfo is what the store knows about a document.
type DocumentInfo struct {
	ID       string
	URI      string
	Title    string
	Language string
	// Hash is the content hash it was put with.
	Hash string
	// Modified is in UTC.
	Modified time.Time
	// Passages is how many it has; a document without text has none.
	Passages int
	// Source is the id of the configured source it came from, and Key what that
	// source knows it by.
	Source, Key string
	// Removed is set for what [Store.Remove] removed.
	Removed bool

	rag.Access
}

// pageSize is how many points one request of a listing asks for.
const pageSize = 512

// Documents lists the documents of a tenant, for an indexer to compare with its sources: those that [Store.Remove] removed
// are among them, and those of no region. They are in no particular order but always the
// same; where sources are given, only theirs. A document put or deleted
// while the listing runs may or may not be in it. An error ends the listing.
func (s *Store) Documents(ctx context.Context, tenant string, sources ...string) iter.Seq2[DocumentInfo, error] {
	return func(yield func(DocumentInfo, error) bool) {
		filter, err := s.writable(tenant, firstOnly())
		if err != nil {
			yield(DocumentInfo{}, fmt.Errorf("list documents: %w", err))
			return
		}
		if len(sources) > 0 {
			filter.Must = append(filter.Must, qdrant.NewMatchKeywords(fieldSource, sources...))
		}
		for point, err := range s.scroll(ctx, filter, qdrant.NewWithPayloadInclude(documentFields...)) {
			var info DocumentInfo
			if err == nil {
				info, err = infoOf(point.GetId(), point.GetPayload())
			}
			if err != nil {
				yield(DocumentInfo{}, s.wrap(err, "list documents of tenant %s", tenant))
				return
			}
			if !yield(info, nil) {
				return
			}
		}
	}
}

// Document returns a document and its passages in order, or [ErrNotFound].
func (s *Store) Document(ctx context.Context, tenant, id string) (DocumentInfo, []rag.Passage, error) {
	fail := func(err error) (DocumentInfo, []rag.Passage, error) {
		return DocumentInfo{}, nil, s.wrap(err, "read document %q of tenant %q", id, tenant)
	}
	filter, err := s.owned(tenant, ofDocuments(id))
	if err != nil {
		return fail(err)
	}
	var info *DocumentInfo
	var passages []rag.Passage
	for point, err := range s.scroll(ctx, filter, qdrant.NewWithPayload(true)) {
		if err != nil {
			return fail(err)
		}
		p, err := passageOf(point.GetId(), point.GetPayload(), 0)
		if err != nil {
			return fail(err)
		}
		if p.Ordinal == 0 {
			i, err := infoOf(point.GetId(), point.GetPayload())
			if err != nil {
				return fail(err)
			}
			info = &i
		}
		passages = append(passages, p)
	}
	if info == nil {
		return fail(ErrNotFound)
	}
	slices.SortFunc(passages, func(a, b rag.Passage) int { return cmp.Compare(a.Ordinal, b.Ordinal) })
	return *info, passages[:min(len(passages), info.Passages)], nil
}

// Count returns how many documents a tenant has, and how many passages.
func (s *Store) Count(ctx context.Context, tenant string) (documents, passages int, err error) {
	first, err := s.owned(tenant, firstOnly())
	if err != nil {
		return 0, 0, fmt.Errorf("count documents: %w", err)
	}
	first.MustNot = []*qdrant.Condition{qdrant.NewMatchBool(fieldRemoved, true)}
	full, err := s.owned(tenant)
	if err != nil {
		return 0, 0, fmt.Errorf("count passages: %w", err)
	}
	full.MustNot = []*qdrant.Condition{qdrant.NewMatchBool(fieldEmpty, true)}
	if documents, err = s.count(ctx, first); err != nil {
		return 0, 0, s.wrap(err, "count documents of tenant %s", tenant)
	}
	if passages, err = s.count(ctx, full); err != nil {
		return 0, 0, s.wrap(err, "count passages of tenant %s", tenant)
	}
	return documents, passages, nil
}

func (s *Store) count(ctx context.Context, filter *qdrant.Filter) (int, error) {
	r, err := s.points.Count(ctx, &qdrant.CountPoints{CollectionName: s.opt.Collection, Filter: filter, Exact: proto.Bool(true)})
	return int(r.GetResult().GetCount()), err
}

// scroll pages through the points that match, in the order of their ids.
func (s *Store) scroll(ctx context.Context, filter *qdrant.Filter, fields *qdrant.WithPayloadSelector) iter.Seq2[*qdrant.RetrievedPoint, error] {
	return s.pages(ctx, filter, fields, qdrant.NewWithVectors(false))
}

// scrollVectors does so with the vectors of meaning.
func (s *Store) scrollVectors(ctx context.Context, filter *qdrant.Filter, fields *qdrant.WithPayloadSelector) iter.Seq2[*qdrant.RetrievedPoint, error] {
	return s.pages(ctx, filter, fields, qdrant.NewWithVectorsInclude(vectorMeaning))
}

func (s *Store) pages(ctx context.Context, filter *qdrant.Filter, fields *qdrant.WithPayloadSelector, vectors *qdrant.WithVectorsSelector) iter.Seq2[*qdrant.RetrievedPoint, error] {
	return func(yield func(*qdrant.RetrievedPoint, error) bool) {
		var offset *qdrant.PointId
		for {
			page, err := s.points.Scroll(ctx, &qdrant.ScrollPoints{
				CollectionName: s.opt.Collection,
				Filter:         filter,
				Offset:         offset,
				Limit:          proto.Uint32(pageSize),
				WithPayload:    fields,
				WithVectors:    vectors,
			})
			if err != nil {
				yield(nil, err)
				return
			}
			for _, p := range page.GetResult() {
				if !yield(p, nil) {
					return
				}
			}
			if offset = page.GetNextPageOffset(); offset == nil {
				return
			}
		}
	}
}

// orderPassages puts the best first and equal scores in the order of their ids.
func orderPassages(passages []rag.Passage) {
	slices.SortFunc(passages, func(a, b rag.Passage) int {
		if c := cmp.Compare(b.Score, a.Score); c != 0 {
			return c
		}
		return cmp.Compare(a.ID, b.ID)
	})
}
