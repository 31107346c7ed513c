package simd

import (
	"fmt"
	"math/bits"
)

// MulFloat32 stores the product of two matrices,
//
//	dst[i*dstStride+j] = Σ_k a[i*aStride+k] × b[k*bStride+j]
//
// for i below rows, k below n and j below columns. The sum starts at +0 and is
// formed in the order of k; each operation is rounded to float32. dst must not
// overlap a or b, nor one row of dst the next. MulFloat32 panics where the
// lengths do not fit.
func MulFloat32(dst []float32, dstStride int, a []float32, aStride int, b []float32, bStride int, rows, n, columns int) {
	const function = "MulFloat32"
	mustHold(function, "dst", len(dst), rows, dstStride, columns)
	mustHold(function, "a", len(a), rows, aStride, n)
	mustHold(function, "b", len(b), n, bStride, columns)
	if rows == 0 || columns == 0 {
		return
	}
	active.mulFloat32(dst, dstStride, a, aStride, b, bStride, rows, n, columns)
}

// mustHold panics unless a slice of have values holds rows of columns values,
// the first of which lie stride apart. The position of the last is worked out in
// two words: the kernels trust it.
func mustHold(function, what string, have, rows, stride, columns int) {
	if rows|stride|columns >= 0 {
		if rows == 0 || columns == 0 {
			return
		}
		high, last := bits.Mul(uint(rows-1), uint(stride))
		if high == 0 && columns <= have && last <= uint(have-columns) {
			return
		}
	}
	panic(fmt.Sprintf("simd.%s: %s has %d values, but %d rows of %d values, %d apart, are asked for",
		function, what, have, rows, columns, stride))
}

// mustBe panics unless a slice of have values has as many as it should.
func mustBe(function, what string, have, want int) {
	if have != want {
		refuse(function, what, have, want)
	}
}

// refuse is apart from mustBe for that to be inlined.
func refuse(function, what string, have, want int) {
	panic(fmt.Sprintf("simd.%s: %s has %d values, not %d", function, what, have, want))
}
