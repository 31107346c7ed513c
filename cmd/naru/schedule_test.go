package main

import (
	"encoding/json"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// sourcesIn is what `naru sources` says in a folder.
func sourcesIn(t *testing.T, dir string) []listedSource {
	t.Helper()
	cmd := exec.Command("naru", "--json", "sources")
	cmd.Dir = dir
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("naru sources: %v", err)
	}
	var all []listedSource
	if err := json.Unmarshal(out, &all); err != nil {
		t.Fatalf("%s: %v", out, err)
	}
	return all
}

// TestServeFollowsSchedules: a source that has a schedule is indexed by it, and not
// when it changes or the server starts; others are watched.
func TestServeFollowsSchedules(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write(t, filepath.Join(dir, "naru.yaml"), `
sources:
- path: watched
- path: often
  schedule: "@every 1s"
- path: seldom
  schedule: 0 0 29 2 *
`)
	write(t, filepath.Join(dir, "watched", "ferry.md"), "The ferry leaves at nine.\n")
	write(t, filepath.Join(dir, "often", "mill.md"), "The mill grinds on Friday.\n")
	write(t, filepath.Join(dir, "seldom", "tower.md"), "The tower has ninety steps.\n")
	s := started(t, dir, "serve", "--addr", "127.0.0.1:0")
	s.until("watched was read", "When does the ferry leave?", mentions("at nine"))
	s.until("what is often was read", "When does the mill grind?", mentions("on Friday"))
	s.until("what was never indexed was read", "How many steps has the tower?", mentions("ninety steps"))

	write(t, filepath.Join(dir, "seldom", "bell.md"), "The bell weighs two tons.\n")
	write(t, filepath.Join(dir, "watched", "ferry.md"), "The ferry leaves at ten.\n")
	s.until("a watched source changed", "When does the ferry leave?", mentions("at ten"))
	write(t, filepath.Join(dir, "often", "mill.md"), "The mill grinds on Monday.\n")
	s.until("a scheduled source changed", "When does the mill grind?", mentions("on Monday"))
	if r := s.ask("How much does the bell weigh?"); !silentOn("two tons")(r) {
		t.Errorf("before its time there is %s", r.body)
	}
	all := sourcesIn(t, dir)
	if all[0].State != sourceDone || all[0].Next != nil || all[2].State != sourceDone || all[2].Last.Counts.Added != 1 || all[2].Next.Month() != time.February || !all[2].Next.After(time.Now()) {
		t.Errorf("the sources are %+v", all)
	}
	if all[1].Last == nil || time.Until(*all[1].Next) > 2*time.Second {
		t.Errorf("what is often is %+v", all[1])
	}
	before := all[2].Last.Began
	s.stop()
	s = started(t, dir, "serve", "--addr", "127.0.0.1:0")
	s.until("it was started again", "When does the ferry leave?", mentions("at ten"))
	write(t, filepath.Join(dir, "often", "mill.md"), "The mill grinds on Tuesday.\n")
	s.until("a scheduled source changed", "When does the mill grind?", mentions("on Tuesday"))
	if all := sourcesIn(t, dir); !all[2].Last.Began.Equal(before) {
		t.Errorf("after a start what is seldom is %+v, with %+v", all[2], all[2].Last)
	}
}

// TestKillInScheduledRun kills a server again and again, at moments at which it indexes
// by a schedule. Every document is whole, in the edition before or now; and the server
// that is left alone finishes what the others began.
func TestKillInScheduledRun(t *testing.T) {
	t.Parallel()
	const seed = 1
	random := rand.New(rand.NewPCG(seed, 0))
	corpus := newCorpus(t, 200)
	dir := filepath.Dir(corpus.dir)
	data := filepath.Join(dir, "data")
	write(t, filepath.Join(dir, "naru.yaml"), "data: data\nsources:\n- path: docs\n  schedule: '@every 1s'\n")
	began := time.Now()
	indexedBy(t, "naru", filepath.Join(t.TempDir(), "first"), corpus.dir)
	window := time.Since(began)

	before, within := map[string]int{}, 0
	for killed := range crashCycles(t) {
		if killed > 0 {
			corpus.change(t, random)
		}
		s := started(t, dir, "serve", "--addr", "127.0.0.1:0")
		moment := time.Duration(random.Int64N(int64(window)))
		time.Sleep(moment)
		if err := s.cmd.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		<-s.ended
		if all := sourcesIn(t, dir); all[0].State == sourceRunning || all[0].State == sourceStopped {
			within++
		}
		after := editions(t, data)
		for uri := range mapsUnion(before, corpus.edition, after) {
			if !slices.Contains([]int{before[uri], corpus.edition[uri]}, after[uri]) {
				t.Fatalf("kill %d (seed %d) after %v: %s is there in edition %d, want %d or %d (0 is absent)",
					killed, seed, moment, uri, after[uri], before[uri], corpus.edition[uri])
			}
		}
		before = after
	}
	t.Logf("%d kills in the middle of a run", within)
	if within == 0 {
		t.Error("no kill struck in the middle of a run")
	}

	if err := os.Remove(corpus.path(slices.Sorted(maps.Keys(corpus.edition))[0])); err != nil {
		t.Fatal(err)
	}
	delete(corpus.edition, slices.Sorted(maps.Keys(corpus.edition))[0])
	s := started(t, dir, "serve", "--addr", "127.0.0.1:0")
	for deadline := time.Now().Add(patience); ; time.Sleep(100 * time.Millisecond) {
		all := sourcesIn(t, dir)
		if last := all[0].Last; last != nil && last.Error == "" && last.Counts.Unchanged == len(corpus.edition) && last.Counts.Added+last.Counts.Updated+last.Counts.Deleted+last.Counts.Failed == 0 {
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("the sources are still %+v, with %+v\n%s", all, all[0].Last, s.said())
		}
	}
	s.stop()
	if strings.Contains(s.said(), "panic") {
		t.Errorf("it panicked\n%s", s.said())
	}
	clean := filepath.Join(dir, "clean") // beside the other, so that keys are the same
	indexedBy(t, "naru", clean, corpus.dir)
	sameContents(t, data, clean)
}
