package simd

import "math"

// layerLanes is how many lanes the sums of Softmax and NormaliseLayer have.
const layerLanes = 16

// totalLayer adds up the lanes in the order of total.
func totalLayer(sum *[layerLanes]float32) float32 {
	for half := layerLanes / 2; half >= 4; half /= 2 {
		for k := range half {
			sum[k] += sum[k+half]
		}
	}
	return (sum[0] + sum[1]) + (sum[2] + sum[3])
}

// The constants of exp, which layer_constants.h repeats for the assembly. To add expMagic to a number rounds it to an integer n,
// and leaves n+127, the exponent of 2^n, in its lowest bits. expHigh+expLow is
// ln 2, and the product of expHigh with any n is exact. The polynomial is
// (e^r-1-r)/r² for |r| up to (ln 2)/2, to a relative error of e^r of 3e-9.
const (
	expLeast = -87.33654 // about ln 2^-126
	expMagic = 3<<22 + 127
	expLog2E = 1.44269504
	expHigh  = 0.693359375
	expLow   = -2.12194440e-4
	exp0     = 0.4999999403953552
	exp1     = 0.1666652113199234
	exp2     = 0.04166838899254799
	exp3     = 0.008368724025785923
	exp4     = 0.0013814583653584123
)

// exp returns e^x for x from expLeast to 0. The polynomials here are not worked out
// by Horner's rule, but in an order (Estrin's) in which less has to wait.
func exp(x float32) float32 {
	t := float32(x*expLog2E) + expMagic
	n := t - expMagic
	r := x - float32(n*expHigh)
	r -= float32(n * expLow)
	r2 := float32(r * r)
	p := float32(exp3*r) + exp2
	p += float32(exp4 * r2)
	p = float32(p*r2) + (float32(exp1*r) + exp0)
	p = float32(p*r2) + r
	return (p + 1) * math.Float32frombits(math.Float32bits(t)<<23)
}

// The constants of GELU, which layer_constants.h repeats. gelu0 and so on are the polynomial that is the
// logarithm of the normal distribution's tail, ln(erfc(u/√2)/2), for u from 0 to
// geluMost, with the least error of the tail itself, 1.5e-8.
const (
	geluMost = 5.6
	gelu0    = -0.6931471228599548
	gelu1    = -0.7978865504264832
	gelu2    = -0.3182883858680725
	gelu3    = -0.03642241284251213
	gelu4    = 0.00495099788531661
	gelu5    = -0.00014034705236554146
	gelu6    = -0.00010901757195824757
	gelu7    = 2.2851729227113537e-05
	gelu8    = -1.5775171959830914e-06
)

func softmaxPortable(x []float32, stride, rows, n int, scale float32) {
	for i := range rows {
		row := x[i*stride:][:n]
		most := float32(math.Inf(-1))
		for _, v := range row {
			if v = float32(v * scale); v > most {
				most = v
			}
		}
		var sum [layerLanes]float32
		for k, v := range row {
			v = float32(v*scale) - most
			if v < expLeast {
				v = 0
			} else {
				v = exp(v)
			}
			row[k] = v
			sum[k%layerLanes] += v
		}
		inverse := 1 / totalLayer(&sum)
		for k := range row {
			row[k] *= inverse
		}
	}
}

// geluPortable computes x/2 × (1 + erf(x/√2)) as max(x, 0) − |x|×tail(|x|): it
// has no difference of numbers near one, and needs no division.
func geluPortable(x []float32) {
	for i, v := range x {
		u := abs(v)
		if u > geluMost {
			u = geluMost
		}
		u2 := float32(u * u)
		high := float32(gelu7*u) + gelu6
		high += float32(gelu8 * u2)
		high = float32(high*u2) + (float32(gelu5*u) + gelu4)
		p := float32(gelu3*u) + gelu2
		p = float32(p*u2) + (float32(gelu1*u) + gelu0)
		p += float32(high * float32(u2*u2))
		x[i] = max(v, 0) - float32(u*exp(p))
	}
}

func normaliseLayerPortable(x, y, weight, bias []float32, epsilon float32) {
	n := len(weight)
	for ; len(x) > 0; x = x[n:] {
		row := x[:n]
		var sum, squares [layerLanes]float32
		if y != nil {
			for k := range row {
				row[k] += y[k]
			}
			y = y[n:]
		}
		for k, v := range row {
			sum[k%layerLanes] += v
		}
		mean := totalLayer(&sum) / float32(n)
		for k, v := range row {
			d := v - mean
			squares[k%layerLanes] += float32(d * d)
		}
		variance := totalLayer(&squares) / float32(n)
		inverse := 1 / float32(math.Sqrt(float64(variance+epsilon)))
		for k, v := range row {
			row[k] = float32(float32((v-mean)*inverse)*weight[k]) + bias[k]
		}
	}
}
