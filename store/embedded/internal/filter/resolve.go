package filter

import (
	"math/bits"
	"sync"

	"github.com/qdrant/go-client/qdrant"

	"github.com/naru-rag/naru/internal/bitset"
	"github.com/naru-rag/naru/store/embedded/internal/pointid"
)

// Index answers conditions for the documents 0 to Len-1. Each method adds to
// into every document that matches, dead ones too as it likes, and no other; it
// reports false where it cannot tell, and into may then hold anything. The
// answers have to be those of [Filter.Matches]: fields are named as
// payload.Path.String writes them, arrays mean any of their elements, and lists
// come sorted, each value once.
type Index interface {
	Len() int
	Keywords(field string, values []string, into bitset.Set) (bool, error)
	Integers(field string, values []int64, into bitset.Set) (bool, error)
	Bool(field string, value bool, into bitset.Set) (bool, error)
	// Range is about numbers, integers compared as float64; no bound is NaN.
	Range(field string, r *qdrant.Range, into bitset.Set) (bool, error)
	// DatetimeRange is about times cut to the microsecond; so are the bounds.
	DatetimeRange(field string, r *qdrant.DatetimeRange, into bitset.Set) (bool, error)
	// Empty is about documents without a value other than null and [].
	Empty(field string, into bitset.Set) (bool, error)
	IDs(keys []pointid.Key, into bitset.Set) (bool, error)
	HasVector(name string, into bitset.Set) (bool, error)
}

// Resolve removes from allowed what the indexes know not to match. Of what
// remains those documents match that rest matches too, all of them where rest
// is nil. After an error allowed may hold anything.
func (f *Filter) Resolve(ix Index, allowed bitset.Set) (rest *Filter, err error) {
	r := resolvers.Get().(*resolver)
	r.ix = ix
	left, err := f.narrow(r, allowed)
	r.ix = nil
	resolvers.Put(r)
	if err != nil || left == nil {
		return nil, err
	}
	return left.(*Filter), nil
}

// resolver lends sets while a filter is resolved.
type resolver struct {
	ix   Index
	free []bitset.Set
}

// resolvers keeps the sets from one search to the next: they are most of what a
// search with a filter would leave to the garbage collector.
var resolvers = sync.Pool{New: func() any { return &resolver{} }}

// set returns an empty set with as much room as like.
func (r *resolver) set(like bitset.Set) bitset.Set {
	n := len(r.free)
	if n == 0 || cap(r.free[n-1]) < len(like) {
		r.free = r.free[:max(n-1, 0)]
		return make(bitset.Set, len(like))
	}
	s := r.free[n-1][:len(like)]
	r.free = r.free[:n-1]
	clear(s)
	return s
}

func (r *resolver) copyOf(s bitset.Set) bitset.Set {
	out := r.set(s)
	copy(out, s)
	return out
}

func (r *resolver) putBack(s bitset.Set) { r.free = append(r.free, s) }

func isEmpty(s bitset.Set) bool {
	_, some := s.Next(0)
	return !some
}

func (l *leaf) narrow(r *resolver, within bitset.Set) (condition, error) {
	if l.fill == nil {
		return l, nil
	}
	found := r.set(within)
	defer r.putBack(found)
	ok, err := l.fill(r.ix, found)
	if err != nil || !ok {
		return l, err
	}
	within.And(found)
	return nil, nil
}

// narrow returns the conditions that the indexes did not decide as a filter.
// Once no document remains, nothing more is asked.
func (f *Filter) narrow(r *resolver, within bitset.Set) (condition, error) {
	rest := &Filter{}
	for _, c := range f.must {
		if isEmpty(within) {
			return nil, nil
		}
		left, err := c.narrow(r, within)
		if err != nil {
			return nil, err
		}
		if left != nil {
			rest.must = append(rest.must, left)
		}
	}
	for _, c := range f.mustNot {
		if isEmpty(within) {
			return nil, nil
		}
		decided, err := exclude(r, c, within)
		if err != nil {
			return nil, err
		}
		if !decided {
			rest.mustNot = append(rest.mustNot, c)
		}
	}
	if len(f.should) > 0 && !isEmpty(within) {
		decided, err := f.narrowShould(r, within)
		if err != nil {
			return nil, err
		}
		if !decided {
			rest.should = f.should
		}
	}
	if f.minCount > 0 && !isEmpty(within) {
		decided, err := f.narrowMinShould(r, within)
		if err != nil {
			return nil, err
		}
		if !decided {
			rest.minShould, rest.minCount = f.minShould, f.minCount
		}
	}
	if rest.Everything() || isEmpty(within) {
		return nil, nil
	}
	return rest.summed(), nil
}

// exclude takes the documents that c holds for out of within, where the indexes
// can tell which they are.
func exclude(r *resolver, c condition, within bitset.Set) (decided bool, err error) {
	if !c.traits().indexed {
		return false, nil
	}
	matching := r.copyOf(within)
	defer r.putBack(matching)
	rest, err := c.narrow(r, matching)
	if err != nil || rest != nil {
		return false, err
	}
	within.AndNot(matching)
	return true, nil
}

// narrowShould leaves the documents that one of should may hold for.
func (f *Filter) narrowShould(r *resolver, within bitset.Set) (decided bool, err error) {
	for _, c := range f.should {
		if !c.traits().indexed {
			return false, nil // any document may match this one
		}
	}
	union := r.set(within)
	defer r.putBack(union)
	decided = true
	for _, c := range f.should {
		if l, ok := c.(*leaf); ok {
			// Straight into the union, so that a thousand of them cost no more
			// than one of a thousand values.
			if ok, err := l.fill(r.ix, union); err != nil || !ok {
				return false, err
			}
			continue
		}
		matching := r.copyOf(within)
		rest, err := c.narrow(r, matching)
		if err != nil {
			return false, err
		}
		decided = decided && rest == nil
		union.Or(matching)
		r.putBack(matching)
	}
	within.And(union)
	return decided, nil
}

// narrowMinShould leaves the documents that enough of minShould may hold for.
// It counts by the bits of the number: planes[i] has the documents whose count
// has the bit i set.
func (f *Filter) narrowMinShould(r *resolver, within bitset.Set) (decided bool, err error) {
	if f.minCount > uint64(len(f.minShould)) {
		clear(within)
		return true, nil
	}
	wanted, decided := f.minCount, true
	planes := make([]bitset.Set, bits.Len(uint(len(f.minShould))))
	for i := range planes {
		planes[i] = r.set(within)
		defer r.putBack(planes[i])
	}
	for _, c := range f.minShould {
		if !c.traits().indexed {
			if wanted--; wanted == 0 {
				return false, nil // any document may match
			}
			decided = false
			continue
		}
		matching := r.copyOf(within)
		rest, err := c.narrow(r, matching)
		if err != nil {
			return false, err
		}
		decided = decided && rest == nil
		countIn(planes, matching)
		r.putBack(matching)
	}
	keepAtLeast(wanted, planes, within)
	return decided, nil
}

// countIn adds one to the count of every document in set.
func countIn(planes []bitset.Set, set bitset.Set) {
	for i, carry := range set {
		for _, plane := range planes {
			if carry == 0 {
				break
			}
			plane[i], carry = plane[i]^carry, plane[i]&carry
		}
	}
}

// keepAtLeast leaves the documents in within whose count is n or more.
func keepAtLeast(n uint64, planes []bitset.Set, within bitset.Set) {
	for i := range within {
		more, equal := uint64(0), ^uint64(0)
		for bit := len(planes) - 1; bit >= 0; bit-- {
			if plane := planes[bit][i]; n>>bit&1 == 0 {
				more |= equal & plane
				equal &^= plane
			} else {
				equal &= plane
			}
		}
		within[i] &= more | equal
	}
}
