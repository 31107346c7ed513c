package audit

import (
	"context"
	"errors"
	"fmt"

	"github.com/naru-rag/naru/state"
)

// mark has the checkpoint of a batch kept beside the log too. Nobody waits for that, not
// even the next batch: a function is stopped as soon as it has answered, and what is
// under way then may take its time when it goes on. So the mark may be late, and does not
// show then that the end was cut off.
func (l *Log) mark(b *batch) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.unmarked = b
	if !l.marking {
		l.marking = true
		l.running.Go(l.writeMarks)
	}
}

// writeMarks writes until the newest is written.
func (l *Log) writeMarks() {
	for {
		l.mu.Lock()
		b := l.unmarked
		l.unmarked, l.marking = nil, b != nil
		l.mu.Unlock()
		if b == nil {
			return
		}
		if err := l.writeMark(b); err != nil && !errors.Is(err, errAhead) {
			l.opt.Logger.Warn("the audit log's checkpoint is not kept beside it yet", "error", err)
		}
	}
}

func (l *Log) writeMark(b *batch) error {
	ctx, cancel := context.WithTimeout(context.Background(), l.opt.Wait)
	defer cancel()
	_, err := state.Update(ctx, l.store, latest, func(e *state.Entry) error {
		if e.Version != "" {
			c, err := l.opt.Key.Verifier().Open(string(e.Value))
			if err != nil {
				return fmt.Errorf("%w: the entry %s: %w", ErrChanged, latest, err)
			}
			if c.Size >= b.end() {
				return errAhead
			}
		}
		e.Value = []byte(b.Checkpoint)
		return nil
	})
	return err
}

var errAhead = errors.New("another was ahead")

// readMark is the checkpoint that is kept beside the log; of none the size is 0.
func readMark(ctx context.Context, s state.Store, v Verifier) (Checkpoint, error) {
	e, err := s.Get(ctx, latest)
	switch {
	case errors.Is(err, state.ErrNotFound):
		return Checkpoint{}, nil
	case err != nil:
		return Checkpoint{}, err
	}
	c, err := v.Open(string(e.Value))
	if err != nil {
		return c, fmt.Errorf("%w: the entry %s: %w", ErrChanged, latest, err)
	}
	return c, nil
}
