package segment

import (
	"context"
	"sync"

	"github.com/naru-rag/naru/internal/bitset"
)

// SearchSparse offers to c the documents that are in allowed, which has room for
// Len documents (nil allows all), and have a term of the query. Documents that
// cannot be among the best may be left out.
//
// The score is the sum of the products of the weights of query and document, in
// float64, in the order of the terms, and then rounded to float32.
func (s *Segment) SearchSparse(ctx context.Context, q SparseQuery, allowed bitset.Set, c *Collector) error {
	x := s.sparseIndex(q.Name)
	if x == nil {
		return s.noSparse(q.Name)
	}
	if err := q.check(s); err != nil {
		return err
	}
	d := sparseSearches.Get().(*sparseSearch)
	defer d.put()
	if err := d.prepare(s, x, q, allowed, c); err != nil {
		return err
	}
	if allowed != nil && allowed.Count()*len(d.terms)*seekCost < d.postings {
		return d.pick(ctx)
	}
	return d.scan(ctx)
}

// sparseTerm is a term of a query that the segment has.
type sparseTerm struct {
	postingList
	weight float64
	at     int // the first posting that is not done

	// What is known of it in the window that is being scored.
	inside      bool    // it may have a document there
	optional    bool    // see scan
	first, last int     // its first block there, and the one after its last
	most        float64 // its highest product
}

// sparseSearch is a search, and its memory.
type sparseSearch struct {
	s        *Segment
	c        *Collector
	allowed  bitset.Set
	terms    []sparseTerm // in the order of the query
	postings int          // of all terms
	skipping bool         // no product is negative, so that postings can be skipped

	ranked []int // the terms in the order in which they are made optional
	limit  int   // how many of them may be

	// The window that is being scored.
	required, optional []int
	sums               [window]float64
	seen               [window / 64]uint64 // the documents that have a sum, where it is used
	found              []uint32            // the documents that can be among the best
	memory             [window]uint32      // of found
}

var sparseSearches = sync.Pool{New: func() any { return new(sparseSearch) }}

func (d *sparseSearch) put() {
	clear(d.terms)
	d.s, d.c, d.allowed, d.terms, d.found = nil, nil, nil, d.terms[:0], nil
	sparseSearches.Put(d)
}

func (d *sparseSearch) prepare(s *Segment, x *sparseIndex, q SparseQuery, allowed bitset.Set, c *Collector) error {
	d.s, d.c, d.allowed, d.postings, d.skipping = s, c, allowed, 0, true
	clear(d.sums[:])
	clear(d.seen[:])
	for i, term := range q.Terms {
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
		d.terms = append(d.terms, sparseTerm{postingList: l, weight: q.Weights[i]})
		d.postings += len(l.postings)
		d.skipping = d.skipping && q.Weights[i] >= 0 && l.min >= 0
	}
	return nil
}

// pick scores the allowed documents one by one.
func (d *sparseSearch) pick(ctx context.Context) (err error) {
	n := 0
	d.allowed.Each(func(doc uint32) bool {
		if n++; n%1024 == 0 {
			err = ctx.Err()
		}
		if err != nil || int(doc) >= d.s.docs {
			return false
		}
		sum, some := 0.0, false
		for i := range d.terms {
			t := &d.terms[i]
			t.at = t.seek(t.at, doc)
			if t.at < len(t.postings) && t.postings[t.at].doc == doc {
				sum += float64(t.weight * float64(t.postings[t.at].weight))
				some = true
			}
		}
		if some {
			err = d.c.Offer(d.s, doc, float32(sum))
		}
		return err == nil
	})
	return err
}
