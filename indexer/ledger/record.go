package ledger

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/naru-rag/naru/indexer"
	"github.com/naru-rag/naru/indexer/schedule"
	"github.com/naru-rag/naru/state"
)

// Record is what is remembered of a source.
type Record struct {
	// Source is its ID.
	Source string `json:"source"`
	// Seen is the last time of its schedule that was seen to.
	Seen time.Time `json:"seen,omitzero"`
	// Last is the last run that came to its end, or nil.
	Last *Result `json:"last,omitempty"`
	// Running is the run that goes on, or one that was cut short, or nil.
	Running *Running `json:"running,omitempty"`
}

// Result is what came of a run.
type Result struct {
	Began  time.Time      `json:"began"`
	Ended  time.Time      `json:"ended"`
	Counts indexer.Counts `json:"counts"`
	// Error says why it ended before it was done; empty where it was done.
	Error string `json:"error,omitempty"`
	// Passed is how many times of the schedule came while it ran, up to [MostPassed].
	Passed int `json:"passed,omitempty"`
}

// MostPassed is how far [Result.Passed] counts.
const MostPassed = 1000

// Running is a run that has begun.
type Running struct {
	Began time.Time `json:"began"`
	// Holder says which process makes it.
	Holder string `json:"holder"`
	// Token tells it from all other runs.
	Token string `json:"token"`
	// Until is when it is not taken for going on any more, but for its holder's
	// renewing that; zero where the holder has given it up.
	Until time.Time `json:"until,omitzero"`
}

// Going tells whether a run goes on, as far as can be told.
func (r Record) Going(now time.Time) bool {
	return r.Running != nil && now.Before(r.Running.Until) && !r.Running.Until.After(now.Add(lease))
}

// CutShort tells whether the last run did not come to its end.
func (r Record) CutShort(now time.Time) bool { return r.Running != nil && !r.Going(now) }

// putBack is how far a clock may be put back without a time being run for twice.
const putBack = 24 * time.Hour

// Due is when a source with a schedule is to be indexed next: not after now where that
// is at once, and zero where it has none.
func (r Record) Due(s *schedule.Schedule, now time.Time) time.Time {
	switch {
	case s == nil:
		return time.Time{}
	case r.CutShort(now), r.Running == nil && r.Last == nil:
		return now
	}
	if r.Going(now) {
		return s.Next(now)
	}
	seen := r.Seen
	if seen.IsZero() {
		seen = r.Last.Began // the schedule is newer than the run
	}
	if seen.After(now.Add(putBack)) {
		return now // the clock was wrong then, or is now
	}
	return s.Next(seen)
}

// see takes the times of a schedule up to now for seen to, and returns how many they are.
func (r *Record) see(s *schedule.Schedule, now time.Time) (passed int) {
	if s == nil {
		return 0
	}
	if !r.Seen.IsZero() {
		for at := s.Next(r.Seen); !at.IsZero() && !at.After(now) && passed < MostPassed; at = s.Next(at) {
			passed++
		}
	}
	if last := s.Last(time.Time{}, now); last.After(r.Seen) || r.Seen.After(now.Add(putBack)) {
		r.Seen = last.UTC()
	}
	return passed
}

// Record returns what is remembered of a source, by its ID; nothing is no error.
func (l *Ledger) Record(ctx context.Context, source string) (Record, error) {
	e, err := l.state.Get(ctx, key(source))
	if errors.Is(err, state.ErrNotFound) {
		return Record{Source: source}, nil
	}
	if err != nil {
		return Record{}, err
	}
	return decode(source, e)
}

// Note remembers a run that was made elsewhere, unless a later one is remembered.
func (l *Ledger) Note(ctx context.Context, source string, result Result) error {
	result.Error = shorten(result.Error)
	_, err := state.Update(ctx, l.state, key(source), func(e *state.Entry) error {
		rec, err := decode(source, *e)
		if err != nil {
			return err
		}
		if rec.Last == nil || result.Began.After(rec.Last.Began) {
			rec.Last = &result
		}
		return rec.encode(e)
	})
	return err
}

// key is where a source's record lies: its ID may be longer than a key.
func key(source string) string {
	sum := sha256.Sum256([]byte(source))
	return "source/" + hex.EncodeToString(sum[:16])
}

func decode(source string, e state.Entry) (Record, error) {
	r := Record{Source: source}
	if len(e.Value) == 0 {
		return r, nil
	}
	if err := json.Unmarshal(e.Value, &r); err != nil {
		return r, fmt.Errorf("what is remembered of %s is damaged: %w", source, err)
	}
	return r, nil
}

// encode writes the record into its entry.
func (r Record) encode(e *state.Entry) (err error) {
	e.Value, err = json.Marshal(r)
	return err
}
