package lang

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

func newline(r rune) bool {
	switch r {
	case '\n', '\r', '\v', '\f', 0x85, 0x2028, 0x2029:
		return true
	}
	return false
}

// newline reads the white space that a line ends with, ends the sentence there
// if the line looks complete, and returns where the next line starts.
func (s *sentenceScanner) newline(at int) int {
	lines, next, carriage := 0, at, false
	for next < len(s.text) {
		r, size := utf8.DecodeRuneInString(s.text[next:])
		if !unicode.IsSpace(r) {
			break
		}
		switch {
		case r == 0x2029, r == '\f':
			lines += 2
		case newline(r) && !(r == '\n' && carriage):
			lines++
		}
		carriage = r == '\r'
		next += size
	}
	if !joined(s.text, next) && (lines > 1 || s.lineEnds(at, next)) {
		s.end(next)
	}
	s.line = next
	return next
}

// How lines are told to be complete.
const (
	longestHeading = 50  // characters
	longestItem    = 40  // characters of a list item that stands in one line
	lineSample     = 240 // bytes of a line that are looked at
	headingShare   = .6  // of the length of the line that follows
)

// lineEnds tells whether the line before at ends a sentence without a mark. The
// next line starts at next.
func (s *sentenceScanner) lineEnds(at, next int) bool {
	line := strings.TrimSpace(s.text[min(s.line, at):at])
	following := s.text[next:min(len(s.text), next+lineSample)]
	if line == "" || following == "" {
		return false
	}
	if listMarker(following) > 0 {
		return true
	}
	if strings.HasSuffix(line, ":") || strings.HasSuffix(line, "：") {
		return true
	}
	first, _ := utf8.DecodeRuneInString(following)
	if unicode.IsLower(first) {
		return false
	}
	if len(line) > lineSample {
		return koreanLineEnds(line)
	}
	length := utf8.RuneCountInString(line)
	return listMarker(line) > 0 && length <= longestItem || koreanLineEnds(line) || s.heading(line, length, following)
}

// heading tells whether a line is a heading: short, much shorter than the line
// that follows it, and not the last line of a longer sentence.
func (s *sentenceScanner) heading(line string, length int, following string) bool {
	first, _ := utf8.DecodeRuneInString(line)
	last, _ := utf8.DecodeLastRuneInString(line)
	if length > longestHeading || unicode.IsLower(first) || unicode.IsPunct(last) && !unicode.In(last, unicode.Pe, unicode.Pf) {
		return false
	}
	if !s.opening(s.line) {
		return false
	}
	if end := strings.IndexFunc(following, newline); end >= 0 {
		following = following[:end]
	}
	return float64(length) <= headingShare*float64(utf8.RuneCountInString(strings.TrimSpace(following)))
}

// bullets start the items of a list. Those of ASCII need a space behind them.
const bullets = "•‣▪■□○●◦※▶▷☞◆◇➤◎★☆✓✔①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳·・"

// koreanOrder are the syllables that number items in Korean.
const koreanOrder = "가나다라마바사아자차카타파하"

// listMarker returns the length of the bullet or number that a line starts
// with if it is an item of a list, or 0.
func listMarker(line string) int {
	r, size := utf8.DecodeRuneInString(line)
	if strings.ContainsRune(bullets, r) {
		return size
	}
	if strings.ContainsRune("-*–—", r) && spaceAt(line, size) {
		return size
	}
	at, open := 0, r == '(' || r == '（'
	if open {
		at = size
	}
	label := at
	for at < len(line) && at-label < 6 {
		r, size = utf8.DecodeRuneInString(line[at:])
		if _, digit := Digit(r); !digit && r != '.' || r == '.' && (spaceAt(line, at+size) || at+size == len(line)) {
			break
		}
		at += size
	}
	if at == label && (strings.ContainsRune(koreanOrder, r) || unicode.IsLetter(r) && r < utf8.RuneSelf) {
		at += size
	}
	if at == label || at >= len(line) {
		return 0
	}
	r, size = utf8.DecodeRuneInString(line[at:])
	if (r == ')' || r == '）' || r == '、' || r == '.' && !open) && (spaceAt(line, at+size) || r > utf8.RuneSelf) {
		return at + size
	}
	return 0
}

func spaceAt(text string, at int) bool {
	r, _ := utf8.DecodeRuneInString(text[min(at, len(text)):])
	return unicode.IsSpace(r)
}
