package segment

import "math"

// codeQuery bounds scores of rows by their codes. With x̂ for what the codes of
// a row x say, q̂ for those of the query q, and ‖·‖ for Euclidean length,
//
//	q·x = q̂·x̂ + (q-q̂)·x̂ + q·(x-x̂)
//
// and so, by the Cauchy–Schwarz inequality, q·x is at most
//
//	q̂·x̂ + ‖q-q̂‖‖x̂‖ + ‖q‖‖x-x̂‖.
//
// To that comes what a kernel is off by: a float32 sum of n products, in
// whatever order, differs from the exact one by at most γ‖q‖‖x‖ plus what
// underflows, where γ = mu/(1-mu), u = 2⁻²⁴ and m is the number of roundings a
// product goes through (Higham, Accuracy and Stability of Numerical Algorithms,
// 3.1). m is n here and some more, which also covers the float64 arithmetic of
// the bound itself.
type codeQuery struct {
	codes  []int8
	scale  float64 // of the codes
	length float64 // ‖q‖, rounded up
	square float64 // ‖q‖², rounded down
	// What the lengths of x̂ and x-x̂ count in the bound of a dot product.
	perLength, perDeviation float64
	gamma, underflow        float64
}

// newCodeQuery quantises a query. ok is false where its codes bound nothing.
func newCodeQuery(q []float32, codes []int8) (c codeQuery, ok bool) {
	b := quantise(q, codes)
	square := 0.0
	for _, v := range q {
		square += float64(v) * float64(v)
	}
	length := float64(roundUp(math.Sqrt(square)))
	m := float64(len(q)+16) * 0x1p-24
	gamma := m / (1 - m)
	c = codeQuery{
		codes: codes, scale: float64(b.scale), length: length, square: square * (1 - 1e-9),
		perLength:    float64(b.deviation) + gamma*length,
		perDeviation: length * (1 + gamma),
		gamma:        gamma,
		underflow:    float64(len(q)+1) * 0x1p-149,
	}
	return c, length <= steady
}

// dot returns q̂·x̂ by the dot product of the codes.
func (c *codeQuery) dot(codes int32, row *rowBound) float64 {
	return float64(c.scale*float64(row.scale)) * float64(codes)
}

// dotBounds stores what the kernel's dot products of rows are not above, by the
// dot products of their codes. NaN and +Inf say that nothing is known.
func (c *codeQuery) dotBounds(dst []float32, codes []int32, rows []rowBound) {
	scale, perLength, perDeviation, underflow := c.scale, c.perLength, c.perDeviation, c.underflow
	codes, rows = codes[:len(dst)], rows[:len(dst)]
	for i := range dst {
		row := &rows[i]
		dst[i] = float32(scale*float64(row.scale)*float64(codes[i]) +
			perLength*float64(row.length) + perDeviation*float64(row.deviation) + underflow)
	}
}

// euclidBounds stores what minus the kernel's squared distances are not above. By
// the triangle inequality ‖q-x‖ is at least ‖q-x̂‖-‖x-x̂‖, and ‖q-x̂‖² is
// ‖q‖²+‖x̂‖²-2q·x̂.
func (c *codeQuery) euclidBounds(dst []float32, codes []int32, rows []rowBound) {
	for i := range dst {
		row := &rows[i]
		// length is rounded up, by less than this takes off.
		length := max(float64(row.length)*(1-0x1p-21)-0x1p-148, 0)
		near := c.square + length*length*(1-1e-9) - 2*(c.dot(codes[i], row)+c.perLength*float64(row.length))
		dst[i] = 0
		if d := math.Sqrt(max(near, 0))*(1-1e-9) - float64(row.deviation); d > 0 {
			dst[i] = float32(-(d*d*(1-c.gamma) - c.underflow))
		}
	}
}

// dotScores stores the dot products that the codes alone give.
func (c *codeQuery) dotScores(dst []float32, codes []int32, rows []rowBound) {
	for i := range dst {
		dst[i] = float32(c.dot(codes[i], &rows[i]))
	}
}

// euclidScores stores minus the squared distances that the codes alone give.
func (c *codeQuery) euclidScores(dst []float32, codes []int32, rows []rowBound) {
	for i := range dst {
		row := &rows[i]
		length := float64(row.length)
		square := float64(c.length*c.length) + float64(length*length) - float64(2*c.dot(codes[i], row))
		dst[i] = -float32(max(square, 0))
	}
}
