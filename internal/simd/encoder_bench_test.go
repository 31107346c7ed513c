package simd

import (
	"fmt"
	"math/rand/v2"
	"testing"
)

// perSecond makes a benchmark report how many thousand millions of units it did
// a second; what it is given are those of one call.
func perSecond(b *testing.B, units int, unit string, call func()) {
	calls := 0
	for b.Loop() {
		call()
		calls++
	}
	b.ReportMetric(float64(units)*float64(calls)/1e9/b.Elapsed().Seconds(), "G"+unit+"/s")
}

// perValue makes a benchmark report how long each of so many values took.
func perValue(b *testing.B, values int, call func()) {
	calls := 0
	for b.Loop() {
		call()
		calls++
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(values)/float64(calls), "ns/value")
}

func eachPathBenchmark(b *testing.B, f func(b *testing.B)) {
	before := active
	for _, active = range available() {
		b.Run(active.name, f)
	}
	active = before
}

// BenchmarkMulPanel multiplies a whole matrix of weights, panel by panel.
func BenchmarkMulPanel(b *testing.B) {
	for _, size := range []struct{ n, outputs, rows int }{{384, 384, 12}, {384, 1536, 12}, {1536, 384, 12}, {384, 1536, 300}, {1536, 384, 300}} {
		for _, minimums := range []bool{false, true} {
			b.Run(fmt.Sprintf("%dx%d/rows=%d/minimums=%v", size.n, size.outputs, size.rows, minimums), func(b *testing.B) {
				eachPathBenchmark(b, func(b *testing.B) {
					random := rand.New(rand.NewPCG(25, 26))
					c := randomPanel(random, size.n/32, 32, size.rows)
					if !minimums {
						c.minimums = nil
					}
					panels := make([][]byte, size.outputs/Panel)
					for i := range panels {
						panels[i] = make([]byte, len(c.weights))
						PackPanel(panels[i], c.weights, size.n)
					}
					dst := make([]float32, size.rows*size.outputs)
					perSecond(b, size.n*size.outputs*size.rows, "MAC", func() {
						for i, panel := range panels {
							MulPanel(dst[i*Panel:], size.outputs, panel, c.scales, c.minimums, c.bias, &c.a, 0, size.rows)
						}
					})
				})
			})
		}
	}
}

func BenchmarkPackPanel(b *testing.B) {
	eachPathBenchmark(b, func(b *testing.B) {
		codes, dst := make([]int8, 384*Panel), make([]byte, 384*Panel)
		perValue(b, len(codes), func() { PackPanel(dst, codes, 384) })
	})
}

// BenchmarkMulFloat32 has the two products of attention, for heads of 32 values.
func BenchmarkMulFloat32(b *testing.B) {
	for _, size := range []struct{ rows, n, columns int }{{12, 32, 12}, {300, 32, 300}, {300, 300, 32}, {512, 512, 32}} {
		b.Run(fmt.Sprintf("%dx%dx%d", size.rows, size.n, size.columns), func(b *testing.B) {
			eachPathBenchmark(b, func(b *testing.B) {
				random := rand.New(rand.NewPCG(27, 28))
				x, y, dst := normal(random, size.rows*size.n), normal(random, size.n*size.columns), make([]float32, size.rows*size.columns)
				perSecond(b, size.rows*size.n*size.columns, "MAC", func() {
					MulFloat32(dst, size.columns, x, size.n, y, size.columns, size.rows, size.n, size.columns)
				})
			})
		})
	}
}

func BenchmarkLayer(b *testing.B) {
	const rows, n = 12, 384
	random := rand.New(rand.NewPCG(29, 30))
	x, weight := normal(random, rows*n), normal(random, n)
	work := make([]float32, len(x))
	run := func(name string, call func()) {
		b.Run(name, func(b *testing.B) {
			eachPathBenchmark(b, func(b *testing.B) {
				copy(work, x)
				perValue(b, rows*n, call)
			})
		})
	}
	a := Activations{N: n, Block: 32}
	run("Quantise", func() { a.Quantise(work) })
	run("GELU", func() { copy(work, x); GELU(work) })
	run("Softmax", func() { copy(work, x); Softmax(work, n, rows, n, 1) })
	run("NormaliseLayer", func() { NormaliseLayer(work, x, weight, weight, 1e-5) })
}
