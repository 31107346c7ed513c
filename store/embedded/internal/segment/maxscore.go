package segment

import (
	"cmp"
	"context"
	"math"
	"math/bits"
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

const (
	// window is how many documents are scored at a time.
	window     = 1 << 12
	windowMask = window - 1

	// sweepFrom is from how many postings on all sums of a window are looked at,
	// rather than those marked while the postings were added.
	sweepFrom = window / 4
)

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

// addRequired adds the products of the required terms, in the order of the
// query, and finds the documents whose sums reach need.
func (d *sparseSearch) addRequired(base, end uint32, need float64) {
	d.found = d.found[:0]
	count := 0
	for _, i := range d.required {
		count += d.terms[i].count()
	}
	if need > 0 && count >= sweepFrom {
		for _, i := range d.required {
			d.add(&d.terms[i], base, end)
		}
		for k, sum := range d.sums[:end-base] {
			if sum >= need {
				d.find(base + uint32(k))
			}
		}
		return
	}
	for _, i := range d.required {
		d.addMarked(&d.terms[i], base, end)
	}
	for i, word := range d.seen {
		d.seen[i] = 0
		for ; word != 0; word &= word - 1 {
			k := uint32(i*64 + bits.TrailingZeros64(word))
			if !(d.sums[k] < need) && base+k < end {
				d.find(base + k)
			}
		}
	}
}

// find notes a document, unless it is not allowed.
func (d *sparseSearch) find(doc uint32) {
	if d.allowed == nil || d.allowed.Has(doc) {
		d.found = append(d.found, doc)
	}
}

// add adds the products of a term to the sums of a window.
func (d *sparseSearch) add(t *sparseTerm, base, end uint32) {
	weight := t.weight
	for _, p := range t.take(base, end) {
		// Converted, so that no multiplication is fused with the addition.
		d.sums[p.doc&windowMask] += float64(weight * float64(p.weight))
	}
}

// addMarked is add, and marks the documents.
func (d *sparseSearch) addMarked(t *sparseTerm, base, end uint32) {
	weight := t.weight
	for _, p := range t.take(base, end) {
		k := p.doc & windowMask
		d.sums[k] += float64(weight * float64(p.weight))
		d.seen[k/64] |= 1 << (k % 64)
	}
}

// addOptional adds the products of the optional terms to the sums of the
// documents found, and forgets those that can no longer reach need. Where that
// took longer than adding the products of all documents would have, fewer terms
// are made optional in the windows that follow.
func (d *sparseSearch) addOptional(base, end uint32, need, rest float64) {
	// Both are in postings added.
	cost, saved := 4*len(d.found), 0
	for _, i := range slices.Backward(d.optional) {
		t := &d.terms[i]
		count := t.count()
		if len(d.found) < count/2 {
			cost += len(d.found)
			d.forget(need - rest)
		}
		rest -= t.most
		saved += count
		if len(d.found)*seekCost > count {
			cost += count
			d.add(t, base, end)
			continue
		}
		cost += len(d.found) * seekCost
		for _, doc := range d.found {
			t.at = t.seek(t.at, doc)
			if t.at < len(t.postings) && t.postings[t.at].doc == doc {
				d.sums[doc&windowMask] += t.weight * float64(t.postings[t.at].weight)
			}
		}
	}
	if cost > saved {
		d.limit = len(d.optional) / 2
	} else {
		d.limit = min(d.limit+1, len(d.ranked))
	}
}

// forget forgets the documents found whose sums are below need.
func (d *sparseSearch) forget(need float64) {
	kept := d.found[:0]
	for _, doc := range d.found {
		if !(d.sums[doc&windowMask] < need) {
			kept = append(kept, doc)
		}
	}
	d.found = kept
}

// offer offers the documents found.
func (d *sparseSearch) offer(slack float64) error {
	for _, doc := range d.found {
		sum := d.sums[doc&windowMask]
		score := float32(sum)
		if len(d.optional) > 0 {
			high := float32(sum * (1 + slack))
			if bound, full := d.c.Bound(); full && high < bound {
				continue
			}
			if float32(sum*(1-slack)) != high {
				score = d.ordered(doc)
			}
		}
		if err := d.c.Offer(d.s, doc, score); err != nil {
			return err
		}
	}
	return nil
}

// ordered returns the score of a document as it is promised.
func (d *sparseSearch) ordered(doc uint32) float32 {
	sum := 0.0
	for i := range d.terms {
		t := &d.terms[i]
		at := t.seek(0, doc)
		if at < len(t.postings) && t.postings[at].doc == doc {
			sum += float64(t.weight * float64(t.postings[at].weight))
		}
	}
	return float32(sum)
}
