package rag

import (
	"math"
	"strings"

	"github.com/naru-rag/naru/lang"
)

// DefaultThreshold is the confidence below which an answer abstains. It was
// calibrated on Korean, English and Arabic questions; see RATIONALE.md.
const DefaultThreshold = .20

// Evidence is a question with the passages found for it and how much each of
// the question's terms tells among them.
type Evidence struct {
	asked    understood
	passages []weighedPassage
	rarity   map[string]float64
	// letters are the places of the question; see coverage.
	letters    [][]int
	confidence float64
}

// Question is the question as typed.
func (e *Evidence) Question() string { return e.asked.text }

// Language is the language of the question.
func (e *Evidence) Language() string { return e.asked.language }

// Passages are the passages that the answer shows and may cite, best first.
func (e *Evidence) Passages() []Passage {
	passages := make([]Passage, min(e.asked.limit, len(e.passages)))
	for i, p := range e.passages[:len(passages)] {
		passages[i] = p.Passage
	}
	return passages
}

// weighedPassage is a passage with the terms of its text, and of the title and
// headings above it.
type weighedPassage struct {
	Passage
	terms   []lang.Term
	context map[string]bool
}

// weigh judges what was found. How much a term tells is estimated from the
// passages found, not from the whole index: it needs no second round trip, it
// cannot reveal what other tenants' documents hold, and it separates answered
// from unanswered questions as well as the true document frequencies do (see
// RATIONALE.md).
func weigh(asked understood, found []Passage) *Evidence {
	e := &Evidence{asked: asked, rarity: map[string]float64{}, letters: letters(asked.text, asked.terms)}
	want := make(map[string]bool, len(asked.terms))
	for _, t := range asked.terms {
		want[t.Text] = true
	}
	holding := map[string]int{}
	for _, p := range found {
		w := weighedPassage{Passage: p, context: map[string]bool{}}
		seen := map[string]bool{}
		for _, t := range lang.Analyze(p.Text, p.Language) {
			if want[t.Text] {
				w.terms = append(w.terms, t)
				seen[t.Text] = true
			}
		}
		for _, t := range lang.Analyze(p.Title+"\n"+strings.Join(p.Headings, "\n"), p.Language) {
			if want[t.Text] {
				w.context[t.Text] = true
				seen[t.Text] = true
			}
		}
		for t := range seen {
			holding[t]++
		}
		e.passages = append(e.passages, w)
	}
	n := float64(len(found))
	for _, t := range asked.terms {
		if _, done := e.rarity[t.Text]; done {
			continue
		}
		held := float64(holding[t.Text])
		e.rarity[t.Text] = math.Log((n-held+.5)/(held+.5) + 1)
	}
	e.confidence = e.judge()
	return e
}

const (
	// judged is how many of the best passages may supply the coverage.
	judged = 3
	// marginShare is how much of the confidence hangs on a clear lead.
	marginShare = .6
)

// judge returns how sure it is that the question is answered by the passages:
// the part of the question that the best passage covers, less where the best
// score hardly leads that of another document. Between 0 and 1. A lead over
// others is worth nothing where little is covered: in a small index something
// always leads.
func (e *Evidence) judge() float64 {
	if len(e.passages) == 0 {
		return 0
	}
	covered := 0.
	for i := range e.passages[:min(judged, len(e.passages))] {
		p := &e.passages[i]
		covered = max(covered, e.coverage(p.terms, p.context, 1))
	}
	return covered * (1 - marginShare + marginShare*e.margin())
}

// margin is how far the best score leads that of the next document with
// another text: neighbours and copies of the best passage say nothing about it.
func (e *Evidence) margin() float64 {
	first := e.passages[0]
	if first.Score <= 0 {
		return 0
	}
	for _, p := range e.passages[1:] {
		if p.Document != first.Document && p.Text != first.Text {
			return 1 - max(0, p.Score)/first.Score
		}
	}
	return 1
}

// coverage returns the share of the question that terms cover, letter by
// letter: a letter is covered as well as the best matching term over it says,
// and counts as much as that term is rare. Terms overlap, and where words are
// not set apart many of them straddle two words of the question, so counting
// terms would call a question half covered that is answered in full. What only
// the context has counts contextShare.
func (e *Evidence) coverage(terms []lang.Term, context map[string]bool, contextShare float64) float64 {
	held := make(map[string]float64, len(terms)+len(context))
	for t := range context {
		held[t] = contextShare
	}
	for _, t := range terms {
		held[t.Text] = 1
	}
	covered, whole := 0., 0.
	for _, over := range e.letters {
		credit, rarity, weight, rarest := 0., 0., 0., 0.
		for _, i := range over {
			t := e.asked.terms[i]
			weight = max(weight, t.Weight)
			rarest = max(rarest, e.rarity[t.Text])
			if c := t.Weight * held[t.Text]; c > credit {
				credit, rarity = c, e.rarity[t.Text]
			}
		}
		if credit == 0 {
			rarity = rarest
		}
		covered += credit * rarity
		whole += weight * rarity
	}
	if whole == 0 {
		return 0
	}
	return covered / whole
}

// letters lists, for each place of the question that any term covers, the
// terms over it.
func letters(text string, terms []lang.Term) [][]int {
	var all [][]int
	for at := range text {
		var over []int
		for i, t := range terms {
			if t.Start <= at && at < t.End {
				over = append(over, i)
			}
		}
		if over != nil {
			all = append(all, over)
		}
	}
	return all
}
