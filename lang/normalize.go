package lang

import (
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// char is one character in normal form with the bytes it came from.
type char struct {
	r          rune
	start, end int
}

// normalize folds everything that writers vary without meaning to: NFKC (half
// and full width, composed and decomposed forms, ligatures), case, digits of
// every script, zero-width characters, Arabic and Greek letter forms. Marks of
// other scripts stay: Vietnamese without them is another language.
func normalize(text string) []char {
	chars := make([]char, 0, len(text))
	for at := 0; at < len(text); {
		if c := text[at]; c < utf8.RuneSelf && (at+1 == len(text) || text[at+1] < utf8.RuneSelf) {
			if 'A' <= c && c <= 'Z' {
				c += 'a' - 'A'
			}
			chars = append(chars, char{rune(c), at, at + 1})
			at++
			continue
		}
		if r, size := utf8.DecodeRuneInString(text[at:]); settled(r) {
			if next, _ := utf8.DecodeRuneInString(text[at+size:]); settled(next) || next < utf8.RuneSelf {
				chars = fold(chars, r, at, at+size)
				at += size
				continue
			}
		}
		end := at + segment(text[at:])
		for _, r := range norm.NFKC.String(text[at:end]) {
			chars = fold(chars, r, at, end)
		}
		at = end
	}
	return chars
}

// settled tells characters that normalising leaves alone, whatever comes before
// them, and whatever ASCII or settled character comes after: syllables, kana and
// ideographs, which are most of what is written with them.
func settled(r rune) bool {
	return 0xAC00 <= r && r <= 0xD7A3 || 0x4E00 <= r && r <= 0x9FFF || 0x3041 <= r && r <= 0x3096 || 0x30A1 <= r && r <= 0x30FA
}

// longestSegment bounds what is normalised at once, so that a text of nothing
// but combining marks stays linear. It is the bound of Stream-Safe Text (UAX #15).
const longestSegment = 128

// segment returns the length of the first stretch of text that normalises
// independently of the rest.
func segment(text string) int {
	_, size := utf8.DecodeRuneInString(text)
	if next := norm.NFKC.NextBoundaryInString(text[:min(len(text), longestSegment)], true); next > size {
		for next < len(text) && !utf8.RuneStart(text[next]) {
			next--
		}
		return max(next, size)
	}
	return size
}

func fold(chars []char, r rune, start, end int) []char {
	if value, ok := Digit(r); ok {
		return append(chars, char{rune('0' + value), start, end})
	}
	if ignorable(r) {
		return chars
	}
	if r = unicode.ToLower(unicode.ToUpper(r)); r == 'ß' {
		return append(chars, char{'s', start, end}, char{'s', start, end})
	}
	if same, ok := variants[r]; ok {
		r = same
	}
	return append(chars, char{r, start, end})
}

// ignorable are characters that carry no meaning for search: format
// characters, tatweel, vowel marks of Arabic and Hebrew, the dot that lower-
// casing İ leaves behind. The zero-width non-joiner is not among them: in
// Persian it stands where others put a space.
func ignorable(r rune) bool {
	switch {
	case r == zeroWidthNonJoiner:
		return false
	case r == 0x0640, r == 0x0670, 0x064B <= r && r <= 0x065F, 0x06D6 <= r && r <= 0x06ED: // Arabic
		return true
	case 0x0591 <= r && r <= 0x05C7: // Hebrew points
		return true
	case r == 0x0307, r == 0x00AD:
		return true
	}
	return unicode.Is(unicode.Cf, r) || unicode.Is(unicode.Variation_Selector, r)
}

const zeroWidthNonJoiner = 0x200C

// variants are letters that writers of one language use for one another, and
// that NFKC keeps apart.
var variants = map[rune]rune{
	// Arabic: alef with and without hamza or madda, final ya and alef maqsura,
	// ta marbuta, hamza on its carriers; Persian and Urdu forms of ya, kaf, he.
	'أ': 'ا', 'إ': 'ا', 'آ': 'ا', 'ٱ': 'ا', 'ى': 'ي', 'ی': 'ي', 'ې': 'ي', 'ے': 'ي', 'ئ': 'ي', 'ؤ': 'و',
	'ة': 'ه', 'ۀ': 'ه', 'ہ': 'ه', 'ھ': 'ه', 'ە': 'ه', 'ک': 'ك', 'ڪ': 'ك',
	// Greek: the accent comes and goes with capitals and inflection.
	'ά': 'α', 'έ': 'ε', 'ή': 'η', 'ί': 'ι', 'ό': 'ο', 'ύ': 'υ', 'ώ': 'ω', 'ϊ': 'ι', 'ϋ': 'υ', 'ΐ': 'ι', 'ΰ': 'υ', 'ς': 'σ',
	// Russian prints ё as е; Turkish ı and i fold with their capitals; Romanian
	// is typed with cedillas for commas.
	'ё': 'е', 'ı': 'i', 'ş': 'ș', 'ţ': 'ț',
	// Chinese and Japanese wave and dash forms used for the long vowel.
	'〜': 'ー', '―': 'ー',
}

// script groups characters by how they are cut.
type script uint8

const (
	scriptNone script = iota // separates
	scriptAlphabetic
	scriptNumber
	scriptHan // and kana
	scriptHangul
	scriptUnspaced // Thai, Lao, Khmer, Burmese
)

func scriptOf(r rune) script {
	switch {
	case r < utf8.RuneSelf:
		switch {
		case 'a' <= r && r <= 'z':
			return scriptAlphabetic
		case '0' <= r && r <= '9':
			return scriptNumber
		}
		return scriptNone
	case 0xAC00 <= r && r <= 0xD7A3, 0x1100 <= r && r <= 0x11FF:
		return scriptHangul
	case unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana), r == 'ー':
		return scriptHan
	case unicode.In(r, unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar):
		return scriptUnspaced
	case unicode.IsLetter(r), unicode.IsMark(r):
		return scriptAlphabetic
	case unicode.IsNumber(r):
		return scriptNumber
	}
	return scriptNone
}

func letters(chars []char) string {
	b := make([]byte, 0, 4*len(chars))
	for _, c := range chars {
		b = utf8.AppendRune(b, c.r)
	}
	return string(b)
}
