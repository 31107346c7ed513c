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
		packPanel:       packPanelPairs,
		mulPanel:        []panelKernel{{4, mulPanel4NEON}, {1, mulPanel1NEON}},
		quantise:        quantiseNEON,
		mulFloat32:      mulFloat32NEON,
		softmax:         softmaxNEON,
		gelu:            geluNEON,
		normaliseLayer:  normaliseLayerNEON,
	}
	if !cpu.ARM64.HasASIMDDP {
		return []path{neon, portable}
	}
	dot := neon
	dot.name, dot.dotInt8 = "neon+dot", dotInt8NEONDot
	dot.packPanel, dot.mulPanel = packPanelNEONDot, []panelKernel{{4, mulPanel4NEONDot}, {1, mulPanel1NEONDot}}
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

// packPanelPairs lays out the first two codes of each of four rows, then the next
// two of each; then the same of the next four rows and so on, then the next four
// codes of each.
func packPanelPairs(dst []byte, codes []int8, n int) {
	for r := range Panel {
		for k, c := range codes[r*n:][:n] {
			dst[k/4*4*Panel+r/4*16+k%4/2*8+r%4*2+k%2] = byte(c)
		}
	}
}

func packPanelNEONDot(dst []byte, codes []int8, n int) { packPanelFours(dst, codes, n, 0) }

//go:noescape
func mulPanel4NEON(c panelCall)

//go:noescape
func mulPanel1NEON(c panelCall)

//go:noescape
func mulPanel4NEONDot(c panelCall)

//go:noescape
func mulPanel1NEONDot(c panelCall)

//go:noescape
func quantiseNEON(codes []int8, scales []float32, sums []int32, x []float32, block int)

// mulFloat32NEON takes as many columns as it can at a time: NEON has no masked
// load.
func mulFloat32NEON(dst []float32, dstStride int, a []float32, aStride int, b []float32, bStride int, rows, n, columns int) {
	if by16 := columns &^ 15; by16 > 0 {
		mulFloat32By16NEON(dst, dstStride, a, aStride, b, bStride, rows, n, by16)
	}
	if by4 := columns & 12; by4 > 0 {
		done := columns &^ 15
		mulFloat32By4NEON(dst[done:], dstStride, a, aStride, from(b, done), bStride, rows, n, by4)
	}
	if by1 := columns & 3; by1 > 0 {
		done := columns &^ 3
		mulFloat32By1NEON(dst[done:], dstStride, a, aStride, from(b, done), bStride, rows, n, by1)
	}
}

// from returns b without its first i values; b is empty where n is 0.
func from(b []float32, i int) []float32 { return b[min(i, len(b)):] }

//go:noescape
func mulFloat32By16NEON(dst []float32, dstStride int, a []float32, aStride int, b []float32, bStride int, rows, n, columns int)

//go:noescape
func mulFloat32By4NEON(dst []float32, dstStride int, a []float32, aStride int, b []float32, bStride int, rows, n, columns int)

//go:noescape
func mulFloat32By1NEON(dst []float32, dstStride int, a []float32, aStride int, b []float32, bStride int, rows, n, columns int)

//go:noescape
func softmaxNEON(x []float32, stride, rows, n int, scale float32)

//go:noescape
func geluNEON(x []float32)

//go:noescape
func normaliseLayerNEON(x, y, weight, bias []float32, epsilon float32)
