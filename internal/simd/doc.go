// Package simd is what an exact search and an encoder of texts spend their time
// in, so it is written in assembly for amd64 and arm64, with Go for all else and
// for the build tag purego.
//
// For a search it scores one query vector against many stored ones: dot products,
// squared Euclidean and Manhattan distances of float32 vectors, and dot products
// of int8 vectors. Start with [DotFloat32].
//
// For an encoder (a transformer such as BERT) it multiplies the activations of
// many tokens with matrices of int8 weights that have a scale for each block.
// Start with [MulPanel], which takes what [PackPanel] and [Activations.Quantise]
// make; [MulFloat32] and [Softmax] are for attention, [GELU] and [NormaliseLayer]
// for what lies between.
//
// To read the code: portable.go, matrix_portable.go and layer_portable.go say in Go
// what every kernel computes; path_*.go choose the kernels by what the CPU can do,
// once, when the program starts; the other .h files are bodies of kernels, which
// the .s files include once for each operation or size. [Path] names the choice.
//
// The kernels of a search take one row at a time. To take several would spare
// loads of the query, which stays in the first cache, but read memory in several
// streams: on an AMD EPYC with AVX-512 two rows at a time came to 25 GB/s, one to
// 37. MulPanel takes up to eight rows of activations at a time, for which weights
// are loaded once.
//
// # What it promises
//
// Float results have the same bits on every path and every architecture. A sum
// is formed in this order, and each step is rounded to float32; no
// multiplication is fused with an addition:
//
//  1. There are 32 lanes, which start at +0. The term of element j is added to
//     lane j mod 32, in the order of j. A term is q×r, (q−r)×(q−r) or |q−r|.
//  2. The upper half of the lanes is added to the lower half, lane i+16 to lane
//     i, then i+8, then i+4, which leaves four.
//  3. The result is (lane 0 + lane 1) + (lane 2 + lane 3).
//
// The sums of Softmax and NormaliseLayer are formed likewise in 16 lanes; those of
// MulPanel and MulFloat32 one after another, as these say.
//
// Where the result is NaN, it is NaN on every path, but sign and payload of the
// NaN may differ. A NaN in the query or the row gives NaN. Infinities and
// subnormal numbers are treated as IEEE 754 has them.
//
// Int8 results are exact, whatever the values.
//
// Nothing is read or written outside the slices. They need no alignment. All
// functions are safe for concurrent use, as long as nobody writes what another
// reads.
//
// # What it does not
//
//   - dst must not overlap what is read, nor one row of dst the next.
//   - Assembly is not preempted, and the garbage collector may have to wait for
//     a call: a caller with very many rows hands over some thousands at a time.
//   - It uses one core; the caller splits the rows, or the panels.
//   - AVX-512 without VNNI (the first Xeons that had it) counts as AVX2.
package simd
