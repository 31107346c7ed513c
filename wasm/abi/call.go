package abi

import "time"

// Limits are what one call may take.
type Limits struct {
	Fuel     int64
	Memory   uint64 // bytes
	Deadline time.Duration
	Output   int // bytes of the response
}

// documentPiece is so much of a document as limits are for.
const documentPiece = 64 << 10

// ForDocument is what a document's request of so many bytes may take under limits that
// are meant for any call: as often as much, but for the memory, as it has pieces of
// 64 KiB.
func (l Limits) ForDocument(bytes int) Limits {
	pieces := max(1, (bytes+documentPiece-1)/documentPiece)
	l.Fuel *= int64(pieces)
	l.Deadline *= time.Duration(pieces)
	l.Output *= pieces
	return l
}

// Least is the lesser of each of two limits; zero is none.
func Least(a, b Limits) Limits {
	return Limits{least(a.Fuel, b.Fuel), least(a.Memory, b.Memory), least(a.Deadline, b.Deadline), least(a.Output, b.Output)}
}

func least[T int | int64 | uint64 | time.Duration](a, b T) T {
	if a == 0 || b != 0 && b < a {
		return b
	}
	return a
}
