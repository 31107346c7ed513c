package segment

import (
	"math/bits"
	"slices"
)

const (
	// window is how many documents are scored at a time.
	window     = 1 << 12
	windowMask = window - 1

	// sweepFrom is from how many postings on all sums of a window are looked at,
	// rather than those marked while the postings were added.
	sweepFrom = window / 4
)

// addRequired adds the products of the required terms, in the order of the
// query, and finds the documents whose sums reach need.
func (d *sparseSearch) addRequired(base, end uint32, need float64) {
	count := 0
	for _, i := range d.required {
		count += d.terms[i].count()
	}
	n := 0
	if need > 0 && count >= sweepFrom {
		for _, i := range d.required {
			d.add(&d.terms[i], base, end)
		}
		for k, sum := range d.sums[:end-base] {
			// Written whether it counts or not, so that nothing has to be guessed.
			d.memory[n] = base + uint32(k)
			if sum >= need {
				n++
			}
		}
	} else {
		for _, i := range d.required {
			d.addMarked(&d.terms[i], base, end)
		}
		for i, word := range d.seen {
			d.seen[i] = 0
			for ; word != 0; word &= word - 1 {
				k := uint32(i*64 + bits.TrailingZeros64(word))
				d.memory[n] = base + k
				if !(d.sums[k] < need) && base+k < end {
					n++
				}
			}
		}
	}
	d.found = d.memory[:n]
	if d.allowed == nil {
		return
	}
	n = 0
	for _, doc := range d.found {
		d.found[n] = doc
		if d.allowed.Has(doc) {
			n++
		}
	}
	d.found = d.found[:n]
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
	if len(d.optional) > 0 && cost > saved {
		d.limit = len(d.optional) / 2
	} else {
		d.limit = min(d.limit+1, len(d.ranked))
	}
}

// forget forgets the documents found whose sums are below need.
func (d *sparseSearch) forget(need float64) {
	n := 0
	for _, doc := range d.found {
		d.found[n] = doc
		if !(d.sums[doc&windowMask] < need) {
			n++
		}
	}
	d.found = d.found[:n]
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
