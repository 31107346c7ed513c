package segment

import "math"

// runs puts lists of documents, one from each input of a merge, together into
// one, in the order of their new numbers. Of each item the upper half is the
// number, and the lower what goes with it.
type runs struct {
	items, other []uint64
	ends         []int // of the lists in items
	posts        []posting
	docs         []uint32
}

func (r *runs) reset() { r.items, r.ends = r.items[:0], r.ends[:0] }

// addPostings adds those postings of an input whose documents live.
func (r *runs) addPostings(in *mergeInput, s *section, postings []posting) error {
	for _, p := range postings {
		if p.doc >= uint32(len(in.numbers)) {
			return s.damaged("document %d of %d has a posting", p.doc, len(in.numbers))
		}
		if n := in.numbers[p.doc]; n != gone {
			r.items = append(r.items, uint64(n)<<32|uint64(math.Float32bits(p.weight)))
		}
	}
	r.ends = append(r.ends, len(r.items))
	return nil
}

// addDocuments adds those documents that live of a stretch of an input's section.
func (r *runs) addDocuments(in *mergeInput, s *section, from, to int) error {
	if err := s.check(from*4, to*4); err != nil {
		return err
	}
	for _, doc := range view[uint32](s.data[from*4 : to*4]) {
		if doc >= uint32(len(in.numbers)) {
			return s.damaged("document %d of %d is listed", doc, len(in.numbers))
		}
		if n := in.numbers[doc]; n != gone {
			r.items = append(r.items, uint64(n)<<32)
		}
	}
	r.ends = append(r.ends, len(r.items))
	return nil
}

// merge puts neighbours together until one list is left.
func (r *runs) merge() {
	for len(r.ends) > 1 {
		out, ends, start := r.other[:0], r.ends[:0], 0
		for i := 0; i < len(r.ends); i += 2 {
			middle, end := r.ends[i], r.ends[min(i+1, len(r.ends)-1)]
			a, b := r.items[start:middle], r.items[middle:end]
			for len(a) > 0 && len(b) > 0 {
				if a[0] < b[0] {
					out, a = append(out, a[0]), a[1:]
				} else {
					out, b = append(out, b[0]), b[1:]
				}
			}
			out = append(append(out, a...), b...)
			ends, start = append(ends, len(out)), end
		}
		r.items, r.other, r.ends = out, r.items, ends
	}
}

// postings returns the merged postings, which are overwritten by the next call.
func (r *runs) postings() []posting {
	r.merge()
	r.posts = r.posts[:0]
	for _, item := range r.items {
		r.posts = append(r.posts, posting{doc: uint32(item >> 32), weight: math.Float32frombits(uint32(item))})
	}
	return r.posts
}

// documents returns the merged documents, which are overwritten by the next call.
func (r *runs) documents() []uint32 {
	r.merge()
	r.docs = r.docs[:0]
	for _, item := range r.items {
		r.docs = append(r.docs, uint32(item>>32))
	}
	return r.docs
}
