package payload

import (
	"github.com/qdrant/go-client/qdrant"
)

// Selector is what of a payload a response shows. The zero Selector shows
// nothing.
type Selector struct {
	all     bool
	include *node
	exclude *node
}

// node holds the rest of the keys of a selector at one step of their way; one
// that ends a key stands for everything below it.
type node struct {
	ends bool
	next map[step]*node
}

// NewSelector reads the payload selector of a request; enabled is what one that
// says nothing means. The error is an InvalidArgument status.
func NewSelector(s *qdrant.WithPayloadSelector, enabled bool) (Selector, error) {
	switch of := s.GetSelectorOptions().(type) {
	case nil:
		if s != nil {
			return Selector{}, invalid("No PayloadSelector: with_payload has nothing in it; set enable, include or exclude")
		}
		return Selector{all: enabled}, nil
	case *qdrant.WithPayloadSelector_Enable:
		return Selector{all: of.Enable}, nil
	case *qdrant.WithPayloadSelector_Include:
		keys, err := newTree(of.Include.GetFields())
		return Selector{include: keys}, err
	case *qdrant.WithPayloadSelector_Exclude:
		keys, err := newTree(of.Exclude.GetFields())
		return Selector{exclude: keys}, err
	default:
		return Selector{}, invalid("with_payload is of a kind that is not known; set enable, include or exclude")
	}
}

func newTree(keys []string) (*node, error) {
	root := &node{}
	for _, key := range keys {
		p, err := Parse(key)
		if err != nil {
			return nil, err
		}
		n := root
		for _, s := range p.steps {
			child := n.next[s]
			if child == nil {
				child = &node{}
				if n.next == nil {
					n.next = map[step]*node{}
				}
				n.next[s] = child
			}
			n = child
		}
		n.ends = true
	}
	return root, nil
}

// None tells whether nothing of a payload is wanted, so that it need not be read.
func (s Selector) None() bool {
	return !s.all && s.exclude == nil && (s.include == nil || len(s.include.next) == 0)
}

// Apply returns what the selector shows of payload. The result shares values
// with payload, and may be payload itself.
func (s Selector) Apply(payload map[string]*qdrant.Value) map[string]*qdrant.Value {
	switch {
	case s.None():
		return nil
	case s.include != nil:
		return filterFields(payload, s.include, includes)
	case s.exclude != nil:
		return filterFields(payload, s.exclude, excludes)
	default:
		return payload
	}
}

// rule decides about a value whose way through the keys ends at n, nil where no
// key goes there: whether it is shown and, where that depends on what is in it,
// that it has to be looked into.
type rule func(n *node) (show, lookInto bool)

// includes shows what lies on the way to a key or below one. A value on the way
// that is neither an array nor an object is shown too, as in Qdrant.
func includes(n *node) (show, lookInto bool) { return n != nil, n != nil && !n.ends }

// excludes shows all but what a key names and what is below it.
func excludes(n *node) (show, lookInto bool) { return n == nil || !n.ends, n != nil }

func filterFields(fields map[string]*qdrant.Value, n *node, r rule) map[string]*qdrant.Value {
	out := make(map[string]*qdrant.Value, len(fields))
	for name, v := range fields {
		child := n.next[step{key: name}]
		show, lookInto := r(child)
		if !show {
			continue
		}
		if lookInto {
			v = filterValue(v, child, r)
		}
		out[name] = v
	}
	return out
}

// filterValue is filterFields for any value. Elements of arrays have the step
// [] only: a key with [0] in it names none of them, as in Qdrant.
func filterValue(v *qdrant.Value, n *node, r rule) *qdrant.Value {
	switch k := v.GetKind().(type) {
	case *qdrant.Value_StructValue:
		return object(filterFields(k.StructValue.GetFields(), n, r))
	case *qdrant.Value_ListValue:
		child := n.next[step{inArray: true, index: everyElement}]
		show, lookInto := r(child)
		if !show {
			return list(nil)
		}
		if !lookInto {
			return v
		}
		elements := make([]*qdrant.Value, len(k.ListValue.GetValues()))
		for i, element := range k.ListValue.GetValues() {
			elements[i] = filterValue(element, child, r)
		}
		return list(elements)
	}
	return v
}

func object(fields map[string]*qdrant.Value) *qdrant.Value {
	return &qdrant.Value{Kind: &qdrant.Value_StructValue{StructValue: &qdrant.Struct{Fields: fields}}}
}

func list(elements []*qdrant.Value) *qdrant.Value {
	return &qdrant.Value{Kind: &qdrant.Value_ListValue{ListValue: &qdrant.ListValue{Values: elements}}}
}
