package main

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/naru-rag/naru/bench/data"
	"github.com/naru-rag/naru/bench/peer"
)

type options struct {
	short, large              bool
	only                      string
	eval, cache, out, profile string
	python                    string
	// askers and crowd are how many ask a server at once, and lasting for how long.
	askers, crowd int
	lasting       time.Duration
}

// seed of the data.
const seed = 7

// bench is one run.
type bench struct {
	options
	set    *data.Set
	work   string // removed at the end
	report report
	// points is how many the engines are compared with; sizes are those at which
	// growth is shown, with points among them; passages is how many are indexed
	// by their words.
	points, passages int
	sizes            []int
	turns            int // how often each engine has its turn
	questions        int // of each set, for the quality of search by words
}

// sections are what is measured, in this order. Growth comes first: its engine
// of so many points is the one that the others search. Those that are whole take no more
// of the data than a few thousand passages.
var sections = []struct {
	name  string
	run   func(*bench) error
	whole bool
}{
	{"growth", (*bench).growth, false},
	{"dense", (*bench).dense, false},
	{"filter", (*bench).filtered, false},
	{"hybrid", (*bench).hybrid, false},
	{"words", (*bench).words, false},
	{"quality", (*bench).quality, false},
	{"embedding", (*bench).embedding, false},
	{"plugins", (*bench).plugins, true},
	{"coldstart", (*bench).coldstart, true},
	{"load", (*bench).load, true},
}

// measures tells whether a section is wanted.
func (b *bench) measures(name string) bool {
	return b.only == "" || slices.Contains(strings.Split(b.only, ","), name)
}

// passagesNeeded is how many the data must have.
func (b *bench) passagesNeeded() int {
	for _, s := range sections {
		if !s.whole && b.measures(s.name) {
			return max(slices.Max(b.sizes), b.passages)
		}
	}
	return 5 * indexed
}

func sectionNames() string {
	var names []string
	for _, s := range sections {
		names = append(names, s.name)
	}
	return strings.Join(names, ",")
}

func newBench(o options) (*bench, error) {
	b := &bench{options: o, points: 100_000, passages: 50_000, sizes: []int{1000, 10_000, 100_000}, turns: 15, questions: math.MaxInt}
	if o.short {
		b.points, b.passages, b.sizes, b.turns, b.questions = 10_000, 10_000, []int{1000, 10_000}, 8, 100
		b.lasting = min(b.lasting, 10*time.Second)
	}
	if o.large {
		b.sizes = append(b.sizes, 300_000)
	}
	for name := range strings.SplitSeq(o.only, ",") {
		if name != "" && !slices.Contains(strings.Split(sectionNames(), ","), name) {
			return nil, fmt.Errorf("nothing that is measured is called %q: choose from %s", name, sectionNames())
		}
	}
	if o.eval == "" {
		b.eval = beside("shared/eval")
	}
	if err := removeLeft(o.cache); err != nil {
		return nil, err
	}
	b.work = filepath.Join(o.cache, fmt.Sprint("work-", os.Getpid()))
	return b, os.MkdirAll(b.work, 0o755)
}

// removeLeft removes the working folders of runs that were killed.
func removeLeft(cache string) error {
	folders, err := filepath.Glob(filepath.Join(cache, "work-*"))
	if err != nil {
		return err
	}
	for _, f := range folders {
		_, pid, _ := strings.Cut(filepath.Base(f), "-")
		if _, err := os.Stat("/proc/" + pid); err == nil {
			continue
		}
		if err := os.RemoveAll(f); err != nil {
			return err
		}
	}
	return nil
}

// beside finds a folder that lies beside the repository, from any folder in it.
func beside(name string) string {
	dir, err := os.Getwd()
	if err != nil {
		return name
	}
	for ; dir != filepath.Dir(dir); dir = filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, name)); err == nil {
			return filepath.Join(dir, name)
		}
	}
	return name
}

func (b *bench) clean() { _ = os.RemoveAll(b.work) }

func (b *bench) run() error {
	start := time.Now()
	b.report.Machine = machine()
	var err error
	if b.set, err = data.Make(b.eval, b.cache, seed, b.passagesNeeded(), b.say); err != nil {
		return err
	}
	defer b.set.Close()
	if b.profile != "" {
		if err := os.MkdirAll(b.profile, 0o755); err != nil {
			return err
		}
	}
	for _, s := range sections {
		if !b.measures(s.name) {
			continue
		}
		b.say(s.name)
		if err := s.run(b); err != nil {
			return fmt.Errorf("%s: %w", s.name, err)
		}
	}
	b.report.Minutes = time.Since(start).Minutes()
	return b.report.write(os.Stdout, b.out)
}

// say tells whoever waits what is being done.
func (b *bench) say(what string) { fmt.Fprintln(os.Stderr, time.Now().Format(time.TimeOnly), what) }

// start starts an engine in a folder, with additions to the environment, and notes
// its version.
func (b *bench) start(name, dir string, environment ...string) (*peer.Process, error) {
	p, err := peer.Start(name, b.set.Dir, dir, b.python, environment...)
	if err != nil {
		return nil, err
	}
	b.report.version(name, p.Version)
	return p, nil
}

// perBatch is how many passages are indexed, and synced, at once.
const perBatch = 500

// fill indexes passages from..to and returns how long that took.
func fill(p *peer.Process, from, to int) (time.Duration, error) {
	var total time.Duration
	for ; from < to; from += perBatch {
		d, err := p.Index(from, min(from+perBatch, to))
		if err != nil {
			return 0, err
		}
		total += d
	}
	return total, nil
}

// filled returns Naru with so many points, settled, in the folder that is kept
// for all measurements.
func (b *bench) filled(points int) (*peer.Process, error) {
	dir := b.naruDir(points)
	_, err := os.Stat(dir)
	p, startErr := b.start("naru", dir)
	if startErr != nil {
		return nil, startErr
	}
	if err != nil {
		if _, err := fill(p, 0, points); err != nil {
			p.Kill()
			return nil, err
		}
	}
	if err := p.Settle(); err != nil {
		p.Kill()
		return nil, err
	}
	return p, nil
}

func (b *bench) naruDir(points int) string {
	return filepath.Join(b.work, fmt.Sprintf("naru-%d", points))
}

// rivals are the engines that search as Qdrant does, Naru first.
func (b *bench) rivals() ([]*peer.Process, error) {
	naru, err := b.filled(b.points)
	if err != nil {
		return nil, err
	}
	edge, err := b.edge()
	if err != nil {
		b.missing("qdrant-edge-py", err)
		return []*peer.Process{naru}, nil
	}
	return []*peer.Process{naru, edge}, nil
}

// missing notes why an engine could not be started.
func (b *bench) missing(engine string, err error) {
	b.say(err.Error())
	reason, _, _ := strings.Cut(err.Error(), "\n")
	b.report.note(engine + " is missing: " + reason)
}

// edge returns qdrant-edge-py with the points. Its folder is kept for the next
// run.
func (b *bench) edge() (*peer.Process, error) {
	dir := filepath.Join(b.cache, fmt.Sprintf("edge-%s-%d", filepath.Base(b.set.Dir), b.points))
	if _, err := os.Stat(dir); err != nil {
		building := filepath.Join(b.work, "edge")
		p, err := b.start("edge", building)
		if err != nil {
			return nil, err
		}
		if _, err = fill(p, 0, b.points); err == nil {
			err = p.Optimize()
		}
		if err != nil {
			p.Kill()
			return nil, err
		}
		if err := p.Close(); err != nil {
			return nil, err
		}
		if err := os.Rename(building, dir); err != nil {
			return nil, err
		}
	}
	return b.start("edge", dir)
}

func end(all []*peer.Process) {
	for _, p := range all {
		p.Kill()
	}
}
