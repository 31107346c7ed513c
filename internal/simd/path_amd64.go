//go:build !purego

package simd

import "golang.org/x/sys/cpu"

// available returns the paths that this CPU can run, the fastest first.
func available() []path {
	var paths []path
	// One condition for all four kernels: CPUs that have AVX-512 but not VNNI
	// lower their clock for 512-bit arithmetic, and are as well off with AVX2.
	// BZHI, which makes the masks, is BMI2.
	if cpu.X86.HasAVX512F && cpu.X86.HasAVX512BW && cpu.X86.HasAVX512VNNI && cpu.X86.HasBMI2 {
		paths = append(paths, path{
			name:            "avx512",
			dotFloat32:      dotFloat32AVX512,
			squaredDistance: squaredDistanceAVX512,
			manhattan:       manhattanAVX512,
			dotInt8:         dotInt8AVX512,
		})
	}
	if cpu.X86.HasAVX2 {
		paths = append(paths, path{
			name:            "avx2",
			dotFloat32:      dotFloat32AVX2,
			squaredDistance: squaredDistanceAVX2,
			manhattan:       manhattanAVX2,
			dotInt8:         dotInt8AVX2,
		})
	}
	return append(paths, portable)
}

//go:noescape
func dotFloat32AVX512(dst, query, rows []float32)

//go:noescape
func squaredDistanceAVX512(dst, query, rows []float32)

//go:noescape
func manhattanAVX512(dst, query, rows []float32)

//go:noescape
func dotInt8AVX512(dst []int32, query, rows []int8)

//go:noescape
func dotFloat32AVX2(dst, query, rows []float32)

//go:noescape
func squaredDistanceAVX2(dst, query, rows []float32)

//go:noescape
func manhattanAVX2(dst, query, rows []float32)

//go:noescape
func dotInt8AVX2(dst []int32, query, rows []int8)
