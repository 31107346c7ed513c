package store

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"

	"github.com/qdrant/go-client/qdrant"
	"google.golang.org/protobuf/proto"

	"github.com/naru-rag/naru/rag"
)

// Build is the next version of an index while it is being made. Its Store
// writes to it; the index itself goes on answering from the version before.
// Interrupted at any point, [Store.Build] takes it up again.
type Build struct {
	*Store
	// Version is what is being built.
	Version Version
	from    *Store
	// dropped are the documents that Drop removed, by tenant and ID.
	dropped map[[2]string]bool
}

// Build returns the build of the next version, or nil where the one that
// answers was made by Options.Rules and no other was begun. What an earlier build
// by the same rules has done is kept, one by other rules removed.
func (s *Store) Build(ctx context.Context) (*Build, error) { return s.build(ctx, false) }

// Rebuild is [Store.Build] for an index that is to be laid out anew although its
// rules are the same, because Options.Settings have changed. A rebuild that was
// cut short is taken up by Build and by Rebuild; one that was begun with other
// settings is removed.
func (s *Store) Rebuild(ctx context.Context) (*Build, error) { return s.build(ctx, true) }

func (s *Store) build(ctx context.Context, anyway bool) (*Build, error) {
	versions, err := s.Versions(ctx)
	if err != nil {
		return nil, err
	}
	var serving Version
	var begun []Version
	next := 1
	for _, v := range versions {
		if v.Serving {
			serving = v
		}
		next = v.Number + 1
	}
	if err := s.settle(ctx, serving); err != nil {
		return nil, err
	}
	for _, v := range versions {
		if v.Number > serving.Number && !v.Complete {
			begun = append(begun, v)
		}
	}
	same := func(v Version) bool { return len(s.Stale(v)) == 0 }
	if !anyway && serving.Serving && same(serving) && !slices.ContainsFunc(begun, same) {
		return nil, nil
	}
	for _, v := range begun {
		keep := same(v)
		if keep {
			if keep, err = s.laidOut(ctx, v); err != nil {
				return nil, err
			}
		}
		if keep {
			next = v.Number
		} else if err := s.dropVersion(ctx, v); err != nil {
			return nil, err
		}
	}
	if serving.Serving {
		if err := s.alone(ctx); err != nil {
			return nil, err
		}
	}
	v := s.wanted(Version{Number: next, Collection: s.versionName(next)})
	if err := s.ensureVersion(ctx, v.Collection); err != nil {
		return nil, err
	}
	b := &Build{Store: s.at(v), Version: v, from: s, dropped: map[[2]string]bool{}}
	if serving.Serving && serving.Model != "" && serving.Model == v.Model {
		b.before = s.at(serving)
	}
	return b, nil
}

// ErrShared is returned where the index has documents that may not be here: a version
// that is built here would not have them.
var ErrShared = errors.New("the index has documents of regions whose documents may not be here, which the next version would lose")

// alone returns an [ErrShared] where others have documents in the index.
func (s *Store) alone(ctx context.Context) error {
	others, err := s.holds(ctx, &qdrant.Filter{MustNot: s.inRegions(true)})
	if err != nil {
		return err
	}
	if others {
		return fmt.Errorf("build the next version of %s: %w: give each region a collection of its own (store.collection), or let a process build it that may have all of them", s.opt.Collection, ErrShared)
	}
	return nil
}

// Hides tells whether a tenant has documents that are not here for this store. It does
// not tell how many, or which.
func (s *Store) Hides(ctx context.Context, tenant string) (bool, error) {
	if tenant == "" {
		return false, fmt.Errorf("look for documents of other regions: %w", rag.ErrNoTenant)
	}
	return s.holds(ctx, &qdrant.Filter{Must: []*qdrant.Condition{qdrant.NewMatchKeyword(fieldTenant, tenant)}, MustNot: s.inRegions(false)})
}

// holds tells whether any point is outside of the store's regions as a filter says it.
func (s *Store) holds(ctx context.Context, f *qdrant.Filter) (bool, error) {
	if s.opt.Regions == nil {
		return false, nil
	}
	page, err := s.points.Scroll(ctx, &qdrant.ScrollPoints{
		CollectionName: s.opt.Collection, Filter: f, Limit: proto.Uint32(1),
		WithPayload: qdrant.NewWithPayload(false), WithVectors: qdrant.NewWithVectors(false),
	})
	if err != nil {
		return false, s.wrap(err, "look for documents of other regions")
	}
	return len(page.GetResult()) > 0, nil
}

// laidOut tells whether a version that was begun has the layout that it would be
// given now. Payload indexes do not count: they are made where they are missing.
func (s *Store) laidOut(ctx context.Context, v Version) (bool, error) {
	drift, err := s.at(v).Drift(ctx, s.opt.Settings)
	return !slices.ContainsFunc(drift, func(d Difference) bool { return d.Remedy != RemedyEnsure }), err
}

// at is a store over one version, whether it answers or not.
func (s *Store) at(v Version) *Store {
	opt := s.opt
	opt.Collection = v.Collection
	return &Store{opt: opt, gate: &sync.RWMutex{}, resolved: &resolution{}, points: s.points, collections: s.collections}
}

// Drop removes documents from the build that the version before still has, so
// that they are not carried over again. A build that is taken up knows nothing of
// it: whoever goes on with the build drops them again.
func (b *Build) Drop(ctx context.Context, tenant string, documents ...string) error {
	if err := b.Delete(ctx, tenant, documents...); err != nil {
		return err
	}
	for _, id := range documents {
		b.dropped[[2]string{tenant, id}] = true
	}
	return nil
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
	for point, err := range s.scroll(ctx, &qdrant.Filter{Must: append(s.inRegions(true), firstOnly())}, fields) {
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
	maps.DeleteFunc(before, func(_ string, old edition) bool { return b.dropped[[2]string{old.tenant, old.document}] })
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

// Tenants returns whose documents the build has, in order.
func (b *Build) Tenants(ctx context.Context) ([]string, error) {
	editions, err := b.editions(ctx)
	if err != nil {
		return nil, err
	}
	tenants := map[string]bool{}
	for _, e := range editions {
		tenants[e.tenant] = true
	}
	return slices.Sorted(maps.Keys(tenants)), nil
}

// carry copies one document.
func (b *Build) carry(ctx context.Context, old edition) error {
	filter, err := b.writable(old.tenant, ofDocuments(old.document))
	if err != nil {
		return err
	}
	var first []*qdrant.PointStruct
	var rest []*qdrant.PointStruct
	count := 0
	read := b.from.scroll
	if b.before != nil {
		read = b.before.scrollVectors
	}
	for point, err := range read(ctx, filter, qdrant.NewWithPayload(true)) {
		if err != nil {
			return err
		}
		p, err := passageOf(point.GetId(), point.GetPayload(), 0)
		if err != nil {
			return err
		}
		made := &qdrant.PointStruct{Id: point.GetId(), Payload: point.GetPayload()}
		made.Vectors = vectorsOf(b.passageVector(&p), dense(point.GetVectors()))
		if p.Text != "" {
			payload(made.Payload).setText(fieldDigest, embeddedDigest(embedded(&p)))
		}
		if b.before == nil {
			delete(made.Payload, fieldRefused) // by another model
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
	stale, err := b.writable(old.tenant, ofDocuments(old.document), ordinalsFrom(count))
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
	if err := b.from.alone(ctx); err != nil {
		return err
	}
	if err := b.verify(ctx); err != nil {
		return err
	}
	versions, err := b.from.Versions(ctx)
	if err != nil {
		return err
	}
	kept := 0 // the one that answered until now
	for _, v := range versions {
		if v.Serving {
			kept = v.Number
		}
	}
	if kept == b.Version.Number {
		return nil // another process that took it up was quicker
	}
	// A version that is complete and does not answer is one that was gone back
	// from, so it may only be called so once it answers.
	if err := b.from.point(ctx, b.Version.Collection); err != nil {
		return err
	}
	if err := b.complete(ctx, b.Version); err != nil {
		return err
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
