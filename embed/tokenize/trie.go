package tokenize

import (
	"errors"
	"fmt"
	"math/bits"
	"slices"
	"unicode/utf8"
)

// trie finds the pieces that begin a text. It is a hash table of edges, each
// from a node over one character to a node; a node that spells a piece has the
// piece's id for its number, so that a step is one look into the table and
// nothing has to be compared with the piece's text.
//
// A Darts-clone double array of the same 250,002 pieces takes half the memory
// (4.1 MB) and is walked in 40 % of the time, but sorting the pieces for it takes
// longer than all of this table's building, and placing them seconds. Both walks
// are small beside what a model does with the ids; building is what a process
// that embeds one question waits for.
type trie struct {
	edges  []uint64 // node, character, child + 1; 0 is an empty slot
	used   int      // slots that are not empty
	shift  uint     // takes a hash to a slot
	pieces int32    // nodes below are pieces; the root is the first that is none
	nodes  int32    // numbers given to nodes so far
	// longest is the length of the longest piece in characters.
	longest int
	sink    uint64 // so that the compiler keeps what touch reads
}

const (
	nodeBits = 21
	maxNodes = 1<<nodeBits - 1

	// maxPieceBytes bounds a piece, and with it how much of a text has to be
	// held until it is certain how it is cut. SentencePiece stops at 16
	// characters where it is not told otherwise.
	maxPieceBytes = 1024
)

// newTrie holds the pieces for which use is true. Of equal pieces the first
// counts. Pieces that are no valid UTF-8 are left out: no text contains them.
func newTrie(pieces Pieces, use func(id int) bool) (*trie, error) {
	n := pieces.Len()
	if n == 0 {
		return nil, errors.New("the vocabulary has no pieces")
	}
	if n >= maxNodes {
		return nil, fmt.Errorf("the vocabulary has %d pieces; at most %d are supported", n, maxNodes-1)
	}
	t := &trie{pieces: int32(n), nodes: int32(n) + 1}
	waiting, err := usable(pieces, use)
	if err != nil {
		return nil, err
	}
	// In vocabularies of real models there are about twice as many nodes as
	// pieces; the table grows if there are more.
	t.resize(4 * len(waiting))
	for len(waiting) > 0 {
		if waiting, err = t.grow(pieces, waiting); err != nil {
			return nil, err
		}
		t.longest++
	}
	return t, nil
}

// growing is a piece of which a part is in the trie: up to a byte, at a node.
type growing struct {
	id, node int32
	r        rune // the next character
	at       uint16
}

// usable checks the pieces and returns those that may stand for text.
func usable(pieces Pieces, use func(int) bool) ([]growing, error) {
	n := pieces.Len()
	all := make([]growing, 0, n)
	for id := range n {
		piece := pieces.Piece(id)
		if len(piece) == 0 || !use(id) || !utf8.Valid(piece) {
			continue
		}
		if len(piece) > maxPieceBytes {
			return nil, fmt.Errorf("piece %d has %d bytes; at most %d are supported", id, len(piece), maxPieceBytes)
		}
		all = append(all, growing{id: int32(id), node: int32(n)})
	}
	return all, nil
}

// grow puts one more character of each piece into the trie and returns the
// pieces that have more. Pieces that end here come first, so that the node has
// their number.
func (t *trie) grow(pieces Pieces, all []growing) (more []growing, err error) {
	more = all[:0]
	var ends [touched]growing
	for block := range slices.Chunk(all, touched) {
		n := 0
		for _, g := range block {
			piece := pieces.Piece(int(g.id))
			r, size := utf8.DecodeRune(piece[g.at:])
			g.r = r
			if g.at += uint16(size); int(g.at) < len(piece) {
				more = append(more, g)
			} else {
				ends[n] = g
				n++
			}
		}
		t.touch(ends[:n])
		for _, g := range ends[:n] {
			if t.next(g.node, g.r) < 0 {
				t.add(g.node, g.r, g.id)
			}
		}
	}
	for block := range slices.Chunk(more, touched) {
		t.touch(block)
		for i := range block {
			g := &block[i]
			child := t.next(g.node, g.r)
			if child < 0 {
				if child = t.nodes; child >= maxNodes {
					return nil, fmt.Errorf("the vocabulary has more than %d beginnings of pieces", maxNodes)
				}
				t.nodes++
				t.add(g.node, g.r, child)
			}
			g.node = child
		}
	}
	return more, nil
}

// touched is how many steps are prepared at a time.
const touched = 128

// touch has the slots of the table that the next steps need come into the
// cache, all at once: no step waits for another's, nor for a branch. Growing is
// three times as fast with it.
func (t *trie) touch(block []growing) {
	var all uint64
	for i := range block {
		all |= t.edges[edgeHash(edgeKey(block[i].node, block[i].r))>>t.shift]
	}
	t.sink = all
}

func (t *trie) root() int32 { return t.pieces }

// next returns the node that the character leads to, or -1.
func (t *trie) next(node int32, r rune) int32 {
	key := edgeKey(node, r)
	mask := uint64(len(t.edges) - 1)
	for slot := edgeHash(key) >> t.shift; ; slot++ {
		edge := t.edges[slot&mask]
		if edge == 0 {
			return -1
		}
		if edge>>nodeBits == key {
			return int32(edge&maxNodes) - 1
		}
	}
}

func edgeKey(node int32, r rune) uint64 { return uint64(uint32(node))<<21 | uint64(uint32(r)&0x1fffff) }

// edgeHash is Fibonacci hashing: the high bits are the slot.
func edgeHash(key uint64) uint64 { return (key ^ key>>21) * 0x9e3779b97f4a7c15 }

// add puts an edge that is not there yet.
func (t *trie) add(node int32, r rune, child int32) {
	if t.used*5 >= len(t.edges)*3 {
		t.resize(2 * len(t.edges))
	}
	t.put(edgeKey(node, r)<<nodeBits | uint64(child+1))
	t.used++
}

func (t *trie) put(edge uint64) {
	mask := uint64(len(t.edges) - 1)
	slot := edgeHash(edge>>nodeBits) >> t.shift
	for t.edges[slot&mask] != 0 {
		slot++
	}
	t.edges[slot&mask] = edge
}

// resize makes room for at least n slots, and four, so that one stays empty.
func (t *trie) resize(n int) {
	old := t.edges
	log := bits.Len(uint(max(n, 4) - 1))
	t.edges, t.shift = make([]uint64, 1<<log), uint(64-log)
	for _, edge := range old {
		if edge != 0 {
			t.put(edge)
		}
	}
}
