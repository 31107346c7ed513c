package simd

import (
	"fmt"
	"math/rand/v2"
	"testing"
)

// Benchmark reports how many bytes of rows each kernel of each path reads a
// second: 4096 rows are a caller's portion, 100000 do not fit most caches.
func Benchmark(b *testing.B) {
	const length, most = 384, 100000
	random := rand.New(rand.NewPCG(5, 6))
	floats, bytes := make([]float32, most*length), make([]int8, most*length)
	for i := range floats {
		floats[i], bytes[i] = random.Float32()-0.5, int8(random.Int())
	}
	scores, sums := make([]float32, most), make([]int32, most)
	for _, p := range available() {
		for _, count := range []int{4096, most} {
			run := func(kernel string, size int, call func()) {
				b.Run(fmt.Sprintf("%s/%s/%dx%d", kernel, p.name, length, count), func(b *testing.B) {
					b.SetBytes(int64(count * length * size))
					for b.Loop() {
						call()
					}
				})
			}
			query, rows := floats[:length], floats[:count*length]
			run("DotFloat32", 4, func() { p.dotFloat32(scores[:count], query, rows) })
			run("SquaredDistance", 4, func() { p.squaredDistance(scores[:count], query, rows) })
			run("Manhattan", 4, func() { p.manhattan(scores[:count], query, rows) })
			run("DotInt8", 1, func() { p.dotInt8(sums[:count], bytes[:length], bytes[:count*length]) })
		}
	}
}
