package abi

import "time"

// Limits are what one call may take.
type Limits struct {
	Fuel     int64
	Memory   uint64 // bytes
	Deadline time.Duration
	Output   int // bytes of the response
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
