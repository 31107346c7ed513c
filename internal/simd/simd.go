package simd

import (
	"fmt"
	"math/bits"
)

// maxInt8Length is the longest query DotInt8 takes: with more elements of -128
// the sum could leave int32.
const maxInt8Length = 1 << 16

// path is one set of kernels. They rely on lengths that fit.
type path struct {
	name                                   string
	dotFloat32, squaredDistance, manhattan func(dst, query, rows []float32)
	dotInt8                                func(dst []int32, query, rows []int8)

	packPanel      func(dst []byte, codes []int8, n int)
	mulPanel       []panelKernel // those that take most rows first; the last takes one
	quantise       func(codes []int8, scales []float32, sums []int32, x []float32, block int)
	mulFloat32     func(dst []float32, dstStride int, a []float32, aStride int, b []float32, bStride int, rows, n, columns int)
	softmax        func(x []float32, stride, rows, n int, scale float32)
	gelu           func(x []float32)
	normaliseLayer func(x, y, weight, bias []float32, epsilon float32)
}

// active is what the exported functions call. Tests exchange it.
var active = available()[0]

// Path returns the name of the kernels in use: "avx512", "avx2", "neon+dot",
// "neon" or "portable". It is meant for people; results do not depend on it.
func Path() string { return active.name }

// DotFloat32 stores into dst[i] the dot product of query and row i of rows,
// which holds len(dst) rows of len(query) values one after another. It panics
// where the lengths do not fit.
func DotFloat32(dst, query, rows []float32) {
	mustFit("DotFloat32", len(dst), len(query), len(rows))
	active.dotFloat32(dst, query, rows)
}

// SquaredDistance stores into dst[i] the squared Euclidean distance between
// query and row i of rows, laid out as for [DotFloat32].
func SquaredDistance(dst, query, rows []float32) {
	mustFit("SquaredDistance", len(dst), len(query), len(rows))
	active.squaredDistance(dst, query, rows)
}

// Manhattan stores into dst[i] the sum of the absolute differences between
// query and row i of rows, laid out as for [DotFloat32].
func Manhattan(dst, query, rows []float32) {
	mustFit("Manhattan", len(dst), len(query), len(rows))
	active.manhattan(dst, query, rows)
}

// DotInt8 stores into dst[i] the exact dot product of query and row i of rows,
// laid out as for [DotFloat32]. A query has at most 1<<16 values, so that a sum
// cannot leave int32; DotInt8 panics at a longer one.
func DotInt8(dst []int32, query []int8, rows []int8) {
	mustFit("DotInt8", len(dst), len(query), len(rows))
	if len(query) > maxInt8Length {
		panic(fmt.Sprintf("simd.DotInt8: the query has %d values, more than the %d whose products an int32 can hold",
			len(query), maxInt8Length))
	}
	active.dotInt8(dst, query, rows)
}

// mustFit panics unless rows values are count rows of length values. The
// product is taken in two words: the kernels trust it.
func mustFit(function string, count, length, rows int) {
	high, low := bits.Mul(uint(count), uint(length))
	if high != 0 || low != uint(rows) {
		panic(fmt.Sprintf("simd.%s: rows has %d values, but %d rows of %d values are asked for",
			function, rows, count, length))
	}
}

// Prefetch has the processor fetch memory that is about to be read, where it can;
// it returns at once. Rows that lie here and there are not foreseen by the
// processor, and each costs a wait otherwise.
func Prefetch(memory []byte) { prefetch(memory) }
