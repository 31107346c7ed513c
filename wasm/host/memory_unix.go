//go:build unix

package host

import "golang.org/x/sys/unix"

// memory is a mapping of its own: the system gives pages that were touched, takes
// them back at once when it is freed, and moves none when it grows.
type memory struct {
	mapped []byte
	limit  uint64
}

func newMemory(limit uint64) *memory { return &memory{limit: limit} }

// Reallocate implements [experimental.LinearMemory].
func (m *memory) Reallocate(size uint64) []byte {
	if size > m.limit {
		return nil
	}
	if m.mapped == nil {
		if m.limit == 0 {
			return []byte{}
		}
		mapped, err := unix.Mmap(-1, 0, int(m.limit), unix.PROT_READ|unix.PROT_WRITE, unix.MAP_PRIVATE|unix.MAP_ANON)
		if err != nil {
			return nil
		}
		m.mapped = mapped
	}
	return m.mapped[:size:size]
}

// Free implements [experimental.LinearMemory].
func (m *memory) Free() {
	if m.mapped != nil {
		_ = unix.Munmap(m.mapped)
		m.mapped = nil
	}
}
