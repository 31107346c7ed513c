package remote

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"
)

// gate keeps all calls from a service that asked to be left alone. When the time
// is over one call goes first; the others follow once it was answered.
type gate struct {
	patience time.Duration
	random   func() float64
	log      *slog.Logger

	mu sync.Mutex
	// closed is when the service began to ask; zero while it answers.
	closed time.Time
	until  time.Time // when the next call may go
	streak int       // how often it asked since
	first  bool      // a call goes ahead of the others
	change chan struct{}
}

const (
	shortestPause = time.Second
	longestPause  = 5 * time.Minute
)

func newGate(o *Options) *gate {
	return &gate{patience: o.Patience, random: o.Random, log: o.Logger, change: make(chan struct{})}
}

// pass is what a call has that was let in.
type pass struct{ first bool }

// enter waits until a call may go, or returns why it may not. Every call that
// entered must leave.
func (g *gate) enter(ctx context.Context) (pass, error) {
	for {
		p, wait, changed, err := g.try(ctx)
		if err != nil || wait == 0 {
			return p, err
		}
		timer := time.NewTimer(wait)
		select {
		case <-ctx.Done():
			timer.Stop()
			return pass{}, ctx.Err()
		case <-changed:
			timer.Stop()
		case <-timer.C:
		}
	}
}

// try returns a wait of 0 where a call may go, and otherwise for how long to wait
// at most, and what is closed when something changes before.
func (g *gate) try(ctx context.Context) (p pass, wait time.Duration, changed <-chan struct{}, err error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	now := time.Now()
	if g.closed.IsZero() {
		return pass{}, 0, nil, nil
	}
	if asked := g.until.Sub(g.closed); asked > g.patience && !now.Before(g.until) {
		g.closed = now // whoever waited has given up, and who comes now may hope again
	} else if asked > g.patience {
		return pass{}, 0, nil, fmt.Errorf("the service asks to be left alone, for %s by now, which is longer than embedder.patience", asked.Round(time.Second))
	}
	if deadline, ok := ctx.Deadline(); ok && g.until.After(deadline) {
		return pass{}, 0, nil, fmt.Errorf("the service asks to be left alone for %s more", g.until.Sub(now).Round(time.Second))
	}
	if wait := g.until.Sub(now); wait > 0 {
		return pass{}, wait, g.change, nil
	}
	if g.first {
		return pass{}, longestPause, g.change, nil
	}
	g.first = true
	return pass{first: true}, 0, nil, nil
}

// leave tells how a call ended that had entered.
func (g *gate) leave(p pass, err error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if p.first {
		g.first = false
		close(g.change)
		g.change = make(chan struct{})
	}
	switch now := time.Now(); {
	case err == nil && p.first:
		g.closed, g.until, g.streak = time.Time{}, time.Time{}, 0
	case err != nil && judge(err) == limited && !now.Before(g.until): // or it was under way when another was told
		g.close(now, err)
	}
}

// close keeps calls away for as long as the service asks, or ever longer.
func (g *gate) close(now time.Time, err error) {
	if g.closed.IsZero() {
		g.closed = now
	}
	pause := longestPause
	if g.streak < 9 {
		pause = min(pause, shortestPause<<g.streak)
	}
	g.streak++
	pause = time.Duration((1 + g.random()) / 2 * float64(pause))
	if r, ok := asRefusal(err); ok && r.after > 0 {
		// All clients were asked for the same.
		pause = r.after + time.Duration(g.random()*float64(shortestPause))
	}
	g.until = now.Add(pause)
	g.log.Warn("the embedder asks to be left alone", "for", pause.Round(time.Millisecond).String(), "since", now.Sub(g.closed).Round(time.Second).String())
}
