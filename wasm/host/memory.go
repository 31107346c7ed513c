package host

import (
	"github.com/tetratelabs/wazero/experimental"
)

// page is the size of a page of WebAssembly memory.
const page = 1 << 16

// bounded gives instances memory of at most limit bytes: what a module wants more
// memory.grow refuses it.
type bounded struct{ limit uint64 }

// Allocate implements [experimental.MemoryAllocator].
func (b bounded) Allocate(_, maximum uint64) experimental.LinearMemory {
	return newMemory(min(b.limit, maximum))
}
