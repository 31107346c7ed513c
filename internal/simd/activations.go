package simd

import (
	"fmt"
	"slices"
)

// Activations are rows of int8 codes, one for each token, with a scale and a sum
// for each block of values: value i of a row is about its code × the scale of
// block i/Block. [Activations.Quantise] makes them for [MulPanel], which relies on
// codes within ±127, never -128, and on sums that are right.
//
// To divide rows between goroutines give each Activations of its own, or have
// them call MulPanel with the same, for different rows or panels.
type Activations struct {
	N, Block int       // values of a row, a multiple of Block; values of a block, 16 or 32
	Codes    []int8    // rows × N
	Scales   []float32 // rows × N/Block
	Sums     []int32   // rows × N/Block: the sum of a block's codes
}

// Quantise replaces the rows of a by those of x, which holds any number of rows
// of a.N values. The scale of a block is max|x|/127, and a code is x × (1/scale),
// rounded to the nearest integer, half to even. Where 1/scale is not finite, for
// the values are too small or one is infinite, x is multiplied with 0 instead.
//
// A product that is NaN gets the code 127, and a NaN in a block makes its scale
// NaN. The slices of a grow as needed and are kept otherwise. Quantise panics
// where the lengths do not fit.
func (a *Activations) Quantise(x []float32) {
	a.blocks("Quantise")
	if a.N == 0 && len(x) != 0 || a.N != 0 && len(x)%a.N != 0 {
		panic(fmt.Sprintf("simd.Quantise: x has %d values, which are no rows of %d", len(x), a.N))
	}
	blocks := len(x) / a.Block
	a.Codes = slices.Grow(a.Codes[:0], len(x))[:len(x)]
	a.Scales = slices.Grow(a.Scales[:0], blocks)[:blocks]
	a.Sums = slices.Grow(a.Sums[:0], blocks)[:blocks]
	active.quantise(a.Codes, a.Scales, a.Sums, x, a.Block)
}

// blocks returns how many blocks a row has. It panics unless it is made of whole
// ones.
func (a *Activations) blocks(function string) int {
	blocks := a.N >> 4
	if a.Block == 32 {
		blocks = a.N >> 5
	}
	if a.N < 0 || blocks*a.Block != a.N || a.Block != 16 && a.Block != 32 {
		panic(fmt.Sprintf("simd.%s: activations with rows of %d values in blocks of %d: a block has 16 or 32 values, a row is a multiple",
			function, a.N, a.Block))
	}
	return blocks
}
