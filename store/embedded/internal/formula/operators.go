package formula

import (
	"fmt"
	"math"

	"github.com/qdrant/go-client/qdrant"
)

type constant float32

func (c constant) eval(*Point) (float64, error) { return float64(c), nil }

// product multiplies until it meets a 0: what comes after is not looked at, and
// so may lack values.
type product []expression

func (factors product) eval(p *Point) (float64, error) {
	result := 1.0
	for _, factor := range factors {
		x, err := factor.eval(p)
		if err != nil || x == 0 {
			return 0, err
		}
		result *= x
	}
	return result, nil
}

type sum []expression

func (terms sum) eval(p *Point) (float64, error) {
	result := 0.0
	for _, term := range terms {
		x, err := term.eval(p)
		if err != nil {
			return 0, err
		}
		result += x
	}
	return result, nil
}

// quotient divides. A dividend of 0 gives 0 and leaves the divisor unread.
type quotient struct {
	left, right expression
	byZero      *float32 // instead of an error where right is 0
}

func (c *compiler) quotient(div *qdrant.DivExpression, depth int) (expression, *flaw) {
	left, flaw := c.part("left", div.GetLeft(), depth)
	if flaw != nil {
		return nil, flaw
	}
	right, flaw := c.part("right", div.GetRight(), depth)
	node := quotient{left: left, right: right}
	if div != nil {
		node.byZero = div.ByZeroDefault
	}
	return node, flaw
}

func (q quotient) eval(p *Point) (float64, error) {
	left, err := q.left.eval(p)
	if err != nil || left == 0 {
		return 0, err
	}
	right, err := q.right.eval(p)
	if err != nil {
		return 0, err
	}
	if right == 0 && q.byZero != nil {
		return float64(*q.byZero), nil
	}
	result := left / right
	if !finite(result) {
		return 0, notFinite(fmt.Sprintf("%v / %v", left, right), result)
	}
	return result, nil
}

type power struct{ base, exponent expression }

func (c *compiler) power(pow *qdrant.PowExpression, depth int) (expression, *flaw) {
	base, flaw := c.part("base", pow.GetBase(), depth)
	if flaw != nil {
		return nil, flaw
	}
	exponent, flaw := c.part("exponent", pow.GetExponent(), depth)
	return power{base, exponent}, flaw
}

func (w power) eval(p *Point) (float64, error) {
	base, err := w.base.eval(p)
	if err != nil {
		return 0, err
	}
	exponent, err := w.exponent.eval(p)
	if err != nil {
		return 0, err
	}
	result := math.Pow(base, exponent)
	if !finite(result) {
		return 0, notFinite(fmt.Sprintf("%v ^ %v", base, exponent), result)
	}
	return result, nil
}

// operator is a function of one number.
type operator struct {
	name string
	of   func(float64) float64
	// total operators hand on what is not finite: only the score is checked.
	total bool
}

var (
	negation    = &operator{name: "neg", of: func(x float64) float64 { return -x }, total: true}
	absolute    = &operator{name: "abs", of: math.Abs, total: true}
	squareRoot  = &operator{name: "sqrt", of: math.Sqrt}
	exponential = &operator{name: "exp", of: math.Exp}
	commonLog   = &operator{name: "log10", of: log10}
	naturalLog  = &operator{name: "ln", of: math.Log}
)

type application struct {
	*operator
	x expression
}

func (c *compiler) function(op *operator, x *qdrant.Expression, depth int) (expression, *flaw) {
	node, flaw := c.part(op.name, x, depth)
	return application{op, node}, flaw
}

func (a application) eval(p *Point) (float64, error) {
	x, err := a.x.eval(p)
	if err != nil {
		return 0, err
	}
	result := a.of(x)
	if !a.total && !finite(result) {
		return 0, notFinite(fmt.Sprintf("%s(%v)", a.name, x), result)
	}
	return result, nil
}

// log10 is exact at powers of ten, as C libraries are and math.Log10 is not: a
// formula may compare digits.
func log10(x float64) float64 {
	result := math.Log10(x)
	if whole := math.Round(result); whole != result && finite(result) && math.Pow10(int(whole)) == x {
		return whole
	}
	return result
}
