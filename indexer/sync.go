package indexer

import (
	"context"
	"errors"
	"fmt"
	"io/fs"

	"github.com/naru-rag/naru/indexer/source"
	"github.com/naru-rag/naru/store"
)

// Sync brings one item of a source into agreement with the source: it is indexed as
// it is there now, or deleted where it is not there. So it does not matter what its
// caller has heard of the item, in what order, or how often; but two at once for the
// same item may leave what the slower one saw.
//
// An item that is there and cannot be made a document is an error, a
// [*SkippedError] where a hook does not want it, and what was stored of it is deleted,
// unless it could not be read, or decided on, for now. [Unfit] tells these from errors
// of the store and the source, and a [*LaterError], after which the same may succeed
// later. Passages are left without vectors; see [Indexer.Embed].
func (ix *Indexer) Sync(ctx context.Context, src source.Finder, key string) (Outcome, error) {
	id := ix.DocumentID(src.Kind(), key)
	outcome := Outcome{Document: id, Status: StatusUnchanged}
	before, err := ix.store.Info(ctx, ix.access.Tenant, id)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return outcome, err
	}
	item, err := src.Find(ctx, key)
	switch walk, isWalk := errors.AsType[*source.WalkError](err); {
	case errors.Is(err, fs.ErrNotExist):
		if before.Hash != "" {
			outcome.Status = StatusDeleted
			return outcome, ix.drop(ctx, Disappeared, id)
		}
		// Passages may be left of a write that was cut short, though nothing is known of
		// the document.
		return outcome, ix.store.Delete(ctx, ix.access.Tenant, id)
	case isWalk && !walk.Unknown():
		outcome.Hash = ix.hash(uploadOf(src.Kind(), item, nil))
		return ix.unfit(ctx, outcome, before, &unfitError{err})
	case err != nil:
		return outcome, err
	}
	if outcome.Hash = ix.hash(uploadOf(src.Kind(), item, nil)); item.Revision != "" && unchanged(before, outcome.Hash) {
		return outcome, nil
	}
	data, err := read(ctx, item)
	if errors.Is(err, source.ErrTooLarge) {
		return ix.unfit(ctx, outcome, before, &unfitError{err})
	}
	if err != nil {
		return outcome, err
	}
	up := uploadOf(src.Kind(), item, data)
	if outcome.Hash = ix.hash(up); unchanged(before, outcome.Hash) {
		return outcome, nil
	}
	entry, err := ix.prepare(ctx, up)
	if err != nil {
		if ctx.Err() != nil {
			return outcome, ctx.Err()
		}
		if later(err) {
			return outcome, err
		}
		return ix.unfit(ctx, outcome, before, &unfitError{err})
	}
	outcome.Status = StatusUpdated
	if before.Hash == "" {
		outcome.Status = StatusAdded
	}
	return outcome, ix.store.Put(ctx, entry)
}

// unfit deletes what is stored of an item that can be no document as it is now: its
// former text is no longer what the source says.
func (ix *Indexer) unfit(ctx context.Context, o Outcome, before store.DocumentInfo, why error) (Outcome, error) {
	if before.Hash != "" {
		reason := Unreadable
		if _, skipped := errors.AsType[*SkippedError](why); skipped {
			reason = Skipped
		}
		if err := ix.drop(ctx, reason, before.ID); err != nil {
			return o, err
		}
		o.Status = StatusDeleted
	}
	return o, why
}

// unfitError is what is wrong with a document itself.
type unfitError struct{ err error }

func (e *unfitError) Error() string { return e.err.Error() }
func (e *unfitError) Unwrap() error { return e.err }

// Unfit tells whether an error of [Indexer.Sync] is the item's own, so that the
// same happens again as long as the item is what it is.
func Unfit(err error) bool {
	_, own := errors.AsType[*unfitError](err)
	return own
}

// Stale is an item that Sync would do something about.
type Stale struct {
	// Key is the item's, Document the id of its document, and Hash what Sync would
	// return as that.
	Key, Document, Hash string
}

// Stale returns those among these items that Sync would do something about. Of items
// whose revision their source does not tell, all are; those that cannot be opened are
// to be deleted.
func (ix *Indexer) Stale(ctx context.Context, kind string, items []source.Item) ([]Stale, error) {
	ids := make([]string, len(items))
	for i, item := range items {
		ids[i] = ix.DocumentID(kind, item.Key)
	}
	known, err := ix.store.Infos(ctx, ix.access.Tenant, ids)
	if err != nil {
		return nil, fmt.Errorf("compare %d items: %w", len(items), err)
	}
	var stale []Stale
	for i, item := range items {
		before, hash := known[ids[i]], ix.hash(uploadOf(kind, item, nil))
		switch {
		case item.Open == nil && before.Hash == "":
		case item.Open != nil && item.Revision != "" && unchanged(before, hash):
		default:
			stale = append(stale, Stale{item.Key, ids[i], hash})
		}
	}
	return stale, nil
}
