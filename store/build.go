package store

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/qdrant/go-client/qdrant"
	"google.golang.org/protobuf/proto"
)

// Build is the next version of an index while it is being made. Its Store
// writes to it; the index itself goes on answering from the version before.
// Interrupted at any point, [Store.Build] takes it up again.
type Build struct {
	*Store
	// Version is what is being built.
	Version Version
	from    *Store
}

// Build returns the build of the next version, or nil where the one that
// answers was made by Options.Rules. What an earlier build by the same rules has
// done is kept, one by other rules removed.
func (s *Store) Build(ctx context.Context) (*Build, error) {
	versions, err := s.Versions(ctx)
	if err != nil {
		return nil, err
	}
	next, before := 1, 0
	for _, v := range versions {
		if v.Serving && v.Rules == s.opt.Rules {
			return nil, nil
		}
		if v.Serving {
			before = v.Number
		}
		next = v.Number + 1
	}
	for _, v := range versions {
		switch {
		case v.Number <= before || v.Complete:
		case v.Rules == s.opt.Rules:
			next = v.Number
		default:
			if err := s.dropVersion(ctx, v); err != nil {
				return nil, err
			}
		}
	}
	v := Version{Number: next, Collection: s.versionName(next), Rules: s.opt.Rules}
	if err := s.ensureVersion(ctx, v.Collection); err != nil {
		return nil, err
	}
	opt := s.opt
	opt.Collection = v.Collection
	return &Build{Store: &Store{opt: opt, gate: &sync.RWMutex{}, resolved: &resolution{}, points: s.points, collections: s.collections}, Version: v, from: s}, nil
}

func (s *Store) dropVersion(ctx context.Context, v Version) error {
	_, err := s.collections.Delete(ctx, &qdrant.DeleteCollection{CollectionName: v.Collection})
	if err != nil {
		return fmt.Errorf("delete version %s: %w", v.Collection, err)
	}
	return nil
}

// edition is a document as a build compares it.
type edition struct {
	tenant, document, hash, carried string
}

// editions lists the documents of a store, whosever they are.
func (s *Store) editions(ctx context.Context) (map[string]edition, error) {
	found := map[string]edition{}
	fields := qdrant.NewWithPayloadInclude(fieldTenant, fieldDocument, fieldHash, fieldCarried)
	for point, err := range s.scroll(ctx, &qdrant.Filter{Must: []*qdrant.Condition{firstOnly()}}, fields) {
		if err != nil {
			return nil, s.wrap(err, "list documents")
		}
		p := payload(point.GetPayload())
		found[idText(point.GetId())] = edition{p.text(fieldTenant), p.text(fieldDocument), p.text(fieldHash), p.text(fieldCarried)}
	}
	return found, nil
}

// Carry brings the documents over that the version before has and this one has
// not, or in another edition, their vectors made by the new rules, and removes
// those that were brought over and are gone. What was indexed into the build
// itself is left alone. progress may be nil.
func (b *Build) Carry(ctx context.Context, progress func(done, total int)) error {
	before, err := b.from.editions(ctx)
	if err != nil {
		return err
	}
	now, err := b.editions(ctx)
	if err != nil {
		return err
	}
	done := 0
	for point, old := range before {
		if err := ctx.Err(); err != nil {
			return err
		}
		built, there := now[point]
		// What is there and was not carried came from the source itself.
		if !there || built.carried != "" && built.carried != old.hash {
			if err := b.carry(ctx, old); err != nil {
				return fmt.Errorf("carry document %q of tenant %q over to %s: %w", old.document, old.tenant, b.Version, err)
			}
		}
		if done++; progress != nil {
			progress(done, len(before))
		}
	}
	for point, built := range now {
		if _, there := before[point]; !there && built.carried != "" {
			if err := b.Delete(ctx, built.tenant, built.document); err != nil {
				return err
			}
		}
	}
	return nil
}

// carry copies one document.
func (b *Build) carry(ctx context.Context, old edition) error {
	filter, err := owned(old.tenant, ofDocuments(old.document))
	if err != nil {
		return err
	}
	var first []*qdrant.PointStruct
	var rest []*qdrant.PointStruct
	count := 0
	for point, err := range b.from.scroll(ctx, filter, qdrant.NewWithPayload(true)) {
		if err != nil {
			return err
		}
		p, err := passageOf(point.GetId(), point.GetPayload(), 0)
		if err != nil {
			return err
		}
		made := &qdrant.PointStruct{Id: point.GetId(), Payload: point.GetPayload()}
		if v := b.passageVector(&p); v != nil {
			made.Vectors = qdrant.NewVectorsMap(map[string]*qdrant.Vector{vectorTerms: v})
		}
		count++
		if p.Ordinal == 0 {
			made.Payload[fieldCarried] = qdrant.NewValueString(p.Hash)
			first = append(first, made)
		} else {
			rest = append(rest, made)
		}
	}
	if len(first) == 0 {
		return nil // deleted meanwhile, or half written: the next run sees to it
	}
	stale, err := owned(old.tenant, ofDocuments(old.document), ordinalsFrom(count))
	if err != nil {
		return err
	}
	var ops []*qdrant.PointsUpdateOperation
	for len(rest) > 0 {
		n := b.fitting(rest)
		ops, rest = append(ops, upsert(rest[:n])), rest[n:]
	}
	return b.update(ctx, append(ops, deletion(stale), upsert(first)))
}

// ErrNotEqual is returned by [Build.Finish] for a version that does not find
// what the one before finds.
var ErrNotEqual = errors.New("the new version of the index does not find what the old one finds")

// Finish checks the build, makes it the one that answers, and removes versions
// older than the one it replaces, which is kept for [Store.Rollback]. Writes
// through the store that built it wait meanwhile, and what they had changed is
// carried over first.
func (b *Build) Finish(ctx context.Context) error {
	b.from.gate.Lock()
	defer b.from.gate.Unlock()
	if err := b.Carry(ctx, nil); err != nil {
		return err
	}
	if err := b.verify(ctx); err != nil {
		return err
	}
	if err := b.complete(ctx, b.Version); err != nil {
		return err
	}
	versions, err := b.from.Versions(ctx)
	if err != nil {
		return err
	}
	if err := b.from.point(ctx, b.Version.Collection); err != nil {
		return err
	}
	kept := 0 // the one that answered until now
	for _, v := range versions {
		if v.Serving {
			kept = v.Number
		}
	}
	for _, v := range versions {
		if v.Number != kept && v.Number != b.Version.Number {
			if err := b.dropVersion(ctx, v); err != nil {
				return err
			}
		}
	}
	return nil
}

// samples is how many passages of the version before are searched for in the
// new one, and missesAllowed how many of them may not be among the first ten: an
// analyzer may well change for the better and lose a few.
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
		if _, ok := have[point]; !ok {
			return fmt.Errorf("%w: document %q of tenant %q is not in %s", ErrNotEqual, old.document, old.tenant, b.Version)
		}
	}
	page, err := b.points.Scroll(ctx, &qdrant.ScrollPoints{
		CollectionName: b.opt.Collection, Limit: proto.Uint32(samples), WithPayload: qdrant.NewWithPayload(true),
		Filter: &qdrant.Filter{MustNot: []*qdrant.Condition{qdrant.NewMatchBool(fieldEmpty, true)}},
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

// finds tells whether a search for words in a tenant has a point among its
// first ten.
func (b *Build) finds(ctx context.Context, id *qdrant.PointId, text, language, tenant string) (bool, error) {
	indices, values := queryVector(text, language)
	if len(indices) == 0 {
		return true, nil
	}
	filter, err := owned(tenant)
	if err != nil {
		return false, err
	}
	r, err := b.points.Query(ctx, &qdrant.QueryPoints{
		CollectionName: b.opt.Collection, Query: qdrant.NewQuerySparse(indices, values), Using: proto.String(vectorTerms), Filter: filter,
	})
	if err != nil {
		return false, b.wrap(err, "search for a sample")
	}
	for _, hit := range r.GetResult() {
		if proto.Equal(hit.GetId(), id) {
			return true, nil
		}
	}
	return false, nil
}
