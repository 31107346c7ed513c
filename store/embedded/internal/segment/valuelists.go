package segment

import (
	"cmp"
	"encoding/binary"
	"slices"
)

// valueLists are the values of one kind of a field, in the order they came, and
// the documents that have them.
type valueLists struct {
	numbers map[string]uint32 // of the values
	last    []uint32          // the last document of each value
	counts  []int             // of its documents
	entries []valueEntry
	bytes   int // of all values
}

// valueEntry is a value, by its number, that a document has.
type valueEntry struct{ value, doc uint32 }

// add adds a value of a document, which may have it already.
func (l *valueLists) add(value []byte, doc uint32) {
	n, ok := l.numbers[string(value)]
	if !ok {
		if l.numbers == nil {
			l.numbers = map[string]uint32{}
		}
		n = uint32(len(l.counts))
		l.numbers[string(value)] = n
		l.last, l.counts = append(l.last, 0), append(l.counts, 0)
		l.bytes += len(value)
	}
	if l.counts[n] > 0 && l.last[n] == doc {
		return
	}
	l.last[n] = doc
	l.counts[n]++
	l.entries = append(l.entries, valueEntry{value: n, doc: doc})
}

// valueSource calls f with every value, ascending, and its documents. It does
// the same each time it is called.
type valueSource func(f func(value []byte, docs []uint32) error) error

// each is the source of the values.
func (l *valueLists) each() valueSource {
	type item struct {
		value string
		n     uint32
	}
	sorted := make([]item, 0, len(l.numbers))
	for value, n := range l.numbers {
		sorted = append(sorted, item{value, n})
	}
	slices.SortFunc(sorted, func(a, b item) int { return cmp.Compare(a.value, b.value) })
	// Where the documents of each value end in docs, which those are put into
	// from the back.
	ends := make([]int, len(l.counts))
	sum := 0
	for _, v := range sorted {
		sum += l.counts[v.n]
		ends[v.n] = sum
	}
	docs := make([]uint32, sum)
	starts := slices.Clone(ends)
	for _, e := range slices.Backward(l.entries) {
		starts[e.value]--
		docs[starts[e.value]] = e.doc
	}
	return func(f func(value []byte, docs []uint32) error) error {
		for _, v := range sorted {
			if err := f([]byte(v.value), docs[starts[v.n]:ends[v.n]]); err != nil {
				return err
			}
		}
		return nil
	}
}

// writeValues writes the sections of a value index. It goes through the values
// for each section rather than keep any of them in memory.
func writeValues(w *writer, width int, source valueSource) error {
	sections := []func(value []byte, docs []uint32, end, count uint64){
		func(value []byte, _ []uint32, _, _ uint64) { w.write(value) },
		func(_ []byte, _ []uint32, end, _ uint64) {
			if width == anyWidth {
				w.write(binary.LittleEndian.AppendUint64(nil, end))
			}
		},
		func(_ []byte, _ []uint32, _, count uint64) { w.write(binary.LittleEndian.AppendUint64(nil, count)) },
		func(_ []byte, docs []uint32, _, _ uint64) { w.write(bytesOf(docs)) },
	}
	for _, section := range sections {
		end, count := uint64(0), uint64(0)
		w.begin()
		err := source(func(value []byte, docs []uint32) error {
			end += uint64(len(value))
			count += uint64(len(docs))
			section(value, docs, end, count)
			return w.err
		})
		if err != nil {
			return err
		}
		w.end()
	}
	return nil
}
