package main

import (
	"fmt"
	"io"
	"os"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"
)

// progress shows how far long work is: a bar at a terminal, elsewhere a plain
// line every few seconds, so that a log stays readable.
type progress struct {
	w     io.Writer
	what  string
	bar   *progressbar.ProgressBar
	tty   bool
	began time.Time // when the first step was made
	shown time.Time
}

// plainEvery is how often progress is written where there is no terminal.
const plainEvery = 5 * time.Second

func newProgress(w io.Writer, what string) *progress {
	file, ok := w.(*os.File)
	now := time.Now()
	return &progress{w: w, what: what, tty: ok && term.IsTerminal(int(file.Fd())), shown: now}
}

// step says that done of total items are done, the last of them named.
func (p *progress) step(done, total int, name string) {
	if p.began.IsZero() {
		p.began = time.Now()
	}
	if p.tty {
		if p.bar == nil || p.bar.GetMax() != total {
			p.bar = progressbar.NewOptions(total,
				progressbar.OptionSetWriter(p.w), progressbar.OptionSetDescription(p.what),
				progressbar.OptionShowCount(), progressbar.OptionSetPredictTime(true),
				progressbar.OptionThrottle(50*time.Millisecond), progressbar.OptionFullWidth(),
				progressbar.OptionOnCompletion(func() { fmt.Fprintln(p.w) }))
		}
		_ = p.bar.Set(done) // a bar that cannot be drawn must not end the work
		return
	}
	now := time.Now()
	if done == 0 || now.Sub(p.shown) < plainEvery {
		return
	}
	p.shown = now
	left := time.Duration(float64(now.Sub(p.began)) / float64(done) * float64(total-done))
	fmt.Fprintf(p.w, "%s: %d of %d (%s), about %s left\n", p.what, done, total, printable(name), left.Round(time.Second))
}

// finish leaves the terminal on a line of its own.
func (p *progress) finish() {
	if p.bar != nil && !p.bar.IsFinished() {
		fmt.Fprintln(p.w)
	}
}
