package filter

import (
	"github.com/qdrant/go-client/qdrant"

	"github.com/naru-rag/naru/internal/bitset"
	"github.com/naru-rag/naru/store/embedded/internal/pointid"
)

// Subject is a point that a filter is asked about.
type Subject struct {
	Key pointid.Key
	// Payload is looked at only by filters whose NeedsPayload is true.
	Payload map[string]*qdrant.Value
	// HasVector tells whether the point has the named vector; nil means none.
	HasVector func(name string) bool
}

// Filter is a compiled qdrant.Filter: all of must, one of should where there
// are any, none of mustNot, and minCount of minShould. Its methods may be
// called by many goroutines at once.
type Filter struct {
	must, should, mustNot, minShould []condition
	minCount                         uint64
	of                               traits
}

// condition is one part of a filter: a *leaf, a *nested or a *Filter.
type condition interface {
	matches(s Subject) bool
	// narrow removes from within documents that the indexes know not to match,
	// and returns what has to hold of those that remain, nil for nothing more.
	narrow(r *resolver, within bitset.Set) (rest condition, err error)
	traits() traits
}

// traits is what a condition is like, the same for every point.
type traits struct {
	// cost orders conditions: the cheap and selective ones come first.
	cost cost
	// payload is whether matches looks at the payload.
	payload bool
	// indexed is whether an index may know something of the condition.
	indexed bool
}

type cost int

const (
	costID cost = iota
	costValue
	costInterval
	costText
	costGeo
	costFilter
	costNested
)

// Everything tells whether every point matches because nothing is asked.
func (f *Filter) Everything() bool {
	return len(f.must)+len(f.should)+len(f.mustNot) == 0 && f.minCount == 0
}

// NeedsPayload tells whether Matches looks at the payload.
func (f *Filter) NeedsPayload() bool { return f.of.payload }

// Matches tells whether the point matches.
func (f *Filter) Matches(s Subject) bool { return f.matches(s) }

func (f *Filter) matches(s Subject) bool {
	for _, c := range f.must {
		if !c.matches(s) {
			return false
		}
	}
	for _, c := range f.mustNot {
		if c.matches(s) {
			return false
		}
	}
	return (len(f.should) == 0 || atLeast(1, f.should, s)) && atLeast(f.minCount, f.minShould, s)
}

// atLeast tells whether n of the conditions hold.
func atLeast(n uint64, conditions []condition, s Subject) bool {
	for i, c := range conditions {
		if n == 0 || n > uint64(len(conditions)-i) {
			break
		}
		if c.matches(s) {
			n--
		}
	}
	return n == 0
}

func (f *Filter) traits() traits { return f.of }

// leaf is a condition without conditions in it.
type leaf struct {
	holds func(s Subject) bool
	// fill asks the index; nil where none helps.
	fill func(ix Index, into bitset.Set) (bool, error)
	// ofElements is whether fill, asked for an element of an array, finds at
	// least the documents with an element that the condition holds for.
	ofElements bool
	cost       cost
	noPayload  bool
}

func (l *leaf) matches(s Subject) bool { return l.holds(s) }

func (l *leaf) traits() traits {
	return traits{cost: l.cost, payload: !l.noPayload, indexed: l.fill != nil}
}
