package segment

import (
	"fmt"

	"github.com/naru-rag/naru/internal/bitset"
)

// sparseIndex is a sparse vector of the documents that have it, as an inverted
// index.
type sparseIndex struct {
	name string
	table
	postings, blocks, terms *section
}

const (
	termSize    = 32
	postingSize = 8
	blockBytes  = 8
)

// arrange checks the lengths of the sections.
func (x *sparseIndex) arrange(points uint64) error {
	if err := x.table.arrange(points); err != nil {
		return err
	}
	if len(x.postings.data)%postingSize != 0 || len(x.blocks.data)%blockBytes != 0 || len(x.terms.data)%termSize != 0 {
		return x.terms.damaged("%d, %d and %d bytes are not postings, blocks and terms",
			len(x.postings.data), len(x.blocks.data), len(x.terms.data))
	}
	return nil
}

func (s *Segment) sparseIndex(name string) *sparseIndex {
	for i := range s.sparse {
		if s.sparse[i].name == name {
			return &s.sparse[i]
		}
	}
	return nil
}

func (s *Segment) noSparse(name string) error {
	return fmt.Errorf("segment %s: there is no sparse vector %q", s.name, name)
}

// postingList is what is known of a term.
type postingList struct {
	postings []posting
	blocks   []postingBlock // for 128 postings each; empty where there are no more than that
	max, min float32
}

// find returns the position of a term in the dictionary, or where it would be.
// Terms that are hashes of words are spread evenly, so that the distance to a
// term is guessed from its value (interpolation search): what lies far apart in
// a large dictionary is rarely in the processor's cache. A guess reaches ever
// further beyond what it says, so that both ends close in, and terms that are
// spread otherwise are found in about twice the steps of a binary search.
func (x *sparseIndex) find(term uint32) (int, bool, error) {
	terms := view[termEntry](x.terms.data)
	n := int64(len(terms))
	low, high := 0, len(terms)
	for guess, beyond := int(int64(term)*n>>32), 2; low < high; beyond *= 2 {
		at := min(max(guess, low), high-1)
		if err := x.terms.check(at*termSize, (at+1)*termSize); err != nil {
			return 0, false, err
		}
		is := terms[at].term
		away := int((int64(term) - int64(is)) * n >> 32)
		switch {
		case is == term:
			return at, true, nil
		case is < term:
			low, guess = at+1, at+away+beyond
		default:
			high, guess = at, at+away-beyond
		}
		if high-low <= 2*beyond {
			guess = int(uint(low+high) / 2)
		}
	}
	return low, false, nil
}

// list returns the postings of an entry of the dictionary.
func (x *sparseIndex) list(e *termEntry) (l postingList, err error) {
	all, n := uint64(len(x.postings.data)/postingSize), uint64(e.docs)
	if n == 0 || e.postings > all || n > all-e.postings {
		return l, x.terms.damaged("term %d has %d postings from number %d of %d", e.term, n, e.postings, all)
	}
	from, to := int(e.postings)*postingSize, int(e.postings+n)*postingSize
	if err := x.postings.check(from, to); err != nil {
		return l, err
	}
	l = postingList{postings: view[posting](x.postings.data[from:to]), max: e.max, min: e.min}
	if n <= postingsPerBlock {
		return l, nil
	}
	all, n = uint64(len(x.blocks.data)/blockBytes), (n+postingsPerBlock-1)/postingsPerBlock
	if e.block > all || n > all-e.block {
		return l, x.terms.damaged("term %d has %d blocks from number %d of %d", e.term, n, e.block, all)
	}
	from, to = int(e.block)*blockBytes, int(e.block+n)*blockBytes
	l.blocks = view[postingBlock](x.blocks.data[from:to])
	return l, x.blocks.check(from, to)
}

// seek returns the first posting from a position on whose document is not below
// doc. It looks ever further from there, because mostly it is near.
func (l *postingList) seek(from int, doc uint32) int {
	p := l.postings
	if from < len(p) && p[from].doc >= doc {
		return from
	}
	if len(l.blocks) > 0 {
		block, high := from/postingsPerBlock, from/postingsPerBlock
		for step := 1; high < len(l.blocks) && l.blocks[high].last < doc; step *= 2 {
			block, high = high+1, high+step
		}
		for high = min(high, len(l.blocks)); block < high; {
			middle := int(uint(block+high) / 2)
			if l.blocks[middle].last < doc {
				block = middle + 1
			} else {
				high = middle
			}
		}
		if block == len(l.blocks) {
			return len(p)
		}
		from = max(from, block*postingsPerBlock)
		p = p[:min(len(p), (block+1)*postingsPerBlock)]
	}
	high := from
	for step := 1; high < len(p) && p[high].doc < doc; step *= 2 {
		from, high = high+1, high+step
	}
	for high = min(high, len(p)); from < high; {
		middle := int(uint(from+high) / 2)
		if p[middle].doc < doc {
			from = middle + 1
		} else {
			high = middle
		}
	}
	return from
}

// SparsePoints returns how many documents have a sparse vector.
func (s *Segment) SparsePoints(name string) int {
	if x := s.sparseIndex(name); x != nil {
		return x.rows
	}
	return 0
}

// DocFreqs adds to into, for each of some terms, how many documents have it in
// a sparse vector.
func (s *Segment) DocFreqs(name string, terms []uint32, into []int) error {
	x := s.sparseIndex(name)
	if x == nil {
		return s.noSparse(name)
	}
	for i, term := range terms {
		at, ok, err := x.find(term)
		if err != nil {
			return err
		}
		if ok {
			into[i] += int(view[termEntry](x.terms.data)[at].docs)
		}
	}
	return nil
}

// SubtractDead subtracts from into, for each of some terms, how many documents
// of dead have it in a sparse vector, so that after [Segment.DocFreqs] those
// left are counted.
func (s *Segment) SubtractDead(name string, terms []uint32, dead bitset.Set, into []int) error {
	x := s.sparseIndex(name)
	if x == nil {
		return s.noSparse(name)
	}
	few := dead.Count()
	for i, term := range terms {
		at, ok, err := x.find(term)
		if err != nil {
			return err
		}
		if !ok {
			continue
		}
		l, err := x.list(&view[termEntry](x.terms.data)[at])
		if err != nil {
			return err
		}
		into[i] -= l.count(dead, few)
	}
	return nil
}

// seekCost is about how many postings are read in the time of a seek.
const seekCost = 16

// count returns how many documents of the list are in a set of n.
func (l *postingList) count(set bitset.Set, n int) int {
	count := 0
	if n*seekCost > len(l.postings) {
		for _, p := range l.postings {
			if set.Has(p.doc) {
				count++
			}
		}
		return count
	}
	at := 0
	set.Each(func(doc uint32) bool {
		at = l.seek(at, doc)
		if at < len(l.postings) && l.postings[at].doc == doc {
			count++
		}
		return at < len(l.postings)
	})
	return count
}

// SparseQuery is a search for the sparse vectors with the highest dot product.
type SparseQuery struct {
	Name    string
	Terms   []uint32 // ascending
	Weights []float64
}

func (q *SparseQuery) check(s *Segment) error {
	if len(q.Terms) != len(q.Weights) {
		return fmt.Errorf("segment %s: the query has %d terms and %d weights", s.name, len(q.Terms), len(q.Weights))
	}
	for i := 1; i < len(q.Terms); i++ {
		if q.Terms[i-1] >= q.Terms[i] {
			return fmt.Errorf("segment %s: term %d of a query comes after %d", s.name, q.Terms[i], q.Terms[i-1])
		}
	}
	return nil
}
