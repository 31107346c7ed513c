package lang

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// mark is the punctuation at the end of what may be a sentence.
type mark struct {
	at, end int  // from the first mark to after the last closing one
	last    rune // the last terminator
	count   int  // how many terminators
	dots    bool // nothing but full stops
	quoted  bool // a closing quotation mark follows
	closed  bool // a closing mark or a symbol of any kind follows
}

// readMark reads the terminators at a byte offset and what closes behind them.
func (s *sentenceScanner) readMark(at int) mark {
	m := mark{at: at, end: at, dots: true}
	for m.end < len(s.text) {
		r, size := utf8.DecodeRuneInString(s.text[m.end:])
		if !s.terminates(r) {
			break
		}
		m.last = r
		m.count++
		m.dots = m.dots && r == '.'
		m.end += size
	}
	for m.end < len(s.text) {
		r, size := utf8.DecodeRuneInString(s.text[m.end:])
		switch {
		case r == '“' && wide(m.last): // opens a quotation in Chinese
			return m
		case guillemet(s.text[m.end:]) > 0:
			m.quoted, m.closed = true, true
			size = guillemet(s.text[m.end:])
		case strings.ContainsRune(`"'“”’«»‹›」』`, r):
			m.quoted, m.closed = true, true
		case unicode.In(r, unicode.Pe, unicode.Pf, unicode.So):
			m.closed = true
		case r == '[' && footnote(s.text[m.end:]) > 0:
			size = footnote(s.text[m.end:])
		case unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf, unicode.Sk) && r != zeroWidthNonJoiner:
		default:
			return m
		}
		m.end += size
	}
	return m
}

// guillemet returns the length of a closing guillemet with the space that
// French puts before it, at the start of a text.
func guillemet(text string) int {
	_, space := utf8.DecodeRuneInString(text)
	if !spaceAt(text, 0) || !strings.HasPrefix(text[space:], "»") {
		return 0
	}
	end := space + len("»")
	if r, _ := utf8.DecodeRuneInString(text[end:]); end < len(text) && !unicode.IsSpace(r) && !unicode.IsPunct(r) {
		return 0
	}
	return end
}

// footnote returns the length of a reference like "[12]" at the start of a text.
func footnote(text string) int {
	end := strings.IndexByte(text[:min(len(text), 6)], ']')
	if end < 2 || strings.Trim(text[1:end], "0123456789") != "" {
		return 0
	}
	return end + 1
}

// wide tells whether a terminator is one of the full width that are not
// followed by a space.
func wide(r rune) bool {
	switch r {
	case '。', '！', '？', '｡':
		return true
	}
	return false
}

// ends tells whether marks with text behind them end a sentence.
func (s *sentenceScanner) ends(m mark) bool {
	next, _ := utf8.DecodeRuneInString(s.text[m.end:])
	if s.quoteEnd >= m.end {
		return false
	}
	if m.quoted && s.reported(m.end) {
		return false
	}
	switch {
	case wide(m.last):
		return !m.closed || !unicode.Is(unicode.Hiragana, next) && !s.parenthesis(m.end)
	case m.last == '۔': // numbers items, too
		start := tokenBefore(s.text, m.at)
		return !isNumeric(s.text[start:m.at]) || !s.opens(start)
	case m.last == '.' && m.dots && m.count == 1:
		return s.stopEnds(m)
	case m.last == '…' || m.dots:
		return unicode.IsSpace(next) && !lowerNext(s.text[m.end:])
	case m.last == '!', m.last == '?', m.last == ';', m.last == 0x037E:
		if !unicode.IsSpace(next) {
			return !m.closed && unspaced(before(s.text, m.at)) && unspaced(next)
		}
		return !(m.closed || m.last == '!') || !lowerNext(s.text[m.end:])
	}
	return true
}

// parenthesis tells whether the bracket that closes before a byte offset was
// opened within the sentence rather than at its start.
func (s *sentenceScanner) parenthesis(at int) bool {
	closing := before(s.text, at)
	first, _ := utf8.DecodeRuneInString(strings.TrimLeft(s.text[s.start:min(at, s.start+longestToken)], " \n"))
	return (closing == ')' || closing == '）') && first != '(' && first != '（'
}

// reported tells whether what follows a quotation goes on with its sentence: in
// Korean the particle that reports it, in Chinese a short "she asked".
func (s *sentenceScanner) reported(at int) bool {
	rest := strings.TrimLeft(s.text[at:min(len(s.text), at+24)], " ")
	for _, particle := range []string{"라고", "라는", "라며", "이라고", "이라는", "하고", "고 "} {
		if strings.HasPrefix(rest, particle) {
			return true
		}
	}
	verb := strings.IndexAny(rest, "说說问問道喊答")
	mark := strings.IndexAny(rest, "。，：！？")
	return verb >= 0 && verb < mark
}

// unspaced tells whether a letter is of a script without capitals, where a
// sentence may follow the last one without a space.
func unspaced(r rune) bool { return unicode.Is(unicode.Lo, r) || unicode.Is(unicode.Mc, r) }

// before returns the character that ends at a byte offset.
func before(text string, at int) rune {
	r, _ := utf8.DecodeLastRuneInString(text[:at])
	return r
}

// lowerNext tells whether the next word of a text starts with a small letter.
func lowerNext(text string) bool {
	r, _ := firstOf(text)
	return unicode.IsLower(r)
}

// farthestNext is how far, in bytes, the next word is looked for.
const farthestNext = 64

// firstOf returns the first character of the next word, and where it stands:
// behind spaces, quotation marks and brackets.
func firstOf(text string) (rune, int) {
	for at, r := range text[:min(len(text), farthestNext)] {
		if !unicode.IsSpace(r) && !unicode.In(r, unicode.Ps, unicode.Pi) && !strings.ContainsRune(`"'„‚¿¡-–—*»›`, r) {
			return r, at
		}
	}
	return 0, 0
}
