package store

import (
	"math"

	"github.com/qdrant/go-client/qdrant"

	"github.com/naru-rag/naru/rag"
)

// Which half is right more often differs from one set of documents to the next,
// so nothing may depend on knowing it, and a rank says too little of how sure a
// half is. So signals are added that mean the same for every question: the cosine,
// which of one model always does; the share of the best BM25 score, bent so that
// being nearly the best counts little; and the score itself, which is high where
// rare words agree. RATIONALE.md has what was compared.
const (
	shareWeight = .05
	shareBend   = 1.75
	scoreWeight = .00125
	scoreMost   = 100 // what is above says no more
)

// fused is the score of a passage. best is the best score by words; without one
// the meaning decides alone.
func fused(cosine, words, best float64) float64 {
	if best <= 0 {
		return cosine
	}
	return cosine + shareWeight*math.Pow(words/best, shareBend) + scoreWeight*min(words, scoreMost)
}

// signals are what the halves think of a passage.
type signals struct {
	passage        rag.Passage
	words, meaning float64
	found          bool // its passage was read
}

// fuse puts what the halves found in one order, and returns the best.
func (h *halves) fuse(found []*qdrant.BatchResult, limit int) ([]rag.Passage, error) {
	all := map[string]*signals{}
	at := func(id *qdrant.PointId) *signals {
		key := idText(id)
		if all[key] == nil {
			all[key] = &signals{}
		}
		return all[key]
	}
	best := 0.
	for i, result := range found {
		byWords := h.words() && (!h.meaning() || i == 0 || i == 2)
		for _, point := range result.GetResult() {
			of := at(point.GetId())
			if score := float64(point.GetScore()); byWords {
				of.words = score
				best = max(best, score)
			} else {
				of.meaning = score
			}
			if of.found || i > 1 {
				continue
			}
			p, err := passageOf(point.GetId(), point.GetPayload(), 0)
			if err != nil {
				return nil, err
			}
			of.passage, of.found = p, true
		}
	}
	passages := make([]rag.Passage, 0, len(all))
	for _, of := range all {
		if !of.found {
			continue // written between two of the queries
		}
		p := of.passage
		p.Score, p.Words, p.Meaning = of.words, of.words, of.meaning
		if h.meaning() {
			p.Score = fused(of.meaning, of.words, best)
		}
		passages = append(passages, p)
	}
	orderPassages(passages)
	return passages[:min(limit, len(passages))], nil
}
