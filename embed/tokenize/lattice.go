package tokenize

import "slices"

// lattice is the part of a text that is being cut. Its cells lie between the
// characters: cell i is before chars[i].
type lattice struct {
	text  normalizer
	more  bool // text may have more
	chars []rune
	cells []cell
	// distant are the cells past those in which the result lies: see crossing.
	distant []cell
}

// cell is the best way to a place in the text.
type cell struct {
	sum  float32
	from int32 // the cell that its last piece begins at
	id   int32 // of its last piece; unreached while there is none
}

const unreached = -1

// keep bounds what stays in a lattice that is put back.
const keep = 1 << 14

// compactAt is how many characters are done with before the rest moves to the
// front.
const compactAt = 1 << 11

func (l *lattice) reset(text normalizer) {
	if cap(l.chars) > keep || cap(l.cells) > keep {
		*l = lattice{}
	}
	l.text, l.more = text, true
	l.chars = l.chars[:0]
	l.cells = append(l.cells[:0], cell{})
}

// fill makes sure that n characters are there from i on, unless the text ends.
func (l *lattice) fill(i, n int) {
	for l.more && len(l.chars) < i+n {
		l.chars, l.more = l.text.more(l.chars)
	}
}

// ended says that cell i is at the text's end.
func (l *lattice) ended(i int) bool {
	l.fill(i, 1)
	return i >= len(l.chars)
}

// drop forgets the characters before i.
func (l *lattice) drop(i int) {
	l.chars = l.chars[:copy(l.chars, l.chars[i:])]
}

// reach returns cells with one at i.
func reach(cells []cell, i int) []cell {
	for len(cells) <= i {
		cells = append(cells, cell{id: unreached})
	}
	return cells
}

// path appends the ids of the best way from one cell to another.
func (l *lattice) path(ids []int32, from, to int) []int32 {
	first := len(ids)
	for to > from {
		ids = append(ids, l.cells[to].id)
		to = int(l.cells[to].from)
	}
	slices.Reverse(ids[first:])
	return ids
}
