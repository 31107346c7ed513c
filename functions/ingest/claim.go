package ingest

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/naru-rag/naru/state"
)

const (
	// claimSlack is how long after the end of its time what a holder has sent may still
	// arrive.
	claimSlack = 15 * time.Second
	// claimLongest is how long a claim holds without an end of the time.
	claimLongest = 15 * time.Minute
	// releaseWithin bounds letting go.
	releaseWithin = 2 * time.Second
)

// errHeld: another invocation is at it.
var errHeld = errors.New("another invocation is at it")

// claim keeps others from what has this name until release is called, or else until
// nothing of the holder's can arrive any more.
func (w *worker) claim(ctx context.Context, name string) (release func(), err error) {
	until := w.clock().Add(claimLongest)
	if deadline, ok := ctx.Deadline(); ok {
		until = w.clock().Add(time.Until(deadline) + claimSlack)
	}
	e, err := w.state.Put(ctx, state.Entry{Key: "claim/" + name, Expires: until.Add(time.Second).Truncate(time.Second)})
	if errors.Is(err, state.ErrConflict) {
		return nil, fmt.Errorf("%s: %w", name, errHeld)
	}
	if err != nil {
		return nil, err
	}
	return func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), releaseWithin)
		defer cancel()
		if err := w.state.Delete(ctx, e); err != nil && !errors.Is(err, state.ErrNotFound) {
			w.log.Warn("a claim is held until it expires", "of", name, "error", err)
		}
	}, nil
}
