package ledger

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/naru-rag/naru/indexer"
	"github.com/naru-rag/naru/indexer/schedule"
	"github.com/naru-rag/naru/state"
)

// Options are what a ledger needs besides the state.
type Options struct {
	// Clock tells the time, and may be put forward and back; nil is time.Now. How long
	// something takes is measured by package time.
	Clock func() time.Time
	// NewText makes random text, none twice; required to run.
	NewText func() string
	// Holder names this process to people, such as "process 4711 on harbour".
	Holder string
	// Alone says that no other process can be indexing, as is so where this one holds
	// the data folder: runs that others have begun were then cut short.
	Alone bool
	// Report is told what went wrong, and what is waited for; nil drops it.
	Report func(error)
}

// Ledger remembers runs in a state. It is safe for concurrent use.
type Ledger struct {
	state state.Store
	opt   Options

	mu sync.Mutex
	// turns has, by source, a place for the one run that this process makes of it.
	turns map[string]chan struct{}
}

// New returns the ledger in a state.
func New(s state.Store, opt Options) *Ledger {
	if opt.Clock == nil {
		opt.Clock = time.Now
	}
	if opt.Report == nil {
		opt.Report = func(error) {}
	}
	return &Ledger{state: s, opt: opt, turns: map[string]chan struct{}{}}
}

// Source is a source whose runs are remembered.
type Source struct {
	ID string
	// Schedule is nil where it is indexed only when somebody asks, or it changes.
	Schedule *schedule.Schedule
}

// Work indexes sources, and returns what that did of each, by ID.
type Work func(context.Context) (map[string]*indexer.Counts, error)

var (
	// ErrTaken: another process makes the run.
	ErrTaken = errors.New("another process has taken the run over, as this one did not say for a while that it goes on")

	errNotDue = errors.New("not due any more")
)

// Run has sources indexed together, after whatever run of them goes on, and remembers
// what came of it. Where that cannot be remembered it is reported, and they are indexed
// all the same.
func (l *Ledger) Run(ctx context.Context, sources []Source, work Work) error {
	sources = slices.SortedFunc(slices.Values(sources), func(a, b Source) int { return cmp.Compare(a.ID, b.ID) })
	sources = slices.CompactFunc(sources, func(a, b Source) bool { return a.ID == b.ID })
	var all []*run
	for _, src := range sources {
		r, err := l.begin(ctx, src, false)
		switch {
		case err == nil:
			all = append(all, r)
		case ctx.Err() != nil:
			l.end(ctx, all, nil, err)
			return err
		default:
			l.opt.Report(fmt.Errorf("%s is indexed, but that is not recorded: %w", src.ID, err))
		}
	}
	return l.carryOut(ctx, all, work)
}

// run is a run of one source that has begun.
type run struct {
	Source
	token string
	done  func() // gives the turn back
}

// carryOut does the work of runs, and ends them.
func (l *Ledger) carryOut(ctx context.Context, all []*run, work Work) error {
	working, cancel := context.WithCancelCause(ctx)
	var renewing sync.WaitGroup
	renewing.Go(func() { l.renew(working, all, cancel) })
	counts, err := work(working)
	taken := context.Cause(working)
	cancel(nil)
	renewing.Wait()
	if err != nil && errors.Is(taken, ErrTaken) {
		err = taken
	}
	l.end(ctx, all, counts, err)
	return err
}

// endTime bounds remembering what came of a run, which the end of the program must
// not keep from being written.
const endTime = 10 * time.Second

// end remembers what came of runs. Where the program ends before they do, they are
// left as cut short.
func (l *Ledger) end(ctx context.Context, all []*run, counts map[string]*indexer.Counts, wrong error) {
	stopped := wrong != nil && ctx.Err() != nil
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), endTime)
	defer cancel()
	for _, r := range all {
		err := l.update(ctx, r, func(rec *Record, now time.Time) {
			if stopped {
				rec.Running.Until = time.Time{}
				return
			}
			result := &Result{Began: rec.Running.Began, Ended: now, Passed: rec.see(r.Schedule, now)}
			if of := counts[r.ID]; of != nil {
				result.Counts = *of
			}
			if wrong != nil {
				result.Error = shorten(wrong.Error())
			}
			rec.Last, rec.Running = result, nil
		})
		if err != nil && !errors.Is(err, ErrTaken) {
			l.opt.Report(fmt.Errorf("the run of %s has ended, but that is not recorded: %w", r.ID, err))
		}
		r.done()
	}
}

// shorten bounds what is remembered of an error.
func shorten(text string) string {
	const most = 1000
	if len(text) > most {
		text = strings.ToValidUTF8(text[:most], "") + "…"
	}
	return text
}

// update changes the record of a run, or returns [ErrTaken] where it is another's.
func (l *Ledger) update(ctx context.Context, r *run, change func(rec *Record, now time.Time)) error {
	_, err := state.Update(ctx, l.state, key(r.ID), func(e *state.Entry) error {
		rec, err := decode(r.ID, *e)
		if err != nil {
			return err
		}
		if rec.Running == nil || rec.Running.Token != r.token {
			return ErrTaken
		}
		change(&rec, l.now())
		return rec.encode(e)
	})
	return err
}

// now is what the clock says, without what measures.
func (l *Ledger) now() time.Time { return l.opt.Clock().UTC().Round(0) }
