package embedded

import "math/bits"

// bitset is a set of document numbers.
type bitset []uint64

func wordsFor(n int) int { return (n + 63) / 64 }

func (b bitset) has(n uint32) bool {
	i := int(n >> 6)
	return i < len(b) && b[i]&(1<<(n&63)) != 0
}

func (b bitset) set(n uint32)   { b[n>>6] |= 1 << (n & 63) }
func (b bitset) clear(n uint32) { b[n>>6] &^= 1 << (n & 63) }

// grown returns b with room for n documents.
func (b bitset) grown(n int) bitset {
	for len(b) < wordsFor(n) {
		b = append(b, 0)
	}
	return b
}

// or adds other, which may be the shorter one.
func (b bitset) or(other bitset) {
	for i, w := range other {
		b[i] |= w
	}
}

func (b bitset) and(other bitset) {
	for i := range b {
		b[i] &= other[i]
	}
}

func (b bitset) andNot(other bitset) {
	for i := range b {
		b[i] &^= other[i]
	}
}

func (b bitset) count() int {
	n := 0
	for _, w := range b {
		n += bits.OnesCount64(w)
	}
	return n
}

// each calls f with the members in ascending order until f returns false.
func (b bitset) each(f func(n uint32) bool) {
	for i, w := range b {
		for w != 0 {
			if !f(uint32(i<<6 + bits.TrailingZeros64(w))) {
				return
			}
			w &= w - 1
		}
	}
}

// docSet is a set that documents are added to in ascending order: a list while
// it is sparse, a bitset once that is the smaller of the two.
type docSet struct {
	list []uint32
	bits bitset
}

func (s *docSet) add(n uint32) {
	if s.bits != nil {
		s.bits = s.bits.grown(int(n) + 1)
		s.bits.set(n)
		return
	}
	s.list = append(s.list, n)
	if len(s.list) > 64 && len(s.list)*32 > int(n) {
		s.bits = make(bitset, 0, wordsFor(int(n)+1)).grown(int(n) + 1)
		for _, m := range s.list {
			s.bits.set(m)
		}
		s.list = nil
	}
}

// addTo adds the members to dst, which has room for all documents.
func (s *docSet) addTo(dst bitset) {
	if s == nil {
		return
	}
	if s.bits != nil {
		dst.or(s.bits)
		return
	}
	for _, n := range s.list {
		dst.set(n)
	}
}
