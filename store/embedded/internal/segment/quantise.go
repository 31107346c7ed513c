package segment

import "math"

// maxCode is the highest code. Codes are symmetric: -128 is not used.
const maxCode = 127

// steady bounds the lengths for which codes bound a score: below it, no sum
// that a kernel forms leaves float32.
const steady = 1e15

// quantise stores the codes of x, at least one value, and returns what bounds
// the error they make.
func quantise(x []float32, codes []int8) rowBound {
	var top float32
	for _, v := range x {
		top = max(top, v, -v)
	}
	scale := top / maxCode
	s := float64(scale)
	inverse := 0.0
	if s > 0 {
		inverse = 1 / s
	}
	squares, deviation := 0, 0.0
	for i, v := range x {
		code := math.RoundToEven(float64(v) * inverse)
		code = max(-maxCode, min(maxCode, code))
		n := int(code)
		codes[i] = int8(n)
		squares += n * n
		// The product is exact: 24 and 7 bits.
		d := float64(v) - float64(s*code)
		deviation += float64(d * d)
	}
	b := rowBound{scale: scale, length: roundUp(s * math.Sqrt(float64(squares))), deviation: roundUp(math.Sqrt(deviation))}
	if !(float64(b.length)+float64(b.deviation) <= steady) {
		// Nothing is known about such a row, so that its score is always computed.
		b.deviation = float32(math.Inf(1))
	}
	return b
}

// roundUp returns a float32 that is not below what v is with all its float64
// rounding errors, which are below 1e-10 of it.
func roundUp(v float64) float32 {
	v *= 1 + 1e-9
	f := float32(v)
	if float64(f) < v {
		f = math.Nextafter32(f, float32(math.Inf(1)))
	}
	return f
}
