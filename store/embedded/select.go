package embedded

import "slices"

// selectAll calls f with every document that matches, in no particular order.
func (ix *index) selectAll(fl *filter, f func(*doc)) {
	s := scratches.Get().(*scratch)
	defer scratches.Put(s)
	allowed, rest := fl.resolve(ix, s)
	defer s.put(allowed)
	allowed.each(func(n uint32) bool {
		if d := ix.docs[n]; matchAll(rest, d) {
			f(d)
		}
		return true
	})
}

// page returns up to limit matching documents in the order of their keys,
// beginning with the first that is not before from, and the one that follows.
func (ix *index) page(fl *filter, from pointKey, limit int) (found []*doc, next *doc) {
	s := scratches.Get().(*scratch)
	defer scratches.Put(s)
	allowed, rest := fl.resolve(ix, s)
	defer s.put(allowed)
	take := func(d *doc) bool {
		if !matchAll(rest, d) {
			return true
		}
		if len(found) == limit {
			next = d
			return false
		}
		found = append(found, d)
		return true
	}
	// Where few are left it is quicker to sort them than to walk past the rest.
	if few := allowed.count(); few < len(ix.order)/16 {
		docs := make([]*doc, 0, few)
		allowed.each(func(n uint32) bool {
			if d := ix.docs[n]; d.key.compare(from) >= 0 {
				docs = append(docs, d)
			}
			return true
		})
		slices.SortFunc(docs, func(a, b *doc) int { return a.key.compare(b.key) })
		for _, d := range docs {
			if !take(d) {
				break
			}
		}
		return found, next
	}
	for _, n := range ix.order[ix.after(from):] {
		if allowed.has(n) && !take(ix.docs[n]) {
			break
		}
	}
	return found, next
}
