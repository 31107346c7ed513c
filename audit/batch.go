package audit

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/naru-rag/naru/state"
)

// The entries of a log. Batches count down, so that the newest is the first that a scan
// finds. Writing the next one where none is yet decides who of several writers comes
// first.
const (
	kind = "audit/"
	// latest is the newest checkpoint again, in a place of its own: it tells where the
	// end of the log was cut off.
	latest = "audit-head/latest"
)

func keyOf(number int64) string { return fmt.Sprintf("%s%016x", kind, math.MaxInt64-number) }

// batch are records that were written at once.
type batch struct {
	// Number counts batches from 1, and First is the number of the first record, from 0.
	Number int64 `json:"number"`
	First  int64 `json:"first"`
	// Records are the lines as they are in the tree, and Hashes those of each.
	Records []json.RawMessage `json:"records"`
	Hashes  []tlog.Hash       `json:"hashes"`
	// Edge is the tree after them, and Checkpoint what was signed of it.
	Edge       []tlog.Hash `json:"edge"`
	Checkpoint string      `json:"checkpoint"`
}

// end is the number of the record after the batch.
func (b *batch) end() int64 { return b.First + int64(len(b.Records)) }

func (b *batch) tree() tree { return tree{b.end(), b.Edge} }

// Bounds of a batch: with its hashes it fits into an entry.
const (
	maxRecords = 512
	maxBytes   = 128 << 10
)

// next is the batch after b with some records, signed.
func (b *batch) next(lines [][]byte, key Key) (*batch, error) {
	n := &batch{Number: b.Number + 1, First: b.end()}
	t := b.tree()
	for _, line := range lines {
		h := tlog.RecordHash(line)
		var err error
		if t, err = t.add(h); err != nil {
			return nil, err
		}
		n.Records, n.Hashes = append(n.Records, line), append(n.Hashes, h)
	}
	root, err := t.root()
	if err != nil {
		return nil, err
	}
	n.Edge = t.edge
	n.Checkpoint, err = key.sign(Checkpoint{t.size, root})
	return n, err
}

func (b *batch) entry() (state.Entry, error) {
	value, err := json.Marshal(b)
	return state.Entry{Key: keyOf(b.Number), Value: value}, err
}

// decodeBatch reads a batch that is written as entry writes it.
func decodeBatch(e state.Entry) (*batch, error) {
	b := new(batch)
	if err := json.Unmarshal(e.Value, b); err != nil {
		return nil, fmt.Errorf("it is no batch of records: %w", err)
	}
	if !canonical(e.Value, b) {
		return nil, errors.New("it is not written as a batch of records is")
	}
	return b, nil
}

// signed tells whether a batch ends in a tree that the key has signed, and returns its
// checkpoint.
func (b *batch) signed(v Verifier) (Checkpoint, error) {
	c, err := v.Open(b.Checkpoint)
	if err != nil {
		return c, err
	}
	if c.Size != b.end() {
		return c, fmt.Errorf("it ends with %d records, and its checkpoint is of %d", b.end(), c.Size)
	}
	t := b.tree()
	if !t.whole() {
		return c, errors.New("its tree is not whole")
	}
	if root, err := t.root(); err != nil || root != c.Root {
		return c, errors.Join(err, errors.New("its tree is not that of its checkpoint"))
	}
	return c, nil
}
