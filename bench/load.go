package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"sync"
	"time"
)

// load has many ask a server at once, whose documents are the samples: first so many as
// it must answer without an error, then more than it can.
func (b *bench) load() error {
	naru, err := b.built("naru")
	if err != nil {
		return err
	}
	dir := filepath.Join(b.work, "load")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	index, err := runs(root(), nil, naru, "index", "samples", "--data", dir)
	if err != nil {
		return err
	}
	if err := index.Wait(); err != nil {
		return fmt.Errorf("index the samples: %w\n%s", err, index.log())
	}
	questions, err := samples()
	if err != nil {
		return err
	}
	for _, askers := range []int{b.askers, b.crowd} {
		server, err := runs(dir, nil, naru, "serve", "--data", dir, "--addr", "127.0.0.1:0")
		if err != nil {
			return err
		}
		url, err := server.says(answering)
		if err == nil {
			b.say(fmt.Sprintf("load: %d askers for %s", askers, b.lasting))
			err = b.ask(url, server.Process.Pid, askers, questions, askers == b.askers)
		}
		server.stop()
		if err != nil {
			return err
		}
	}
	return nil
}

var answering = regexp.MustCompile(`Answering at (\S+)`)

// samples are the questions of the samples, as bodies.
func samples() ([][]byte, error) {
	f, err := os.Open(filepath.Join(root(), "samples", "questions.jsonl"))
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var all [][]byte
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		var q struct {
			Question string `json:"question"`
		}
		if err := json.Unmarshal(lines.Bytes(), &q); err != nil {
			return nil, fmt.Errorf("%s: %w", f.Name(), err)
		}
		body, err := json.Marshal(q)
		if err != nil {
			return nil, err
		}
		all = append(all, body)
	}
	return all, lines.Err()
}

// outcome is what became of questions.
type outcome struct {
	times    []time.Duration // of those that were answered
	refused  int             // with 429 or 503 and Retry-After
	problems map[string]int  // what should not be
}

func (o *outcome) add(other outcome) {
	o.times = append(o.times, other.times...)
	o.refused += other.refused
	for problem, n := range other.problems {
		o.problems[problem] += n
	}
}

// ask has so many ask one question after the other. all says that each must be answered.
func (b *bench) ask(url string, pid, askers int, questions [][]byte, all bool) error {
	transport := &http.Transport{MaxIdleConns: askers, MaxIdleConnsPerHost: askers}
	defer transport.CloseIdleConnections()
	client := &http.Client{Transport: transport, Timeout: time.Minute}
	total := outcome{problems: map[string]int{}}
	if _, err := client.Post(url+"/v1/ask", "application/json", bytes.NewReader(questions[0])); err != nil {
		return err // with it the weights are unpacked
	}
	memory, err := newWatched(pid)
	if err != nil {
		return err
	}
	var (
		asking sync.WaitGroup
		mu     sync.Mutex
		end    = time.Now().Add(b.lasting)
	)
	for asker := range askers {
		asking.Go(func() {
			mine := outcome{problems: map[string]int{}}
			for i := asker; time.Now().Before(end); i++ {
				if wait := mine.once(client, url, questions[i%len(questions)]); wait > 0 {
					time.Sleep(min(wait, time.Until(end)))
				}
			}
			mu.Lock()
			defer mu.Unlock()
			total.add(mine)
		})
	}
	memory.until(end)
	asking.Wait()
	if memory.err != nil {
		return memory.err
	}
	b.tell(askers, total, memory, all)
	return nil
}

// once asks a question, and returns how long to wait before the next.
func (o *outcome) once(client *http.Client, url string, question []byte) time.Duration {
	began := time.Now()
	response, err := client.Post(url+"/v1/ask", "application/json", bytes.NewReader(question))
	if err != nil {
		for errors.Unwrap(err) != nil {
			err = errors.Unwrap(err)
		}
		o.problems[err.Error()]++
		return time.Second
	}
	defer response.Body.Close()
	if _, err := io.Copy(io.Discard, response.Body); err != nil {
		o.problems["broken off: "+err.Error()]++
		return time.Second
	}
	switch response.StatusCode {
	case http.StatusOK:
		o.times = append(o.times, time.Since(began))
		return 0
	case http.StatusTooManyRequests, http.StatusServiceUnavailable:
		seconds, err := strconv.Atoi(response.Header.Get("Retry-After"))
		if err != nil || seconds < 1 {
			o.problems[fmt.Sprintf("%d without Retry-After", response.StatusCode)]++
			return time.Second
		}
		o.refused++
		return time.Duration(seconds) * time.Second
	}
	o.problems[response.Status]++
	return time.Second
}

// watched is the memory of a process from second to second.
type watched struct {
	pid  int
	seen []resident
	err  error
}

func newWatched(pid int) (*watched, error) {
	w := &watched{pid: pid}
	w.look()
	return w, w.err
}

func (w *watched) look() {
	r, err := residentOf(w.pid)
	if err != nil {
		w.err = err
		return
	}
	w.seen = append(w.seen, r)
}

// until looks every second.
func (w *watched) until(end time.Time) {
	for time.Now().Before(end) && w.err == nil {
		time.Sleep(min(time.Second, time.Until(end)))
		w.look()
	}
}

// most is the most anonymous memory in a part of the time.
func (w *watched) most(from, to int) int64 {
	return slices.MaxFunc(w.seen[from:to], func(a, b resident) int { return int(a.anonymous - b.anonymous) }).anonymous
}

// flat is how much more the second half of the time may need than the first.
const flat = 1.2

// tell adds rows of what so many askers were answered.
func (b *bench) tell(askers int, o outcome, w *watched, all bool) {
	measured := fmt.Sprintf("%d askers for %s", askers, b.lasting)
	answered := b.report.add(row{Measured: measured, Engine: "naru serve, the samples", Note: fmt.Sprintf("%d answered, %s; %d refused with Retry-After", len(o.times), perSecond(len(o.times), b.lasting), o.refused)})
	if len(o.times) > 0 {
		ms := func(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
		answered.Best, answered.Median, answered.P99 = ms(slices.Min(o.times)), ms(median(o.times)), ms(quantile(o.times, .99))
	}
	problems := 0
	for problem, n := range o.problems {
		problems += n
		b.report.note(fmt.Sprintf("%s: %d times: %s", measured, n, problem))
	}
	line := b.report.add(row{Measured: measured, Engine: "errors, resets, refusals without Retry-After", Value: strconv.Itoa(problems)})
	line.under(float64(problems), 1, "1", true)
	if all {
		b.report.add(row{Measured: measured, Engine: "refused", Value: strconv.Itoa(o.refused)}).under(float64(o.refused), 1, "1", true)
	}
	half := len(w.seen) / 2
	last := w.seen[len(w.seen)-1]
	first, second := w.most(1, half+1), w.most(half, len(w.seen))
	line = b.report.add(row{Measured: measured, Engine: "anonymous memory: before, most in the first half, in the second",
		Value: fmt.Sprintf("%s, %s, %s", megabytes(w.seen[0].anonymous), megabytes(first), megabytes(second)), Note: megabytes(last.now) + " resident at the end, with files"})
	line.under(float64(second), flat*float64(first), fmt.Sprintf("%g× the first half", flat), true)
}
