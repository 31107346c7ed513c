package simd

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// checkLayer compares what the active path makes of x with what the portable
// one does, which other tests hold to the definitions. n is the length of a row.
func checkLayer(t interface{ Fatalf(string, ...any) }, x, y, weight, bias []float32, n, stride int, scale float32) {
	check := func(what string, f func(x []float32, p *path)) {
		got, want := slices.Clone(x), slices.Clone(x)
		f(got, &active)
		f(want, &portable)
		mustEqual(t, fmt.Sprintf("%s of %d values in rows of %d", what, len(x), n), got, want)
	}
	check("GELU", func(x []float32, p *path) { p.gelu(x) })
	if n == 0 || len(x) < n {
		return
	}
	check("Softmax", func(x []float32, p *path) { p.softmax(x, stride, (len(x)-n)/stride+1, n, scale) })
	whole := len(x) / n * n
	check("NormaliseLayer", func(x []float32, p *path) { p.normaliseLayer(x[:whole], y[:whole], weight, bias, 1e-12) })
	check("NormaliseLayer without y", func(x []float32, p *path) { p.normaliseLayer(x[:whole], nil, weight, bias, 1e-12) })
}

func TestLayerEveryLength(t *testing.T) {
	eachPath(t, func(t *testing.T) {
		random := rand.New(rand.NewPCG(17, 18))
		for _, n := range lengths() {
			for rows := range 4 {
				shift, stride := random.IntN(16), n+random.IntN(5)+1
				x, y := normal(random, shift+rows*stride)[shift:], normal(random, shift+rows*stride)[shift:]
				checkLayer(t, x, y, normal(random, n), normal(random, n), n, stride, float32(random.NormFloat64()))
			}
		}
	})
}

func TestLayerExtremes(t *testing.T) {
	extremes := []float32{0, float32(math.Copysign(0, -1)), inf, -inf, nan, math.MaxFloat32, -math.MaxFloat32, 1e4, -1e4, -87.33, -87.34,
		math.SmallestNonzeroFloat32, 0x1p-127, geluMost, -geluMost}
	eachPath(t, func(t *testing.T) {
		random := rand.New(rand.NewPCG(19, 20))
		for _, n := range []int{1, 15, 16, 17, 40} {
			x, y, weight := normal(random, 2*n), normal(random, 2*n), normal(random, n)
			for _, e := range extremes {
				for place := range x {
					z := slices.Clone(x)
					z[place] = e
					checkLayer(t, z, y, weight, weight, n, n, 1)
					checkLayer(t, z, y, weight, weight, n, n, -1)
				}
				checkLayer(t, slices.Repeat([]float32{e}, n), y, weight, weight, n, n, 1)
				checkLayer(t, x, y, weight, weight, n, n, e)
			}
		}
	})
}

func TestLayerProperties(t *testing.T) {
	float := rapid.OneOf(rapid.Float32Range(-10, 10), rapid.Map(rapid.Uint32(), math.Float32frombits))
	eachPath(t, func(t *testing.T) {
		rapid.Check(t, func(t *rapid.T) {
			n, rows := rapid.IntRange(1, 50).Draw(t, "length"), rapid.IntRange(0, 4).Draw(t, "rows")
			draw := func(n int, name string) []float32 { return rapid.SliceOfN(float, n, n).Draw(t, name) }
			checkLayer(t, draw(rows*n, "x"), draw(rows*n, "y"), draw(n, "weight"), draw(n, "bias"), n, n, float.Draw(t, "scale"))
		})
	})
}

// TestSoftmaxIsExact compares with float64.
func TestSoftmaxIsExact(t *testing.T) {
	eachPath(t, func(t *testing.T) {
		random := rand.New(rand.NewPCG(21, 22))
		for _, n := range []int{1, 2, 5, 16, 33, 100, 512} {
			x, scale := normal(random, n), float32(8)
			x[0] = -inf
			if n == 1 {
				x[0] = -3
			}
			var sum float64
			// To take 8 times the maximum away rounds, the more the smaller e is.
			most := slices.Max(x)
			for _, v := range x {
				sum += math.Exp(float64(8*v - 8*most))
			}
			got := slices.Clone(x)
			Softmax(got, n, 1, n, scale)
			for i, v := range x {
				want := math.Exp(float64(8*v-8*most)) / sum
				if d := math.Abs(float64(got[i]) - want); !(d <= 5e-7*want+1e-37) {
					t.Errorf("%d values: value %d is %v, want %v", n, i, got[i], want)
				}
			}
		}
	})
}

// TestExpIsExact compares exp, which all paths follow, with float64.
func TestExpIsExact(t *testing.T) {
	for v := float32(0); v >= expLeast; v -= 0.00037 {
		want := math.Exp(float64(v))
		if d := math.Abs(float64(exp(v))/want - 1); d > 1.3e-7 {
			t.Fatalf("exp(%v) is %v, want %v: off by %v of it", v, exp(v), want, d)
		}
	}
}

// TestGELUIsExact compares with float64.
func TestGELUIsExact(t *testing.T) {
	eachPath(t, func(t *testing.T) {
		var x []float32
		for v := float32(-20); v < 20; v += 0.00171 {
			x = append(x, v)
		}
		x = append(x, 0, 1e-20, -1e-20, 1e20, -1e20, -inf)
		got := slices.Clone(x)
		GELU(got)
		for i, v := range x {
			want := float64(v) / 2 * math.Erfc(-float64(v)/math.Sqrt2)
			if v == -inf {
				want = 0
			}
			if d := math.Abs(float64(got[i]) - want); !(d <= 2e-7*max(1, math.Abs(want))) {
				t.Fatalf("GELU(%v) is %v, want %v", v, got[i], want)
			}
		}
		special := []float32{nan, inf}
		if GELU(special); special[0] == special[0] || special[1] != inf {
			t.Errorf("GELU of NaN and +Inf is %v", special)
		}
	})
}

// TestNormaliseLayerIsExact compares with float64.
func TestNormaliseLayerIsExact(t *testing.T) {
	eachPath(t, func(t *testing.T) {
		random := rand.New(rand.NewPCG(23, 24))
		for _, n := range []int{1, 2, 15, 16, 17, 384, 1000} {
			const epsilon = 1e-5
			x, y, weight, bias := normal(random, 3*n), normal(random, 3*n), normal(random, n), normal(random, n)
			got := slices.Clone(x)
			NormaliseLayer(got, y, weight, bias, epsilon)
			for row := range 3 {
				var mean, variance float64
				at := func(k int) float64 { return float64(x[row*n+k]) + float64(y[row*n+k]) }
				for k := range n {
					mean += at(k) / float64(n)
				}
				for k := range n {
					variance += (at(k) - mean) * (at(k) - mean) / float64(n)
				}
				for k := range n {
					want := (at(k)-mean)/math.Sqrt(variance+epsilon)*float64(weight[k]) + float64(bias[k])
					if d := math.Abs(float64(got[row*n+k]) - want); !(d < 1e-5) {
						t.Fatalf("row %d of %d values: value %d is %v, want %v", row, n, k, got[row*n+k], want)
					}
				}
			}
		}
	})
}
