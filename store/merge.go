package store

import (
	"slices"

	"github.com/naru-rag/naru/rag"
)

// Merge puts what several stores found for a query in one order. Scores of stores whose
// server fuses, or that look at different passages, do not compare; the signals behind
// them do, where the model is the same: they are added anew over all that was found, as
// in one store. Where a store could not compare meanings, words alone decide between
// them. What only one store found stays as it is.
func Merge(q rag.Query, found ...[]rag.Passage) []rag.Passage {
	found = slices.DeleteFunc(slices.Clone(found), func(f []rag.Passage) bool { return len(f) == 0 })
	switch len(found) {
	case 0:
		return nil
	case 1:
		return found[0]
	}
	meant := func(p rag.Passage) bool { return p.Meaning != 0 }
	for _, f := range found {
		if !slices.ContainsFunc(f, meant) {
			q.Vector = nil
		}
	}
	h := newHalves(q, nil, FusionCalibrated)
	all := map[string]*signals{}
	for _, f := range found {
		for _, p := range f {
			if all[p.ID] == nil && (h.meaning() || p.Words > 0) {
				all[p.ID] = &signals{passage: p, words: p.Words, meaning: p.Meaning, found: true}
			}
		}
	}
	calibrated := h.calibrated(all)
	merged := make([]rag.Passage, 0, len(all))
	for _, of := range all {
		p := of.passage
		p.Score, p.Strength = calibrated(of), 0
		if !h.meaning() {
			p.Meaning = 0
		}
		merged = append(merged, p)
	}
	orderPassages(merged)
	return merged[:min(q.Limit, len(merged))]
}
