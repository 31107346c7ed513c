package ledger

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// look is how long it may take until it is noticed that a clock was put forward or
// back, or that the machine was asleep: timers know nothing of either.
const look = time.Minute

// Follow has a source indexed whenever it is due, until ctx ends, whose error it
// returns. One that was never indexed is due, and so is one whose last run was cut
// short, or that missed a time of its schedule. What goes wrong is reported, and tried
// again: a run that failed at the next time of the schedule, one that could not be
// begun in a minute.
func (l *Ledger) Follow(ctx context.Context, src Source, work Work) error {
	for ctx.Err() == nil {
		err := l.await(ctx, src)
		if err == nil {
			var r *run
			if r, err = l.begin(ctx, src, true); err == nil {
				err = l.carryOut(ctx, []*run{r}, work)
			}
		}
		if err != nil && !errors.Is(err, errNotDue) && ctx.Err() == nil {
			l.opt.Report(fmt.Errorf("%s: %w", src.ID, err))
			_ = sleep(ctx, look) // the loop looks at the context
		}
	}
	return ctx.Err()
}

// await returns when a source is due.
func (l *Ledger) await(ctx context.Context, src Source) error {
	rec, err := l.Record(ctx, src.ID)
	if err != nil {
		return err
	}
	if rec.Running != nil && l.opt.Alone {
		rec.Running.Until = time.Time{}
	}
	for {
		now := l.now()
		due := rec.Due(src.Schedule, now)
		switch {
		case due.IsZero():
			due = now.Add(look)
		case !due.After(now):
			return nil
		}
		if err := sleep(ctx, min(due.Sub(now), look)); err != nil {
			return err
		}
	}
}
