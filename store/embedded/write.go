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

// commit makes a batch durable; what names the write in the error.
func (e *Engine) commit(ctx context.Context, what string, fill func(*pebble.Batch) error) error {
	b := e.kv.db.NewBatch()
	defer func() { _ = b.Close() }()
	if err := fill(b); err != nil {
		return err
	}
	if err := errors.Join(e.kv.unwritable, e.roomFor(int64(b.Len()))); err != nil {
		return e.writeError(what, err)
	}
	if err := contextError(ctx); err != nil {
		return err
	}
	if err := e.kv.commit(b); err != nil {
		return e.writeError(what, err)
	}
	return nil
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
	c, err := e.lockCollection(ctx, name)
	if err != nil {
		return 0, err
	}
	defer e.unlockWriter()
	v, err := c.acquire()
	if err != nil {
		return 0, err
	}
	defer func() { e.report("let go of a view", v.release()) }()
	s := stage(v)
	if err := guard(func() error { return f(s) }); err != nil {
		return 0, e.readError(c, err)
	}
	changes := s.changes()
	if len(changes) == 0 {
		return v.number, nil
	}
	made, err := buildParts(v, changes)
	if err != nil {
		return 0, err
	}
	if err := e.commit(ctx, what, func(b *pebble.Batch) error { return s.fill(b, changes) }); err != nil {
		return 0, err
	}
	keys := make([]pointid.Key, len(changes))
	for i, c := range changes {
		keys[i] = c.key
	}
	config := segmentConfig(v.record)
	parts := kill(v.parts, keys)
	for _, p := range made {
		parts = c.settle(config, append(parts, p))
	}
	next := newView(v.record, e.kv.db.NewSnapshot(), parts, s.number)
	c.publish(next)
	if next.memory() >= e.opt.flushBytes() || slices.ContainsFunc(next.parts, (*part).wasteful) {
		e.wakeUp()
	}
	return s.number, nil
}

// lockCollection waits for the writer, and for room in memory: where the
// background cannot keep up, or cannot write at all, a write has to wait or fail.
func (e *Engine) lockCollection(ctx context.Context, name string) (*collection, error) {
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
		if upkeep != nil {
			return nil, e.writeError("write", upkeep)
		}
		select {
		case <-settled:
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
