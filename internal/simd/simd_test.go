package simd

import (
	"fmt"
	"hash/fnv"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

var nan, inf = float32(math.NaN()), float32(math.Inf(1))

// eachPath runs f on every path that this CPU can run.
func eachPath(t *testing.T, f func(t *testing.T)) {
	t.Helper()
	for _, p := range available() {
		t.Run(p.name, func(t *testing.T) {
			use(t, p)
			f(t)
		})
	}
}

// use makes p the active path until the test ends.
func use(t *testing.T, p path) {
	before := active
	t.Cleanup(func() { active = before })
	active = p
}

var float32Kernels = []struct {
	name   string
	kernel func(dst, query, rows []float32)
	term   func(q, r float32) float32
}{
	{"DotFloat32", DotFloat32, func(q, r float32) float32 { return q * r }},
	{"SquaredDistance", SquaredDistance, func(q, r float32) float32 { d := q - r; return d * d }},
	{"Manhattan", Manhattan, func(q, r float32) float32 { return float32(math.Abs(float64(q - r))) }},
}

// canonical is the order of summation of the package documentation, word by
// word. The terms are stored before they are added, so nothing is fused.
func canonical(term func(q, r float32) float32, query, row []float32) float32 {
	terms := make([]float32, len(query))
	for j := range query {
		terms[j] = term(query[j], row[j])
	}
	var lane [32]float32
	for j := range terms {
		lane[j%32] += terms[j]
	}
	for i := range 16 {
		lane[i] += lane[i+16]
	}
	for i := range 8 {
		lane[i] += lane[i+8]
	}
	for i := range 4 {
		lane[i] += lane[i+4]
	}
	return (lane[0] + lane[1]) + (lane[2] + lane[3])
}

// same tells whether two results have the same bits, or are both NaN.
func same(a, b float32) bool {
	return math.Float32bits(a) == math.Float32bits(b) || math.IsNaN(float64(a)) && math.IsNaN(float64(b))
}

// checkFloat32 compares what the active path answers with canonical.
func checkFloat32(t interface{ Fatalf(string, ...any) }, count int, query, rows []float32) {
	for _, k := range float32Kernels {
		got := slices.Repeat([]float32{42}, count+1)
		k.kernel(got[:count], query, rows)
		for i := range count {
			want := canonical(k.term, query, rows[i*len(query):][:len(query)])
			if !same(got[i], want) {
				t.Fatalf("%s on %s: row %d of %d, length %d is %v (%#x), want %v (%#x)", k.name, Path(), i, count, len(query),
					got[i], math.Float32bits(got[i]), want, math.Float32bits(want))
			}
		}
		if got[count] != 42 {
			t.Fatalf("%s on %s wrote past %d results", k.name, Path(), count)
		}
	}
}

// checkInt8 compares what the active path answers with sums in int64.
func checkInt8(t interface{ Fatalf(string, ...any) }, count int, query, rows []int8) {
	got := slices.Repeat([]int32{42}, count+1)
	DotInt8(got[:count], query, rows)
	for i := range count {
		var want int64
		for j, q := range query {
			want += int64(q) * int64(rows[i*len(query)+j])
		}
		if int64(got[i]) != want {
			t.Fatalf("DotInt8 on %s: row %d of %d, length %d is %d, want %d", Path(), i, count, len(query), got[i], want)
		}
	}
	if got[count] != 42 {
		t.Fatalf("DotInt8 on %s wrote past %d results", Path(), count)
	}
}

// lengths are those that a test should not miss.
func lengths() []int {
	var all []int
	for n := range 201 {
		all = append(all, n)
	}
	return append(all, 384, 768, 1024)
}

func TestEveryLength(t *testing.T) {
	eachPath(t, func(t *testing.T) {
		random := rand.New(rand.NewPCG(1, 2))
		// Room for slices that begin anywhere in a cache line.
		floats, bytes := make([]float32, 16+6*1024), make([]int8, 64+6*1024)
		for i := range floats {
			floats[i] = float32(random.NormFloat64())
		}
		for i := range bytes {
			bytes[i] = int8(random.Int())
		}
		for _, n := range lengths() {
			for count := range 6 {
				shift := random.IntN(16)
				checkFloat32(t, count, floats[shift:][:n], floats[shift+n:][:count*n])
				shift = random.IntN(64)
				checkInt8(t, count, bytes[shift:][:n], bytes[shift+n:][:count*n])
			}
		}
	})
}

// TestFloat32Extremes puts each extreme value at each place of vectors that are
// otherwise plain, and everywhere.
func TestFloat32Extremes(t *testing.T) {
	extremes := []float32{0, float32(math.Copysign(0, -1)), inf, -inf, nan, math.MaxFloat32, -math.MaxFloat32,
		math.SmallestNonzeroFloat32, -math.SmallestNonzeroFloat32, 0x1p-127, 0x1.fffffep-64}
	eachPath(t, func(t *testing.T) {
		for _, n := range []int{1, 31, 32, 33, 63, 71, 96} {
			for _, x := range extremes {
				for place := range n {
					query, rows := make([]float32, n), make([]float32, 3*n)
					for j := range query {
						query[j], rows[j], rows[n+j], rows[2*n+j] = float32(j), 1, -0.5, x
					}
					checkFloat32(t, 3, query, rows)
					rows[n+place] = x
					checkFloat32(t, 3, query, rows)
					query[place] = x
					checkFloat32(t, 3, query, rows)
				}
				checkFloat32(t, 1, slices.Repeat([]float32{x}, n), slices.Repeat([]float32{x}, n))
				checkFloat32(t, 1, slices.Repeat([]float32{x}, n), slices.Repeat([]float32{-x}, n))
			}
		}
	})
}

func TestInt8Extremes(t *testing.T) {
	eachPath(t, func(t *testing.T) {
		for _, n := range append(lengths(), 1<<16-1, 1<<16) {
			for _, q := range []int8{-128, -1, 127} {
				for _, r := range []int8{-128, -1, 127} {
					checkInt8(t, 3, slices.Repeat([]int8{q}, n), slices.Repeat([]int8{r}, 3*n))
				}
			}
		}
	})
}

// TestKnown has what can be worked out by hand.
func TestKnown(t *testing.T) {
	// 33 elements: 0 and 32 share a lane. x×x is 1+2^-11+2^-24, which rounds to
	// 1+2^-11; a fused addition would leave 2^-24.
	const x = 1 + 0x1p-12
	apart := func(first, last float32) []float32 {
		v := make([]float32, 33)
		v[0], v[32] = first, last
		return v
	}
	cases := []struct {
		name                    string
		query, row              []float32
		dot, squared, manhattan float32
	}{
		{"empty", nil, nil, 0, 0, 0},
		{"one", []float32{3}, []float32{-2}, -6, 25, 5},
		{"negative zero", []float32{float32(math.Copysign(0, -1))}, []float32{1}, 0, 1, 1},
		{"nothing fused", apart(-1, x), apart(1+0x1p-11, x), 0, 4 + 0x1p-9 + 0x1p-22, 2 + 0x1p-11},
		{"subnormal", []float32{0x1p-100}, []float32{0x1p-49}, 0x1p-149, 0x1p-98, 0x1p-49},
		{"overflow", []float32{0x1p127, 0x1p127}, []float32{1, 1}, inf, inf, inf},
		{"infinities", []float32{inf, inf}, []float32{1, -1}, nan, inf, inf},
		{"NaN", []float32{1, nan, 1}, []float32{1, 1, 1}, nan, nan, nan},
		{"lanes", apart(1, 1), apart(0x1p24, 1), 0x1p24, float32(0xffffff) * 0xffffff, 0xffffff},
	}
	eachPath(t, func(t *testing.T) {
		for _, c := range cases {
			for i, want := range []float32{c.dot, c.squared, c.manhattan} {
				k := float32Kernels[i]
				got := []float32{42}
				if k.kernel(got, c.query, c.row); !same(got[0], want) {
					t.Errorf("%s: %s is %v, want %v", c.name, k.name, got[0], want)
				}
			}
		}
	})
}

// TestSameBitsEverywhere has the hash of many results, so that the paths of one
// architecture are compared with those of the others.
func TestSameBitsEverywhere(t *testing.T) {
	const want = 0x9d8724104f54b854
	eachPath(t, func(t *testing.T) {
		random := rand.New(rand.NewPCG(3, 4))
		sum := fnv.New64a()
		for _, n := range lengths() {
			query, rows, dst := make([]float32, n), make([]float32, 7*n), make([]float32, 7)
			for _, v := range [][]float32{query, rows} {
				for j := range v {
					v[j] = float32(random.IntN(1<<24)-1<<23) * 0x1p-23
				}
			}
			for _, k := range float32Kernels {
				k.kernel(dst, query, rows)
				for _, x := range dst {
					fmt.Fprintf(sum, "%08x", math.Float32bits(x))
				}
			}
		}
		if got := sum.Sum64(); got != want {
			t.Errorf("the hash of all results is %#x, want %#x", got, uint64(want))
		}
	})
}

func TestProperties(t *testing.T) {
	float := rapid.OneOf(rapid.Float32(), rapid.Float32Range(-1, 1),
		rapid.Map(rapid.Uint32(), math.Float32frombits), rapid.SampledFrom([]float32{inf, -inf, nan}))
	eachPath(t, func(t *testing.T) {
		rapid.Check(t, func(t *rapid.T) {
			n, count := rapid.IntRange(0, 130).Draw(t, "length"), rapid.IntRange(0, 5).Draw(t, "rows")
			checkFloat32(t, count, rapid.SliceOfN(float, n, n).Draw(t, "query"),
				rapid.SliceOfN(float, count*n, count*n).Draw(t, "values"))
			checkInt8(t, count, rapid.SliceOfN(rapid.Int8(), n, n).Draw(t, "int8 query"),
				rapid.SliceOfN(rapid.Int8(), count*n, count*n).Draw(t, "int8 values"))
		})
	})
}

func FuzzEveryPath(f *testing.F) {
	f.Add([]byte("\x00\x00\x80\x7f\x80\x80\x80\x80\x01\x00\x00\x00\xff\xff\xff\xff"), uint8(1))
	f.Add(slices.Repeat([]byte{0x80, 0x7f}, 40), uint8(0))
	f.Fuzz(func(t *testing.T, data []byte, count uint8) {
		bytes, floats := make([]int8, len(data)), make([]float32, len(data)/4)
		for i, b := range data {
			bytes[i] = int8(b)
		}
		for i := range floats {
			b := data[4*i:]
			floats[i] = math.Float32frombits(uint32(b[0]) | uint32(b[1])<<8 | uint32(b[2])<<16 | uint32(b[3])<<24)
		}
		for _, p := range available() {
			use(t, p)
			n := len(floats) / (int(count) + 1)
			checkFloat32(t, int(count), floats[:n], floats[n:][:int(count)*n])
			n = min(len(bytes)/(int(count)+1), maxInt8Length)
			checkInt8(t, int(count), bytes[:n], bytes[n:][:int(count)*n])
		}
	})
}

func TestLengthsThatDoNotFit(t *testing.T) {
	message := func(f func()) (text string) {
		defer func() { text, _ = recover().(string) }()
		f()
		return ""
	}
	v := func(n int) []float32 { return make([]float32, n) }
	b := func(n int) []int8 { return make([]int8, n) }
	eachPath(t, func(t *testing.T) {
		for _, c := range []struct {
			call func()
			want string
		}{
			{func() { DotFloat32(v(2), v(3), v(5)) }, "simd.DotFloat32: rows has 5 values, but 2 rows of 3 values are asked for"},
			{func() { DotFloat32(v(2), v(0), v(1)) }, "rows has 1 values, but 2 rows of 0"},
			{func() { SquaredDistance(v(2), v(3), v(7)) }, "simd.SquaredDistance: rows has 7 values"},
			{func() { Manhattan(v(0), v(3), v(3)) }, "simd.Manhattan: rows has 3 values, but 0 rows of 3"},
			{func() { DotInt8(make([]int32, 1), b(3), b(0)) }, "simd.DotInt8: rows has 0 values"},
			{func() { DotInt8(make([]int32, 1), b(1<<16+1), b(1<<16+1)) }, "the query has 65537 values"},
			{func() { mustFit("F", 1<<(halfWord), 1<<(halfWord), 0) }, "simd.F: rows has 0 values"},
		} {
			if got := message(c.call); !strings.Contains(got, c.want) {
				t.Errorf("panics with %q, want %q", got, c.want)
			}
		}
	})
}

// halfWord is half the bits of an int: the product of two lengths of 1<<halfWord
// is 0 in one word.
const halfWord = 16 << (^uint(0) >> 63)

// TestPath holds Path to the names it documents.
func TestPath(t *testing.T) {
	eachPath(t, func(t *testing.T) {
		if !slices.Contains([]string{"avx512", "avx2", "neon+dot", "neon", "portable"}, Path()) {
			t.Errorf("Path is %q", Path())
		}
	})
}

// TestPrefetchChangesNothing asks for memory at every offset, and for none.
func TestPrefetchChangesNothing(t *testing.T) {
	memory := make([]byte, 300)
	for from := range 130 {
		Prefetch(memory[from:])
		Prefetch(memory[:from])
	}
	Prefetch(nil)
	for i, b := range memory {
		if b != 0 {
			t.Fatalf("byte %d is %d", i, b)
		}
	}
}
