package rag

import (
	"strings"
	"unicode/utf8"
)

// attribute turns drafts into sentences with citations. A place that is not a
// range of whole characters of its passage supports nothing, a sentence whose
// words are not those of a place that supports it is not in the documents, and
// a sentence without support is dropped.
func attribute(drafts []Draft, passages []Passage) []Sentence {
	sentences := []Sentence{}
	for _, d := range drafts {
		s := Sentence{Text: d.Text, Citations: []Citation{}}
		verbatim := false
		for _, at := range d.Support {
			if at.Passage < 0 || at.Passage >= len(passages) {
				continue
			}
			p := passages[at.Passage]
			if at.Start < 0 || at.End > len(p.Text) || at.Start >= at.End || !utf8.ValidString(p.Text[at.Start:at.End]) {
				continue
			}
			quote := p.Text[at.Start:at.End]
			verbatim = verbatim || strings.Contains(quote, d.Text)
			s.Citations = append(s.Citations, Citation{
				Document: p.Document, Title: p.Title, URI: p.URI, Passage: p.ID,
				Start: p.Start + at.Start, End: p.Start + at.End, Quote: quote,
				Source: p.Original(p.Start+at.Start, p.Start+at.End),
			})
		}
		if verbatim {
			sentences = append(sentences, s)
		}
	}
	return sentences
}

// join makes one text of an answer's sentences.
func join(sentences []Sentence) string {
	var b strings.Builder
	for i, s := range sentences {
		if i > 0 && !closesWithoutSpace(sentences[i-1].Text) {
			b.WriteByte(' ')
		}
		b.WriteString(s.Text)
	}
	return b.String()
}

// closesWithoutSpace tells whether a sentence ends in a mark after which
// Chinese and Japanese put no space.
func closesWithoutSpace(text string) bool {
	r, _ := utf8.DecodeLastRuneInString(text)
	return strings.ContainsRune("。！？」』）”｡", r)
}
