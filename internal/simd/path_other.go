//go:build purego || !(amd64 || arm64)

package simd

// available returns the paths that this CPU can run, the fastest first.
func available() []path { return []path{portable} }
