package filter

import (
	"math"
	"math/big"
)

type point struct{ x, y float64 }

// ring is a closed line: its last corner is its first.
type ring struct {
	corners  []point
	min, max point
}

func newRing(corners []point) ring {
	r := ring{corners: corners, min: corners[0], max: corners[0]}
	for _, c := range corners {
		r.min = point{min(r.min.x, c.x), min(r.min.y, c.y)}
		r.max = point{max(r.max.x, c.x), max(r.max.y, c.y)}
	}
	return r
}

type location int

const (
	outside location = iota
	onLine
	inside
)

// locate tells where p is, by how many times the line winds around it: edges
// that go up with p on their left count up, edges that go down with p on their
// right count down (Sunday, "Inclusion of a Point in a Polygon", 2001). A place
// that a line winds around twice is inside too.
func (r ring) locate(p point) location {
	if p.x < r.min.x || p.x > r.max.x || p.y < r.min.y || p.y > r.max.y {
		return outside
	}
	winding := 0
	for i, b := range r.corners[1:] {
		a := r.corners[i]
		if min(a.y, b.y) > p.y || max(a.y, b.y) < p.y {
			continue
		}
		side := side(a, b, p)
		switch {
		case side == 0 && p.x >= min(a.x, b.x) && p.x <= max(a.x, b.x):
			return onLine
		case side > 0 && a.y <= p.y && b.y > p.y:
			winding++
		case side < 0 && a.y > p.y && b.y <= p.y:
			winding--
		}
	}
	if winding == 0 {
		return outside
	}
	return inside
}

// side returns the sign of how far p is on the left of the line from a to b, and
// 0 only where it is on the line. Rounding decides nothing: where it could, the
// sign is computed exactly (Shewchuk, "Adaptive Precision Floating-Point
// Arithmetic and Fast Robust Geometric Predicates", 1997).
func side(a, b, p point) int {
	left, right := (a.x-p.x)*(b.y-p.y), (a.y-p.y)*(b.x-p.x)
	const relativeError = (3 + 16*0x1p-53) * 0x1p-53
	if d := left - right; math.Abs(d) > relativeError*(math.Abs(left)+math.Abs(right)) {
		if d > 0 {
			return 1
		}
		return -1
	}
	return exactProduct(a.x, p.x, b.y, p.y).Cmp(exactProduct(a.y, p.y, b.x, p.x))
}

// exactProduct returns (a-b)·(c-d).
func exactProduct(a, b, c, d float64) *big.Rat {
	minus := func(x, y float64) *big.Rat {
		return new(big.Rat).Sub(new(big.Rat).SetFloat64(x), new(big.Rat).SetFloat64(y))
	}
	return new(big.Rat).Mul(minus(a, b), minus(c, d))
}
