package rag

import (
	"cmp"
	"context"
	"math"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/naru-rag/naru/lang"
)

// The confidence below which an answer abstains, where passages were found by
// words alone and where meaning took part. How they were chosen, and on what, is
// in RATIONALE.md.
const (
	DefaultThreshold        = .20
	DefaultMeaningThreshold = .22
)

// Evidence is a question with the passages found for it and how much each of
// the question's terms tells among them.
type Evidence struct {
	asked    understood
	passages []weighedPassage
	// places are the question letter by letter; see coverage.
	places []place
	// rarity is how much each distinct term of the question tells.
	rarity []float64
	// floor is the score of what has nothing to do with the question.
	floor      float64
	confidence float64
	// near is how near in meaning the sentences of the first passages are to the
	// question, from 0 for the farthest to 1; nil where words decide.
	near [][]float64
}

// place is a run of letters of the question that the same terms lie over.
type place struct {
	over    []occurrence
	letters float64
}

// occurrence is a distinct term of the question, by its number, with what it
// weighs at one place.
type occurrence struct {
	term   int
	weight float64
}

// match is a term of the question in a passage.
type match struct {
	term  int
	start int // offset into the passage's text
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

// weighedPassage is a passage with the question's terms in its text, in reading
// order, and in the title and headings above it.
type weighedPassage struct {
	Passage
	matches []match
	context []match
}

// weigh judges what was found. How much a term tells is estimated from the
// passages found, not from the whole index: it needs no second round trip, it
// cannot reveal what other tenants' documents hold, and it separates answered
// from unanswered questions nearly as well as the true document frequencies do
// (see RATIONALE.md).
func weigh(asked understood, found []Passage, terms vocabulary, in []passageTerms) *Evidence {
	numbers := map[string]int{}
	own := make([]int, len(terms)) // the number of a term of the vocabulary among the question's, from 1
	for _, t := range asked.terms {
		if _, known := numbers[t.Text]; !known {
			numbers[t.Text] = len(numbers)
			own[terms[t.Text]] = len(numbers)
		}
	}
	e := &Evidence{asked: asked, places: places(asked, numbers), rarity: make([]float64, len(numbers)), floor: floorOf(found)}
	matching := func(of []match) []match {
		all := make([]match, 0, len(of))
		for _, m := range of {
			if n := own[m.term]; n > 0 {
				all = append(all, match{n - 1, m.start})
			}
		}
		return all
	}
	holding := make([]float64, len(numbers))
	last := make([]int, len(numbers)) // the last passage that counted, from 1
	for i, p := range found {
		w := weighedPassage{
			Passage: p,
			matches: matching(in[i].text),
			context: matching(in[i].context),
		}
		for _, part := range [][]match{w.matches, w.context} {
			for _, m := range part {
				if last[m.term] != i+1 {
					last[m.term] = i + 1
					holding[m.term]++
				}
			}
		}
		e.passages = append(e.passages, w)
	}
	n := float64(len(found))
	for term, held := range holding {
		e.rarity[term] = math.Log((n-held+.5)/(held+.5) + 1)
	}
	e.confidence = e.judge()
	return e
}

// vocabulary numbers the terms of all wordings of a question.
type vocabulary map[string]int

func vocabularyOf(wordings []understood) vocabulary {
	v := vocabulary{}
	for _, w := range wordings {
		for _, t := range w.terms {
			if _, known := v[t.Text]; !known {
				v[t.Text] = len(v)
			}
		}
	}
	return v
}

// passageTerms are the terms of a vocabulary in the text of a passage, and in the title
// and headings above it.
type passageTerms struct{ text, context []match }

// analyze is what most of weighing takes, and is done once for every wording of a
// question.
func analyze(ctx context.Context, terms vocabulary, found []Passage) ([]passageTerms, error) {
	var scratch []lang.Term // few of the terms of a text are asked for
	known := func(text, language string) (all []match) {
		scratch = lang.AppendTerms(scratch[:0], text, language)
		for _, t := range scratch {
			if n, ok := terms[t.Text]; ok {
				all = append(all, match{n, t.Start})
			}
		}
		return all
	}
	all := make([]passageTerms, len(found))
	for i, p := range found {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		all[i] = passageTerms{known(p.Text, p.Language), known(p.Title+"\n"+strings.Join(p.Headings, "\n"), p.Language)}
	}
	return all, nil
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
	return e.covered() * (1 - marginShare + marginShare*e.margin())
}

// covered is the part of the question that the best passage covers.
func (e *Evidence) covered() float64 {
	covered := 0.
	for i := range e.passages[:min(judged, len(e.passages))] {
		p := &e.passages[i]
		covered = max(covered, e.coverage(p.matches, p.context, 1))
	}
	return covered
}

// margin is how far the best score leads that of the next document with
// another text: neighbours and copies of the best passage say nothing about it.
func (e *Evidence) margin() float64 {
	first := e.passages[0]
	if e.strength(first) <= 0 {
		return 0
	}
	for _, p := range e.passages[1:] {
		if p.Document != first.Document && p.Text != first.Text {
			return 1 - e.strength(p)/e.strength(first)
		}
	}
	return 1
}

// strength is how far a passage's score stands above what is there by chance.
func (e *Evidence) strength(p weighedPassage) float64 { return max(0, strength(p.Passage)-e.floor) }

func strength(p Passage) float64 { return cmp.Or(p.Strength, p.Score) }

// threshold is the confidence that an answer needs by default.
func (e *Evidence) threshold() float64 {
	if e.floor != 0 {
		return DefaultMeaningThreshold
	}
	return DefaultThreshold
}

// floorOf returns the score that has nothing to do with the question: 0 by words
// alone, since a passage that shares none is not found. Any two texts have a
// cosine well above 0, so where meaning took part it is the lowest of what was
// found: of thirty passages the last is there because something has to be.
func floorOf(found []Passage) float64 {
	if !slices.ContainsFunc(found, func(p Passage) bool { return p.Meaning != 0 }) {
		return 0
	}
	lowest := strength(found[0])
	for _, p := range found {
		lowest = min(lowest, strength(p))
	}
	return lowest
}

// coverage returns the share of the question that terms cover, letter by
// letter: a letter is covered as well as the best matching term over it says,
// and counts as much as that term is rare. Terms overlap, and where words are
// not set apart many of them straddle two words of the question, so counting
// terms would call a question half covered that is answered in full. What only
// the context has counts contextShare.
func (e *Evidence) coverage(matches, context []match, contextShare float64) float64 {
	held := make([]float64, len(e.rarity))
	for _, m := range context {
		held[m.term] = contextShare
	}
	for _, m := range matches {
		held[m.term] = 1
	}
	covered, whole := 0., 0.
	for _, p := range e.places {
		credit, rarity, weight, rarest := 0., 0., 0., 0.
		for _, t := range p.over {
			weight = max(weight, t.weight)
			rarest = max(rarest, e.rarity[t.term])
			if c := t.weight * held[t.term]; c > credit {
				credit, rarity = c, e.rarity[t.term]
			}
		}
		if credit == 0 {
			rarity = rarest
		}
		covered += p.letters * credit * rarity
		whole += p.letters * weight * rarity
	}
	if whole == 0 {
		return 0
	}
	return covered / whole
}

// places lists, for each letter of the question that any term lies over, these
// terms. Neighbouring letters with the same terms are one place.
func places(asked understood, numbers map[string]int) []place {
	over := make([][]occurrence, len(asked.text))
	for _, t := range asked.terms {
		o := occurrence{numbers[t.Text], t.Weight}
		for at := t.Start; at < t.End; at++ {
			if utf8.RuneStart(asked.text[at]) && !slices.Contains(over[at], o) {
				over[at] = append(over[at], o)
			}
		}
	}
	var all []place
	for _, o := range over {
		switch n := len(all); {
		case o == nil:
		case n > 0 && slices.Equal(all[n-1].over, o):
			all[n-1].letters++
		default:
			all = append(all, place{o, 1})
		}
	}
	return all
}
