package lang

import (
	"unicode"
	"unicode/utf8"

	"github.com/clipperhouse/uax29/v2/graphemes"
)

// trim takes white space off both ends of a span, but for a space that is in
// one grapheme cluster with what stands next to it.
func trim(text string, span Span) Span {
	for span.Start < span.End {
		r, size := utf8.DecodeRuneInString(text[span.Start:span.End])
		if !unicode.IsSpace(r) || joined(text[:span.End], span.Start+size) {
			break
		}
		span.Start += size
	}
	for span.Start < span.End {
		r, size := utf8.DecodeLastRuneInString(text[span.Start:span.End])
		if !unicode.IsSpace(r) || joined(text, span.End-size) {
			break
		}
		span.End -= size
	}
	return span
}

// joined tells whether the characters on both sides of a byte offset, the
// first of them a mark or a space, are of one grapheme cluster.
func joined(text string, at int) bool {
	if at == 0 || at >= len(text) || text[at] < utf8.RuneSelf && text[at-1] < utf8.RuneSelf {
		return false
	}
	r, size := utf8.DecodeLastRuneInString(text[:at])
	following, next := utf8.DecodeRuneInString(text[at:])
	switch {
	case r == utf8.RuneError, following == utf8.RuneError, unicode.IsSpace(following) && r == zeroWidthJoiner:
		return false
	case r == zeroWidthJoiner: // depends on what stands before it
		return true
	}
	pair := text[at-size : at+next]
	clusters := graphemes.FromString(pair)
	return r != '\r' && clusters.Next() && len(clusters.Value()) == len(pair)
}

const zeroWidthJoiner = 0x200D

// appendTrimmed appends a span unless it is nothing but white space.
func appendTrimmed(spans []Span, text string, span Span) []Span {
	if span = trim(text, span); span.Start < span.End {
		spans = append(spans, span)
	}
	return spans
}
