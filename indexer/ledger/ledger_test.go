package ledger_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"github.com/naru-rag/naru/indexer"
	"github.com/naru-rag/naru/indexer/ledger"
	"github.com/naru-rag/naru/indexer/schedule"
	"github.com/naru-rag/naru/state"
	"github.com/naru-rag/naru/state/embedded"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// harbour is a machine, or several, whose clock can be put forward and back while time
// passes as it does, with the state that their processes share.
type harbour struct {
	t        testing.TB
	file     string
	zone     *time.Location
	schedule *schedule.Schedule
	// takes is how long a run takes.
	takes time.Duration

	mu       sync.Mutex
	put      time.Duration // by how much the clock was put
	runs     []made
	reported []string
	tokens   atomic.Int64
}

// made is a run as the harbour saw it.
type made struct {
	by           string
	began, ended time.Time // ended is zero where it was cut short
	seen         time.Time // what its record says that it was for
}

func newHarbour(t testing.TB, dir, text, zone, start string) *harbour {
	t.Helper()
	in, err := schedule.Zone(zone)
	if err != nil {
		t.Fatal(err)
	}
	s, err := schedule.Parse(text, in)
	if err != nil {
		t.Fatal(err)
	}
	h := &harbour{t: t, file: filepath.Join(dir, "state.db"), zone: in, schedule: s, takes: time.Minute}
	at, err := time.ParseInLocation("2006-01-02 15:04", start, in)
	if err != nil {
		t.Fatal(err)
	}
	h.put = time.Until(at)
	return h
}

func (h *harbour) now() time.Time {
	h.mu.Lock()
	defer h.mu.Unlock()
	return time.Now().Add(h.put).Round(0)
}

// jump puts the clock forward, or back.
func (h *harbour) jump(d time.Duration) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.put += d
}

// take says how long runs take from now on.
func (h *harbour) take(d time.Duration) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.takes = d
}

// all are the runs so far, and said is what was reported.
func (h *harbour) all() []made {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.Clone(h.runs)
}

func (h *harbour) said() string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return strings.Join(h.reported, "\n")
}

// until lets time pass until the clock shows a time.
func (h *harbour) until(text string) {
	h.t.Helper()
	at, err := time.ParseInLocation("2006-01-02 15:04", text, h.zone)
	if err != nil {
		h.t.Fatal(err)
	}
	time.Sleep(at.Sub(h.now()))
	synctest.Wait()
}

const id = "folder:/srv/docs"

// process is one that follows the schedule.
type process struct {
	*harbour
	name   string
	ledger *ledger.Ledger
	dead   atomic.Bool // it writes nothing any more
	stop   context.CancelFunc
	ended  chan struct{}
}

// mortal is the state as a process has it, until it dies.
type mortal struct {
	state.Store
	of *process
}

var errDead = errors.New("the process is dead")

func (m mortal) Get(ctx context.Context, key string) (state.Entry, error) {
	if m.of.dead.Load() {
		return state.Entry{}, errDead
	}
	return m.Store.Get(ctx, key)
}

func (m mortal) Put(ctx context.Context, e state.Entry) (state.Entry, error) {
	if m.of.dead.Load() {
		return state.Entry{}, errDead
	}
	return m.Store.Put(ctx, e)
}

func (h *harbour) process(name string, alone bool) *process {
	p := &process{harbour: h, name: name, ended: make(chan struct{})}
	p.ledger = ledger.New(mortal{embedded.Open(h.file, embedded.Options{Clock: h.now}), p}, ledger.Options{
		Clock: h.now, NewText: func() string { return fmt.Sprint(h.tokens.Add(1)) }, Holder: name, Alone: alone,
		Report: func(err error) {
			if !errors.Is(err, errDead) {
				h.mu.Lock()
				defer h.mu.Unlock()
				h.reported = append(h.reported, name+": "+err.Error())
			}
		},
	})
	return p
}

// start has a process follow the schedule.
func (h *harbour) start(name string, alone bool) *process {
	p := h.process(name, alone)
	ctx, cancel := context.WithCancel(context.Background())
	p.stop = cancel
	go func() {
		defer close(p.ended)
		_ = p.ledger.Follow(ctx, ledger.Source{ID: id, Schedule: h.schedule}, p.work)
	}()
	synctest.Wait()
	return p
}

// work is a run, that takes its time and adds one document.
func (p *process) work(ctx context.Context) (map[string]*indexer.Counts, error) {
	h := p.harbour
	rec := p.record()
	h.mu.Lock()
	n := len(h.runs)
	h.runs = append(h.runs, made{by: p.name, began: time.Now().Add(h.put).Round(0), seen: rec.Seen})
	takes := h.takes
	h.mu.Unlock()
	select {
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	case <-time.After(takes):
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.runs[n].ended = time.Now().Add(h.put).Round(0)
	return map[string]*indexer.Counts{id: {Added: 1}}, nil
}

// end stops a process as SIGTERM does, or kills it.
func (p *process) end(kill bool) {
	p.dead.Store(kill)
	p.stop()
	<-p.ended
}

func (h *harbour) record() ledger.Record {
	h.t.Helper()
	rec, err := ledger.New(embedded.Open(h.file, embedded.Options{}), ledger.Options{}).Record(context.Background(), id)
	if err != nil {
		h.t.Fatal(err)
	}
	return rec
}

// expect compares the runs until now: who, when, and "…" for one that was cut short.
func (h *harbour) expect(want ...string) {
	h.t.Helper()
	h.mu.Lock()
	defer h.mu.Unlock()
	var got []string
	for _, m := range h.runs {
		end := ""
		if m.ended.IsZero() {
			end = "…"
		}
		got = append(got, m.by+" "+m.began.In(h.zone).Format("02 15:04")+end)
	}
	if !slices.Equal(got, want) {
		h.t.Errorf("the runs are\n%s\nwant\n%s\nreported: %q", strings.Join(got, "\n"), strings.Join(want, "\n"), h.reported)
	}
}

func TestFollowsTheSchedule(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHarbour(t, t.TempDir(), "0 3 * * *", "Asia/Seoul", "2026-11-01 12:00")
		p := h.start("a", true)
		h.until("2026-11-01 12:30")
		h.expect("a 01 12:00") // never indexed is due
		rec := h.record()
		if rec.Last == nil || rec.Last.Counts.Added != 1 || rec.Running != nil || rec.Last.Ended.Sub(rec.Last.Began) != time.Minute {
			t.Errorf("remembered is %+v", rec)
		}
		if next := rec.Due(h.schedule, h.now()); next.Format("02 15:04") != "02 03:00" {
			t.Errorf("the next is %v", next)
		}
		h.until("2026-11-03 12:00")
		h.expect("a 01 12:00", "a 02 03:00", "a 03 03:00")
		p.end(false)
		// What was missed while it was down is made good once, and is over then.
		h.until("2026-11-06 12:00")
		p = h.start("b", true)
		h.until("2026-11-06 20:00")
		p.end(false)
		p = h.start("c", true)
		h.until("2026-11-07 12:00")
		h.expect("a 01 12:00", "a 02 03:00", "a 03 03:00", "b 06 12:00", "c 07 03:00")
		p.end(false)
	})
}

func TestDaylightSavingIsFollowed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHarbour(t, t.TempDir(), "30 2 * * *", "Europe/Paris", "2026-03-28 02:00")
		p := h.start("a", true)
		h.until("2026-03-30 12:00")
		h.expect("a 28 02:00", "a 28 02:30", "a 29 03:00", "a 30 02:30")
		p.end(false)
	})
	synctest.Test(t, func(t *testing.T) {
		h := newHarbour(t, t.TempDir(), "30 2 * * *", "Europe/Paris", "2026-10-24 12:00")
		p := h.start("a", true)
		h.until("2026-10-26 12:00")
		h.expect("a 24 12:00", "a 25 02:30", "a 26 02:30")
		// What is restarted between the two half past two does not run again.
		p.end(false)
	})
	synctest.Test(t, func(t *testing.T) {
		h := newHarbour(t, t.TempDir(), "30 2 * * *", "Europe/Paris", "2026-10-25 01:00")
		p := h.start("a", true)
		time.Sleep(2 * time.Hour) // 2:00, the second time
		p.end(false)
		p = h.start("b", true)
		h.until("2026-10-25 12:00")
		h.expect("a 25 01:00", "a 25 02:30")
		p.end(false)
	})
}

// TestOverlap: a time that comes while the source is being indexed is passed over, and
// that is said.
func TestOverlap(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHarbour(t, t.TempDir(), "@hourly", "UTC", "2026-11-01 11:58")
		p := h.start("a", true)
		h.until("2026-11-01 12:30")
		h.take(150 * time.Minute)
		h.until("2026-11-01 14:00")
		if rec := h.record(); !rec.Going(h.now()) || rec.Due(h.schedule, h.now()).Hour() != 15 {
			t.Errorf("while it goes on, remembered is %+v", rec)
		}
		h.until("2026-11-01 16:30")
		h.expect("a 01 11:58", "a 01 12:00", "a 01 13:00", "a 01 16:00…")
		if rec := h.record(); rec.Last.Passed != 2 || rec.Last.Began.Hour() != 13 {
			t.Errorf("remembered is %+v", rec.Last)
		}
		p.end(false)
	})
}

// TestClockIsPut: forward is as if it had been off, and back has nothing run twice.
func TestClockIsPut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHarbour(t, t.TempDir(), "0 */6 * * *", "UTC", "2026-11-01 05:00")
		p := h.start("a", true)
		h.until("2026-11-01 07:00")
		h.jump(30 * time.Hour) // 2 November, 13:00: it was asleep, or its clock was wrong
		time.Sleep(3 * time.Minute)
		h.expect("a 01 05:00", "a 01 06:00", "a 02 13:01")
		h.jump(-20 * time.Hour) // 1 November, 17:02
		h.until("2026-11-02 17:00")
		h.expect("a 01 05:00", "a 01 06:00", "a 02 13:01") // 18:00, 0:00, 6:00 and 12:00 were seen to
		h.until("2026-11-02 19:00")
		h.expect("a 01 05:00", "a 01 06:00", "a 02 13:01", "a 02 18:00")
		// Back by a moment in the middle of a run, and just after one.
		h.until("2026-11-03 00:00")
		h.jump(-30 * time.Second)
		h.until("2026-11-03 05:00")
		h.expect("a 01 05:00", "a 01 06:00", "a 02 13:01", "a 02 18:00", "a 03 00:00")
		p.end(false)
	})
	// A clock that was wrong by years does not keep the source from being indexed.
	synctest.Test(t, func(t *testing.T) {
		h := newHarbour(t, t.TempDir(), "0 3 * * *", "UTC", "2031-11-01 12:00")
		p := h.start("a", true)
		h.until("2031-11-02 12:00")
		h.jump(-5 * 365 * 24 * time.Hour)
		time.Sleep(24 * time.Hour)
		h.expect("a 01 12:00", "a 02 03:00", "a 03 12:01", "a 04 03:00")
		if next := h.record().Due(h.schedule, h.now()); next.Sub(h.now()) > 24*time.Hour {
			t.Errorf("the next is %v, and now is %v", next, h.now())
		}
		p.end(false)
	})
}

// TestTwoProcesses: of several that share a state, one makes each run; where it dies or
// is stopped in the middle, the run is made again.
func TestTwoProcesses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHarbour(t, t.TempDir(), "0 3 * * *", "UTC", "2026-11-01 12:00")
		a := h.start("a", false)
		b := h.start("b", false)
		h.take(3 * time.Hour)
		h.until("2026-11-04 12:00")
		days := map[string]int{}
		for _, m := range h.all() {
			days[m.began.Format(time.DateOnly)]++
		}
		if len(h.all()) != 4 || len(days) != 4 {
			t.Errorf("the runs are %v", h.all())
		}
		// The one that runs dies.
		h.until("2026-11-05 04:00")
		dead, other := a, b
		if h.all()[4].by == "b" {
			dead, other = b, a
		}
		dead.end(true)
		h.until("2026-11-05 12:00")
		if len(h.all()) != 6 || h.all()[5].by != other.name || h.all()[5].ended.IsZero() || h.all()[5].began.Hour() != 4 || h.all()[5].began.Minute() > 3 {
			t.Errorf("after a death the runs are %v", h.all()[4:])
		}
		h.until("2026-11-06 12:00")
		if len(h.all()) != 7 {
			t.Errorf("then the runs are %v", h.all()[5:])
		}
		other.end(false)
	})
	// One who holds the data folder does not wait for a lease.
	synctest.Test(t, func(t *testing.T) {
		for _, kill := range []bool{true, false} {
			h := newHarbour(t, t.TempDir(), "0 3 * * *", "UTC", "2026-11-01 12:00")
			p := h.start("a", true)
			h.until("2026-11-02 03:00")
			time.Sleep(30 * time.Second)
			p.end(kill)
			if rec := h.record(); rec.Running == nil || rec.Last == nil || rec.Last.Began.Hour() != 12 || rec.CutShort(h.now()) == kill {
				t.Errorf("killed: %v; remembered is %+v", kill, rec)
			}
			p = h.start("b", true)
			h.until("2026-11-02 12:00")
			h.expect("a 01 12:00", "a 02 03:00…", "b 02 03:00")
			if rec := h.record(); rec.Running != nil {
				t.Errorf("remembered is %+v", rec)
			}
			p.end(false)
		}
	})
}

// TestSleeperEndsItsRun: a process that does not renew its lease in time finds that
// another has taken its run, and ends it.
func TestSleeperEndsItsRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHarbour(t, t.TempDir(), "0 3 * * *", "UTC", "2026-11-01 02:00")
		h.take(time.Hour)
		a := h.start("a", false)
		time.Sleep(time.Second)
		a.dead.Store(true) // nothing of it arrives
		b := h.start("b", false)
		time.Sleep(5 * time.Minute)
		a.dead.Store(false)
		time.Sleep(time.Minute)
		h.expect("a 01 02:00…", "b 01 02:02…")
		if rec := h.record(); !rec.Going(h.now()) || rec.Running.Holder != "b" {
			t.Errorf("remembered is %+v", rec)
		}
		time.Sleep(2 * time.Hour)
		h.expect("a 01 02:00…", "b 01 02:02")
		if all := h.said(); !strings.Contains(all, "a: "+id+": "+ledger.ErrTaken.Error()) {
			t.Errorf("reported is %s", all)
		}
		a.end(false)
		b.end(false)
	})
}

// TestRun: who asks for a run waits for the one that goes on, failures are remembered, and a
// state that cannot be written keeps nothing from being indexed.
func TestRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHarbour(t, t.TempDir(), "0 3 * * *", "UTC", "2026-11-01 02:50")
		h.take(20 * time.Minute)
		a := h.start("a", false)
		b := h.process("b", false)
		asked := []ledger.Source{{ID: id, Schedule: h.schedule}, {ID: "folder:/other"}, {ID: id, Schedule: h.schedule}}
		if err := b.ledger.Run(t.Context(), asked, b.work); err != nil {
			t.Fatal(err)
		}
		h.until("2026-11-01 12:00")
		if len(h.all()) != 2 || h.all()[1].by != "b" || h.all()[1].began.Before(h.all()[0].ended) || h.all()[1].began.Sub(h.all()[0].ended) > 2*time.Minute {
			t.Errorf("the runs are %v", h.all())
		}
		if all := h.said(); !strings.Contains(all, "b: "+id+" is being indexed by a: waiting for that") {
			t.Errorf("reported is %s", all)
		}
		wrong := fmt.Errorf("the bucket is gone: %s", strings.Repeat("é", 1000))
		if err := b.ledger.Run(t.Context(), asked[:1], func(context.Context) (map[string]*indexer.Counts, error) {
			return map[string]*indexer.Counts{id: {Added: 2, Failed: 1, Failure: &indexer.Failure{URI: "x", Error: "y"}}}, wrong
		}); !errors.Is(err, wrong) {
			t.Errorf("error is %v", err)
		}
		last := h.record().Last
		if last == nil || !strings.HasPrefix(last.Error, "the bucket is gone") || len(last.Error) > 1010 || last.Counts.Added != 2 || last.Counts.Failure.URI != "x" {
			t.Errorf("remembered is %+v", last)
		}
		a.end(false)
		b.dead.Store(true)
		ran := false
		if err := b.ledger.Run(t.Context(), asked[:1], func(context.Context) (map[string]*indexer.Counts, error) {
			ran = true
			return nil, nil
		}); err != nil || !ran {
			t.Errorf("without a state: ran %v, %v", ran, err)
		}
	})
}

// TestFailedRunIsTriedAtTheNextTime, not again and again.
func TestFailedRunIsTriedAtTheNextTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHarbour(t, t.TempDir(), "@hourly", "UTC", "2026-11-01 12:30")
		p := h.process("a", true)
		ctx, cancel := context.WithCancel(t.Context())
		var at []string
		go p.ledger.Follow(ctx, ledger.Source{ID: id, Schedule: h.schedule}, func(context.Context) (map[string]*indexer.Counts, error) {
			at = append(at, h.now().Format("15:04"))
			return nil, errors.New("wrong")
		})
		time.Sleep(2 * time.Hour)
		synctest.Wait()
		if got := strings.Join(at, " "); got != "12:30 13:00 14:00" || h.record().Last.Error != "wrong" || strings.Count(h.said(), "wrong") != 3 {
			t.Errorf("it runs at %s, remembers %+v, reports %q", got, h.record().Last, h.said())
		}
		cancel()
	})
}
