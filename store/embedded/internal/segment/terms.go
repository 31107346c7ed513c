package segment

import (
	"cmp"
	"slices"
)

// termPosting is a posting and its term.
type termPosting struct {
	term uint32
	posting
}

// sortByTerm sorts postings by term, those of one term in the order they have.
func sortByTerm(postings []termPosting) []termPosting {
	if len(postings) < 1<<10 {
		slices.SortStableFunc(postings, func(a, b termPosting) int { return cmp.Compare(a.term, b.term) })
		return postings
	}
	// A radix sort, from the lowest byte to the highest.
	other := make([]termPosting, len(postings))
	for shift := 0; shift < 32; shift += 8 {
		var at [256]int
		for i := range postings {
			at[postings[i].term>>shift&255]++
		}
		if at[postings[0].term>>shift&255] == len(postings) {
			continue
		}
		sum := 0
		for i, n := range at {
			at[i], sum = sum, sum+n
		}
		for i := range postings {
			b := postings[i].term >> shift & 255
			other[at[b]] = postings[i]
			at[b]++
		}
		postings, other = other, postings
	}
	return postings
}

// termSource calls f with every term, ascending, and its postings, which it may
// overwrite afterwards. It does the same each time it is called.
type termSource func(f func(term uint32, postings []posting) error) error

// eachTerm is a source of sorted postings.
func eachTerm(sorted []termPosting) termSource {
	return func(f func(term uint32, postings []posting) error) error {
		var list []posting
		for i := 0; i < len(sorted); {
			term := sorted[i].term
			for list = list[:0]; i < len(sorted) && sorted[i].term == term; i++ {
				list = append(list, sorted[i].posting)
			}
			if err := f(term, list); err != nil {
				return err
			}
		}
		return nil
	}
}

// writeTerms writes the sections of a sparse vector that follow its documents.
// It goes through the terms twice rather than keep the dictionary in memory.
func writeTerms(w *writer, source termSource) error {
	var blocks []postingBlock
	w.begin()
	err := source(func(_ uint32, postings []posting) error {
		w.write(bytesOf(postings))
		if len(postings) > postingsPerBlock {
			for block := range slices.Chunk(postings, postingsPerBlock) {
				high, _ := weights(block)
				blocks = append(blocks, postingBlock{last: block[len(block)-1].doc, max: high})
			}
		}
		return w.err
	})
	if err != nil {
		return err
	}
	w.end()
	w.section(bytesOf(blocks))
	w.begin()
	var next termEntry
	err = source(func(term uint32, postings []posting) error {
		e := next
		e.term, e.docs = term, uint32(len(postings))
		e.max, e.min = weights(postings)
		w.write(bytesOf([]termEntry{e}))
		next.postings += uint64(len(postings))
		if len(postings) > postingsPerBlock {
			next.block += uint64((len(postings) + postingsPerBlock - 1) / postingsPerBlock)
		}
		return w.err
	})
	w.end()
	return err
}

// weights returns the highest and the lowest weight.
func weights(postings []posting) (high, low float32) {
	high, low = postings[0].weight, postings[0].weight
	for _, p := range postings {
		high, low = max(high, p.weight), min(low, p.weight)
	}
	return high, low
}
