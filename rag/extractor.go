package rag

import (
	"context"
	"slices"
	"sort"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/naru-rag/naru/lang"
)

const (
	// DefaultSentences is the most sentences an [Extractor] answers with.
	DefaultSentences = 3
	// DefaultCharacters is the most characters an [Extractor] answers with.
	DefaultCharacters = 400
)

// Extractor is the [Generator] that needs no language model: its answer is the
// documents' own sentences, word for word, those that cover the question best,
// in reading order. The zero value works.
type Extractor struct {
	// Sentences is the most sentences to answer with; zero means [DefaultSentences].
	Sentences int
	// Characters is the most characters to answer with; zero means
	// [DefaultCharacters]. A sentence that alone is longer is cut at its clauses.
	Characters int
}

// The weights below were chosen together on the question sets; RATIONALE.md
// says on which.
const (
	// titleShare is how much a word of the question counts for a sentence that
	// stands under a title or heading which has it.
	titleShare = .35
	// neighbourShare is how much of the coverage of the sentence before and
	// after is lent to a sentence: "It opens at nine" stands beside what It is.
	neighbourShare = .3
	// passageShare is how much of a sentence's score hangs on its passage's.
	passageShare = .8
	// typeBonus is added where a sentence has the type of thing asked for.
	typeBonus = .12
	// worthwhile is the share of the best sentence's score that another needs,
	// and worthwhileElsewhere one of another document: beside a sentence that
	// answers, one from elsewhere is more likely about something else.
	worthwhile          = .35
	worthwhileElsewhere = .75
	// fragmentShare is what is left of the score of a heading, of the head of a
	// table and the like: they have the question's words, not its answer.
	fragmentShare = .4
)

// candidate is a sentence that may answer.
type candidate struct {
	place Place
	text  string
	score float64
	size  int
}

// Generate chooses sentences of the evidence's passages. It fails only when ctx
// ends.
func (x Extractor) Generate(ctx context.Context, e *Evidence) ([]Draft, error) {
	left, budget := x.Sentences, x.Characters
	if left == 0 {
		left = DefaultSentences
	}
	if budget == 0 {
		budget = DefaultCharacters
	}
	candidates, err := e.candidates(ctx, budget)
	if err != nil {
		return nil, err
	}
	sort.SliceStable(candidates, func(i, j int) bool { return candidates[i].score > candidates[j].score })

	var chosen []candidate
	for _, c := range candidates {
		if left == 0 {
			break
		}
		least := worthwhile
		if e.passages[c.place.Passage].Document != e.passages[candidates[0].place.Passage].Document {
			least = worthwhileElsewhere
		}
		if c.score < least*candidates[0].score || c.size > budget || repeats(chosen, c) {
			continue
		}
		chosen = append(chosen, c)
		left--
		budget -= c.size
	}
	slices.SortFunc(chosen, func(a, b candidate) int {
		if a.place.Passage != b.place.Passage {
			return a.place.Passage - b.place.Passage
		}
		return a.place.Start - b.place.Start
	})
	drafts := make([]Draft, len(chosen))
	for i, c := range chosen {
		drafts[i] = Draft{Text: c.text, Support: []Place{c.place}}
	}
	return drafts, nil
}

// repeats tells whether a sentence was chosen already: passages overlap, and
// documents quote each other.
func repeats(chosen []candidate, c candidate) bool {
	return slices.ContainsFunc(chosen, func(other candidate) bool { return other.text == c.text })
}

// candidates scores every sentence of the passages that may be cited, in
// reading order. Sentences longer than budget characters are cut.
func (e *Evidence) candidates(ctx context.Context, budget int) ([]candidate, error) {
	var all []candidate
	best := e.strength(e.passages[0])
	for i := range e.Passages() {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		p := &e.passages[i]
		standing := 1.
		if best > 0 {
			standing = 1 - passageShare + passageShare*e.strength(*p)/best
		}
		spans := lang.Sentences(p.Text, p.Language)
		covers := make([]float64, len(spans))
		for j, s := range spans {
			switch {
			case e.near == nil:
				covers[j] = e.coverage(within(p.matches, s), p.context, titleShare)
			case i < len(e.near):
				covers[j] = e.near[i][j]
			}
		}
		for j, s := range spans {
			score := covers[j]
			if j > 0 {
				score += neighbourShare * covers[j-1]
			}
			if j+1 < len(spans) {
				score += neighbourShare * covers[j+1]
			}
			if e.asked.expects.meets(p.Text[s.Start:s.End], e.asked.text, p.Language) {
				score += typeBonus
			}
			if fragment(p.Text[s.Start:s.End], e.asked.text) {
				score *= fragmentShare
			}
			s = e.shorten(p, s, budget)
			text := p.Text[s.Start:s.End]
			all = append(all, candidate{Place{i, s.Start, s.End}, text, score * standing, utf8.RuneCountInString(text)})
		}
	}
	return all, nil
}

// longestFragment is how many characters a heading may have to be told as one.
const longestFragment = 60

// fragment tells whether a text is no sentence: it is short, does not close as
// one, and has no number that could be the answer.
func fragment(text, question string) bool {
	last, _ := utf8.DecodeLastRuneInString(text)
	if strings.ContainsRune(".!?。！？…।॥؟۔։።」』）)\"”»", last) || utf8.RuneCountInString(text) > longestFragment {
		return false
	}
	return !hasNewNumber(strings.TrimLeftFunc(text, unicode.IsDigit), question)
}

// within returns the matches that begin in a span; they are in reading order.
func within(matches []match, s lang.Span) []match {
	from := sort.Search(len(matches), func(i int) bool { return matches[i].start >= s.Start })
	to := sort.Search(len(matches), func(i int) bool { return matches[i].start >= s.End })
	return matches[from:max(from, to)]
}

// shorten cuts a sentence that is longer than budget characters to the run of
// its clauses that fits and covers the question best.
func (e *Evidence) shorten(p *weighedPassage, s lang.Span, budget int) lang.Span {
	text := p.Text[s.Start:s.End]
	if utf8.RuneCountInString(text) <= budget {
		return s
	}
	clauses := lang.Clauses(text, p.Language, budget)
	best, bestCover := lang.Span{}, -1.
	for i := range clauses {
		j := i
		for j+1 < len(clauses) && utf8.RuneCountInString(text[clauses[i].Start:clauses[j+1].End]) <= budget {
			j++
		}
		run := lang.Span{Start: s.Start + clauses[i].Start, End: s.Start + clauses[j].End}
		if cover := e.coverage(within(p.matches, run), p.context, titleShare); cover > bestCover {
			best, bestCover = run, cover
		}
	}
	return best
}
