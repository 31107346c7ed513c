package ledger

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/naru-rag/naru/state"
)

// A run is held by a lease. Clocks of two machines differ, and one may be put forward
// by hours: so who waits for another's lease does not compare times, but looks whether
// it was renewed while they waited as long as it lasts, and takes it if it was not.
const (
	lease  = time.Minute
	renews = lease / 3
)

// begin waits until a source is free, and takes it. With ifDue, it returns errNotDue
// where the source was seen to meanwhile.
func (l *Ledger) begin(ctx context.Context, src Source, ifDue bool) (_ *run, err error) {
	done, err := l.turn(ctx, src.ID)
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			done()
		}
	}()
	var watched string // the version of another's lease
	for {
		e, err := l.state.Get(ctx, key(src.ID))
		if errors.Is(err, state.ErrNotFound) {
			e, err = state.Entry{Key: key(src.ID)}, nil
		}
		if err != nil {
			return nil, err
		}
		rec, err := decode(src.ID, e)
		if err != nil {
			return nil, err
		}
		if at := rec.Running; at != nil && !at.Until.IsZero() && !l.opt.Alone && e.Version != watched {
			if watched == "" {
				l.opt.Report(fmt.Errorf("%s is being indexed by %s: waiting for that", src.ID, at.Holder))
			}
			watched = e.Version
			if err := sleep(ctx, lease); err != nil {
				return nil, err
			}
			continue
		}
		now := l.now()
		if rec.Running != nil {
			rec.Running.Until = time.Time{} // whoever made it is gone
		}
		if ifDue && rec.Due(src.Schedule, now).After(now) {
			return nil, errNotDue
		}
		rec.see(src.Schedule, now)
		r := &run{src, l.opt.NewText(), done}
		rec.Running = &Running{Began: now, Holder: l.opt.Holder, Token: r.token, Until: now.Add(lease)}
		if err := rec.encode(&e); err != nil {
			return nil, err
		}
		switch _, err = l.state.Put(ctx, e); {
		case errors.Is(err, state.ErrConflict):
			continue // another was quicker
		case err != nil:
			return nil, err
		}
		return r, nil
	}
}

// turn waits until this process makes no other run of a source.
func (l *Ledger) turn(ctx context.Context, source string) (done func(), err error) {
	l.mu.Lock()
	turn := l.turns[source]
	if turn == nil {
		turn = make(chan struct{}, 1)
		l.turns[source] = turn
	}
	l.mu.Unlock()
	select {
	case turn <- struct{}{}:
		return func() { <-turn }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// renew says again and again that runs go on, until ctx ends. Where one is another's,
// it ends ctx.
func (l *Ledger) renew(ctx context.Context, all []*run, cancel context.CancelCauseFunc) {
	for sleep(ctx, renews) == nil {
		for _, r := range all {
			err := l.update(ctx, r, func(rec *Record, now time.Time) { rec.Running.Until = now.Add(lease) })
			switch {
			case errors.Is(err, ErrTaken):
				cancel(ErrTaken)
				return
			case err != nil && ctx.Err() == nil:
				// Better to go on: if another begins, it does no harm but work.
				l.opt.Report(fmt.Errorf("that %s is being indexed cannot be recorded: %w", r.ID, err))
			}
		}
	}
}

func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
