package segment

import (
	"cmp"
	"context"
	"math"
	"slices"
)

// Documents are scored in windows: the products of one term after another are
// added to the sums of the documents of a window.
//
// Where no product is negative, not every posting is looked at: MaxScore (Turtle
// and Flood 1995) with the highest weights of blocks (Ding and Suel 2011). Some
// terms of a window, which together do not reach the score that a document needs,
// are optional: a document with none but them cannot enter. Only the products of
// the others, the required terms, are added for every document, and those of the
// optional terms for the documents that can still reach the score.
//
// Sums are then formed in another order than promised, and may differ from the
// promised ones in the last bits of a float64. Where that could show in the
// float32, the sum is formed again in the right order.

// scan scores the documents that can be among the best, window by window.
func (d *sparseSearch) scan(ctx context.Context) error {
	// Sums of nonnegative numbers differ by less than this part of them from the
	// exact sum, in whatever order they are formed.
	slack := float64(len(d.terms)+8) * 0x1p-51
	d.rank()
	for base := 0; base < d.s.docs; {
		if err := ctx.Err(); err != nil {
			return err
		}
		if d.allowed != nil {
			next, ok := d.allowed.Next(uint32(base))
			if !ok {
				return nil
			}
			base = int(next) &^ windowMask
		}
		end := min(base+window, d.s.docs)
		next := d.enter(uint32(base), uint32(end))
		if next >= end {
			base = max(end, next&^windowMask)
			continue
		}
		// A document with a sum below need cannot enter.
		need := math.Inf(-1)
		if bound, full := d.c.Bound(); full {
			need = float64(math.Nextafter32(bound, float32(math.Inf(-1))))
		}
		if d.skipping && need > 0 {
			need *= 1 - 4*slack
		}
		rest := d.divide(need)
		if len(d.required) > 0 {
			d.addRequired(uint32(base), uint32(end), need-rest)
			d.addOptional(uint32(base), uint32(end), need, rest)
			if err := d.offer(slack); err != nil {
				return err
			}
			clear(d.sums[:])
		}
		base = end
	}
	return nil
}

// rank puts the terms in the order in which they are best made optional: those
// first that have most postings for what they can add to a score.
func (d *sparseSearch) rank() {
	d.ranked = d.ranked[:0]
	for i := range d.terms {
		d.ranked = append(d.ranked, i)
	}
	d.limit = len(d.ranked)
	each := func(i int) float64 {
		t := &d.terms[i]
		return t.weight * float64(t.max) / float64(len(t.postings))
	}
	slices.SortFunc(d.ranked, func(a, b int) int { return cmp.Or(cmp.Compare(each(a), each(b)), cmp.Compare(a, b)) })
}

// enter moves all terms to a window. It returns a document that is not above the
// first in the window, or past it, that has a term.
func (d *sparseSearch) enter(base, end uint32) (next int) {
	next = d.s.docs
	for i := range d.terms {
		t := &d.terms[i]
		first, most := t.enter(base, end)
		t.inside, t.optional, t.most = first < int(end), false, t.weight*float64(most)
		next = min(next, first)
	}
	return next
}

// enter moves a term to a window. It returns a document that is not above its
// first in the window, or past it, and its highest weight in the window.
func (t *sparseTerm) enter(base, end uint32) (first int, most float32) {
	if len(t.blocks) == 0 {
		for t.at < len(t.postings) && t.postings[t.at].doc < base {
			t.at++
		}
		if t.at == len(t.postings) {
			return math.MaxInt, 0
		}
		return int(t.postings[t.at].doc), t.max
	}
	for t.first < len(t.blocks) && t.blocks[t.first].last < base {
		t.first++
	}
	if t.first == len(t.blocks) {
		return math.MaxInt, 0
	}
	for t.last = t.first; t.last < len(t.blocks); {
		b := t.blocks[t.last]
		most = max(most, b.max)
		if t.last++; b.last >= end-1 {
			break
		}
	}
	return int(t.postings[t.first*postingsPerBlock].doc), most
}

// count returns about how many postings a term has in the window.
func (t *sparseTerm) count() int {
	if len(t.blocks) == 0 {
		return len(t.postings) - t.at
	}
	return (t.last - t.first) * postingsPerBlock
}

// take returns the postings of the window, and goes past them.
func (t *sparseTerm) take(base, end uint32) []posting {
	from := t.seek(t.at, base)
	t.at = max(from, t.seek(from, end))
	return t.postings[from:t.at]
}

// divide tells required from optional terms, and returns what the optional ones
// come to at most.
func (d *sparseSearch) divide(need float64) (rest float64) {
	d.required, d.optional = d.required[:0], d.optional[:0]
	if d.skipping {
		for _, i := range d.ranked {
			t := &d.terms[i]
			if !t.inside {
				continue
			}
			sum := rest + t.most
			if !(sum < need) || len(d.optional) == d.limit {
				break
			}
			rest, t.optional = sum, true
			d.optional = append(d.optional, i)
		}
	}
	for i := range d.terms {
		if t := &d.terms[i]; t.inside && !t.optional {
			d.required = append(d.required, i)
		}
	}
	return rest
}
