package ingest

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/naru-rag/naru/indexer"
	"github.com/naru-rag/naru/indexer/ledger"
	"github.com/naru-rag/naru/indexer/source"
	"github.com/naru-rag/naru/state"
	"github.com/naru-rag/naru/store"
)

// walk is a walk over a source as it goes from one invocation to the next: it compares
// what the source and the store have, and names to function index what differs. It
// changes nothing itself, except that it takes away passages that no document has.
type walk struct {
	// Source is the source's id.
	Source string `json:"source"`
	// Run tells this walk from others over the source, and Step its messages.
	Run  string `json:"run"`
	Step int    `json:"step"`
	// Phase is what is looked at, from After on.
	Phase phase  `json:"phase"`
	After string `json:"after,omitempty"`

	Begun time.Time `json:"begun"`
	// Objects are those that were seen. Function index was told of those of them that are
	// Stale, of documents whose object is Gone, and of those of which parts are Left.
	Objects int `json:"objects"`
	Stale   int `json:"stale"`
	Gone    int `json:"gone"`
	Left    int `json:"left"`
}

// phase is a part of a walk.
type phase string

const (
	// lookAtObjects finds what was added or changed.
	lookAtObjects phase = "objects"
	// lookAtDocuments finds what is gone.
	lookAtDocuments phase = "documents"
	// lookAtPassages finds what is left of documents.
	lookAtPassages phase = "passages"
)

const (
	// walkLease is how long a walk may be silent before another takes its place: longer
	// than a queue holds messages back.
	walkLease = 30 * time.Minute
	// pageTime is what a page may take.
	pageTime = 3 * time.Second
	// documentsAtOnce and passagesAtOnce are how many a page has, and headsAtOnce how
	// many objects are looked for at once.
	documentsAtOnce = 256
	passagesAtOnce  = 512
	headsAtOnce     = 16
)

// begin begins a walk over each bucket.
func (w *worker) begin(ctx context.Context) error {
	var bodies []string
	for _, b := range w.buckets {
		bodies = append(bodies, message{Walk: &walk{Source: b.ID(), Run: w.newID(), Phase: lookAtObjects, Begun: w.clock().UTC()}}.body())
	}
	if len(bodies) == 0 {
		return fmt.Errorf("no configured source is a bucket: there is nothing to walk over")
	}
	return w.queues.send(ctx, w.queues.Reindex, 0, bodies...)
}

// walk goes on with a walk as long as there is time, and leaves the rest to the next
// message.
func (i *invocation) walk(at walk) error {
	b, first := i.sourceOf(at.Source)
	if b == nil {
		return fmt.Errorf("the walk over %s: %w", at.Source, errForeign)
	}
	lease, err := i.lease(i.work, at)
	if errors.Is(err, errOther) {
		i.log.Warn("a walk ends", "over", at.Source, "because", err)
		return nil
	}
	if err != nil {
		return err
	}
	for pages := 0; ; pages++ {
		if pages > 0 && i.remaining() < pageTime {
			return i.goOn(at, lease)
		}
		more, err := i.page(b, &at, first)
		switch {
		case err != nil && pages > 0 && i.work.Err() != nil:
			return i.goOn(at, lease)
		case err != nil:
			return err
		case !more:
			i.log.Info("a walk is done", "over", at.Source, "objects", at.Objects, "stale", at.Stale, "gone", at.Gone, "left", at.Left, "seconds", i.clock().Sub(at.Begun).Seconds())
			if err := i.note(at); err != nil {
				return err
			}
			i.leased(&lease, at.Run, ended)
			_, err := i.state.Put(i.ctx, lease)
			return err
		}
	}
}

func (i *invocation) remaining() time.Duration {
	if deadline, ok := i.work.Deadline(); ok {
		return time.Until(deadline)
	}
	return walkLease
}

// sourceOf is the bucket of an id, and whether it is the first of its tenant.
func (w *worker) sourceOf(id string) (b *bucket, first bool) {
	tenants := map[string]bool{}
	for i := range w.buckets {
		b := &w.buckets[i]
		if b.ID() == id {
			return b, !tenants[b.access.Tenant]
		}
		tenants[b.access.Tenant] = true
	}
	return nil, false
}

// errOther: the source is walked over by another, or this message was done before.
var errOther = errors.New("another walk goes over the source, or the message came twice")

// ended is the step of a walk that is over.
const ended = "ended"

// lease has the source for this walk and step. The entry says which walk has it and what
// step comes next; that of one that is over keeps its last message from coming twice.
func (w *worker) lease(ctx context.Context, at walk) (state.Entry, error) {
	return state.Update(ctx, w.state, "walk/"+at.Source, func(e *state.Entry) error {
		if e.Version != "" {
			run, step, _ := strings.Cut(string(e.Value), " ")
			next, err := strconv.Atoi(step)
			switch {
			case step == ended && run != at.Run:
			case step == ended, run != at.Run, next > at.Step:
				return errOther
			case err != nil:
				return fmt.Errorf("the entry %s is %q", e.Key, e.Value)
			}
		}
		w.leased(e, at.Run, strconv.Itoa(at.Step))
		return nil
	})
}

func (w *worker) leased(e *state.Entry, run, step string) {
	e.Value, e.Expires = []byte(run+" "+step), w.clock().Add(walkLease).Truncate(time.Second)
}

// goOn leaves the rest to the next message. Should it come twice, the entry tells.
func (i *invocation) goOn(at walk, lease state.Entry) error {
	at.Step++
	if err := i.queues.send(i.ctx, i.queues.Reindex, 0, message{Walk: &at}.body()); err != nil {
		return err
	}
	i.leased(&lease, at.Run, strconv.Itoa(at.Step))
	_, err := i.state.Put(i.ctx, lease)
	if errors.Is(err, state.ErrConflict) {
		return nil // the next one has begun
	}
	return err
}

// page looks at one page, and moves the walk on; false is its end.
func (i *invocation) page(b *bucket, at *walk, first bool) (more bool, err error) {
	next := phase("")
	switch at.Phase {
	case lookAtObjects:
		next = lookAtDocuments
		at.After, err = i.objects(b, at)
	case lookAtDocuments:
		if first {
			next = lookAtPassages
		}
		at.After, err = i.documents(b, at)
	case lookAtPassages:
		at.After, err = i.passages(b, at)
	default:
		return false, fmt.Errorf("the walk over %s: %w: there is no phase %q", at.Source, errForeign, at.Phase)
	}
	if err != nil {
		return false, err
	}
	if at.After == "" {
		at.Phase = next
	}
	if at.Phase != "" {
		return true, nil
	}
	return false, i.lacking(b.access.Tenant)
}

// objects names those of a page that are not indexed as they are.
func (i *invocation) objects(b *bucket, at *walk) (next string, err error) {
	found, next, err := b.Page(i.work, at.After)
	if err != nil {
		return at.After, err
	}
	ix, err := i.indexer(i.work, b.access)
	if err != nil {
		return at.After, err
	}
	items := make([]source.Item, len(found))
	for n, f := range found {
		items[n] = f.Item
	}
	stale, err := ix.Stale(i.work, b.Kind(), items)
	if err != nil {
		return at.After, err
	}
	var keys []string
	for _, s := range stale {
		switch unfit, err := i.unfit(i.work, s); {
		case err != nil:
			return at.After, err
		case !unfit:
			keys = append(keys, s.Key)
		}
	}
	if err := i.name(keys, &at.Stale); err != nil {
		return at.After, err
	}
	at.Objects += len(items)
	return next, nil
}

// name tells function index of objects, and counts them.
func (i *invocation) name(keys []string, count *int) error {
	var bodies []string
	for _, key := range keys {
		of, name, _ := strings.Cut(key, "/")
		bodies = append(bodies, message{Object: &object{of, name}}.body())
	}
	if err := i.queues.send(i.work, i.queues.Index, 0, bodies...); err != nil {
		return err
	}
	*count += len(bodies)
	return nil
}

// note remembers a walk for `naru sources`: as done counts what function index was told.
func (i *invocation) note(at walk) error {
	return ledger.New(i.state, ledger.Options{}).Note(i.ctx, at.Source, ledger.Result{Began: at.Begun, Ended: i.clock().UTC(), Counts: indexer.Counts{
		Updated: at.Stale + at.Left, Unchanged: at.Objects - at.Stale, Deleted: at.Gone,
	}})
}

// documents names the objects of those of a page that the bucket has no longer.
func (i *invocation) documents(b *bucket, at *walk) (next string, err error) {
	s, err := i.store(i.work, b.access.Tenant)
	if err != nil {
		return at.After, err
	}
	infos, next, err := s.PageOfSource(i.work, b.access.Tenant, b.Kind(), at.After, documentsAtOnce)
	if err != nil {
		return at.After, err
	}
	gone := make([]bool, len(infos))
	looking, ctx := errgroup.WithContext(i.work)
	looking.SetLimit(headsAtOnce)
	for n, info := range infos {
		if !b.Holds(info.Key) {
			continue
		}
		looking.Go(func() error {
			_, err := b.Find(ctx, info.Key)
			_, unfit := errors.AsType[*source.WalkError](err)
			if gone[n] = errors.Is(err, fs.ErrNotExist) || unfit; gone[n] {
				return nil
			}
			if err != nil && ctx.Err() == nil && !passing(err) {
				// It may be there: it is kept, and the others are looked for.
				i.log.Warn("an object cannot be looked for", "uri", info.URI, "error", err)
				return nil
			}
			return err
		})
	}
	if err := looking.Wait(); err != nil {
		return at.After, err
	}
	var keys []string
	for n, info := range infos {
		if gone[n] {
			keys = append(keys, info.Key)
		}
	}
	return next, i.name(keys, &at.Gone)
}

// orphanAge is how old passages without a document must be: older than any write that
// may still be under way.
const orphanAge = time.Hour

// orphanFor is how long after that the second look may come.
const orphanFor = 40 * 24 * time.Hour

// passages takes away those of a page that no document has. Of a bucket's, function index
// is told; others are taken away at the second look.
func (i *invocation) passages(b *bucket, at *walk) (next string, err error) {
	tenant := b.access.Tenant
	s, err := i.store(i.work, tenant)
	if err != nil {
		return at.After, err
	}
	orphans, next, err := s.Orphans(i.work, tenant, at.After, passagesAtOnce)
	if err != nil {
		return at.After, err
	}
	var keys []string
	for _, o := range orphans {
		if of, name, _ := strings.Cut(o.Key, "/"); o.Source == b.Kind() {
			if owner, err := i.bucketOf(object{of, name}); owner != nil && err == nil && owner.access.Tenant == tenant {
				keys = append(keys, o.Key)
				continue
			}
		}
		old, err := i.seenBefore(o)
		if err != nil {
			return at.After, err
		}
		if old {
			i.log.Warn("passages without a document are deleted", "uri", o.URI, "document", o.ID)
			if err := s.Delete(i.work, tenant, o.ID); err != nil {
				return at.After, err
			}
		}
	}
	return next, i.name(keys, &at.Left)
}

// seenBefore tells whether an orphan was seen a while ago, and else remembers it: this
// orphan, and not what another write of the document had not done yet.
func (i *invocation) seenBefore(o store.Orphan) (old bool, err error) {
	now := i.clock()
	_, err = state.Update(i.work, i.state, "orphan/"+o.ID, func(e *state.Entry) error {
		at, hash, _ := strings.Cut(string(e.Value), " ")
		if seen, err := time.Parse(time.RFC3339, at); e.Version != "" && err == nil && hash == o.Hash {
			old = now.Sub(seen) >= orphanAge
			return nil
		}
		old = false
		e.Value, e.Expires = []byte(now.UTC().Format(time.RFC3339)+" "+o.Hash), now.Add(orphanFor).Truncate(time.Second)
		return nil
	})
	return old, err
}

// lacking has passages embedded whose message was lost.
func (i *invocation) lacking(tenant string) error {
	s, err := i.store(i.work, tenant)
	if err != nil {
		return err
	}
	n, err := s.CountLacking(i.work, tenant)
	if err != nil || n == 0 {
		return err
	}
	return i.due(i.work, tenant, vectorsWait)
}
