package store

import (
	"cmp"
	"slices"
	"strings"

	"github.com/qdrant/go-client/qdrant"

	"github.com/naru-rag/naru/lang"
	"github.com/naru-rag/naru/rag"
)

// Which half is right more often differs from one set of documents to the next,
// so nothing may depend on knowing it, and a rank says too little of how sure a
// half is. So signals are added that mean the same for every question: the cosine,
// which of one model always does; the share of the best BM25 score, squared so that
// being nearly the best counts little; and the score itself, which is high where
// rare words agree. Where hardly a word of the question is in any passage, as
// across languages, those that are say little: a name, a number, or "of" in a text
// that quotes English. So words count in proportion to how much of the question the
// passages have that are best by them. RATIONALE.md has what was compared.
const (
	shareWeight = .07
	scoreWeight = .0015
	scoreMost   = 100 // what is above says no more
	trustedFor  = 3   // the best passages by words, in which the question's are looked up
)

// fused is the score of a passage. best is the best score by words; without one
// the meaning decides alone. trust is how much words say, from 0 to 1.
func fused(cosine, words, best, trust float64) float64 {
	if best <= 0 {
		return cosine
	}
	share := words / best
	return cosine + trust*(shareWeight*share*share+scoreWeight*min(words, scoreMost))
}

// covered is the share of the question's terms, by their weights, that a passage
// has, in the wording that it has most of.
func (h *halves) covered(p *rag.Passage) (most float64) {
	has := map[uint32]bool{}
	for _, t := range lang.Analyze(searched(p), p.Language) {
		has[dimension(t.Text)] = true
	}
	for _, wording := range h.wordings {
		all, there := 0., 0.
		for i, d := range wording.indices {
			w := float64(wording.values[i])
			all += w
			if has[d] {
				there += w
			}
		}
		most = max(most, there/all)
	}
	return most
}

// signals are what the halves think of a passage.
type signals struct {
	passage        rag.Passage
	words, meaning float64
	server         float64 // the score where the server fused
	found          bool    // its passage was read
}

// kind is what a result of the round trip has: its scores, and whether passages.
type kind struct {
	score    func(*signals) *float64
	passages bool
}

// kinds are those of the results of [halves.requests].
func (h *halves) kinds() []kind {
	words := func(of *signals) *float64 { return &of.words }
	meaning := func(of *signals) *float64 { return &of.meaning }
	server := func(of *signals) *float64 { return &of.server }
	switch {
	case !h.meaning():
		return []kind{{words, true}}
	case !h.words():
		return []kind{{meaning, true}}
	case h.fusion != FusionCalibrated:
		return []kind{{server, true}, {words, false}, {meaning, false}}
	}
	return []kind{{words, true}, {meaning, true}, {words, false}, {meaning, false}}
}

// fuse puts what the halves found in one order, and returns the best.
func (h *halves) fuse(found []*qdrant.BatchResult, limit int) ([]rag.Passage, error) {
	all := map[string]*signals{}
	for i, k := range h.kinds() {
		for _, point := range found[i].GetResult() {
			id := idText(point.GetId())
			of := all[id]
			if of == nil {
				of = &signals{}
				all[id] = of
			}
			*k.score(of) = float64(point.GetScore())
			if of.found || !k.passages {
				continue
			}
			p, err := passageOf(point.GetId(), point.GetPayload(), 0)
			if err != nil {
				return nil, err
			}
			of.passage, of.found = p, true
		}
	}
	calibrated := h.calibrated(all)
	passages := make([]rag.Passage, 0, len(all))
	for _, of := range all {
		if !of.found {
			continue // written between two of the queries
		}
		p := of.passage
		p.Score, p.Words, p.Meaning = calibrated(of), of.words, of.meaning
		if h.words() && h.meaning() && h.fusion != FusionCalibrated {
			p.Score, p.Strength = of.server, p.Score
		}
		passages = append(passages, p)
	}
	orderPassages(passages)
	return passages[:min(limit, len(passages))], nil
}

// calibrated returns the score of a passage by the signals that mean the same for
// every question.
func (h *halves) calibrated(all map[string]*signals) func(*signals) float64 {
	switch {
	case !h.meaning():
		return func(of *signals) float64 { return of.words }
	case !h.words():
		return func(of *signals) float64 { return of.meaning }
	}
	best := 0.
	byWords := make([]*signals, 0, len(all))
	for _, of := range all {
		best = max(best, of.words)
		if of.found && of.words > 0 {
			byWords = append(byWords, of)
		}
	}
	slices.SortFunc(byWords, func(a, b *signals) int {
		return cmp.Or(cmp.Compare(b.words, a.words), strings.Compare(a.passage.ID, b.passage.ID))
	})
	trust := 0.
	for _, of := range byWords[:min(trustedFor, len(byWords))] {
		trust = max(trust, h.covered(&of.passage))
	}
	return func(of *signals) float64 { return fused(of.meaning, of.words, best, trust) }
}
