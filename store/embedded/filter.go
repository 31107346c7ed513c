package embedded

import (
	"github.com/qdrant/go-client/qdrant"
)

// condition is one compiled condition of a filter.
type condition interface {
	// match decides about one document.
	match(d *doc) bool
	// fill adds to dst every live document that matches and no other live one,
	// from the indexes; it returns false, with dst in any state, where they
	// cannot tell.
	fill(ix *index, s *scratch, dst bitset) bool
}

// filter is a compiled qdrant.Filter: all of must, one of should where there
// are any, none of mustNot, and minCount of minShould.
type filter struct {
	must, should, mustNot, minShould []condition
	minCount                         uint64
}

func compileFilter(f *qdrant.Filter) (*filter, error) {
	var c filter
	for _, part := range []struct {
		from []*qdrant.Condition
		to   *[]condition
	}{
		{f.GetMust(), &c.must},
		{f.GetShould(), &c.should},
		{f.GetMustNot(), &c.mustNot},
		{f.GetMinShould().GetConditions(), &c.minShould},
	} {
		for _, condition := range part.from {
			compiled, err := compileCondition(condition)
			if err != nil {
				return nil, err
			}
			*part.to = append(*part.to, compiled)
		}
	}
	if f.GetMinShould() != nil {
		c.minCount = f.GetMinShould().GetMinCount()
		if c.minCount == 0 {
			return nil, invalid("min_should.min_count is 0 and must be 1 or larger")
		}
	}
	return &c, nil
}

func (f *filter) match(d *doc) bool {
	for _, c := range f.must {
		if !c.match(d) {
			return false
		}
	}
	for _, c := range f.mustNot {
		if c.match(d) {
			return false
		}
	}
	if len(f.should) > 0 && !(anyOf{f.should}).match(d) {
		return false
	}
	return f.minCount == 0 || (atLeast{f.minShould, f.minCount}).match(d)
}

func (f *filter) fill(ix *index, s *scratch, dst bitset) bool {
	allowed, rest := f.resolve(ix, s)
	defer s.put(allowed)
	if len(rest) > 0 {
		return false
	}
	dst.or(allowed)
	return true
}

// resolve answers as much of the filter as the indexes can. What matches are
// the documents in allowed for which every condition in rest holds too.
func (f *filter) resolve(ix *index, s *scratch) (allowed bitset, rest []condition) {
	allowed = s.get(len(ix.live))
	copy(allowed, ix.live)
	narrow := func(c condition, otherwise condition, apply func(bitset)) {
		set := s.get(len(ix.live))
		defer s.put(set)
		if c.fill(ix, s, set) {
			apply(set)
		} else {
			rest = append(rest, otherwise)
		}
	}
	for _, c := range f.must {
		narrow(c, c, allowed.and)
	}
	for _, c := range f.mustNot {
		narrow(c, not{c}, allowed.andNot)
	}
	if len(f.should) > 0 {
		narrow(anyOf{f.should}, anyOf{f.should}, allowed.and)
	}
	if f.minCount > 0 {
		rest = append(rest, atLeast{f.minShould, f.minCount})
	}
	return allowed, rest
}

func matchAll(conditions []condition, d *doc) bool {
	for _, c := range conditions {
		if !c.match(d) {
			return false
		}
	}
	return true
}

type anyOf struct{ of []condition }

func (a anyOf) match(d *doc) bool {
	for _, c := range a.of {
		if c.match(d) {
			return true
		}
	}
	return false
}

func (a anyOf) fill(ix *index, s *scratch, dst bitset) bool {
	for _, c := range a.of {
		if !c.fill(ix, s, dst) {
			return false
		}
	}
	return true
}

type atLeast struct {
	of    []condition
	count uint64
}

func (a atLeast) match(d *doc) bool {
	var n uint64
	for _, c := range a.of {
		if c.match(d) {
			n++
		}
	}
	return n >= a.count
}

func (atLeast) fill(*index, *scratch, bitset) bool { return false }

type not struct{ c condition }

func (n not) match(d *doc) bool                { return !n.c.match(d) }
func (not) fill(*index, *scratch, bitset) bool { return false }
