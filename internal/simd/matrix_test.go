package simd

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// panelCase is what MulPanel is called with, the panel not yet packed.
type panelCase struct {
	weights                []int8
	scales, minimums, bias []float32
	a                      Activations
	stride, first, last    int
}

// randomPanel returns a case with codes of all sizes.
func randomPanel(random *rand.Rand, blocks, block, rows int) panelCase {
	n := blocks * block
	c := panelCase{
		weights: make([]int8, Panel*n),
		scales:  normal(random, Panel*blocks), minimums: normal(random, Panel*blocks), bias: normal(random, Panel),
		a:      Activations{N: n, Block: block},
		stride: Panel, last: rows,
	}
	for i := range c.weights {
		c.weights[i] = int8(random.Int())
	}
	c.a.Quantise(normal(random, rows*n))
	return c
}

func normal(random *rand.Rand, n int) []float32 {
	v := make([]float32, n)
	for i := range v {
		v[i] = float32(random.NormFloat64())
	}
	return v
}

// run returns what the active path stores.
func (c *panelCase) run() []float32 {
	panel := make([]byte, len(c.weights))
	PackPanel(panel, c.weights, c.a.N)
	dst := slices.Repeat([]float32{42}, (c.last+1)*c.stride)
	MulPanel(dst, c.stride, panel, c.scales, c.minimums, c.bias, &c.a, c.first, c.last)
	return dst
}

// want is the documented order of operations. What is rounded is stored.
func (c *panelCase) want() []float32 {
	dst := slices.Repeat([]float32{42}, (c.last+1)*c.stride)
	n, blocks := c.a.N, c.a.N/c.a.Block
	for t := c.first; t < c.last; t++ {
		for r := range Panel {
			terms := make([]float32, 0, 1+2*blocks)
			if c.bias != nil {
				terms = append(terms, c.bias[r])
			}
			for b := range blocks {
				products, scale := int64(0), c.a.Scales[t*blocks+b]
				for k := b * c.a.Block; k < (b+1)*c.a.Block; k++ {
					products += int64(c.weights[r*n+k]) * int64(c.a.Codes[t*n+k])
				}
				scales := c.scales[b*Panel+r] * scale
				terms = append(terms, float32(products)*scales)
				if c.minimums != nil {
					sum := scale * float32(c.a.Sums[t*blocks+b])
					terms = append(terms, -(c.minimums[b*Panel+r] * sum))
				}
			}
			var sum float32
			for _, x := range terms {
				sum += x
			}
			dst[t*c.stride+r] = sum
		}
	}
	return dst
}

// mustEqual compares results bit by bit.
func mustEqual(t interface{ Fatalf(string, ...any) }, what string, got, want []float32) {
	for i := range want {
		if !same(got[i], want[i]) {
			t.Fatalf("%s on %s: value %d of %d is %v (%#x), want %v (%#x)", what, Path(), i, len(want),
				got[i], math.Float32bits(got[i]), want[i], math.Float32bits(want[i]))
		}
	}
}

func TestMulPanel(t *testing.T) {
	eachPath(t, func(t *testing.T) {
		random := rand.New(rand.NewPCG(7, 8))
		for _, block := range []int{16, 32} {
			for _, blocks := range []int{0, 1, 2, 3, 4, 5, 12} {
				for rows := range 22 {
					c := randomPanel(random, blocks, block, rows)
					c.stride += random.IntN(20)
					c.first = random.IntN(rows + 1)
					for kind := range 4 {
						d := c
						if kind&1 != 0 {
							d.minimums = nil
						}
						if kind&2 != 0 {
							d.bias = nil
						}
						what := fmt.Sprintf("%d blocks of %d, rows %d to %d, kind %d", blocks, block, c.first, c.last, kind)
						mustEqual(t, what, d.run(), d.want())
					}
				}
			}
		}
	})
}

// TestMulPanelExtremes has the codes whose products are greatest, and scales
// that are not finite.
func TestMulPanelExtremes(t *testing.T) {
	eachPath(t, func(t *testing.T) {
		random := rand.New(rand.NewPCG(9, 10))
		for _, block := range []int{16, 32} {
			for _, w := range []int8{-128, -127, 0, 127} {
				for _, code := range []int8{-127, 0, 127} {
					c := randomPanel(random, 3, block, 13)
					for i := range c.weights {
						c.weights[i] = w
					}
					for i := range c.a.Codes {
						c.a.Codes[i] = code
					}
					for i := range c.a.Sums {
						c.a.Sums[i] = int32(block) * int32(code)
					}
					mustEqual(t, fmt.Sprint(w, code), c.run(), c.want())
				}
			}
			for _, x := range []float32{nan, inf, -inf, 0, math.MaxFloat32, math.SmallestNonzeroFloat32} {
				c := randomPanel(random, 2, block, 13)
				c.scales[3], c.minimums[20], c.bias[5], c.a.Scales[2] = x, x, x, x
				mustEqual(t, fmt.Sprint(x), c.run(), c.want())
			}
		}
	})
}

// TestMulPanelIsTheProduct compares quantised weights and activations with the
// product of the numbers they stand for.
func TestMulPanelIsTheProduct(t *testing.T) {
	eachPath(t, func(t *testing.T) {
		random := rand.New(rand.NewPCG(11, 12))
		const n, rows = 384, 9
		x, weights := normal(random, rows*n), normal(random, Panel*n)
		var a, w = Activations{N: n, Block: 32}, Activations{N: n, Block: 32}
		a.Quantise(x)
		w.Quantise(weights)
		c := panelCase{weights: w.Codes, scales: make([]float32, len(w.Scales)), a: a, stride: Panel, last: rows}
		for r := range Panel {
			for b := range n / 32 {
				c.scales[b*Panel+r] = w.Scales[r*n/32+b]
			}
		}
		got := c.run()
		for i := range rows {
			for r := range Panel {
				var want float64
				for k := range n {
					want += float64(x[i*n+k]) * float64(weights[r*n+k])
				}
				// A code is off by at most half a scale, which is about 3/127.
				if d := math.Abs(float64(got[i*Panel+r]) - want); !(d < 1.5) {
					t.Fatalf("row %d of activations, %d of weights: %v, want %v", i, r, got[i*Panel+r], want)
				}
			}
		}
	})
}

// checkQuantise works out the documented codes one by one.
func checkQuantise(t interface{ Fatalf(string, ...any) }, x []float32, block int) {
	a := Activations{N: block, Block: block}
	a.Quantise(x)
	for b := range len(x) / block {
		values := x[b*block:][:block]
		var most float32
		for _, v := range values {
			if size := abs(v); size > most || v != v {
				most = size
			}
			if most != most {
				break
			}
		}
		scale := most / 127
		inverse := 1 / scale
		if inverse != inverse || inverse > math.MaxFloat32 {
			inverse = 0
		}
		var sum int32
		for i, v := range values {
			want := math.RoundToEven(float64(v * inverse))
			if want = max(-127, min(127, want)); want != want {
				want = 127
			}
			sum += int32(want)
			if got := a.Codes[b*block+i]; float64(got) != want {
				t.Fatalf("Quantise on %s: %v in block %v has code %d, want %v", Path(), v, values, got, want)
			}
		}
		if !same(a.Scales[b], scale) || a.Sums[b] != sum {
			t.Fatalf("Quantise on %s: scale and sum are %v and %d, want %v and %d", Path(), a.Scales[b], a.Sums[b], scale, sum)
		}
	}
}

func TestQuantise(t *testing.T) {
	eachPath(t, func(t *testing.T) {
		random := rand.New(rand.NewPCG(13, 14))
		for _, block := range []int{16, 32} {
			for blocks := range 9 {
				for _, size := range []float32{1, 0, 1e-30, 1e-38, 1e-40, 1e30, math.MaxFloat32, inf, nan} {
					x := normal(random, blocks*block)
					for i := range x {
						x[i] = max(-1, min(1, x[i]*.3)) * size
					}
					checkQuantise(t, x, block)
				}
				// Halves are rounded to even: the scale is 1.
				x := make([]float32, blocks*block)
				for i := range x {
					x[i] = float32(random.IntN(253)-126) + 0.5
					if i%block == 3 {
						x[i] = -127
					}
				}
				checkQuantise(t, x, block)
				for _, extreme := range []float32{inf, -inf, nan, float32(math.Copysign(0, -1)), math.MaxFloat32} {
					for i := 0; i < len(x); i += 7 {
						y := slices.Clone(x)
						y[i] = extreme
						checkQuantise(t, y, block)
					}
				}
			}
		}
	})
}

// checkMulFloat32 compares the product with sums in the documented order. The
// products are stored before they are added, so nothing is fused.
func checkMulFloat32(t interface{ Fatalf(string, ...any) }, a, b []float32, rows, n, columns, aMore, bMore, dstMore int) {
	aStride, bStride, dstStride := n+aMore, columns+bMore, columns+dstMore
	got := slices.Repeat([]float32{42}, rows*dstStride+1)
	MulFloat32(got, dstStride, a, aStride, b, bStride, rows, n, columns)
	want := slices.Repeat([]float32{42}, len(got))
	products := make([]float32, n)
	for i := range rows {
		for j := range columns {
			for k := range products {
				products[k] = a[i*aStride+k] * b[k*bStride+j]
			}
			var sum float32
			for _, x := range products {
				sum += x
			}
			want[i*dstStride+j] = sum
		}
	}
	mustEqual(t, fmt.Sprintf("MulFloat32 of %d×%d by %d×%d", rows, n, n, columns), got, want)
}

func TestMulFloat32(t *testing.T) {
	eachPath(t, func(t *testing.T) {
		random := rand.New(rand.NewPCG(15, 16))
		a, b := normal(random, 4096), normal(random, 16384)
		for rows := range 11 {
			for columns := range 70 {
				for _, n := range []int{0, 1, 2, 7, 32} {
					checkMulFloat32(t, a, b, rows, n, columns, random.IntN(9), random.IntN(9), random.IntN(9))
				}
			}
		}
		for _, x := range []float32{nan, inf, float32(math.Copysign(0, -1)), math.MaxFloat32, math.SmallestNonzeroFloat32} {
			a, b := slices.Clone(a[:100]), slices.Clone(b[:700])
			a[7], b[5], b[300] = x, x, -x
			checkMulFloat32(t, a, b, 5, 12, 37, 1, 2, 3)
		}
	})
}

func TestMatrixProperties(t *testing.T) {
	float := rapid.OneOf(rapid.Float32Range(-1, 1), rapid.Map(rapid.Uint32(), math.Float32frombits))
	eachPath(t, func(t *testing.T) {
		rapid.Check(t, func(t *rapid.T) {
			block := rapid.SampledFrom([]int{16, 32}).Draw(t, "block")
			rows, blocks := rapid.IntRange(0, 13).Draw(t, "rows"), rapid.IntRange(0, 3).Draw(t, "blocks")
			n := rows * blocks * block
			x := rapid.SliceOfN(float, n, n).Draw(t, "x")
			checkQuantise(t, x, block)
			c := panelCase{
				weights: rapid.SliceOfN(rapid.Int8(), Panel*blocks*block, Panel*blocks*block).Draw(t, "weights"),
				scales:  rapid.SliceOfN(float, Panel*blocks, Panel*blocks).Draw(t, "scales"),
				a:       Activations{N: blocks * block, Block: block},
				stride:  Panel, last: rows,
			}
			c.a.Quantise(x)
			if blocks == 0 {
				c.last = 0
			}
			mustEqual(t, "MulPanel", c.run(), c.want())
			columns := rapid.IntRange(0, 40).Draw(t, "columns")
			b := rapid.SliceOfN(float, 6*columns, 6*columns).Draw(t, "b")
			if rows = min(rows, len(x)/6); rows > 0 {
				checkMulFloat32(t, x, b, rows, 6, columns, 0, 0, 0)
			}
		})
	})
}
