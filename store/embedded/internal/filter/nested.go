package filter

import (
	"github.com/qdrant/go-client/qdrant"

	"github.com/naru-rag/naru/internal/bitset"
	"github.com/naru-rag/naru/store/embedded/internal/payload"
)

// nested holds where a filter does for an object among the elements that a path
// selects.
type nested struct {
	elements payload.Path
	filter   *Filter
	// outline is what of the filter the indexes may be asked about; see outline.
	outline *Filter
}

func (c compiler) nested(of *qdrant.NestedCondition) (condition, error) {
	p, err := payload.Parse(of.GetKey())
	if err != nil {
		return nil, err
	}
	if of.GetFilter() == nil {
		return nil, invalid("Nested condition must have a filter: the one on %q has none", of.GetKey())
	}
	elements := p.Elements()
	within := compiler{depth: c.depth, isNested: true, inside: c.inside.Join(elements)}
	f, err := within.filter(of.GetFilter())
	if err != nil {
		return nil, err
	}
	return &nested{elements: elements, filter: f, outline: f.outline()}, nil
}

func (n *nested) matches(s Subject) bool {
	return n.elements.Each(s.Payload, func(v *qdrant.Value) bool {
		object, ok := v.GetKind().(*qdrant.Value_StructValue)
		return ok && n.filter.matches(Subject{Payload: object.StructValue.GetFields()})
	})
}

func (n *nested) traits() traits {
	return traits{cost: costNested, payload: true, indexed: n.outline.of.indexed}
}

// narrow leaves the documents that have what the filter asks for in some of
// their elements; whether one element has it all, an index cannot tell.
func (n *nested) narrow(r *resolver, within bitset.Set) (condition, error) {
	_, err := n.outline.narrow(r, within)
	return n, err
}

// outline returns a weaker filter for the document with the element: what the
// indexes know of the values of all elements together.
func (f *Filter) outline() *Filter {
	out := &Filter{minCount: f.minCount}
	for _, c := range f.must {
		if weaker, ok := outlineOf(c); ok {
			out.must = append(out.must, weaker)
		}
	}
	var ok bool
	if out.should, ok = outlines(f.should); !ok {
		out.should = nil
	}
	if out.minShould, ok = outlines(f.minShould); !ok {
		out.minShould, out.minCount = nil, 0
	}
	return out.summed()
}

func outlines(of []condition) (weaker []condition, ok bool) {
	for _, c := range of {
		w, ok := outlineOf(c)
		if !ok {
			return nil, false
		}
		weaker = append(weaker, w)
	}
	return weaker, true
}

// outlineOf returns a condition that holds for the document where c does for
// the element; ok is false where the indexes know nothing of it.
func outlineOf(c condition) (weaker condition, ok bool) {
	switch c := c.(type) {
	case *leaf:
		return c, c.ofElements
	case *nested:
		return c, c.traits().indexed
	case *Filter:
		weaker := c.outline()
		return weaker, weaker.of.indexed
	}
	return nil, false
}
