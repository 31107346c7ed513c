package lang

import (
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

// alphabetic adds a word of an alphabet: its stem, and its parts.
func (a *analyzer) alphabetic(chars []char) {
	plain := letters(chars)
	weight, part := float64(weightWhole), weightPart
	if a.asking.word(plain) {
		weight, part = weightAsking, weightAsking
	}
	a.add(a.stem(plain, chars), chars, weight)
	if len(chars) > partLength {
		for i := 0; i+partLength <= len(chars); i++ {
			a.add(partMark+letters(chars[i:i+partLength]), chars[i:i+partLength], part)
		}
	}
	a.word++
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
