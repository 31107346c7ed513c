// Package bitset holds sets of small numbers, such as the documents of a
// segment, one bit each. Start with [New].
//
// A Set has room for a fixed range of numbers; the methods that take two sets
// want both made for the same range. It is safe for concurrent reading, not for
// writing.
package bitset

import "math/bits"

// Set is a set of numbers below 64×len(Set).
type Set []uint64

// New returns an empty set with room for the numbers below n.
func New(n int) Set { return make(Set, (n+63)/64) }

// Full returns the set of all numbers below n.
func Full(n int) Set {
	s := New(n)
	for i := range s {
		s[i] = ^uint64(0)
	}
	if n%64 != 0 {
		s[len(s)-1] = 1<<(n%64) - 1
	}
	return s
}

// Has tells whether n is in the set; a number there is no room for is not.
func (s Set) Has(n uint32) bool {
	i := int(n >> 6)
	return i < len(s) && s[i]&(1<<(n&63)) != 0
}

// Add puts n into the set.
func (s Set) Add(n uint32) { s[n>>6] |= 1 << (n & 63) }

// Remove takes n out of the set.
func (s Set) Remove(n uint32) { s[n>>6] &^= 1 << (n & 63) }

// AddRange puts the numbers from a to below b into the set.
func (s Set) AddRange(a, b uint32) {
	for ; a < b && a&63 != 0; a++ {
		s.Add(a)
	}
	for ; a+64 <= b; a += 64 {
		s[a>>6] = ^uint64(0)
	}
	for ; a < b; a++ {
		s.Add(a)
	}
}

// Or adds the members of other.
func (s Set) Or(other Set) {
	for i, w := range other {
		s[i] |= w
	}
}

// And keeps the members that other has too.
func (s Set) And(other Set) {
	for i := range s {
		s[i] &= other[i]
	}
}

// AndNot takes the members of other, which may be nil, out.
func (s Set) AndNot(other Set) {
	for i, w := range other {
		s[i] &^= w
	}
}

// Count returns how many members there are.
func (s Set) Count() int {
	n := 0
	for _, w := range s {
		n += bits.OnesCount64(w)
	}
	return n
}

// Each calls f with the members in ascending order until f returns false.
func (s Set) Each(f func(n uint32) bool) {
	for i, w := range s {
		for w != 0 {
			if !f(uint32(i<<6 + bits.TrailingZeros64(w))) {
				return
			}
			w &= w - 1
		}
	}
}

// Next returns the first member that is not below n, and whether there is one.
func (s Set) Next(n uint32) (uint32, bool) {
	i := int(n >> 6)
	if i >= len(s) {
		return 0, false
	}
	w := s[i] >> (n & 63) << (n & 63)
	for w == 0 {
		if i++; i == len(s) {
			return 0, false
		}
		w = s[i]
	}
	return uint32(i<<6 + bits.TrailingZeros64(w)), true
}
