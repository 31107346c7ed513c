package simd

import "math"

// portable is what every other path has to agree with, see the package
// documentation.
var portable = path{
	name:            "portable",
	dotFloat32:      dotFloat32Portable,
	squaredDistance: squaredDistancePortable,
	manhattan:       manhattanPortable,
	dotInt8:         dotInt8Portable,
	packPanel:       packPanelPortable,
	mulPanel:        []panelKernel{{1, mulPanelPortable}},
	quantise:        quantisePortable,
	mulFloat32:      mulFloat32Portable,
	softmax:         softmaxPortable,
	gelu:            geluPortable,
	normaliseLayer:  normaliseLayerPortable,
}

const lanes = 32

// The products below are converted to float32 although they have that type: Go
// may fuse a multiplication with an addition, but not across a conversion.

func dotFloat32Portable(dst, query, rows []float32) {
	for i := range dst {
		row := rows[i*len(query):][:len(query)]
		var sum [lanes]float32
		q, r := query, row
		for ; len(q) >= lanes; q, r = q[lanes:], r[lanes:] {
			q, r := (*[lanes]float32)(q), (*[lanes]float32)(r)
			for k := range sum {
				sum[k] += float32(q[k] * r[k])
			}
		}
		for k := range q {
			sum[k] += float32(q[k] * r[k])
		}
		dst[i] = total(&sum)
	}
}

func squaredDistancePortable(dst, query, rows []float32) {
	for i := range dst {
		row := rows[i*len(query):][:len(query)]
		var sum [lanes]float32
		q, r := query, row
		for ; len(q) >= lanes; q, r = q[lanes:], r[lanes:] {
			q, r := (*[lanes]float32)(q), (*[lanes]float32)(r)
			for k := range sum {
				d := q[k] - r[k]
				sum[k] += float32(d * d)
			}
		}
		for k := range q {
			d := q[k] - r[k]
			sum[k] += float32(d * d)
		}
		dst[i] = total(&sum)
	}
}

func manhattanPortable(dst, query, rows []float32) {
	for i := range dst {
		row := rows[i*len(query):][:len(query)]
		var sum [lanes]float32
		q, r := query, row
		for ; len(q) >= lanes; q, r = q[lanes:], r[lanes:] {
			q, r := (*[lanes]float32)(q), (*[lanes]float32)(r)
			for k := range sum {
				sum[k] += abs(q[k] - r[k])
			}
		}
		for k := range q {
			sum[k] += abs(q[k] - r[k])
		}
		dst[i] = total(&sum)
	}
}

func abs(x float32) float32 { return math.Float32frombits(math.Float32bits(x) &^ (1 << 31)) }

// total adds up the lanes in the order that suits vector registers.
func total(sum *[lanes]float32) float32 {
	for half := lanes / 2; half >= 4; half /= 2 {
		for k := range half {
			sum[k] += sum[k+half]
		}
	}
	return (sum[0] + sum[1]) + (sum[2] + sum[3])
}

func dotInt8Portable(dst []int32, query, rows []int8) {
	for i := range dst {
		row := rows[i*len(query):][:len(query)]
		var sum int32
		for k, q := range query {
			sum += int32(q) * int32(row[k])
		}
		dst[i] = sum
	}
}
