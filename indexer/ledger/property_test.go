package ledger_test

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"
)

// step is what happens to a harbour.
type step struct {
	what string // pass, put, take, kill, stop or start
	by   time.Duration
	who  int
}

// TestNothingIsLostOrDoubled: whatever becomes of processes and clocks, no time of a
// schedule is run for twice, and once there is a process again nothing is left undone.
func TestNothingIsLostOrDoubled(t *testing.T) {
	specs := []string{"30 2 * * *", "0,30 1-3 * * *", "@hourly", "*/7 * * * *", "0 */6 * * *", "@every 50m", "0 3 * * sun"}
	starts := map[string][]string{
		"Europe/Paris":        {"2026-03-28 20:00", "2026-10-24 20:00"},
		"America/New_York":    {"2026-03-07 20:00", "2026-10-31 20:00"},
		"Asia/Seoul":          {"2026-03-28 20:00"},
		"Australia/Lord_Howe": {"2026-04-04 20:00", "2026-10-03 20:00"},
		"Africa/Casablanca":   {"2026-02-14 20:00", "2026-03-21 20:00"},
	}
	zones := []string{"Europe/Paris", "America/New_York", "Asia/Seoul", "Australia/Lord_Howe", "Africa/Casablanca"}
	rapid.Check(t, func(rt *rapid.T) {
		spec, zone := rapid.SampledFrom(specs).Draw(rt, "schedule"), rapid.SampledFrom(zones).Draw(rt, "zone")
		start := rapid.SampledFrom(starts[zone]).Draw(rt, "start")
		processes := rapid.IntRange(1, 2).Draw(rt, "processes")
		minutes := func(name string, from, to int) time.Duration {
			return time.Duration(rapid.IntRange(from, to).Draw(rt, name)) * time.Minute
		}
		var plan []step
		back := 20 * time.Hour
		for range rapid.IntRange(3, 12).Draw(rt, "steps") {
			s := step{what: rapid.SampledFrom([]string{"pass", "pass", "put", "take", "kill", "stop", "start"}).Draw(rt, "what"), who: rapid.IntRange(0, processes-1).Draw(rt, "who")}
			switch s.what {
			case "pass":
				s.by = minutes("minutes", 1, 16*60)
			case "take":
				s.by = minutes("minutes", 1, 200)
			case "put":
				if s.by = minutes("minutes", -10*60, 10*60); s.by < 0 {
					if back += s.by; back < 0 {
						continue
					}
				}
			}
			plan = append(plan, s)
		}
		dir := t.TempDir()
		var wrong string
		synctest.Test(t, func(t *testing.T) {
			wrong = newHarbour(t, dir, spec, zone, start).carryOut(plan, processes)
		})
		if wrong != "" {
			rt.Fatalf("%q in %s from %s, %d processes, %v:\n%s", spec, zone, start, processes, plan, wrong)
		}
	})
}

// carryOut does what is planned, lets a process put everything right, and says what is not.
func (h *harbour) carryOut(plan []step, processes int) string {
	up := make([]*process, processes)
	begin := func(i int) {
		if up[i] == nil {
			up[i] = h.start(fmt.Sprint("process ", i), processes == 1)
		}
	}
	for i := range up {
		begin(i)
	}
	for _, s := range plan {
		switch p := up[s.who]; s.what {
		case "pass":
			time.Sleep(s.by)
		case "put":
			h.jump(s.by)
			time.Sleep(time.Second)
		case "take":
			h.take(s.by)
		case "start":
			begin(s.who)
		default:
			if p != nil {
				p.end(s.what == "kill")
				up[s.who] = nil
			}
		}
		synctest.Wait()
	}
	begin(0)
	time.Sleep(7 * time.Hour) // what still goes on ends
	h.take(time.Second)
	time.Sleep(4*time.Hour + 30*time.Second)
	now, rec := h.now(), h.record()
	for _, p := range up {
		if p != nil {
			p.end(false)
		}
	}
	completed := map[time.Time]int{}
	var latest time.Time
	for _, m := range h.runs {
		if !m.ended.IsZero() {
			completed[m.seen]++
			// A run that the clock was put back in ended before the time it was for.
			for _, at := range []time.Time{m.ended, m.seen} {
				if at.After(latest) {
					latest = at
				}
			}
		}
	}
	for at, n := range completed {
		if n > 1 {
			return fmt.Sprintf("%d runs were for %v: %v", n, at.In(h.zone), h.runs)
		}
	}
	last := h.schedule.Last(time.Time{}, now)
	switch due := rec.Due(h.schedule, now); {
	case rec.Running != nil, rec.Last == nil, !due.After(now), rec.Seen.Before(last), latest.Before(last):
		return fmt.Sprintf("it is %v, the next is %v, remembered is %+v with %+v, the runs are %v, reported is %q", now.In(h.zone), due, rec, rec.Last, h.runs, h.reported)
	}
	return ""
}
