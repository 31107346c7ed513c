package lang

import (
	"unicode"
	"unicode/utf8"
)

// written is a script that languages are told by.
type written int

const (
	unwritten written = iota
	writtenLatin
	writtenHangul
	writtenKana
	writtenHan
	writtenCyrillic
	writtenArabic
	writtenDevanagari
	writtenBengali
	writtenHebrew
	writtenEthiopic
	firstAlone // the scripts from here on have one language each
)

// alone are the scripts that one language is written in, as far as we tell.
// Their order numbers them from firstAlone.
var alone = [...]struct {
	table    *unicode.RangeTable
	language string
}{
	{unicode.Greek, "el"}, {unicode.Thai, "th"}, {unicode.Armenian, "hy"}, {unicode.Georgian, "ka"}, {unicode.Tamil, "ta"},
	{unicode.Telugu, "te"}, {unicode.Malayalam, "ml"}, {unicode.Kannada, "kn"}, {unicode.Gujarati, "gu"}, {unicode.Gurmukhi, "pa"},
	{unicode.Oriya, "or"}, {unicode.Sinhala, "si"}, {unicode.Khmer, "km"}, {unicode.Lao, "lo"}, {unicode.Myanmar, "my"},
	{unicode.Tibetan, "bo"}, {unicode.Thaana, "dv"}, {unicode.Mongolian, "mn"},
}

// scriptCounts are the letters of a text by script.
type scriptCounts [int(firstAlone) + len(alone)]int

// shared are the scripts that several languages are told apart in.
var shared = []struct {
	written written
	table   *unicode.RangeTable
	index   func() *evidence
}{
	{writtenCyrillic, unicode.Cyrillic, cyrillicEvidence},
	{writtenArabic, unicode.Arabic, arabicEvidence},
	{writtenDevanagari, unicode.Devanagari, devanagariEvidence},
	{writtenBengali, unicode.Bengali, bengaliEvidence},
	{writtenHebrew, unicode.Hebrew, hebrewEvidence},
	{writtenEthiopic, unicode.Ethiopic, ethiopicEvidence},
}

// countScripts counts the letters of a text by script.
func countScripts(text string) *scriptCounts {
	var counts scriptCounts
	last, lastTable := unwritten, (*unicode.RangeTable)(nil)
	for _, r := range text {
		switch {
		case r < utf8.RuneSelf:
			if 'a' <= r|0x20 && r|0x20 <= 'z' {
				counts[writtenLatin]++
			}
			continue
		case !unicode.IsLetter(r):
			continue
		case lastTable == nil || !unicode.Is(lastTable, r):
			last, lastTable = writtenIn(r)
		}
		counts[last]++
	}
	counts[unwritten] = 0
	return &counts
}

// writtenIn returns the script of a letter, and its table.
func writtenIn(r rune) (written, *unicode.RangeTable) {
	switch {
	case unicode.Is(unicode.Latin, r):
		return writtenLatin, unicode.Latin
	case unicode.Is(unicode.Hangul, r):
		return writtenHangul, unicode.Hangul
	case unicode.Is(unicode.Han, r):
		return writtenHan, unicode.Han
	case unicode.Is(unicode.Hiragana, r):
		return writtenKana, unicode.Hiragana
	case unicode.Is(unicode.Katakana, r):
		return writtenKana, unicode.Katakana
	}
	for _, s := range shared {
		if unicode.Is(s.table, r) {
			return s.written, s.table
		}
	}
	for at, s := range alone {
		if unicode.Is(s.table, r) {
			return firstAlone + written(at), s.table
		}
	}
	return unwritten, nil
}

// letters returns how many letters of a script there are. Han and kana are
// the letters of one text.
func (c *scriptCounts) letters(w written) int {
	if w == writtenHan || w == writtenKana {
		return c[writtenHan] + c[writtenKana]
	}
	return c[w]
}

// weighed returns how many Latin letters those of another script stand for:
// a syllable or an ideograph is worth several.
func (c *scriptCounts) weighed(w written) float64 {
	switch w {
	case writtenHan, writtenKana, writtenHangul:
		return 3 * float64(c.letters(w))
	}
	return 1.5 * float64(c.letters(w))
}

// most returns the script with the greatest weight, Latin left out.
func (c *scriptCounts) most() written {
	best, weight := unwritten, 0.0
	for at := range c {
		if w := written(at); w > writtenLatin && c[w] > 0 && c.weighed(w) > weight {
			best, weight = w, c.weighed(w)
		}
	}
	return best
}

// A text in Han with little kana is Chinese with a Japanese name in it, or a の
// on a shop sign.
const (
	leastKana = .04 // share of the Han characters
	manyHan   = 4   // characters next to which a single kana tells nothing
)

// detectWritten decides among the languages of a script other than Latin.
func detectWritten(w written, text string, words []string, counts *scriptCounts) string {
	switch {
	case w == unwritten:
		return undetermined
	case w == writtenHangul:
		return "ko"
	case w == writtenHan, w == writtenKana:
		kana, han := counts[writtenKana], counts[writtenHan]
		if float64(kana) > leastKana*float64(han) && (kana > 1 || han < manyHan) {
			return "ja"
		}
		return hanLanguage(text)
	case w >= firstAlone:
		return alone[w-firstAlone].language
	}
	for _, s := range shared {
		if s.written == w {
			e := s.index()
			scores, _ := e.score(words)
			if language := e.decide(text, scores); language != undetermined {
				return language
			}
			return e.languages[0]
		}
	}
	return undetermined
}
