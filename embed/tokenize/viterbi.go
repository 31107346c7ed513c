package tokenize

import "math"

// Encode appends the ids of text's pieces; see [Tokenizer].
//
// The text is read as far as it has to be. Wherever no piece that begins before
// a place reaches beyond it, all ways to cut the text meet there, and what lies
// before is certain: at every space of most vocabularies, and every few
// characters in texts without spaces. Where ways do not meet for long, as they
// may in "aaaa…", crossing takes over, so that memory is 16 bytes times the
// limit times the characters of the longest piece at most (130 KB for 512 tokens
// of XLM-RoBERTa), however long the text is. Without a limit it is 16 bytes a
// character of the longest stretch in which ways do not meet.
func (u *Unigram) Encode(dst []int32, text string, limit int) (ids []int32, truncated bool) {
	l := u.lattices.Get().(*lattice)
	l.reset(normalizer{charsmap: u.charsmap, text: text, prefix: u.prefix, collapse: u.collapse})
	ids, truncated = u.encode(l, dst, limit)
	l.text = normalizer{} // lets go of the text
	u.lattices.Put(l)
	return ids, truncated
}

func (u *Unigram) encode(l *lattice, ids []int32, limit int) (_ []int32, truncated bool) {
	longest := max(u.trie.longest, 1)
	end, span := math.MaxInt, math.MaxInt
	if limit >= 0 {
		end = len(ids) + min(limit, math.MaxInt-len(ids))
		// limit+1 pieces end within span characters of where the first begins.
		if limit < math.MaxInt32/longest-1 {
			span = (limit + 1) * longest
		}
	}
	settled := 0
	for i := 0; ; i++ {
		if i == len(l.cells)-1 {
			ids = l.path(ids, settled, i)
			settled = i
			if len(ids) >= end {
				return ids[:end], len(ids) > end || !l.ended(i)
			}
			if i >= compactAt {
				l.drop(i)
				l.cells = append(l.cells[:0], cell{sum: l.cells[i].sum})
				i, settled = 0, 0
			}
			if l.ended(i) {
				return ids, false
			}
		} else if i-settled >= span {
			to := u.crossing(l, i, longest)
			return l.path(ids, settled, to)[:end], true
		}
		l.fill(i, longest)
		l.cells = u.extend(l.cells, i, l.chars[i:], int32(i))
	}
}

// extend takes the best ways on from cell i, over the pieces that chars begin
// with. Cells that it betters get from.
func (u *Unigram) extend(cells []cell, i int, chars []rune, from int32) []cell {
	sum := cells[i].sum
	node := u.trie.root()
	for n, r := range chars {
		if node = u.trie.next(node, r); node < 0 {
			break
		}
		if node < u.trie.pieces {
			cells = reach(cells, i+n+1)
			to, through := &cells[i+n+1], sum+u.scores[node]
			if to.id == unreached || through > to.sum {
				*to = cell{through, from, node}
			}
		}
	}
	cells = reach(cells, i+1)
	to, through := &cells[i+1], sum+u.unknown
	if to.id == unreached || through > to.sum {
		*to = cell{through, from, u.specials.Unknown}
	}
	return cells
}

// crossing reads on from cell i, where ways still differ, until those that are
// left have come through the same cell at or after i, or the text ends. It
// returns that cell. Of each way it knows no more than that cell.
func (u *Unigram) crossing(l *lattice, i, longest int) int {
	distant := append(l.distant[:0], l.cells[i:]...)
	for k := range distant {
		distant[k].from = int32(i + k)
	}
	l.drop(i)
	at, met := 0, false
	for ; !met && !l.ended(at); at++ {
		if at == compactAt {
			l.drop(at)
			distant = distant[:copy(distant, distant[at:])]
			at = 0
		}
		l.fill(at, longest)
		distant = u.extend(distant, at, l.chars[at:], distant[at].from)
		met = at%longest == 0 && sameFrom(distant[at+1:])
	}
	l.distant = distant
	return int(distant[at].from)
}

// sameFrom says whether all ways that reach these cells came the same way.
func sameFrom(cells []cell) bool {
	var first *cell
	for k := range cells {
		if c := &cells[k]; c.id != unreached {
			if first == nil {
				first = c
			} else if first.from != c.from {
				return false
			}
		}
	}
	return true
}
