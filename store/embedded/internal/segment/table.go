package segment

import (
	"math/bits"

	"github.com/naru-rag/naru/internal/bitset"
)

// table tells which documents have a vector. Rows number them in their order.
type table struct {
	*section
	docs int      // of the segment
	list []uint32 // by row; nil: every document has a row of its own number
	rows int
}

// arrange checks the section's length.
func (t *table) arrange(rows uint64) error {
	if rows > uint64(t.docs) {
		return t.damaged("%d rows are more than the %d documents", rows, t.docs)
	}
	t.rows = int(rows)
	if t.rows == t.docs && len(t.data) == 0 {
		return nil
	}
	if t.rows == t.docs || len(t.data) != t.rows*4 {
		return t.damaged("%d bytes are not a table of %d rows among %d documents", len(t.data), t.rows, t.docs)
	}
	t.list = view[uint32](t.data)
	return nil
}

// all tells whether every document has a row.
func (t *table) all() bool { return t.rows == t.docs }

// document returns the document of a row. The table has been checked.
func (t *table) document(row int) uint32 {
	if t.all() {
		return uint32(row)
	}
	return t.list[row]
}

// masks stores for the rows from one to another which of them are allowed (nil:
// all), 64 in a word, and returns how many are.
func (t *table) masks(dst []uint64, from, to int, allowed bitset.Set) (int, error) {
	if !t.all() {
		if err := t.check(from*4, to*4); err != nil {
			return 0, err
		}
	}
	count := 0
	for i := range dst {
		first := from + i*64
		n := min(64, to-first)
		word := ^uint64(0) >> (64 - n)
		switch {
		case t.all() && allowed == nil:
		case t.all() && first%64 == 0:
			word &= allowed[first/64]
		default:
			for k := range n {
				doc := t.document(first + k)
				if doc >= uint32(t.docs) {
					return 0, t.damaged("row %d is of document %d of %d", first+k, doc, t.docs)
				}
				if allowed != nil && !allowed.Has(doc) {
					word &^= 1 << k
				}
			}
		}
		dst[i] = word
		count += bits.OnesCount64(word)
	}
	return count, nil
}

// addTo adds all documents that have a row.
func (t *table) addTo(into bitset.Set) error {
	if t.all() {
		into.AddRange(0, uint32(t.docs))
		return nil
	}
	return addDocuments(t.section, 0, t.rows, t.docs, into)
}

// addDocuments adds the documents that a section lists from one position to
// another: one list, which ascends.
func addDocuments(s *section, from, to, docs int, into bitset.Set) error {
	if err := s.check(from*4, to*4); err != nil {
		return err
	}
	list := view[uint32](s.data[from*4 : to*4])
	// Where all documents have one value, such as the only tenant, they are one
	// run. A list ascends, so its ends say so.
	if n := len(list); n > 64 && int(list[n-1])-int(list[0]) == n-1 && int(list[n-1]) < docs {
		into.AddRange(list[0], list[n-1]+1)
		return nil
	}
	return addLists(s, from, to, docs, into)
}

// addLists adds the documents of several lists, one after another: their ends say
// nothing of what is between.
func addLists(s *section, from, to, docs int, into bitset.Set) error {
	if err := s.check(from*4, to*4); err != nil {
		return err
	}
	for _, doc := range view[uint32](s.data[from*4 : to*4]) {
		if doc >= uint32(docs) {
			return s.damaged("document %d of %d is listed", doc, docs)
		}
		into.Add(doc)
	}
	return nil
}
