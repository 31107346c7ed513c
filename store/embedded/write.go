package embedded

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"syscall"

	"github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/pebble/v2/vfs"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/naru-rag/naru/store/embedded/internal/pointid"
)

// lockWriter waits for the writer, or until ctx ends.
func (e *Engine) lockWriter(ctx context.Context) error {
	select {
	case e.writer <- struct{}{}:
		if err := e.checkOpen(); err != nil {
			<-e.writer
			return err
		}
		return nil
	case <-ctx.Done():
		return contextError(ctx)
	}
}

func (e *Engine) unlockWriter() { <-e.writer }

// write runs one write: stage, with nobody else writing, puts it into a batch
// and returns what has everybody see it once the batch is on disk; nil is that
// there is nothing to do. what names the write in errors.
func (e *Engine) write(ctx context.Context, what string, stage func(*pebble.Batch) (publish func(), err error)) error {
	if err := e.lockWriter(ctx); err != nil {
		return err
	}
	return e.writeLocked(ctx, what, stage)
}

// writeLocked is write for who holds the writer already, which it lets go of. A
// caller whose time is up is told so at once; the disk ends by itself what it
// has begun.
func (e *Engine) writeLocked(ctx context.Context, what string, stage func(*pebble.Batch) (publish func(), err error)) error {
	b := e.kv.db.NewBatch()
	var publish func()
	err := guard(func() (err error) {
		publish, err = stage(b)
		return err
	})
	if err == nil && publish != nil {
		err = e.ready(ctx, what, b)
	}
	if err != nil || publish == nil {
		e.unlockWriter()
		if closed := b.Close(); err == nil {
			err = closed // joined, a status would have its code in its message too
		}
		return err
	}
	done := make(chan error, 1)
	go func() {
		defer e.unlockWriter()
		err := e.kv.commit(b)
		if err == nil {
			err = guard(func() error { publish(); return nil })
		}
		done <- err
	}()
	select {
	case err := <-done:
		return e.writeError(what, err)
	case <-ctx.Done():
		return status.Errorf(status.FromContextError(ctx.Err()).Code(), "%s: the disk took longer than the caller gave it: it may be done later", what)
	}
}

// ready says why a batch cannot be written now.
func (e *Engine) ready(ctx context.Context, what string, b *pebble.Batch) error {
	if err := errors.Join(e.kv.unwritable, e.kv.fs.failure()); err != nil {
		return e.writeError(what, err)
	}
	if err := e.roomFor(int64(b.Len())); err != nil {
		return e.writeError(what, err)
	}
	return contextError(ctx)
}

// roomFor refuses a write that would fill the disk. A commit that fails half
// way cannot be undone before the next start, so it is better not begun.
func (e *Engine) roomFor(size int64) error {
	usage, err := e.opt.fs.GetDiskUsage(e.kv.dir)
	if errors.Is(err, vfs.ErrUnsupported) {
		return nil
	}
	if err != nil {
		return err
	}
	// It goes into the log now and into a block later.
	if need := uint64(2*size) + reserve; usage.AvailBytes < need {
		return fmt.Errorf("%w: %d KiB are free and at least %d are needed", syscall.ENOSPC, usage.AvailBytes>>10, need>>10+1)
	}
	return nil
}

// reserve is what a write leaves free: for the store's own records, and for the
// log of what deletes.
const reserve = 1 << 20

// change runs one write to the points of a collection: f stages it, with nobody
// else writing.
func (e *Engine) change(ctx context.Context, what, name string, f func(*staging) error) (number uint64, err error) {
	c, err := e.lockCollection(ctx, what, name)
	if err != nil {
		return 0, err
	}
	err = e.writeLocked(ctx, what, func(b *pebble.Batch) (func(), error) {
		s := stage(ctx, c.view)
		number = c.view.number
		var changes []change
		var parts []*part
		err := guard(func() (err error) {
			if err := f(s); err != nil {
				return err
			}
			changes = s.changes()
			parts, err = c.changed(changes)
			return err
		})
		if err != nil || len(changes) == 0 {
			return nil, e.readError(c, err)
		}
		number = s.number
		return func() {
			next := newView(c.view.record, e.kv.snapshot(), parts, s.number)
			e.obsolete += c.view.points + len(changes) - next.points
			c.publish(next)
			e.writes.Add(1)
			if e.resting.Load() || next.memory() >= e.opt.flushBytes() || slices.ContainsFunc(next.parts, (*part).wasteful) {
				e.wakeUp()
			}
		}, s.fill(b, changes)
	})
	return number, err
}

// changed returns the parts of a collection after a write; the writer is held.
func (c *collection) changed(changes []change) ([]*part, error) {
	made, err := buildParts(c.view, changes)
	if err != nil {
		return nil, err
	}
	keys := make([]pointid.Key, len(changes))
	for i, c := range changes {
		keys[i] = c.key
	}
	config := segmentConfig(c.view.record)
	parts := kill(c.view.parts, keys)
	for _, p := range made {
		parts = c.settle(config, append(parts, p))
	}
	return parts, nil
}

// lockCollection waits for the writer, and for room in memory: where the
// background cannot keep up, or cannot write at all, a write has to wait or fail.
func (e *Engine) lockCollection(ctx context.Context, what, name string) (*collection, error) {
	for {
		if err := e.lockWriter(ctx); err != nil {
			return nil, err
		}
		c, err := e.collection(name)
		if err != nil {
			e.unlockWriter()
			return nil, err
		}
		full, upkeep, settled := c.view.memory() > e.opt.waitBytes(), c.upkeep, c.settled
		if !full {
			return c, nil
		}
		e.unlockWriter()
		e.wakeUp()
		if err := errors.Join(e.kv.unwritable, e.kv.fs.failure(), upkeep); err != nil {
			return nil, e.writeError(what, err)
		}
		select {
		case <-settled:
		case <-e.kv.fs.failed:
		case <-ctx.Done():
			return nil, contextError(ctx)
		}
	}
}

// buildParts makes segments in memory of what a write stores.
func buildParts(v *view, changes []change) ([]*part, error) {
	config := segmentConfig(v.record)
	var made []*part
	for chunk := range slices.Chunk(changes, buildPoints) {
		p, err := buildPart(config, chunk)
		if err != nil {
			return nil, err
		}
		if p != nil {
			made = append(made, p)
		}
	}
	return made, nil
}

// writeError says what could not be written and what to do about it.
func (e *Engine) writeError(what string, err error) error {
	if err == nil {
		return nil
	}
	if s, ok := status.FromError(err); ok {
		return s.Err()
	}
	code, advice := codes.Internal, "check the disk and its mount, then restart"
	switch {
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		code, advice = codes.ResourceExhausted, "free some space and try again; restart if it stays"
	case errors.Is(err, syscall.EROFS), errors.Is(err, syscall.EACCES), errors.Is(err, syscall.EPERM):
		advice = "make it writable and restart"
	case isDamage(err):
		code, advice = codes.DataLoss, "restart; if it stays, restore a snapshot or index again"
	}
	return status.Error(code, fmt.Sprintf("%s: data folder %s could not be written: %v: %s", what, e.dir, err, advice))
}
