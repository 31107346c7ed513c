package lang

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/clipperhouse/uax29/v2/graphemes"
)

// maxSentence is the greatest length of a sentence in characters (runes). Only
// a single grapheme cluster may be longer.
const maxSentence = 1000

// appendLimited appends a span, in parts if it is longer than longest: cut
// behind a clause mark, else at a space, else between two grapheme clusters.
func appendLimited(spans []Span, text string, span Span, longest int) []Span {
	if span.End-span.Start <= longest || utf8.RuneCountInString(text[span.Start:span.End]) <= longest {
		return appendTrimmed(spans, text, span)
	}
	var clause, space cut
	start, length := span.Start, 0
	clusters := graphemes.FromString(text[span.Start:span.End])
	for clusters.Next() {
		value := clusters.Value()
		at, size := span.Start+clusters.Start(), utf8.RuneCountInString(value)
		if length+size > longest && length > 0 {
			best := cut{at, length}
			if clause.length > longest/2 {
				best = clause
			} else if space.length > 0 {
				best = space
			}
			spans = appendTrimmed(spans, text, Span{start, best.at})
			start, length = best.at, length-best.length
			clause, space = cut{}, cut{}
		}
		length += size
		end := cut{span.Start + clusters.End(), length}
		if r, _ := utf8.DecodeRuneInString(value); unicode.IsSpace(r) {
			space = end
			if end.at-len(value) > start && endsClause(text[start:end.at-len(value)]) {
				clause = end
			}
		} else if strings.ContainsRune(wideClauseMarks, r) {
			clause, space = end, end
		}
	}
	return appendTrimmed(spans, text, Span{start, span.End})
}

// cut is a place where a sentence may be cut, and its length up to there.
type cut struct{ at, length int }

// Marks between clauses: those that a space follows, and those of full width.
const (
	clauseMarks     = ",;:،؛·–—፣፤၊՝"
	wideClauseMarks = "、，；：､"
)

func endsClause(text string) bool {
	r, _ := utf8.DecodeLastRuneInString(text)
	return strings.ContainsRune(clauseMarks, r)
}

// Clauses cuts a text as [Sentences] does and each sentence further, behind the
// commas, semicolons, colons and dashes that part its clauses. It is for
// shortening: a clause need not be a sentence, nor grammatical. One that is
// longer than longest characters is cut at a space, else between two grapheme
// clusters; only a single cluster may be longer.
func Clauses(text, language string, longest int) []Span {
	var spans []Span
	for _, sentence := range Sentences(text, language) {
		start := sentence.Start
		for at := sentence.Start; at < sentence.End; {
			r, size := utf8.DecodeRuneInString(text[at:sentence.End])
			at += size
			next, _ := utf8.DecodeRuneInString(text[at:sentence.End])
			if at < sentence.End && !joined(text, at) &&
				(strings.ContainsRune(wideClauseMarks, r) || strings.ContainsRune(clauseMarks, r) && unicode.IsSpace(next)) {
				spans = appendLimited(spans, text, Span{start, at}, longest)
				start = at
			}
		}
		spans = appendLimited(spans, text, Span{start, sentence.End}, longest)
	}
	return spans
}
