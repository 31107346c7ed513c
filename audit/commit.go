package audit

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/naru-rag/naru/state"
)

// attempts at a batch: others may write to the log at the same time.
const attempts = 64

// commit writes lines as the next batch.
func (l *Log) commit(ctx context.Context, lines [][]byte) error {
	for range attempts {
		head, err := l.newest(ctx)
		if err != nil {
			return err
		}
		next, err := head.next(lines, l.opt.Key)
		if err != nil {
			return err
		}
		e, err := next.entry()
		if err != nil {
			return err
		}
		_, err = l.store.Put(ctx, e)
		if errors.Is(err, state.ErrConflict) {
			l.head = nil
			// Several that wait for one another come at different times.
			if err := pause(ctx, time.Duration(rand.Int64N(int64(10*time.Millisecond)))); err != nil {
				return err
			}
			continue
		}
		if err != nil {
			l.head = nil // it may have been written
			return err
		}
		l.head, l.most = next, next.end()
		return nil
	}
	return fmt.Errorf("the audit log: others were first %d times in a row", attempts)
}

func pause(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}

// newest is the batch that the log ends with, which has to be as this key has signed it.
func (l *Log) newest(ctx context.Context) (*batch, error) {
	if l.head != nil {
		return l.head, nil
	}
	if l.most == 0 {
		marked, err := readMark(ctx, l.store, l.opt.Key.Verifier())
		if err != nil {
			return nil, err
		}
		l.most = marked.Size
	}
	head, err := readNewest(ctx, l.store)
	if err != nil {
		return nil, err
	}
	if head.Number > 0 {
		if _, err := head.signed(l.opt.Key.Verifier()); err != nil {
			return nil, fmt.Errorf("%w: its end: %w", ErrChanged, err)
		}
	}
	if head.end() < l.most {
		return nil, fmt.Errorf("%w: it has %d records, and had %d", ErrChanged, head.end(), l.most)
	}
	l.head, l.most = head, head.end()
	return head, nil
}
