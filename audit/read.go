package audit

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"math"
	"slices"

	"github.com/naru-rag/naru/state"
)

// readNewest reads the batch that a log ends with; of an empty log it has the number 0.
func readNewest(ctx context.Context, s state.Store) (*batch, error) {
	entries, err := s.Scan(ctx, kind, "", 1)
	if err != nil || len(entries) == 0 {
		return new(batch), err
	}
	b, err := decodeBatch(entries[0])
	if err == nil && keyOf(b.Number) != entries[0].Key {
		err = errors.New("it stands at another's place")
	}
	if err != nil {
		return nil, fmt.Errorf("%w: the entry %s: %w", ErrChanged, entries[0].Key, err)
	}
	return b, nil
}

// page is how many batches are read at once.
const page = 32

// entries are the entries of a log's batches in the order that they were written in,
// each with its number, and the places where there is none: an entry without a key.
func entries(ctx context.Context, s state.Store) iter.Seq2[int64, result] {
	return func(yield func(int64, result) bool) {
		last, err := lastNumber(ctx, s)
		if err != nil {
			yield(0, result{err: err})
			return
		}
		for from := int64(1); from <= last; from += page {
			to := min(from+page-1, last)
			found, err := s.Scan(ctx, kind, keyOf(to+1), int(to-from+1))
			if err != nil {
				yield(from, result{err: err})
				return
			}
			at := map[string]state.Entry{}
			for _, e := range found {
				at[e.Key] = e
			}
			for n := from; n <= to; n++ {
				if !yield(n, result{entry: at[keyOf(n)]}) {
					return
				}
			}
		}
	}
}

type result struct {
	entry state.Entry
	err   error
}

// lastNumber is the number that the newest entry's key has.
func lastNumber(ctx context.Context, s state.Store) (int64, error) {
	entries, err := s.Scan(ctx, kind, "", 1)
	if err != nil || len(entries) == 0 {
		return 0, err
	}
	var down int64
	key := entries[0].Key
	if _, err := fmt.Sscanf(key, kind+"%016x", &down); err != nil || down < 0 || keyOf(math.MaxInt64-down) != key {
		return 0, fmt.Errorf("%w: the entry %.80q is none of a log", ErrChanged, key)
	}
	return math.MaxInt64 - down, nil
}

// Latest is the signed checkpoint that the log ends with; empty where it has none yet.
func Latest(ctx context.Context, s state.Store, v Verifier) (string, error) {
	b, err := readNewest(ctx, s)
	if err != nil || b.Number == 0 {
		return "", err
	}
	if _, err := b.signed(v); err != nil {
		return "", fmt.Errorf("%w: its end: %w", ErrChanged, err)
	}
	return b.Checkpoint, nil
}

// Records are the records of a log with their numbers, from the first on, as they were
// written. They are not verified, and what is damaged is an error.
func Records(ctx context.Context, s state.Store) iter.Seq2[Numbered, error] {
	return func(yield func(Numbered, error) bool) {
		for n, found := range entries(ctx, s) {
			b, err := found.batch(n)
			if err != nil {
				yield(Numbered{}, err)
				return
			}
			for i, line := range b.Records {
				r, err := ParseRecord(line)
				if !yield(Numbered{b.First + int64(i), slices.Clip(line), r}, err) {
					return
				}
			}
		}
	}
}

// Numbered is a record with its place in the log.
type Numbered struct {
	Number int64
	Line   []byte
	Record Record
}

// batch is the batch that should stand at a place.
func (r result) batch(number int64) (*batch, error) {
	switch {
	case r.err != nil:
		return nil, r.err
	case r.entry.Key == "":
		return nil, fmt.Errorf("%w: batch %d is not there", ErrChanged, number)
	}
	b, err := decodeBatch(r.entry)
	if err == nil && b.Number != number {
		err = fmt.Errorf("it says that it is batch %d", b.Number)
	}
	if err != nil {
		return nil, fmt.Errorf("%w: batch %d: %w", ErrChanged, number, err)
	}
	return b, nil
}
