package segment

import (
	"context"
	"fmt"
	"math"
	"math/bits"
	"sync"

	"github.com/qdrant/go-client/qdrant"

	"github.com/naru-rag/naru/internal/bitset"
	"github.com/naru-rag/naru/internal/simd"
)

// denseIndex is a dense vector of the documents that have it.
type denseIndex struct {
	Dense
	table
	vectors, codes, bounds *section
}

// arrange checks the lengths of the sections.
func (x *denseIndex) arrange() error {
	rows := uint64(len(x.bounds.data) / boundSize)
	if err := x.table.arrange(rows); err != nil {
		return err
	}
	values := rows * uint64(x.Size)
	if uint64(len(x.bounds.data)) != rows*boundSize || uint64(len(x.codes.data)) != values || uint64(len(x.vectors.data)) != values*4 {
		return x.vectors.damaged("%d, %d and %d bytes are not those of %d rows of %d values",
			len(x.vectors.data), len(x.codes.data), len(x.bounds.data), rows, x.Size)
	}
	return nil
}

func (s *Segment) denseIndex(name string) *denseIndex {
	for i := range s.dense {
		if s.dense[i].Name == name {
			return &s.dense[i]
		}
	}
	return nil
}

// DenseQuery is a search for the nearest dense vectors.
type DenseQuery struct {
	Name   string
	Vector []float32
	// Approximate ranks and scores by quantised vectors alone, which is faster.
	// Manhattan distances are exact all the same.
	Approximate bool
}

// DenseRows returns how many documents have a dense vector, which are the rows
// of SearchDense.
func (s *Segment) DenseRows(name string) int {
	if x := s.denseIndex(name); x != nil {
		return x.rows
	}
	return 0
}

// SearchDense offers to c the documents of rows from to below to that are in
// allowed, which has room for Len documents; nil allows all. Documents that
// cannot be among the best may be left out.
//
// The score is the dot product for Cosine and Dot, minus the squared distance
// for Euclid, and minus the distance for Manhattan, as package simd computes
// them.
func (s *Segment) SearchDense(ctx context.Context, q DenseQuery, from, to int, allowed bitset.Set, c *Collector) error {
	x := s.denseIndex(q.Name)
	switch {
	case x == nil:
		return fmt.Errorf("segment %s: there is no dense vector %q", s.name, q.Name)
	case len(q.Vector) != x.Size:
		return fmt.Errorf("segment %s: the query has %d values, and vector %q has %d", s.name, len(q.Vector), q.Name, x.Size)
	case from < 0 || from > to || to > x.rows:
		return fmt.Errorf("segment %s: rows %d to %d are not among the %d of vector %q", s.name, from, to, x.rows, q.Name)
	}
	d := denseSearches.Get().(*denseSearch)
	defer d.put()
	d.prepare(s, x, q, c)
	for from < to {
		if err := ctx.Err(); err != nil {
			return err
		}
		n := rowsAtOnce
		if _, full := c.Bound(); !full {
			n = rowsAtFirst
		}
		next := min(from+n, to)
		if err := d.search(from, next, allowed); err != nil {
			return err
		}
		from = next
	}
	return nil
}

const (
	boundSize = 12 // bytes of a rowBound

	// rowsAtOnce is how many rows are ranked by their codes before the best of
	// them are scored.
	rowsAtOnce = 1 << 14
	// rowsAtFirst is that as long as no score is too low, so that all rows have
	// to be ranked.
	rowsAtFirst = 1 << 11
	// fetchAhead is how many rows ahead of those that are ranked are fetched from
	// memory: rows here and there are not foreseen by a processor.
	fetchAhead = 32
	// direct is the part of the rows, one in so many, up to which those allowed
	// are scored without looking at codes first.
	direct = 64
)

// denseSearch is a search in some rows, and its memory.
type denseSearch struct {
	s          *Segment
	x          *denseIndex
	c          *Collector
	query      []float32
	kernel     func(dst, query, rows []float32)
	distance   bool // lower values of the kernel are better
	coded      bool // by codes, before or in place of the kernel
	approximal bool // in place of it
	codes      codeQuery
	// byCodes stores for rows, by the dot products of their codes, what their
	// scores are not above, or approximately are.
	byCodes func(c *codeQuery, dst []float32, codes []int32, rows []rowBound)

	codeMemory []int8
	masks      [rowsAtOnce / 64]uint64
	dots       [64]int32
	scores     [64]float32
	candidates candidates
}

var denseSearches = sync.Pool{New: func() any { return new(denseSearch) }}

func (d *denseSearch) put() {
	d.s, d.x, d.c, d.query = nil, nil, nil, nil
	denseSearches.Put(d)
}

func (d *denseSearch) prepare(s *Segment, x *denseIndex, q DenseQuery, c *Collector) {
	d.s, d.x, d.c, d.query = s, x, c, q.Vector
	d.codeMemory = append(d.codeMemory[:0], make([]int8, x.Size)...)
	d.codes, d.coded = newCodeQuery(q.Vector, d.codeMemory)
	d.coded, d.approximal = d.coded || q.Approximate, q.Approximate
	switch x.Distance {
	case qdrant.Distance_Euclid:
		d.kernel, d.distance = simd.SquaredDistance, true
		d.byCodes = (*codeQuery).euclidBounds
		if d.approximal {
			d.byCodes = (*codeQuery).euclidScores
		}
	case qdrant.Distance_Manhattan:
		d.kernel, d.distance = simd.Manhattan, true
		d.coded, d.approximal = false, false
	default:
		d.kernel, d.distance = simd.DotFloat32, false
		d.byCodes = (*codeQuery).dotBounds
		if d.approximal {
			d.byCodes = (*codeQuery).dotScores
		}
	}
}

func (d *denseSearch) search(from, to int, allowed bitset.Set) error {
	masks := d.masks[:(to-from+63)/64]
	n, err := d.x.masks(masks, from, to, allowed)
	switch {
	case err != nil || n == 0:
		return err
	case d.approximal:
	case !d.coded || n*direct <= to-from || n <= d.c.room():
		return d.scoreAll(masks, from)
	}
	if err := d.rank(masks, from); err != nil {
		return err
	}
	if d.approximal {
		for _, r := range d.candidates {
			if err := d.offer(int(r.row), r.most); err != nil {
				return err
			}
		}
		return nil
	}
	// The most promising are scored first, so that the bound rises soon.
	d.candidates.init()
	for len(d.candidates) > 0 {
		best := d.candidates.pop()
		if bound, full := d.c.Bound(); full && best.most < bound {
			return nil
		}
		if err := d.score(int(best.row), 1); err != nil {
			return err
		}
	}
	return nil
}

// rank finds the rows in masks that can be among the best by their codes.
func (d *denseSearch) rank(masks []uint64, from int) error {
	bound, full := d.c.Bound()
	if !full {
		bound = float32(math.Inf(-1))
	}
	d.candidates = d.candidates[:0]
	return eachRun(masks, from, d.x.codes, d.x.Size, func(row, n int) error { return d.rankRows(row, n, bound) })
}

// rankRows ranks up to 64 rows.
func (d *denseSearch) rankRows(row, n int, bound float32) error {
	size := d.x.Size
	from, to := row*size, (row+n)*size
	if err := d.x.codes.check(from, to); err != nil {
		return err
	}
	if err := d.x.bounds.check(row*boundSize, (row+n)*boundSize); err != nil {
		return err
	}
	dots, scores := d.dots[:n], d.scores[:n]
	simd.DotInt8(dots, d.codes.codes, view[int8](d.x.codes.data[from:to]))
	d.byCodes(&d.codes, scores, dots, view[rowBound](d.x.bounds.data[row*boundSize:(row+n)*boundSize]))
	for k, score := range scores {
		if !(score < bound) {
			d.candidates = append(d.candidates, candidate{most: score, row: uint32(row + k)})
		}
	}
	return nil
}

// scoreAll scores each row in masks.
func (d *denseSearch) scoreAll(masks []uint64, from int) error {
	return eachRun(masks, from, d.x.vectors, 4*d.x.Size, d.score)
}

// eachRun calls f with the runs of rows in masks, of at most 64 rows, and
// meanwhile fetches from memory those that follow: a row has so many bytes in a
// section.
func eachRun(masks []uint64, from int, in *section, size int, f func(row, n int) error) error {
	rows, ahead := rowRuns{masks: masks, base: from}, rowRuns{masks: masks, base: from}
	for lead := 0; rows.next(); lead -= rows.n {
		for lead < fetchAhead && ahead.next() {
			// A long run is foreseen by the processor.
			if ahead.n < fetchAhead {
				simd.Prefetch(in.data[ahead.row*size : (ahead.row+ahead.n)*size])
			}
			lead += ahead.n
		}
		if err := f(rows.row, rows.n); err != nil {
			return err
		}
	}
	return nil
}

// rowRuns are the runs of rows in masks, cut where a mask ends.
type rowRuns struct {
	masks []uint64
	base  int // the row of the first bit
	at    int // the next bit
	// The present run.
	row, n int
}

// next goes to the next run, if there is one.
func (r *rowRuns) next() bool {
	for i := r.at / 64; i < len(r.masks); i++ {
		if word := r.masks[i] >> (r.at % 64); word != 0 {
			start := r.at + bits.TrailingZeros64(word)
			r.n = bits.TrailingZeros64(^(word >> (start - r.at)))
			r.row, r.at = r.base+start, start+r.n
			return true
		}
		r.at = (i + 1) * 64
	}
	return false
}

// score computes and offers the scores of up to 64 rows.
func (d *denseSearch) score(row, n int) error {
	size := d.x.Size
	from, to := row*size, (row+n)*size
	if err := d.x.vectors.check(from*4, to*4); err != nil {
		return err
	}
	scores := d.scores[:n]
	d.kernel(scores, d.query, view[float32](d.x.vectors.data[from*4:to*4]))
	for i, score := range scores {
		if d.distance {
			score = -score
		}
		if err := d.offer(row+i, score); err != nil {
			return err
		}
	}
	return nil
}

func (d *denseSearch) offer(row int, score float32) error {
	return d.c.Offer(d.s, d.x.document(row), score)
}
