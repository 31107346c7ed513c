package store

import (
	"cmp"
	"slices"

	"github.com/naru-rag/naru/rag"
)

// Merge puts what several stores found for a query in one order, by the signals that mean
// the same for every question, and in every store whose vectors are of the same model; a
// score that a server has fused says nothing beside another server's. Where a store could
// not compare meanings, words alone decide between them. What only one store found stays
// as it is.
func Merge(limit int, found ...[]rag.Passage) []rag.Passage {
	found = slices.DeleteFunc(slices.Clone(found), func(f []rag.Passage) bool { return len(f) == 0 })
	switch len(found) {
	case 0:
		return nil
	case 1:
		return found[0]
	}
	words := slices.ContainsFunc(found, func(f []rag.Passage) bool {
		return !slices.ContainsFunc(f, func(p rag.Passage) bool { return p.Meaning != 0 })
	})
	var merged []rag.Passage
	there := map[string]bool{}
	for _, p := range slices.Concat(found...) {
		if there[p.ID] || words && p.Words <= 0 {
			continue
		}
		there[p.ID] = true
		if words {
			p.Score, p.Strength, p.Meaning = p.Words, 0, 0
		} else {
			p.Score, p.Strength = cmp.Or(p.Strength, p.Score), 0
		}
		merged = append(merged, p)
	}
	orderPassages(merged)
	return merged[:min(limit, len(merged))]
}
