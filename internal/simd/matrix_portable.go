package simd

import "math"

// packPanelPortable leaves the rows one after another.
func packPanelPortable(dst []byte, codes []int8, _ int) {
	for i, c := range codes {
		dst[i] = byte(c)
	}
}

func mulPanelPortable(c panelCall) {
	blocks := c.n / c.block
	for t := range c.tiles {
		codes, dst := c.codes[t*c.n:][:c.n], c.dst[t*c.stride:][:Panel]
		activationScales, sums := c.activationScales[t*blocks:][:blocks], c.sums[t*blocks:][:blocks]
		for r := range dst {
			var y float32
			if c.bias != nil {
				y = c.bias[r]
			}
			weights := c.panel[r*c.n:][:c.n]
			for b, scale := range activationScales {
				var products int32
				w := weights[b*c.block:][:c.block]
				for k, a := range codes[b*c.block:][:c.block] {
					products += int32(a) * int32(int8(w[k]))
				}
				y += float32(float32(products) * float32(c.scales[b*Panel+r]*scale))
				if c.minimums != nil {
					y -= float32(c.minimums[b*Panel+r] * float32(scale*float32(sums[b])))
				}
			}
			dst[r] = y
		}
	}
}

func quantisePortable(codes []int8, scales []float32, sums []int32, x []float32, block int) {
	for b := range scales {
		// The bits of numbers without sign have the order of the numbers, and those
		// of NaN lie above.
		var most uint32
		values := x[b*block:][:block]
		for _, v := range values {
			most = max(most, math.Float32bits(abs(v)))
		}
		scale := math.Float32frombits(most) / 127
		inverse := 1 / scale
		if !(inverse <= math.MaxFloat32) {
			inverse = 0
		}
		var sum int32
		for i, v := range values {
			// Not (v < 127) rather than v >= 127, for NaN.
			if v = float32(v * inverse); !(v < 127) {
				v = 127
			}
			code := int32(math.RoundToEven(float64(max(v, -127))))
			codes[b*block+i] = int8(code)
			sum += code
		}
		scales[b], sums[b] = scale, sum
	}
}

func mulFloat32Portable(dst []float32, dstStride int, a []float32, aStride int, b []float32, bStride int, rows, n, columns int) {
	for i := range rows {
		d := dst[i*dstStride:][:columns]
		clear(d)
		for k := range n {
			x := a[i*aStride+k]
			for j, y := range b[k*bStride:][:columns] {
				d[j] += float32(x * y)
			}
		}
	}
}
