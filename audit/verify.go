package audit

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/naru-rag/naru/state"
)

// Report is what was verified.
type Report struct {
	Records int64 `json:"records"`
	Batches int64 `json:"batches"`
	// Checkpoint is the signed one that the log ends with.
	Checkpoint string `json:"checkpoint"`
	// Beside is the size of the checkpoint that is kept beside the log: what was cut off
	// before it would have been found.
	Beside int64 `json:"beside"`
}

// ChangedError is where a log is not as it was written. It is an [ErrChanged].
type ChangedError struct {
	// First is the number of the first record that is not as it was written, from 0.
	// Where that cannot be told by the record, it is in First to Last.
	First, Last int64
	// Why says how that is known.
	Why string
}

func (e *ChangedError) Error() string {
	if e.Last > e.First {
		return fmt.Sprintf("the audit log was changed at a record of %d to %d: %s", e.First, e.Last, e.Why)
	}
	return fmt.Sprintf("the audit log was changed at record %d: %s", e.First, e.Why)
}

func (e *ChangedError) Is(target error) bool { return target == ErrChanged }

// Verify computes the tree anew from every record, and compares it with each checkpoint
// of the log, with the one that is kept beside it, and with those of earlier times that
// somebody has kept elsewhere. That a tree leads through all of them is what consistency
// proofs between them would prove, to somebody who has the records.
//
// Where the log was changed, the error is a [ChangedError] of the first record that was.
func Verify(ctx context.Context, s state.Store, v Verifier, earlier ...Checkpoint) (Report, error) {
	var r Report
	mark, markErr := readMark(ctx, s, v)
	if markErr != nil && !errors.Is(markErr, ErrChanged) {
		return r, markErr
	}
	r.Beside = mark.Size
	w := &walk{verifier: v, passing: slices.Clone(earlier)}
	if mark.Size > 0 {
		w.passing = append(w.passing, mark)
	}
	slices.SortStableFunc(w.passing, func(a, b Checkpoint) int { return cmp.Compare(a.Size, b.Size) })
	for n, found := range entries(ctx, s) {
		if found.err != nil {
			return r, found.err
		}
		if err := w.batch(n, found); err != nil {
			return r, err
		}
		r.Batches, r.Records, r.Checkpoint = n, w.tree.size, w.signed
	}
	if len(w.passing) > 0 {
		missing := w.passing[len(w.passing)-1].Size
		return r, &ChangedError{w.tree.size, missing - 1, fmt.Sprintf("it and what came after it was cut off: a checkpoint has %d records, and %d are there", missing, w.tree.size)}
	}
	return r, markErr
}

// walk goes through a log from its beginning.
type walk struct {
	verifier Verifier
	tree     tree
	signed   string
	// passing are the checkpoints that the tree has to lead through, the smallest first.
	passing []Checkpoint
}

// batch goes through the batch of a number.
func (w *walk) batch(number int64, found result) error {
	b, err := found.batch(number)
	if err != nil {
		return &ChangedError{w.tree.size, w.tree.size, fmt.Sprintf("it is not there as it was written: %v", err)}
	}
	if b.First != w.tree.size {
		return &ChangedError{w.tree.size, w.tree.size, fmt.Sprintf("batch %d begins with record %d", number, b.First)}
	}
	for i, line := range b.Records {
		h := tlog.RecordHash(line)
		if i >= len(b.Hashes) || h != b.Hashes[i] {
			return &ChangedError{w.tree.size, w.tree.size, "it is not what was written in its place"}
		}
		if w.tree, err = w.tree.add(h); err != nil {
			return err
		}
		if err := w.pass(); err != nil {
			return err
		}
	}
	last := w.tree.size - 1
	if len(b.Hashes) > len(b.Records) {
		return &ChangedError{w.tree.size, w.tree.size, "it is not there"}
	}
	c, err := w.verifier.Open(b.Checkpoint)
	if err != nil {
		return &ChangedError{b.First, last, err.Error()}
	}
	root, err := w.tree.root()
	if err != nil {
		return err
	}
	switch {
	case c.Size != w.tree.size:
		return &ChangedError{b.First, last, fmt.Sprintf("%d records end there, and the checkpoint has %d", w.tree.size, c.Size)}
	case c.Root != root:
		return &ChangedError{b.First, last, "the records are not those of the checkpoint"}
	case !slices.Equal(b.Edge, w.tree.edge):
		return &ChangedError{b.First, last, "what is kept of the tree is not the records'"}
	}
	w.signed = b.Checkpoint
	return nil
}

// pass compares the tree with the checkpoints of its size.
func (w *walk) pass() error {
	for len(w.passing) > 0 && w.passing[0].Size <= w.tree.size {
		c := w.passing[0]
		w.passing = w.passing[1:]
		if c.Size < w.tree.size {
			continue // of an empty log
		}
		root, err := w.tree.root()
		if err != nil {
			return err
		}
		if root != c.Root {
			return &ChangedError{0, c.Size - 1, "the records are not those of an earlier checkpoint: the log was written anew"}
		}
	}
	return nil
}
