package formula

import (
	"math"

	"github.com/qdrant/go-client/qdrant"
)

// Where a request does not say: the value at one scale from the target, and the
// scale.
const (
	defaultMidpoint = 0.5
	defaultScale    = 1.0
)

// decayKind is the shape of a decay: 1 at the target, midpoint at one scale
// from it, and less further out.
type decayKind int

const (
	linDecay decayKind = iota
	expDecay
	gaussDecay
)

type decay struct {
	kind      decayKind
	x, target expression // target may be nil for 0
	rate      float64
}

func (c *compiler) decay(kind decayKind, params *qdrant.DecayParamsExpression, depth int) (expression, *flaw) {
	midpoint, scale := defaultMidpoint, defaultScale
	if params != nil && params.Midpoint != nil {
		midpoint = float64(*params.Midpoint)
	}
	if params != nil && params.Scale != nil {
		scale = float64(*params.Scale)
	}
	// NaN is refused where Qdrant refuses it: as the midpoint of lin_decay.
	// Elsewhere the score is NaN, which is an error of its own.
	switch {
	case kind == linDecay && !(midpoint >= 0 && midpoint <= 1):
		return nil, flawed("%v is not between 0 and 1", midpoint).in(".midpoint")
	case kind != linDecay && (midpoint <= 0 || midpoint >= 1):
		return nil, flawed("%v is not between 0 and 1, both excluded", midpoint).in(".midpoint")
	case scale <= 0:
		return nil, flawed("%v is not greater than 0", scale).in(".scale")
	}
	d := decay{kind: kind}
	switch kind {
	case linDecay:
		d.rate = (1 - midpoint) / scale
	case expDecay:
		d.rate = math.Log(midpoint) / scale
	case gaussDecay:
		d.rate = math.Log(midpoint) / (scale * scale)
	}
	var flaw *flaw
	if d.x, flaw = c.part("x", params.GetX(), depth); flaw != nil {
		return nil, flaw
	}
	if params.GetTarget() != nil {
		d.target, flaw = c.part("target", params.GetTarget(), depth)
	}
	return d, flaw
}

func (d decay) eval(p *Point) (float64, error) {
	x, err := d.x.eval(p)
	if err != nil {
		return 0, err
	}
	target := 0.0
	if d.target != nil {
		if target, err = d.target.eval(p); err != nil {
			return 0, err
		}
	}
	away := math.Abs(x - target)
	switch d.kind {
	case expDecay:
		return math.Exp(d.rate * away), nil
	case gaussDecay:
		return math.Exp(d.rate * away * away), nil
	default:
		// The conversion keeps compilers from fusing product and sum, which
		// rounds differently. What is NaN is 0 in Qdrant, too.
		if left := 1 - float64(d.rate*away); left > 0 {
			return left, nil
		}
		return 0, nil
	}
}
