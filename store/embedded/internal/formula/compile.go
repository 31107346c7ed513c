package formula

import (
	"fmt"

	"github.com/qdrant/go-client/qdrant"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/naru-rag/naru/store/embedded/internal/filter"
)

// MaxDepth is how deep expressions may nest. Qdrant's own limit, 100 nested
// messages in a request, is reached before.
const MaxDepth = 100

// Compile checks a formula and its defaults. What is wrong in them is
// InvalidArgument with the path of the part, like "expression.sum[1].div.left";
// a kind of expression or condition that go-client does not know is
// Unimplemented.
func Compile(f *qdrant.Formula) (*Formula, error) {
	c := &compiler{formula: &Formula{}}
	flaw := c.readDefaults(f.GetDefaults())
	if flaw == nil {
		c.formula.root, flaw = c.expression(f.GetExpression(), 1)
		flaw = flaw.in(".expression")
	}
	if flaw != nil {
		return nil, status.Errorf(flaw.code, "formula%s: %s", flaw.part, flaw.message)
	}
	return c.formula, nil
}

// flaw is what is wrong with a formula, and in which part.
type flaw struct {
	code          codes.Code
	part, message string
}

func flawed(format string, args ...any) *flaw {
	return &flaw{code: codes.InvalidArgument, message: fmt.Sprintf(format, args...)}
}

// refused is the flaw that another package's status tells of.
func refused(err error) *flaw {
	s := status.Convert(err)
	return &flaw{code: s.Code(), message: s.Message()}
}

// in says that the flaw is inside the named part; no flaw stays none.
func (f *flaw) in(part string) *flaw {
	if f == nil {
		return nil
	}
	return &flaw{code: f.code, part: part + f.part, message: f.message}
}

type compiler struct {
	formula  *Formula
	defaults map[variable]*qdrant.Value
}

func (c *compiler) expression(e *qdrant.Expression, depth int) (expression, *flaw) {
	if depth > MaxDepth {
		return nil, flawed("expressions nest more than %d deep", MaxDepth)
	}
	switch v := e.GetVariant().(type) {
	case *qdrant.Expression_Constant:
		return constant(v.Constant), nil
	case *qdrant.Expression_Variable:
		node, flaw := c.variable(v.Variable)
		return node, flaw.in(".variable")
	case *qdrant.Expression_Condition:
		node, flaw := c.condition(v.Condition)
		return node, flaw.in(".condition")
	case *qdrant.Expression_GeoDistance:
		node, flaw := c.distance(v.GeoDistance)
		return node, flaw.in(".geo_distance")
	case *qdrant.Expression_Datetime:
		node, flaw := moment(v.Datetime)
		return node, flaw.in(".datetime")
	case *qdrant.Expression_DatetimeKey:
		field, flaw := c.field(v.DatetimeKey)
		return momentOf{field}, flaw.in(".datetime_key")
	case *qdrant.Expression_Mult:
		factors, flaw := c.all(v.Mult.GetMult(), depth)
		return product(factors), flaw.in(".mult")
	case *qdrant.Expression_Sum:
		terms, flaw := c.all(v.Sum.GetSum(), depth)
		return sum(terms), flaw.in(".sum")
	case *qdrant.Expression_Div:
		node, flaw := c.quotient(v.Div, depth)
		return node, flaw.in(".div")
	case *qdrant.Expression_Neg:
		return c.function(negation, v.Neg, depth)
	case *qdrant.Expression_Abs:
		return c.function(absolute, v.Abs, depth)
	case *qdrant.Expression_Sqrt:
		return c.function(squareRoot, v.Sqrt, depth)
	case *qdrant.Expression_Pow:
		node, flaw := c.power(v.Pow, depth)
		return node, flaw.in(".pow")
	case *qdrant.Expression_Exp:
		return c.function(exponential, v.Exp, depth)
	case *qdrant.Expression_Log10:
		return c.function(commonLog, v.Log10, depth)
	case *qdrant.Expression_Ln:
		return c.function(naturalLog, v.Ln, depth)
	case *qdrant.Expression_ExpDecay:
		node, flaw := c.decay(expDecay, v.ExpDecay, depth)
		return node, flaw.in(".exp_decay")
	case *qdrant.Expression_GaussDecay:
		node, flaw := c.decay(gaussDecay, v.GaussDecay, depth)
		return node, flaw.in(".gauss_decay")
	case *qdrant.Expression_LinDecay:
		node, flaw := c.decay(linDecay, v.LinDecay, depth)
		return node, flaw.in(".lin_decay")
	default:
		if len(e.ProtoReflect().GetUnknown()) > 0 {
			return nil, refused(status.Error(codes.Unimplemented,
				"the embedded engine does not know this kind of expression: use a Qdrant server"))
		}
		return nil, flawed("the expression is empty: set one of its variants")
	}
}

// part compiles an expression that the one at depth holds under a name.
func (c *compiler) part(name string, e *qdrant.Expression, depth int) (expression, *flaw) {
	node, flaw := c.expression(e, depth+1)
	return node, flaw.in("." + name)
}

func (c *compiler) all(list []*qdrant.Expression, depth int) ([]expression, *flaw) {
	nodes := make([]expression, len(list))
	for i, e := range list {
		node, flaw := c.expression(e, depth+1)
		if flaw != nil {
			return nil, flaw.in(fmt.Sprintf("[%d]", i))
		}
		nodes[i] = node
	}
	return nodes, nil
}

func (c *compiler) condition(cond *qdrant.Condition) (expression, *flaw) {
	compiled, err := filter.Compile(&qdrant.Filter{Must: []*qdrant.Condition{cond}})
	if err != nil {
		return nil, refused(err)
	}
	if cond.GetConditionOneOf() == nil { // which a filter leaves out
		return nil, flawed("the condition is empty: set one of its variants")
	}
	c.formula.needsPayload = c.formula.needsPayload || compiled.NeedsPayload()
	return condition{compiled}, nil
}

// condition is 1 where it holds and 0 where it does not.
type condition struct{ filter *filter.Filter }

func (c condition) eval(p *Point) (float64, error) {
	if c.filter.Matches(filter.Subject{Key: p.Key, Payload: p.Payload, HasVector: p.HasVector}) {
		return 1, nil
	}
	return 0, nil
}
