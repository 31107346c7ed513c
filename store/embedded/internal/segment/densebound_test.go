package segment

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/naru-rag/naru/internal/simd"
)

// TestBounds wants bounds that the kernels' scores stay below, where they are
// hardest to: errors of codes that all point the way of the query, no errors but
// those of the kernel, sums that leave float32.
func TestBounds(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for name, pair := range map[string]func(q, x []float32){
		"random": func(q, x []float32) {
			for i := range q {
				q[i], x[i] = float32(random.NormFloat64()), float32(random.NormFloat64())
			}
		},
		"errors of rows add up": func(q, x []float32) {
			for i := range q {
				q[i] = float32(1 - 2*random.IntN(2))
				x[i] = float32(random.IntN(253)-126) + 0.49*q[i]
			}
			x[0] = 127
		},
		"errors of the query add up": func(q, x []float32) {
			for i := range q {
				x[i] = float32(1 - 2*random.IntN(2))
				q[i] = float32(random.IntN(253)-126) + 0.49*x[i]
			}
			q[0] = 127
		},
		"errors of the kernel add up": func(q, x []float32) {
			// Once a sum is beyond 1<<24, each product rounds it up.
			for i := range q {
				q[i], x[i] = 127, 125
			}
			x[0] = 127
		},
		"no errors of codes": func(q, x []float32) {
			for i := range q {
				q[i], x[i] = 0.1*float32(random.IntN(128)), 0.3*float32(random.IntN(128))
			}
			q[0], x[0] = 12.7, 38.1
		},
		"nearly the same": func(q, x []float32) {
			for i := range q {
				q[i] = float32(random.NormFloat64())
				x[i] = q[i] * (1 + 0x1p-20*float32(random.NormFloat64()))
			}
		},
		"tiny": func(q, x []float32) {
			for i := range q {
				q[i] = float32(random.IntN(200)-100) * math.SmallestNonzeroFloat32
				x[i] = float32(random.IntN(200)-100) * 1e-3
			}
		},
		"zero": func(q, x []float32) { clear(q); clear(x) },
		"a sum that overflows on its way": func(q, x []float32) {
			for i := range q {
				q[i], x[i] = 1, 0
			}
			x[0], x[32], x[1] = 1.8e38, 1.8e38, -1.8e38
		},
	} {
		for _, size := range []int{64, 1000, MaxSize} {
			for range min(200, 100_000/size+1) {
				q, x := make([]float32, size), make([]float32, size)
				pair(q, x)
				c, ok := newCodeQuery(q, make([]int8, size))
				if !ok {
					t.Fatalf("%s: the query has no codes", name)
				}
				codes := make([]int8, size)
				rows := []rowBound{quantise(x, codes)}
				var dots [1]int32
				simd.DotInt8(dots[:], c.codes, codes)
				var score, bound [1]float32
				simd.DotFloat32(score[:], q, x)
				if c.dotBounds(bound[:], dots[:], rows); score[0] > bound[0] {
					t.Fatalf("%s: the dot product is %v, above %v", name, score[0], bound[0])
				}
				simd.SquaredDistance(score[:], q, x)
				if c.euclidBounds(bound[:], dots[:], rows); -score[0] > bound[0] {
					t.Fatalf("%s: minus the squared distance is %v, above %v", name, -score[0], bound[0])
				}
			}
		}
	}
	if _, ok := newCodeQuery([]float32{1e20}, make([]int8, 1)); ok {
		t.Error("a query that makes sums overflow has codes")
	}
}
