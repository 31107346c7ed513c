package simd

import (
	"hash/fnv"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
)

// TestEncoderSameBitsEverywhere has the hash of many results of the kernels that
// an encoder needs, so that the paths of one architecture are compared with those
// of the others.
func TestEncoderSameBitsEverywhere(t *testing.T) {
	const want = 0xf8d686d493ab7bdf
	eachPath(t, func(t *testing.T) {
		random := rand.New(rand.NewPCG(31, 32))
		values := func(n int) []float32 {
			v := make([]float32, n)
			for i := range v {
				v[i] = float32(random.IntN(1<<24)-1<<23) * 0x1p-21
			}
			return v
		}
		sum := fnv.New64a()
		add := func(v []float32) {
			for _, x := range v {
				bits := math.Float32bits(x)
				sum.Write([]byte{byte(bits), byte(bits >> 8), byte(bits >> 16), byte(bits >> 24)})
			}
		}
		for _, n := range []int{16, 32, 48, 64, 384} {
			for _, block := range []int{16, 32} {
				if n%block != 0 {
					continue
				}
				c := panelCase{
					weights: make([]int8, Panel*n),
					scales:  values(Panel * n / block), minimums: values(Panel * n / block), bias: values(Panel),
					a:      Activations{N: n, Block: block},
					stride: Panel, last: 15,
				}
				for i := range c.weights {
					c.weights[i] = int8(random.Int())
				}
				c.a.Quantise(values(15 * n))
				add(c.a.Scales)
				add(c.run())
			}
		}
		for n := range 70 {
			x, y, dst := values(5*n), values(5*n), make([]float32, 25)
			MulFloat32(dst, 5, x, n, y, 5, 5, n, 5)
			add(dst)
			GELU(x)
			add(x)
			Softmax(y, n, 5, n, 0.25)
			add(y)
			NormaliseLayer(x, y, values(n), values(n), 1e-5)
			add(x)
		}
		if got := sum.Sum64(); got != want {
			t.Errorf("the hash of all results is %#x, want %#x", got, uint64(want))
		}
	})
}

func TestEncoderLengthsThatDoNotFit(t *testing.T) {
	message := func(f func()) (text string) {
		defer func() { text, _ = recover().(string) }()
		f()
		return ""
	}
	v := func(n int) []float32 { return make([]float32, n) }
	b := func(n int) []byte { return make([]byte, n) }
	whole := Activations{N: 32, Block: 16, Codes: make([]int8, 64), Scales: v(4), Sums: make([]int32, 4)}
	short := func(change func(a *Activations)) *Activations {
		a := whole
		change(&a)
		return &a
	}
	eachPath(t, func(t *testing.T) {
		for _, c := range []struct {
			call func()
			want string
		}{
			{func() { PackPanel(b(16), make([]int8, 256), 16) }, "simd.PackPanel: 256 codes for 16 bytes"},
			{func() { PackPanel(b(128), make([]int8, 128), 8) }, "16 rows of 8 codes"},
			{func() { PackPanel(b(0), nil, -16) }, "16 rows of -16 codes"},
			{func() { (&Activations{N: 32, Block: 8}).Quantise(v(32)) }, "simd.Quantise: activations with rows of 32 values in blocks of 8"},
			{func() { (&Activations{N: 40, Block: 16}).Quantise(v(40)) }, "rows of 40 values"},
			{func() { (&Activations{N: -32, Block: 16}).Quantise(v(32)) }, "rows of -32 values"},
			{func() { (&Activations{N: 32, Block: 16}).Quantise(v(33)) }, "simd.Quantise: x has 33 values, which are no rows of 32"},
			{func() { (&Activations{Block: 16}).Quantise(v(16)) }, "which are no rows of 0"},
			{func() { MulPanel(v(32), 16, b(511), v(32), nil, nil, &whole, 0, 2) }, "simd.MulPanel: panel has 511 values, not 512"},
			{func() { MulPanel(v(32), 16, b(512), v(31), nil, nil, &whole, 0, 2) }, "scales has 31 values, not 32"},
			{func() { MulPanel(v(32), 16, b(512), v(32), v(31), nil, &whole, 0, 2) }, "minimums has 31 values, not 32"},
			{func() { MulPanel(v(32), 16, b(512), v(32), v(32), v(15), &whole, 0, 2) }, "bias has 15 values, not 16"},
			{func() { MulPanel(v(31), 16, b(512), v(32), nil, nil, &whole, 0, 2) }, "dst has 31 values, but 2 rows of 16 values, 16 apart"},
			{func() { MulPanel(v(32), -1, b(512), v(32), nil, nil, &whole, 0, 2) }, "-1 apart"},
			{func() { MulPanel(v(48), 16, b(512), v(32), nil, nil, &whole, 0, 3) }, "codes has 64 values, but 3 rows of 32"},
			{func() { MulPanel(v(48), 16, b(512), v(32), nil, nil, &whole, -1, 1) }, "rows from -1 to below 1"},
			{func() { MulPanel(v(48), 16, b(512), v(32), nil, nil, &whole, 2, 1) }, "rows from 2 to below 1"},
			{func() {
				MulPanel(v(32), 16, b(512), v(32), nil, nil, short(func(a *Activations) { a.Scales = v(3) }), 0, 2)
			}, "scales of the activations has 3 values"},
			{func() {
				MulPanel(v(32), 16, b(512), v(32), nil, nil, short(func(a *Activations) { a.Sums = a.Sums[:3] }), 0, 2)
			}, "sums of the activations has 3 values"},
			{func() { MulFloat32(v(5), 3, v(6), 3, v(9), 3, 2, 3, 3) }, "simd.MulFloat32: dst has 5 values"},
			{func() { MulFloat32(v(6), 3, v(5), 3, v(9), 3, 2, 3, 3) }, "a has 5 values"},
			{func() { MulFloat32(v(6), 3, v(6), 3, v(8), 3, 2, 3, 3) }, "b has 8 values"},
			{func() { MulFloat32(v(6), 3, v(6), 3, v(9), -3, 2, 3, 3) }, "-3 apart"},
			{func() { MulFloat32(v(6), 3, v(6), 3, v(9), 3, -2, 3, 3) }, "-2 rows"},
			{func() { MulFloat32(v(6), 1<<(2*halfWord-2), v(6), 3, v(9), 3, 9, 3, 3) }, "dst has 6 values"},
			{func() { Softmax(v(5), 3, 2, 3, 1) }, "simd.Softmax: x has 5 values"},
			{func() { NormaliseLayer(v(5), nil, v(3), v(3), 0) }, "simd.NormaliseLayer: x has 5 values, not 3"},
			{func() { NormaliseLayer(v(5), nil, nil, nil, 0) }, "x has 5 values, not 0"},
			{func() { NormaliseLayer(v(6), v(3), v(3), v(3), 0) }, "y has 3 values, not 6"},
			{func() { NormaliseLayer(v(6), nil, v(3), v(2), 0) }, "bias has 2 values, not 3"},
		} {
			if got := message(c.call); !strings.Contains(got, c.want) {
				t.Errorf("panics with %q, want %q", got, c.want)
			}
		}
		// What is empty fits.
		MulFloat32(nil, 0, nil, 0, v(9), 3, 0, 3, 3)
		MulFloat32(nil, 0, v(9), 3, nil, 0, 3, 3, 0)
		Softmax(nil, 3, 0, 3, 1)
		Softmax(nil, 0, 3, 0, 1)
		GELU(nil)
		NormaliseLayer(nil, nil, v(3), v(3), 0)
		NormaliseLayer(nil, nil, nil, nil, 0)
		PackPanel(nil, nil, 0)
		(&Activations{N: 32, Block: 16}).Quantise(nil)
		MulPanel(nil, 16, b(512), v(32), nil, nil, &whole, 0, 0)
		MulPanel(v(32), 16, b(512), v(32), nil, nil, &whole, 2, 2)
	})
}
