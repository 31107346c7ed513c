package audit

import (
	"math/bits"

	"golang.org/x/mod/sumdb/tlog"
)

// tree is the Merkle tree of the first size records, as far as it takes to go on: edge
// are the roots of the whole subtrees that it is made of, the largest first.
type tree struct {
	size int64
	edge []tlog.Hash
}

// add makes the hash of a record the next leaf.
func (t tree) add(h tlog.Hash) (tree, error) {
	completed, err := tlog.StoredHashesForRecordHash(t.size, h, tlog.HashReaderFunc(t.read))
	if err != nil {
		return t, err
	}
	// Each hash but the first has a subtree of the edge below it.
	kept := t.edge[:len(t.edge)-(len(completed)-1)]
	return tree{t.size + 1, append(kept[:len(kept):len(kept)], completed[len(completed)-1])}, nil
}

func (t tree) root() (tlog.Hash, error) { return tlog.TreeHash(t.size, tlog.HashReaderFunc(t.read)) }

// read finds hashes of the edge by their place in tlog's order.
func (t tree) read(indexes []int64) ([]tlog.Hash, error) {
	at := map[int64]tlog.Hash{}
	var before int64
	for i, rest := 0, t.size; rest > 0; i++ {
		level := bits.Len64(uint64(rest)) - 1
		at[tlog.StoredHashIndex(level, before>>level)] = t.edge[i]
		before, rest = before+1<<level, rest&^(1<<level)
	}
	hashes := make([]tlog.Hash, len(indexes))
	for i, index := range indexes {
		hashes[i] = at[index]
	}
	return hashes, nil
}

// whole tells whether there are as many roots as the size asks for.
func (t tree) whole() bool { return t.size >= 0 && len(t.edge) == bits.OnesCount64(uint64(t.size)) }
