package lang

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Sentences cuts a text into sentences, in reading order. The spans are
// trimmed of white space, do not overlap, together hold everything but white
// space, and never cut a character that readers see as one (a grapheme
// cluster). The language, a BCP 47 primary subtag, chooses abbreviations; "und"
// has it detected.
//
// What ends a sentence are the marks that Unicode calls sentence terminals. A
// full stop does so only where it is not part of an abbreviation, a number, a
// date or an address. Two line ends in a row always end a sentence, one does
// where its line looks complete. Text without marks is cut at the spaces that
// Thai puts between phrases, and after Korean verb endings. No sentence
// is longer than 1,000 characters: longer ones are cut at clauses or spaces.
func Sentences(text, language string) []Span {
	if language == "" || language == undetermined {
		language = Detect(text)
	}
	s := &sentenceScanner{text: text, language: language, abbreviations: abbreviationsOf(language)}
	for at := 0; at < len(text); {
		if c := text[at]; c < utf8.RuneSelf && !asciiEnds[c] {
			at++
			continue
		}
		r, size := utf8.DecodeRuneInString(text[at:])
		switch {
		case newline(r):
			at = s.newline(at)
		case s.terminates(r):
			at = s.terminator(at)
		default:
			s.follow(r, at)
			at += size
		}
	}
	s.end(len(text))
	return s.spans
}

// asciiEnds are the ASCII characters that may end a sentence or a line.
var asciiEnds = [utf8.RuneSelf]bool{'.': true, '!': true, '?': true, ';': true, '\n': true, '\r': true, '\v': true, '\f': true}

// sentenceScanner reads a text once from its beginning to its end.
type sentenceScanner struct {
	text, language string
	abbreviations  abbreviations
	spans          []Span
	start          int // of the sentence being read
	line           int // start of the line being read
	quoteEnd       int // where the open corner bracket closes, 0 for none
}

// end ends the sentence being read at a byte offset.
func (s *sentenceScanner) end(at int) {
	if span := trim(s.text, Span{s.start, at}); span.Start < span.End {
		s.refine(span)
	}
	s.start = at
	s.quoteEnd = 0
}

// refine cuts a sentence further where its script does without marks, and
// where it is too long.
func (s *sentenceScanner) refine(span Span) {
	for _, part := range splitUnmarked(s.text, span) {
		s.spans = appendLimited(s.spans, s.text, part, maxSentence)
	}
}

// splitUnmarked cuts where a sentence ends without a mark.
func splitUnmarked(text string, span Span) []Span {
	for _, r := range text[span.Start:min(span.End, span.Start+scriptSample)] {
		switch {
		case unicode.Is(unicode.Hangul, r):
			return splitKorean(text, span)
		case unicode.In(r, unicode.Thai, unicode.Lao):
			return splitThai(text, span)
		}
	}
	return []Span{span}
}

// scriptSample is how many bytes of a sentence are looked at for its script.
const scriptSample = 256

// opening tells whether nothing but white space stands between the start of the
// sentence and a byte offset.
func (s *sentenceScanner) opening(at int) bool {
	return at-s.start <= longestToken && strings.TrimSpace(s.text[min(s.start, at):at]) == ""
}

// terminates tells whether a character may end a sentence.
func (s *sentenceScanner) terminates(r rune) bool {
	switch r {
	case '.', '!', '?', '…', '。', '！', '？', '｡', '؟', '।', 0x0F0D, 0x0F0E, 0x17D4, 0x17D5:
		return true // among them those of Tibetan and Khmer, which have no such property
	case ';', 0x037E:
		return s.language == "el"
	}
	return r >= 0x0589 && unicode.Is(unicode.Sentence_Terminal, r)
}

// follow keeps track of Japanese and Chinese quotations in corner brackets.
func (s *sentenceScanner) follow(r rune, at int) {
	switch {
	case s.quoteEnd > at:
	case r == '「', r == '『':
		closing := "」"
		if r == '『' {
			closing = "』"
		}
		rest := s.text[at:min(len(s.text), at+longestQuote)]
		if n := strings.Index(rest, closing); n > 0 {
			s.quoteEnd = at + n
		}
	}
}

// longestQuote is how far, in bytes, the end of a quotation is looked for.
const longestQuote = 300

// terminator reads the marks at a byte offset, ends the sentence behind them
// if they end one, and returns where to read on.
func (s *sentenceScanner) terminator(at int) int {
	m := s.readMark(at)
	if m.end < len(s.text) && !joined(s.text, m.end) && s.ends(m) {
		s.end(m.end)
	}
	return m.end
}
