//go:build !purego

package simd

import "golang.org/x/sys/cpu"

// available returns the paths that this CPU can run, the fastest first.
func available() []path {
	var paths []path
	// One condition for all kernels: CPUs that have AVX-512 but not VNNI
	// lower their clock for 512-bit arithmetic, and are as well off with AVX2.
	// BZHI, which makes the masks, is BMI2.
	if cpu.X86.HasAVX512F && cpu.X86.HasAVX512BW && cpu.X86.HasAVX512VNNI && cpu.X86.HasBMI2 {
		paths = append(paths, path{
			name:            "avx512",
			dotFloat32:      dotFloat32AVX512,
			squaredDistance: squaredDistanceAVX512,
			manhattan:       manhattanAVX512,
			dotInt8:         dotInt8AVX512,
			packPanel:       packPanelAVX512,
			mulPanel:        []panelKernel{{8, mulPanel8AVX512}, {4, mulPanel4AVX512}, {1, mulPanel1AVX512}},
			quantise:        quantiseAVX512,
			mulFloat32:      mulFloat32AVX512,
			softmax:         softmaxAVX512,
			gelu:            geluAVX512,
			normaliseLayer:  normaliseLayerAVX512,
		})
	}
	if cpu.X86.HasAVX2 {
		paths = append(paths, path{
			name:            "avx2",
			dotFloat32:      dotFloat32AVX2,
			squaredDistance: squaredDistanceAVX2,
			manhattan:       manhattanAVX2,
			dotInt8:         dotInt8AVX2,
			packPanel:       packPanelAVX2,
			mulPanel:        []panelKernel{{4, mulPanel4AVX2}, {1, mulPanel1AVX2}},
			quantise:        quantiseAVX2,
			mulFloat32:      mulFloat32AVX2,
			softmax:         softmaxAVX2,
			gelu:            geluAVX2,
			normaliseLayer:  normaliseLayerAVX2,
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

//go:noescape
func mulPanel8AVX512(c panelCall)

//go:noescape
func mulPanel4AVX512(c panelCall)

//go:noescape
func mulPanel1AVX512(c panelCall)

//go:noescape
func mulPanel4AVX2(c panelCall)

//go:noescape
func mulPanel1AVX2(c panelCall)

//go:noescape
func quantiseAVX512(codes []int8, scales []float32, sums []int32, x []float32, block int)

//go:noescape
func mulFloat32AVX512(dst []float32, dstStride int, a []float32, aStride int, b []float32, bStride int, rows, n, columns int)

//go:noescape
func softmaxAVX512(x []float32, stride, rows, n int, scale float32)

//go:noescape
func geluAVX512(x []float32)

//go:noescape
func normaliseLayerAVX512(x, y, weight, bias []float32, epsilon float32)

//go:noescape
func quantiseAVX2(codes []int8, scales []float32, sums []int32, x []float32, block int)

//go:noescape
func mulFloat32AVX2(dst []float32, dstStride int, a []float32, aStride int, b []float32, bStride int, rows, n, columns int)

//go:noescape
func softmaxAVX2(x []float32, stride, rows, n int, scale float32)

//go:noescape
func geluAVX2(x []float32)

//go:noescape
func normaliseLayerAVX2(x, y, weight, bias []float32, epsilon float32)

func packPanelAVX2(dst []byte, codes []int8, n int) { packPanelFours(dst, codes, n, 0) }

// packPanelAVX512 makes the codes unsigned, as VPDPBUSD wants them.
func packPanelAVX512(dst []byte, codes []int8, n int) { packPanelFours(dst, codes, n, 0x80808080) }
