//go:build !purego

package simd

import "golang.org/x/sys/cpu"

// available returns the paths that this CPU can run, the fastest first. Every
// arm64 CPU that Go runs on has NEON.
func available() []path {
	neon := path{
		name:            "neon",
		dotFloat32:      dotFloat32NEON,
		squaredDistance: squaredDistanceNEON,
		manhattan:       manhattanNEON,
		dotInt8:         dotInt8NEON,
	}
	if !cpu.ARM64.HasASIMDDP {
		return []path{neon, portable}
	}
	dot := neon
	dot.name, dot.dotInt8 = "neon+dot", dotInt8NEONDot
	return []path{dot, neon, portable}
}

//go:noescape
func dotFloat32NEON(dst, query, rows []float32)

//go:noescape
func squaredDistanceNEON(dst, query, rows []float32)

//go:noescape
func manhattanNEON(dst, query, rows []float32)

//go:noescape
func dotInt8NEON(dst []int32, query, rows []int8)

//go:noescape
func dotInt8NEONDot(dst []int32, query, rows []int8)
