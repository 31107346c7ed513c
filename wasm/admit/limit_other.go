//go:build !linux

package admit

import "runtime/debug"

// limitMemory asks the collector to keep to a limit: this system has no other.
func limitMemory(bytes uint64) error {
	debug.SetMemoryLimit(int64(bytes))
	return nil
}
