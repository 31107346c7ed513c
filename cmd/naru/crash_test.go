package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/naru-rag/naru/config"
	"github.com/naru-rag/naru/functions/backend"
	"github.com/naru-rag/naru/indexer"
	"github.com/naru-rag/naru/rag"
	"github.com/naru-rag/naru/store"
)

// crashCycles is how often indexing is killed: CI sets NARU_CRASH_CYCLES=50.
func crashCycles(t *testing.T) int {
	value := os.Getenv("NARU_CRASH_CYCLES")
	if value == "" {
		return 8
	}
	n, err := strconv.Atoi(value)
	if err != nil || n < 1 {
		t.Fatalf("NARU_CRASH_CYCLES=%s is not a number of cycles", value)
	}
	return n
}

// TestKillAtAnyMoment kills indexing again and again, each time after the
// folder has changed, and looks at what is there: every document is in the
// edition it had before the run or in the one the folder has now, whole, once.
// At the end one complete run gives what a fresh data folder gets.
func TestKillAtAnyMoment(t *testing.T) {
	t.Parallel()
	const seed = 1
	random := rand.New(rand.NewPCG(seed, 0))
	corpus := newCorpus(t, 300)
	data := filepath.Join(t.TempDir(), "data")

	// Kills are spread over the time that a whole run takes, here and now.
	began := time.Now()
	fresh := indexedBy(t, "naru", filepath.Join(t.TempDir(), "first"), corpus.dir)
	window := time.Since(began)
	if fresh.Added != len(corpus.edition) {
		t.Fatalf("the first run added %d of %d documents", fresh.Added, len(corpus.edition))
	}

	before := map[string]int{} // edition by URI, as last seen in the data folder
	cycles, completed, midway := crashCycles(t), 0, 0
	for killed := 0; killed < cycles; {
		if killed+completed > 0 {
			corpus.change(t, random)
		}
		moment := time.Duration(random.Int64N(int64(window)))
		done := killedAfter(t, moment, "naru", data, corpus.dir)
		after := editions(t, data)
		for uri := range mapsUnion(before, corpus.edition, after) {
			allowed := []int{before[uri], corpus.edition[uri]}
			if done {
				allowed = allowed[1:]
			}
			if !slices.Contains(allowed, after[uri]) {
				t.Fatalf("kill %d (seed %d) after %v: %s is there in edition %d, want one of %d (0 is absent)",
					killed, seed, moment, uri, after[uri], allowed)
			}
		}
		if !maps.Equal(after, before) && !maps.Equal(after, corpus.edition) {
			midway++
		}
		before = after
		if done {
			// It was over before it could be killed: be quicker.
			if completed++; completed > 5*cycles {
				t.Fatalf("%d runs ended before they could be killed", completed)
			}
			window = window * 3 / 4
			continue
		}
		killed++
	}
	t.Logf("%d kills, of which %d struck between two writes; %d runs were quicker", cycles, midway, completed)

	last := indexedBy(t, "naru", data, corpus.dir)
	clean := filepath.Join(t.TempDir(), "clean")
	fresh = indexedBy(t, "naru", clean, corpus.dir)
	if last.Documents != fresh.Documents || last.Passages != fresh.Passages || last.Documents != len(corpus.edition) || len(last.Failed) > 0 {
		t.Errorf("the run after the kills reports %+v, a fresh one %+v", last, fresh)
	}
	if last.Added+last.Updated+last.Unchanged != last.Documents {
		t.Errorf("the run after the kills counts something twice: %+v", last)
	}
	sameContents(t, data, clean)
	again := indexedBy(t, "naru", data, corpus.dir)
	if again.Unchanged != len(corpus.edition) || again.Added+again.Updated+again.Deleted != 0 {
		t.Errorf("one more run had something to do: %+v", again)
	}
}

// sameContents expects that a data folder holds after kills what a fresh one does.
func sameContents(t *testing.T, killed, fresh string) {
	t.Helper()
	got, want := contents(t, killed), contents(t, fresh)
	if !slices.Equal(slices.Sorted(maps.Keys(got)), slices.Sorted(maps.Keys(want))) {
		t.Errorf("%d documents are there after the kills, %d in a fresh index, and they are not the same", len(got), len(want))
	}
	for id, document := range want {
		if !reflect.DeepEqual(got[id], document) {
			t.Errorf("after the kills there is\n%+v\nand in a fresh index\n%+v", got[id], document)
		}
	}
}

func mapsUnion(all ...map[string]int) map[string]int {
	union := map[string]int{}
	for _, m := range all {
		maps.Copy(union, m)
	}
	return union
}

// corpus is a folder of documents that say which edition of them they are.
type corpus struct {
	dir string
	// edition of each document by URI; a deleted one is not in it.
	edition map[string]int
	issued  map[string]int // the last edition there ever was
	next    int
}

func newCorpus(t *testing.T, size int) *corpus {
	c := &corpus{dir: filepath.Join(t.TempDir(), "docs"), edition: map[string]int{}, issued: map[string]int{}}
	for range size {
		c.add(t)
	}
	return c
}

func (c *corpus) add(t *testing.T) {
	c.write(t, fmt.Sprintf("docs/house%d/record%04d.md", c.next%7, c.next))
	c.next++
}

// write puts the next edition of a document. Each section is a passage of its
// own, because no passage reaches across a heading.
func (c *corpus) write(t *testing.T, uri string) {
	t.Helper()
	c.issued[uri]++
	c.edition[uri] = c.issued[uri]
	var text strings.Builder
	fmt.Fprintf(&text, "# Record\n\n")
	sections := 2 + (len(uri)+int(uri[len(uri)-4])*c.issued[uri])%6
	for i := range sections {
		fmt.Fprintf(&text, "## Part %d of %d\n\nThis is %s in edition %d.\n나루터 장부에 적힌 글입니다.\n\n", i+1, sections, uri, c.issued[uri])
	}
	path := c.path(uri)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text.String()), 0o644); err != nil {
		t.Fatal(err)
	}
}

func (c *corpus) path(uri string) string {
	return filepath.Join(filepath.Dir(c.dir), filepath.FromSlash(uri))
}

// change rewrites a part of the documents, deletes some and adds others.
func (c *corpus) change(t *testing.T, random *rand.Rand) {
	t.Helper()
	for _, uri := range slices.Sorted(maps.Keys(c.edition)) {
		switch n := random.IntN(20); {
		case n < 8:
			c.write(t, uri)
		case n == 8:
			if err := os.Remove(c.path(uri)); err != nil {
				t.Fatal(err)
			}
			delete(c.edition, uri)
		case n == 9:
			c.add(t)
		}
	}
	// What was deleted comes back in a new edition.
	for _, uri := range slices.Sorted(maps.Keys(c.issued)) {
		if c.edition[uri] == 0 && random.IntN(4) == 0 {
			c.write(t, uri)
		}
	}
}

// indexedBy runs a program's index to its end, beside the folder, so that URIs
// begin with its name. It ends with 1 exactly where documents failed.
func indexedBy(t *testing.T, program, data, dir string) indexer.Report {
	t.Helper()
	cmd := exec.Command(program, "index", "--json", "--data", data, filepath.Base(dir))
	cmd.Dir = filepath.Dir(dir)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	var report indexer.Report
	if wrong := json.Unmarshal(out, &report); wrong != nil {
		t.Fatalf("naru index: %v\n%s\nwrote %q: %v", err, &stderr, out, wrong)
	}
	if code := cmd.ProcessState.ExitCode(); code != min(len(report.Failed), 1) {
		t.Fatalf("naru index ends with %d\n%s\nand reports %+v", code, &stderr, report)
	}
	return report
}

// killedAfter starts a program's index and kills it at a moment. It reports
// whether the run was over by then.
func killedAfter(t *testing.T, moment time.Duration, program, data, dir string, flags ...string) (done bool) {
	t.Helper()
	cmd := exec.Command(program, append([]string{"index", "--json", "--data", data, filepath.Base(dir)}, flags...)...)
	cmd.Dir = filepath.Dir(dir)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	time.Sleep(moment)
	killErr := cmd.Process.Kill()
	err := cmd.Wait()
	exit, failed := errors.AsType[*exec.ExitError](err)
	switch {
	case err == nil:
		return true
	case failed && exit.Sys().(syscall.WaitStatus).Signal() == syscall.SIGKILL && killErr == nil:
		return false
	}
	t.Fatalf("naru index after kills: %v\n%s", err, &stderr)
	return false
}

// document is a document as the store has it.
type document struct {
	info     store.DocumentInfo
	passages []rag.Passage
}

// contents reads everything in a data folder, by document ID. That it opens is
// part of what is tested.
func contents(t *testing.T, dir string) map[string]document {
	t.Helper()
	d, err := openData(t.Context(), configOf(dir), backend.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	}()
	all := map[string]document{}
	total := 0
	for info, err := range d.store.Documents(t.Context(), config.DefaultTenant) {
		if err != nil {
			t.Fatal(err)
		}
		if _, twice := all[info.ID]; twice {
			t.Fatalf("%s is listed twice", info.URI)
		}
		info, passages, err := d.store.Document(t.Context(), config.DefaultTenant, info.ID)
		if err != nil {
			t.Fatal(err)
		}
		all[info.ID] = document{info, passages}
		total += len(passages)
	}
	documents, passages, err := d.store.Count(t.Context(), config.DefaultTenant)
	if err != nil {
		t.Fatal(err)
	}
	if documents != len(all) || passages != total {
		t.Fatalf("%d documents with %d passages are counted, %d with %d listed", documents, passages, len(all), total)
	}
	return all
}

var partPattern = regexp.MustCompile(`^This is (\S+) in edition (\d+)\.`)

// editions tells which edition of each document is there, by URI, and fails
// where one is not whole or holds passages of two.
func editions(t *testing.T, dir string) map[string]int {
	t.Helper()
	found := map[string]int{}
	for _, document := range contents(t, dir) {
		info := document.info
		for i, p := range document.passages {
			match := partPattern.FindStringSubmatch(p.Text)
			if match == nil || match[1] != info.URI {
				t.Fatalf("%s has a passage %q", info.URI, p.Text)
			}
			edition, err := strconv.Atoi(match[2])
			if err != nil {
				t.Fatal(err)
			}
			if i > 0 && found[info.URI] != edition {
				t.Fatalf("%s has passages of editions %d and %d", info.URI, found[info.URI], edition)
			}
			found[info.URI] = edition
			heading := fmt.Sprintf("Part %d of %d", i+1, len(document.passages))
			if p.Hash != info.Hash || !slices.Contains(p.Headings, heading) {
				t.Fatalf("%s: passage %d stands under %q with hash %s, want %q and %s", info.URI, i, p.Headings, p.Hash, heading, info.Hash)
			}
		}
		if len(document.passages) == 0 || info.Passages != len(document.passages) {
			t.Fatalf("%s says it has %d passages, and has %d", info.URI, info.Passages, len(document.passages))
		}
	}
	return found
}
