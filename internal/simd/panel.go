package simd

import "fmt"

// Panel is how many rows of a matrix of weights lie side by side, so that a
// vector register holds products of all of them.
const Panel = 16

// PackPanel lays out Panel rows of n codes, one after another in codes, for
// [MulPanel]. dst has Panel×n bytes, and n is a multiple of 16. The layout is
// that of the kernels in use: a packed panel is of no use to another process.
// It panics where the lengths do not fit.
func PackPanel(dst []byte, codes []int8, n int) {
	if n < 0 || n%16 != 0 || len(codes) != Panel*n || len(dst) != len(codes) {
		panic(fmt.Sprintf("simd.PackPanel: %d codes for %d bytes, but %d rows of %d codes, a multiple of 16, are asked for",
			len(codes), len(dst), Panel, n))
	}
	active.packPanel(dst, codes, n)
}

// MulPanel multiplies the rows of a from first to below last with the rows of a
// packed panel. It stores into dst[t*stride+r], for each row t of a and r of the
// panel,
//
//	bias[r] + Σ_b products × (scales[b][r] × a.Scales[t][b])
//	              − minimums[b][r] × (a.Scales[t][b] × a.Sums[t][b])
//
// where products is the exact sum of the products of the codes of block b. Each
// operation is rounded to float32. The sum is formed in the order of the blocks,
// and in a block the product is added before the minimum is subtracted.
//
// scales holds a.N/a.Block × Panel values, and so does minimums unless it is nil,
// which leaves the minimums out. bias holds Panel values; nil is zeros. MulPanel
// panics where the lengths do not fit.
func MulPanel(dst []float32, stride int, panel []byte, scales, minimums, bias []float32, a *Activations, first, last int) {
	const function = "MulPanel"
	blocks := a.blocks(function)
	mustBe(function, "panel", len(panel), Panel*a.N)
	mustBe(function, "scales", len(scales), Panel*blocks)
	if minimums != nil {
		mustBe(function, "minimums", len(minimums), Panel*blocks)
	}
	if bias != nil {
		mustBe(function, "bias", len(bias), Panel)
	}
	if first < 0 || last < first {
		panic(fmt.Sprintf("simd.%s: rows from %d to below %d are asked for", function, first, last))
	}
	mustHold(function, "codes", len(a.Codes), last, a.N, a.N)
	mustHold(function, "scales of the activations", len(a.Scales), last, blocks, blocks)
	mustHold(function, "sums of the activations", len(a.Sums), last, blocks, blocks)
	mustHold(function, "dst", len(dst), last, stride, Panel)
	c := panelCall{
		stride: stride, panel: panel, scales: scales, minimums: minimums, bias: bias, n: a.N, block: a.Block,
	}
	rows := last - first
	for i, k := range active.mulPanel {
		for last-first >= k.rows {
			c.tiles = (last - first) / k.rows
			c.dst, c.codes = dst[first*stride:], a.Codes[first*a.N:]
			c.activationScales, c.sums = a.Scales[first*blocks:], a.Sums[first*blocks:]
			k.kernel(c)
			first += c.tiles * k.rows
			// What is left may be more than the next kernel takes. Then this one takes
			// it, with rows that are done: to work these out again costs less.
			if first < last && last-first > active.mulPanel[i+1].rows && rows >= k.rows {
				first = last - k.rows
			}
		}
	}
}

// panelKernel multiplies so many rows of activations at a time: a load of
// weights serves them all.
type panelKernel struct {
	rows   int
	kernel func(panelCall)
}

// panelCall is what a panelKernel does: tiles times its number of rows.
type panelCall struct {
	dst                    []float32
	stride                 int
	panel                  []byte
	scales, minimums, bias []float32
	codes                  []int8
	activationScales       []float32
	sums                   []int32
	n, block, tiles        int
}
