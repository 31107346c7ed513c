package simd

// Softmax replaces each row of n values of x by
//
//	e(scale×x − max) × (1 / Σ e(scale×x − max))
//
// where max is the greatest scale×x of the row. The rows lie stride apart. The
// sum is formed in 16 lanes, see the package documentation, and e is exp to
// about one unit in the last place, but 0 where it would be below 2^-126. A row
// that has a NaN or +Inf after scaling, or only -Inf, becomes NaN. Softmax
// panics where the lengths do not fit.
func Softmax(x []float32, stride, rows, n int, scale float32) {
	mustHold("Softmax", "x", len(x), rows, stride, n)
	if rows == 0 || n == 0 {
		return
	}
	active.softmax(x, stride, rows, n, scale)
}

// GELU replaces each value of x by x/2 × (1 + erf(x/√2)), the Gaussian error
// linear unit without the approximation by tanh. The absolute error is below
// 2e-7 × max(1, |x|). NaN stays NaN, +Inf stays +Inf, and -Inf becomes a number
// near 0.
func GELU(x []float32) { active.gelu(x) }

// NormaliseLayer adds y to x, unless y is nil, and replaces each row of
// len(weight) values of the sum by
//
//	(x − mean) × (1 / √(variance + epsilon)) × weight + bias
//
// from left to right. Mean and variance, which is the mean of (x − mean)², are
// sums in 16 lanes, see the package documentation, divided by the length of the
// row. A row that has a NaN or an infinity becomes NaN. NormaliseLayer panics
// where the lengths do not fit.
func NormaliseLayer(x, y, weight, bias []float32, epsilon float32) {
	const function = "NormaliseLayer"
	n := len(weight)
	mustBe(function, "bias", len(bias), n)
	if y != nil {
		mustBe(function, "y", len(y), len(x))
	}
	if n == 0 {
		mustBe(function, "x", len(x), 0)
		return
	}
	mustBe(function, "x", len(x), len(x)/n*n)
	active.normaliseLayer(x, y, weight, bias, epsilon)
}
