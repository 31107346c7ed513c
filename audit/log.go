package audit

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/naru-rag/naru/state"
)

var (
	// ErrChanged: the log is not as it was written, and is not gone on with.
	ErrChanged = errors.New("the audit log was changed: `naru audit verify` says where")
	// ErrFull: more is to be recorded than can be written.
	ErrFull = errors.New("too much waits to be recorded")

	errClosed = errors.New("the audit log is closed")
)

// Options are what a log needs besides the state. Key and Salt are required.
type Options struct {
	Key  Key
	Salt Salt
	// Clock tells the time; nil is time.Now.
	Clock func() time.Time
	// Wait is how long a write may take, zero is 5 s.
	Wait time.Duration
	// Delay is how long what nobody waits for may wait for more, zero is 1 s.
	Delay time.Duration
	// Logger hears of what could not be written and nobody waited for. Nil discards it.
	Logger *slog.Logger
}

// Log is a log in a state. It is safe for concurrent use, by several processes too.
// Nothing runs and nothing is open while nothing is recorded.
type Log struct {
	store state.Store
	opt   Options

	mu      sync.Mutex
	waiting []waiting // in their order
	held    held
	flush   bool        // what is held is to be written
	timer   *time.Timer // that has it written
	writing bool
	closed  bool
	running sync.WaitGroup
	// unmarked is the newest batch whose checkpoint is not kept beside the log yet.
	unmarked *batch
	marking  bool

	// What follows is for the one that writes. head is the newest batch as far as it is
	// known, and nil where it has to be read. most is the number of records that were there.
	head *batch
	most int64
}

// waiting is a record with somebody who waits for it.
type waiting struct {
	ctx  context.Context
	line []byte
	done chan<- error
}

// maxWaiting bounds what waits: at some batches of 512 a second, a few seconds.
const maxWaiting = 8192

// New returns the log in a state, which is the log's to close. Nothing is asked of it yet.
func New(s state.Store, opt Options) (*Log, error) {
	if opt.Key.signer == nil {
		return nil, errors.New("an audit log needs a key")
	}
	if err := opt.Salt.check(); err != nil {
		return nil, err
	}
	if opt.Clock == nil {
		opt.Clock = time.Now
	}
	if opt.Wait <= 0 {
		opt.Wait = 5 * time.Second
	}
	if opt.Delay <= 0 {
		opt.Delay = time.Second
	}
	if opt.Logger == nil {
		opt.Logger = slog.New(slog.DiscardHandler)
	}
	return &Log{store: s, opt: opt}, nil
}

// Salt is what the log's texts are hashed with.
func (l *Log) Salt() Salt { return l.opt.Salt }

// Record writes a record, and returns when it is written, or after Options.Wait. Where
// the error is not nil it may be written all the same.
func (l *Log) Record(ctx context.Context, r Record) error {
	line, err := l.stamp(r).encode()
	if err != nil {
		return fmt.Errorf("record: %w", err)
	}
	ctx, cancel := context.WithTimeout(ctx, l.opt.Wait)
	defer cancel()
	done := make(chan error, 1)
	l.mu.Lock()
	switch {
	case l.closed:
		err = errClosed
	case len(l.waiting) >= maxWaiting:
		err = ErrFull
	default:
		l.waiting = append(l.waiting, waiting{ctx, line, done})
		l.begin()
	}
	l.mu.Unlock()
	if err != nil {
		return fmt.Errorf("record: %w", err)
	}
	select {
	case err = <-done:
	case <-ctx.Done():
		err = ctx.Err()
	}
	if err != nil {
		return fmt.Errorf("record: %w", err)
	}
	return nil
}

// Connection records a decision on a connection, which is written soon after, or with what is
// recorded next. It waits for nothing. The log's own connections are to be marked as own:
// they are written with something else only, for otherwise writing one could ask for
// another.
func (l *Log) Connection(e Egress, own bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return
	}
	l.held.add(l.stamp(Record{Kind: KindEgress, Egress: &e}))
	if !own && l.timer == nil {
		l.timer = time.AfterFunc(l.opt.Delay, l.writeHeld)
	}
}

func (l *Log) writeHeld() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.timer = nil
	if !l.closed {
		l.begin()
	}
}

func (l *Log) stamp(r Record) Record {
	if r.Time.IsZero() {
		r.Time = l.opt.Clock()
	}
	r.Time = r.Time.UTC().Truncate(time.Millisecond)
	return r
}

// Close writes what is held, waits for what is being written, and closes the state.
func (l *Log) Close() error {
	l.mu.Lock()
	if l.timer != nil {
		l.timer.Stop()
	}
	if !l.closed && len(l.held.records) > 0 {
		l.begin()
	}
	l.closed = true
	l.mu.Unlock()
	l.running.Wait()
	return l.store.Close()
}

// begin has what waits and what is held written, by the one who writes already or by
// another. l.mu is held.
func (l *Log) begin() {
	l.flush = true
	if !l.writing {
		l.writing = true
		l.running.Go(l.write)
	}
}

// write writes until nothing waits. What comes while a batch is on its way is the next
// one, so that one write serves as many as came during the one before.
func (l *Log) write() {
	for {
		lines, others, held := l.take()
		if len(lines) == 0 {
			return
		}
		ctx, cancel := context.WithTimeout(context.Background(), l.opt.Wait)
		err := l.commit(ctx, lines)
		cancel()
		for _, w := range others {
			w.done <- err
		}
		if err == nil {
			l.mark(l.head)
		}
		if err != nil && len(held) > 0 {
			l.opt.Logger.Error("connections are not recorded yet", "error", err)
			l.mu.Lock()
			for _, r := range held {
				l.held.add(r)
			}
			l.mu.Unlock()
		}
	}
}

// take takes what is written next. Where there is nothing the writing ends.
func (l *Log) take() (lines [][]byte, others []waiting, held []Record) {
	l.mu.Lock()
	defer l.mu.Unlock()
	size := 0
	if l.flush { // what could not be written waits for somebody to ask again
		l.flush = false
		for _, r := range l.held.take() {
			line, err := r.encode()
			switch {
			case err != nil: // texts of bounded length: it cannot be
			case size+len(line) > maxBytes:
				l.held.add(r)
				l.flush = true // with the next
			default:
				lines, held, size = append(lines, line), append(held, r), size+len(line)
			}
		}
	}
	n := 0
	for ; n < len(l.waiting) && len(lines) < maxRecords; n++ {
		w := l.waiting[n]
		if w.ctx.Err() != nil {
			continue // who waited has left, and was told that it is not recorded
		}
		if size += len(w.line); size > maxBytes && len(lines) > 0 {
			break
		}
		lines, others = append(lines, w.line), append(others, w)
	}
	l.waiting = l.waiting[n:]
	if len(lines) == 0 {
		l.writing, l.waiting = false, nil
	}
	return lines, others, held
}
