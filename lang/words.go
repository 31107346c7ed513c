package lang

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/blevesearch/snowballstem"
	"github.com/blevesearch/snowballstem/danish"
	"github.com/blevesearch/snowballstem/dutch"
	"github.com/blevesearch/snowballstem/english"
	"github.com/blevesearch/snowballstem/finnish"
	"github.com/blevesearch/snowballstem/french"
	"github.com/blevesearch/snowballstem/german"
	"github.com/blevesearch/snowballstem/hungarian"
	"github.com/blevesearch/snowballstem/italian"
	"github.com/blevesearch/snowballstem/norwegian"
	"github.com/blevesearch/snowballstem/portuguese"
	"github.com/blevesearch/snowballstem/romanian"
	"github.com/blevesearch/snowballstem/russian"
	"github.com/blevesearch/snowballstem/spanish"
	"github.com/blevesearch/snowballstem/swedish"
	"github.com/blevesearch/snowballstem/turkish"
	"golang.org/x/text/unicode/norm"
)

// stemmers are the Snowball algorithms of the languages that have one here.
// Arabic script has its own in arabic.go.
var stemmers = map[string]func(*snowballstem.Env) bool{
	"da": danish.Stem, "de": german.Stem, "en": english.Stem, "es": spanish.Stem, "fi": finnish.Stem,
	"fr": french.Stem, "hu": hungarian.Stem, "it": italian.Stem, "nl": dutch.Stem, "no": norwegian.Stem,
	"pt": portuguese.Stem, "ro": romanian.Stem, "ru": russian.Stem, "sv": swedish.Stem, "tr": turkish.Stem,
}

const (
	// partLength is how many letters a part of a word has.
	partLength = 3
	// longestWord bounds the letters that are stemmed: what is longer is no
	// word, and a stemmer's time may grow with the square of the length.
	longestWord = 64
)

// alphabetic adds a word of an alphabet: its stem, the word as it is and
// without its accents where these differ, and its parts. The forms beside the
// stem are what a question finds whose language was not recognised, or that was
// typed without accents.
func (a *analyzer) alphabetic(chars []char) {
	plain := letters(chars)
	weight, form, part := weightWhole, weightForm, weightPart
	if a.asking.word(plain) {
		weight, form, part = weightAsking, weightAsking, weightAsking
	}
	stem := a.stem(plain, chars)
	a.add(stem, chars, weight)
	forms := [...]string{stem, plain, withoutAccents(stem), withoutAccents(plain)}
	for i := 1; i < len(forms); i++ {
		if forms[i] != "" && !slices.Contains(forms[:i], forms[i]) {
			a.add(forms[i], chars, form)
		}
	}
	if len(chars) > partLength {
		for i := 0; i+partLength <= len(chars); i++ {
			a.add(partMark+letters(chars[i:i+partLength]), chars[i:i+partLength], part)
		}
	}
	a.word++
}

// withoutAccents takes the marks off Latin letters.
func withoutAccents(word string) string {
	if ascii(word) {
		return word
	}
	var b strings.Builder
	for _, r := range norm.NFD.String(word) {
		switch {
		case unicode.Is(unicode.Mn, r) && r < 0x370: // combining marks of Latin
		case r == 'đ':
			b.WriteByte('d')
		case r == 'ł':
			b.WriteByte('l')
		case r == 'ø':
			b.WriteByte('o')
		default:
			b.WriteRune(r)
		}
	}
	return norm.NFC.String(b.String())
}

func ascii(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// partMark keeps parts apart from whole words of the same letters.
const partMark = "~"

func (a *analyzer) stem(word string, chars []char) string {
	if len(chars) > longestWord {
		return word
	}
	if isArabic(chars[0].r) {
		return stemArabic(word)
	}
	stemmer := stemmers[a.language]
	if stemmer == nil {
		return word
	}
	env := snowballstem.NewEnv(word)
	stemmer(env)
	return env.Current()
}
