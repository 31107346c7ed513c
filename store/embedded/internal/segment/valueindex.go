package segment

import (
	"bytes"

	"github.com/naru-rag/naru/internal/bitset"
)

// valueIndex has the values of one kind of a payload field, in order, each with
// its documents.
type valueIndex struct {
	width                          int // anyWidth: see ends
	docs                           int // of the segment
	values, ends, lists, documents *section
	n                              int
}

// arrange checks the lengths of the sections.
func (x *valueIndex) arrange() error {
	x.n = len(x.lists.data) / 8
	ends := 0
	if x.width == anyWidth {
		ends = x.n * 8
	} else if len(x.values.data) != x.n*x.width {
		return x.values.damaged("%d bytes are not %d values of %d", len(x.values.data), x.n, x.width)
	}
	if len(x.lists.data)%8 != 0 || len(x.ends.data) != ends || len(x.documents.data)%4 != 0 {
		return x.lists.damaged("%d, %d and %d bytes are not an index of values", len(x.lists.data), len(x.ends.data), len(x.documents.data))
	}
	return nil
}

// span returns where item i lies by a section of ends, within limit.
func span(ends *section, i, limit int) (from, to int, err error) {
	if err := ends.check(max(i-1, 0)*8, (i+1)*8); err != nil {
		return 0, 0, err
	}
	all := view[uint64](ends.data)
	start, end := uint64(0), all[i]
	if i > 0 {
		start = all[i-1]
	}
	if start > end || end > uint64(limit) {
		return 0, 0, ends.damaged("item %d lies from %d to %d of %d", i, start, end, limit)
	}
	return int(start), int(end), nil
}

// value returns value i.
func (x *valueIndex) value(i int) ([]byte, error) {
	from, to := i*x.width, (i+1)*x.width
	if x.width == anyWidth {
		var err error
		if from, to, err = span(x.ends, i, len(x.values.data)); err != nil {
			return nil, err
		}
	}
	return x.values.data[from:to], x.values.check(from, to)
}

// list returns the documents of value i as positions in the section documents.
func (x *valueIndex) list(i int) (from, to int, err error) {
	return span(x.lists, i, len(x.documents.data)/4)
}

// search returns the first value that is past what is looked for.
func (x *valueIndex) search(past func(value []byte) bool) (int, error) {
	low, high := 0, x.n
	for low < high {
		middle := int(uint(low+high) / 2)
		v, err := x.value(middle)
		if err != nil {
			return 0, err
		}
		if past(v) {
			high = middle
		} else {
			low = middle + 1
		}
	}
	return low, nil
}

// addValue adds the documents that have a value.
func (x *valueIndex) addValue(value []byte, into bitset.Set) error {
	i, err := x.search(func(v []byte) bool { return bytes.Compare(v, value) >= 0 })
	if err != nil || i == x.n {
		return err
	}
	if v, err := x.value(i); err != nil || !bytes.Equal(v, value) {
		return err
	}
	return x.addRange(i, i+1, into)
}

// addRange adds the documents that have a value from one position to another.
func (x *valueIndex) addRange(from, to int, into bitset.Set) error {
	if from >= to {
		return nil
	}
	first, _, err := x.list(from)
	if err != nil {
		return err
	}
	_, last, err := x.list(to - 1)
	if err != nil {
		return err
	}
	if first > last {
		return x.lists.damaged("the documents of values %d to %d end before they begin", from, to)
	}
	if to-from == 1 {
		return addDocuments(x.documents, first, last, x.docs, into)
	}
	return addLists(x.documents, first, last, x.docs, into)
}
