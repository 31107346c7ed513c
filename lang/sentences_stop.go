package lang

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// longestToken is how far, in bytes, the word before a full stop is read.
const longestToken = 32

// tokenBefore returns where the word that ends at a byte offset starts.
func tokenBefore(text string, at int) int {
	start := at
	for start > 0 && at-start < longestToken {
		r, size := utf8.DecodeLastRuneInString(text[:start])
		if unicode.IsSpace(r) || unicode.In(r, unicode.Ps, unicode.Pi, unicode.Pf) || r == '"' || r == '\'' || r == '/' {
			break
		}
		start -= size
	}
	return start
}

// stopEnds tells whether a single full stop with text behind it ends a sentence.
func (s *sentenceScanner) stopEnds(m mark) bool {
	next, _ := utf8.DecodeRuneInString(s.text[m.end:])
	last := before(s.text, m.at)
	if unicode.In(last, unicode.Thai, unicode.Lao) {
		return false // only abbreviations have one
	}
	if !unicode.IsSpace(next) {
		return !m.closed && unspaced(last) && unspaced(next) && m.at-tokenBefore(s.text, m.at) > len("कि") &&
			!s.abbreviations.has(s.text[tokenBefore(s.text, m.at):m.at])
	}
	start := tokenBefore(s.text, m.at)
	token := s.text[start:m.at]
	first, offset := firstOf(s.text[m.end:])
	switch {
	case unicode.IsLower(first):
		return false
	case m.closed:
		return true
	case s.opens(start) && enumerates(token):
		return false
	case isNumeric(token):
		return s.numberEnds(start, token, first, m.end+offset)
	}
	return s.wordEnds(start, token, first, m.end+offset)
}

// opens tells whether a token is the first of its sentence or item.
func (s *sentenceScanner) opens(start int) bool {
	if s.opening(start) || start == s.line {
		return true
	}
	lead := strings.TrimRight(s.text[max(s.start, start-8):start], " ")
	return strings.HasSuffix(lead, ":") || strings.HasSuffix(lead, "：")
}

// enumerates tells whether a token, its full stop left out, may number an item:
// "1", "2.3", "a", "IV", "가".
func enumerates(token string) bool {
	switch {
	case isNumeric(token):
		return len(token) <= 8
	case utf8.RuneCountInString(token) == 1:
		return !strings.ContainsAny(token, "Iií")
	}
	return roman(token)
}

func isNumeric(token string) bool {
	digits := false
	for _, r := range token {
		if _, ok := Digit(r); ok {
			digits = true
		} else if r != '.' && r != ',' && r != '٫' && r != '٬' {
			return false
		}
	}
	return digits
}

func roman(token string) bool {
	return token != "" && len(token) <= 6 && strings.Trim(token, "IVXLC") == ""
}

// numberEnds tells whether a sentence ends with a number and a full stop.
func (s *sentenceScanner) numberEnds(start int, token string, first rune, next int) bool {
	_, digit := Digit(first)
	dated := strings.HasSuffix(strings.TrimRight(s.text[max(s.start, start-4):start], " "), ".") && isDigitBefore(s.text, start)
	length := utf8.RuneCountInString(token)
	switch {
	case length <= 4 && (s.language == "ko" || dated) && digit && s.dateGoesOn(next):
		return false
	case s.language == "ko" && dated && length <= 2: // 2024. 3. 5. 시행
		return false
	case length <= 2 && ordinalStop[s.language] && !strings.Contains(token, ".") && !s.abbreviated(start):
		return !digit && s.functionWord(next)
	}
	return true
}

// ordinalStop are the languages that write "3." for the third, and a capital
// behind it: "3. Mai". Others that do go on in small letters.
var ordinalStop = map[string]bool{"de": true, "tr": true, "az": true}

// romanStop are the languages that write "II." for the second of a name.
var romanStop = wordSet("de tr az da no fi cs sk hu hr sl et lv sr")

// isDigitBefore tells whether the word before a token, which ends in a full
// stop, is a number.
func isDigitBefore(text string, start int) bool {
	before := strings.TrimRight(text[max(0, start-8):start], " ")
	if before = strings.TrimSuffix(before, "."); before == "" {
		return false
	}
	r, _ := utf8.DecodeLastRuneInString(before)
	_, ok := Digit(r)
	return ok
}

// dateGoesOn tells whether the next part of a date like "2024. 3. 5." stands
// at a byte offset: one or two digits and a full stop.
func (s *sentenceScanner) dateGoesOn(at int) bool {
	digits := 0
	for _, r := range s.text[at:min(len(s.text), at+12)] {
		if _, ok := Digit(r); !ok {
			return digits <= 2 && (r == '.' || !unicode.IsLetter(r) && !unicode.IsSpace(r))
		}
		digits++
	}
	return digits <= 2
}

// wordEnds tells whether a sentence ends with a word and a full stop.
func (s *sentenceScanner) wordEnds(start int, token string, first rune, next int) bool {
	_, digit := Digit(first)
	token = strings.TrimLeftFunc(token, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	word := strings.ToLower(token)
	switch {
	case s.abbreviations.goesOn[word], strings.HasSuffix(word, "str") && digit: // Hauptstr. 5
		return false
	case s.abbreviations.mayEnd[word]:
		return !digit
	case s.abbreviations.numbered[word] && (digit || roman(s.wordAt(next))):
		return false
	case roman(token) && romanStop[s.language] && len(token) > 1:
		return s.functionWord(next)
	case isInitial(token) && !s.shortWord(token):
		return s.functionWord(next) && !s.initialBefore(start)
	case isAcronym(token):
		return s.functionWord(next)
	}
	return true
}

// isInitial tells whether a token is one letter: "J", "А", "د", "पी". A small
// letter abbreviates, too.
func isInitial(token string) bool {
	letters := 0
	for _, r := range token {
		switch {
		case unicode.IsMark(r):
		case !unicode.IsLetter(r), unicode.In(r, unicode.Hangul, unicode.Han, unicode.Hiragana, unicode.Katakana):
			return false
		default:
			letters++
		}
	}
	return letters == 1
}

// shortWord tells whether one letter of a script without capitals is a word: है.
func (s *sentenceScanner) shortWord(token string) bool {
	r, _ := utf8.DecodeRuneInString(token)
	return unicode.Is(unicode.Lo, r) && s.abbreviations.starters[unify(token)]
}

// isAcronym tells whether a token is of single letters with full stops between
// them: "U.S", "S.A", "J.K".
func isAcronym(token string) bool {
	parts := strings.Split(token, ".")
	for _, part := range parts {
		if !isInitial(part) {
			return false
		}
	}
	return len(parts) > 1
}

// initialBefore tells whether another initial stands before a token.
func (s *sentenceScanner) initialBefore(start int) bool {
	lead := strings.TrimRight(s.text[max(s.start, start-8):start], " \u00a0")
	lead, ok := strings.CutSuffix(lead, ".")
	return ok && isInitial(lead[strings.LastIndexAny(lead, " \u00a0.")+1:])
}

// wordAt returns the word that starts at a byte offset.
func (s *sentenceScanner) wordAt(at int) string {
	rest := s.text[at:min(len(s.text), at+longestToken)]
	if end := strings.IndexFunc(rest, separates); end >= 0 {
		rest = rest[:end]
	}
	return rest
}

// functionWord tells whether the word at a byte offset, more than a letter
// long, is a function word of the language: one that starts sentences rather
// than names.
func (s *sentenceScanner) functionWord(at int) bool {
	word := unify(s.wordAt(at))
	return utf8.RuneCountInString(word) > 1 && s.abbreviations.starters[word]
}

// abbreviated tells whether the word before a token is an abbreviation, so that
// a number behind it counts rather than orders: "Nr. 3".
func (s *sentenceScanner) abbreviated(start int) bool {
	return strings.HasSuffix(strings.TrimRight(s.text[max(s.start, start-4):start], " \u00a0"), ".")
}
