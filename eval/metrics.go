package eval

import (
	"math"
	"slices"
	"sort"
)

// ranking says where the relevant passages of one question came out. A group
// is passages that are the same thing (a passage and its translations): the
// first of a group that is found counts, the others neither help nor harm.
type ranking struct {
	// ranks are the 0-based ranks of the groups that were found, ascending.
	ranks []int
	// groups is how many there are to find.
	groups int
}

func rank(found []int, gold [][]int) ranking {
	r := ranking{groups: len(gold)}
	for _, group := range gold {
		if at := slices.IndexFunc(found, func(p int) bool { return slices.Contains(group, p) }); at >= 0 {
			r.ranks = append(r.ranks, at)
		}
	}
	slices.Sort(r.ranks)
	return r
}

// recall is the share of groups found among the first k.
func (r ranking) recall(k int) float64 {
	n := 0
	for _, at := range r.ranks {
		if at < k {
			n++
		}
	}
	return float64(n) / float64(r.groups)
}

// reciprocal is 1 over the 1-based rank of the first group among the first k.
func (r ranking) reciprocal(k int) float64 {
	if len(r.ranks) == 0 || r.ranks[0] >= k {
		return 0
	}
	return 1 / float64(r.ranks[0]+1)
}

// ndcg is the normalised discounted cumulative gain at k with binary gains
// (Järvelin and Kekäläinen, TOIS 2002).
func (r ranking) ndcg(k int) float64 {
	gain, ideal := 0., 0.
	for _, at := range r.ranks {
		if at < k {
			gain += 1 / math.Log2(float64(at)+2)
		}
	}
	for at := range min(k, r.groups) {
		ideal += 1 / math.Log2(float64(at)+2)
	}
	return gain / ideal
}

// auroc is the probability that a score drawn from yes is above one drawn from
// no, ties counting half (Mann-Whitney U).
func auroc(yes, no []float64) float64 {
	type scored struct {
		value float64
		yes   bool
	}
	all := make([]scored, 0, len(yes)+len(no))
	for _, v := range yes {
		all = append(all, scored{v, true})
	}
	for _, v := range no {
		all = append(all, scored{v, false})
	}
	sort.Slice(all, func(i, j int) bool { return all[i].value < all[j].value })
	ranks := 0.
	for i := 0; i < len(all); {
		j := i
		for j < len(all) && all[j].value == all[i].value {
			j++
		}
		for _, s := range all[i:j] {
			if s.yes {
				ranks += float64(i+j+1) / 2
			}
		}
		i = j
	}
	n := float64(len(yes))
	return (ranks - n*(n+1)/2) / (n * float64(len(no)))
}
