//go:build !unix

package host

// memory is of Go's. While it grows there is twice as much of it, and it is given
// back when the collector comes round.
type memory struct {
	data  []byte
	limit uint64
}

func newMemory(limit uint64) *memory { return &memory{limit: limit} }

// Reallocate implements [experimental.LinearMemory].
func (m *memory) Reallocate(size uint64) []byte {
	if size > m.limit {
		return nil
	}
	grown := make([]byte, size)
	copy(grown, m.data)
	m.data = grown
	return grown
}

// Free implements [experimental.LinearMemory].
func (m *memory) Free() { m.data = nil }
