package bitset_test

import (
	"maps"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/naru-rag/naru/internal/bitset"
)

// TestAgainstMap compares every operation with the same on a map.
func TestAgainstMap(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		size := rapid.IntRange(1, 300).Draw(t, "size")
		number := rapid.Uint32Range(0, uint32(size-1))
		draw := func(name string) (bitset.Set, map[uint32]bool) {
			s, m := bitset.New(size), map[uint32]bool{}
			for _, n := range rapid.SliceOf(number).Draw(t, name) {
				s.Add(n)
				m[n] = true
			}
			return s, m
		}
		s, m := draw("set")
		other, inOther := draw("other")
		switch rapid.SampledFrom([]string{"or", "and", "andnot", "range", "remove", "full"}).Draw(t, "operation") {
		case "or":
			s.Or(other)
			maps.Copy(m, inOther)
		case "and":
			s.And(other)
			maps.DeleteFunc(m, func(n uint32, _ bool) bool { return !inOther[n] })
		case "andnot":
			s.AndNot(other)
			maps.DeleteFunc(m, func(n uint32, _ bool) bool { return inOther[n] })
		case "range":
			from, to := number.Draw(t, "from"), number.Draw(t, "to")
			s.AddRange(from, to)
			for n := from; n < to; n++ {
				m[n] = true
			}
		case "remove":
			n := number.Draw(t, "n")
			s.Remove(n)
			delete(m, n)
		case "full":
			s = bitset.Full(size)
			for n := range uint32(size) {
				m[n] = true
			}
		}
		var got []uint32
		s.Each(func(n uint32) bool { got = append(got, n); return true })
		if want := slices.Sorted(maps.Keys(m)); !slices.Equal(got, want) || s.Count() != len(want) {
			t.Fatalf("set is %v, want %v", got, want)
		}
		var walked []uint32
		for n, ok := s.Next(0); ok; n, ok = s.Next(n + 1) {
			walked = append(walked, n)
		}
		if !slices.Equal(walked, got) {
			t.Fatalf("Next walks %v, want %v", walked, got)
		}
		for n := range uint32(size + 100) {
			if s.Has(n) != m[n] {
				t.Fatalf("Has(%d) is %v", n, s.Has(n))
			}
		}
	})
}
