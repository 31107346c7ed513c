package embedded

import (
	"context"
	"errors"
	"maps"
	"slices"

	"github.com/cockroachdb/pebble/v2"
)

// reclaimer gives the space back that overwritten and deleted points take in the
// store. Pebble does so by itself only where more is written over them, and
// never for what a snapshot may still read: an idle collection has one.
type reclaimer struct {
	engine *Engine
	// done hears of the end of the work, once; it is nil while there is none.
	done chan error
}

// start begins to reclaim where it is worth it: once a fifth of what is there is
// of no use.
func (r *reclaimer) start(ctx context.Context) {
	if r.done != nil || !r.engine.renewSnapshots() {
		return
	}
	r.done = make(chan error, 1)
	go func() {
		kv := r.engine.kv
		r.done <- kv.await(0, "", func() error {
			first, end := []byte{0}, []byte{0xff} // no kind of record is beyond
			return kv.db.Compact(ctx, first, end, true)
		})
	}()
}

// ended is told what done said.
func (r *reclaimer) ended(err error) {
	r.done = nil
	if !errors.Is(err, context.Canceled) && !errors.Is(err, pebble.ErrCancelledCompaction) {
		r.engine.report("reclaim the space of deleted points", err)
	}
}

// wait waits for the work to end, whose context has ended.
func (r *reclaimer) wait() {
	if r.done != nil {
		r.ended(<-r.done)
	}
}

// renewSnapshots lets every collection read from a snapshot of now, and tells
// whether enough is obsolete for that.
func (e *Engine) renewSnapshots() bool {
	e.writer <- struct{}{}
	defer func() { <-e.writer }()
	if e.closed.Load() || e.kv.unwritable != nil || e.kv.fs.failure() != nil {
		return false
	}
	e.mu.RLock()
	collections := slices.Collect(maps.Values(e.collections))
	e.mu.RUnlock()
	live := 0
	for _, c := range collections {
		live += c.view.points
	}
	if e.obsolete == 0 || 4*e.obsolete < live {
		return false
	}
	e.obsolete = 0
	for _, c := range collections {
		c.publish(newView(c.view.record, e.kv.snapshot(), c.view.parts, c.view.number))
	}
	return true
}
