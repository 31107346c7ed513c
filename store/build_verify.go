package store

import (
	"context"
	"errors"
	"fmt"

	"github.com/qdrant/go-client/qdrant"
	"google.golang.org/protobuf/proto"
)

// ErrNotEqual is returned by [Build.Finish] for a version that does not find
// what the one before finds.
var ErrNotEqual = errors.New("the new version of the index does not find what the old one finds")

// samples is how many passages are searched for by their own first words, and
// missesAllowed how many of them may not be found: an analyzer may well change
// for the better and lose a few.
const (
	samples       = 50
	missesAllowed = samples / 10
)

// verify looks for sentences of the version before in the new one.
func (b *Build) verify(ctx context.Context) error {
	have, err := b.editions(ctx)
	if err != nil {
		return err
	}
	before, err := b.from.editions(ctx)
	if err != nil {
		return err
	}
	for point, old := range before {
		if _, ok := have[point]; !ok && !b.dropped[[2]string{old.tenant, old.document}] {
			return fmt.Errorf("%w: document %q of tenant %q is not in %s", ErrNotEqual, old.document, old.tenant, b.Version)
		}
	}
	page, err := b.points.Scroll(ctx, &qdrant.ScrollPoints{
		CollectionName: b.opt.Collection, Limit: proto.Uint32(samples), WithPayload: qdrant.NewWithPayload(true),
		Filter: &qdrant.Filter{Must: b.inRegions(true), MustNot: []*qdrant.Condition{qdrant.NewMatchBool(fieldEmpty, true)}},
	})
	if err != nil {
		return b.wrap(err, "read samples")
	}
	misses := 0
	for _, point := range page.GetResult() {
		p, err := passageOf(point.GetId(), point.GetPayload(), 0)
		if err != nil {
			return err
		}
		found, err := b.finds(ctx, point.GetId(), beginning(p.Text), p.Language, p.Tenant)
		if err != nil {
			return err
		}
		if !found {
			misses++
		}
	}
	if misses > missesAllowed {
		return fmt.Errorf("%w: of %d passages of %s, %d are not found by their own words", ErrNotEqual, len(page.GetResult()), b.Version, misses)
	}
	return nil
}

// beginning returns the first words of a text, to search for it.
func beginning(text string) string {
	const runes = 120
	for i := range text {
		if i >= runes {
			return text[:i]
		}
	}
	return text
}

// finds tells whether a search for words in a tenant finds a point. Others may
// well be better hits: documents made from one form begin alike.
func (b *Build) finds(ctx context.Context, id *qdrant.PointId, text, language, tenant string) (bool, error) {
	indices, values := queryVector(text, language)
	if len(indices) == 0 {
		return true, nil
	}
	filter, err := b.writable(tenant, qdrant.NewHasID(id))
	if err != nil {
		return false, err
	}
	r, err := b.points.Query(ctx, &qdrant.QueryPoints{
		CollectionName: b.opt.Collection, Query: qdrant.NewQuerySparse(indices, values), Using: proto.String(vectorTerms), Filter: filter,
	})
	if err != nil {
		return false, b.wrap(err, "search for a sample")
	}
	return len(r.GetResult()) > 0, nil
}
