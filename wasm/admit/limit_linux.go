package admit

import (
	"runtime/debug"

	"golang.org/x/sys/unix"
)

// limitMemory bounds the memory that this process can write to.
func limitMemory(bytes uint64) error {
	debug.SetMemoryLimit(int64(bytes) / 4 * 3)
	return unix.Setrlimit(unix.RLIMIT_DATA, &unix.Rlimit{Cur: bytes, Max: bytes})
}
