// Package simd scores one query vector against many stored ones: dot products,
// squared Euclidean and Manhattan distances of float32 vectors, and dot
// products of int8 vectors. It is what an exact search spends its time in, so
// it is written in assembly for amd64 and arm64, with Go for all else and for
// the build tag purego.
//
// Start with [DotFloat32]. To read the code: portable.go says in Go what every
// kernel computes; path_*.go choose the kernels by what the CPU can do, once,
// when the program starts; float32_*.h and int8_*.h are the kernels' bodies,
// which the .s files include once for each operation. [Path] names the choice.
//
// The kernels take one row at a time. To take several would spare loads of the
// query, which stays in the first cache, but read memory in several streams: on
// an AMD EPYC with AVX-512 two rows at a time came to 25 GB/s, one to 37.
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
//   - dst must not overlap query or rows.
//   - Assembly is not preempted, and the garbage collector may have to wait for
//     a call: a caller with very many rows hands over some thousands at a time.
//   - It uses one core; the caller splits the rows.
//   - AVX-512 without VNNI (the first Xeons that had it) counts as AVX2.
package simd
