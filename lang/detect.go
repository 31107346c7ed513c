package lang

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/abadojack/whatlanggo"
	"golang.org/x/text/unicode/norm"
)

// Detect returns the language that a text is in, as a BCP 47 primary subtag
// ("ko", "en", "fa"), or "und" where there is nothing to tell it by, such as
// digits, symbols or a lone name in Latin letters. A question of four words is
// enough; of a long text it reads the beginning and a part of the middle.
//
// The script that the text is mostly in decides first, and a product name or
// an acronym in Latin letters counts little against another script. Languages
// that share a script are told apart by function words, letters and endings.
func Detect(text string) string {
	text = norm.NFC.String(sample(text))
	counts := countScripts(text)
	words := strings.FieldsFunc(text, separates)
	main := counts.most()
	if counts[writtenLatin] > 0 {
		scores, known := latinEvidence().score(words)
		if main == unwritten || counts.latinLeads(main, known) {
			return detectLatin(text, words, scores, known)
		}
	}
	return detectWritten(main, text, words, counts)
}

// undetermined is the BCP 47 subtag of text whose language is not known.
const undetermined = "und"

// How much of a long text is read, in bytes.
const (
	sampleStart  = 4096
	sampleMiddle = 2048
)

// sample returns the beginning of a text and, where it is long, a part of its
// middle, cut between characters.
func sample(text string) string {
	if len(text) <= sampleStart+sampleMiddle {
		return text
	}
	start := text[:runeStart(text, sampleStart)]
	middle := max(sampleStart, len(text)/2-sampleMiddle/2)
	return start + " " + text[runeStart(text, middle):runeStart(text, min(middle+sampleMiddle, len(text)))]
}

// runeStart moves a byte offset back to where a character starts.
func runeStart(text string, at int) int {
	for i := 0; i < utf8.UTFMax && at > 0 && at < len(text) && !utf8.RuneStart(text[at]); i++ {
		at--
	}
	return at
}

// separates tells whether a character stands between words. The zero-width
// non-joiner does: in Persian, a prefix before it is a word of our lists.
func separates(r rune) bool {
	return !unicode.IsLetter(r) && !unicode.IsMark(r)
}

// latinLeads tells whether a text is in a language of Latin letters although it
// has letters of another script too. Names and terms in Latin letters are
// common in every script; function words are not.
func (c *scriptCounts) latinLeads(other written, known int) bool {
	if known < 2 {
		return c.letters(other) == 1 && c[writtenLatin] >= manyLatin
	}
	return float64(c[writtenLatin]) > c.weighed(other)
}

// How languages in Latin letters are decided among.
const (
	// manyLatin is how many letters outweigh a single one of another script,
	// which may be a symbol: "the ratio π".
	manyLatin = 12
	// clearLead is the lead at which words and letters need no second opinion.
	clearLead = 1.5
	// opinion is what the trigram profiles' vote is worth.
	opinion = .5
	// manyWords is where a text is long enough that a language without a
	// profile here is told by its lack of known function words.
	manyWords   = 30
	fewestKnown = .12
)

// detectLatin decides among languages in Latin script.
func detectLatin(text string, words []string, scores []float64, known int) string {
	if len(words) >= manyWords && float64(known) < fewestKnown*float64(len(words)) {
		info := whatlanggo.Detect(text)
		if code := info.Lang.Iso6391(); code != "" && info.IsReliable() {
			return code
		}
		return undetermined
	}
	return latinEvidence().decide(text, scores)
}

// decide takes the language that leads, after a second opinion from trigram
// profiles where the lead is small.
func (e *evidence) decide(text string, scores []float64) string {
	language, lead := e.best(scores)
	if language == "" {
		return undetermined
	}
	if lead < clearLead {
		if at := e.secondOpinion(text, scores); at >= 0 {
			scores[at] += opinion
			language, _ = e.best(scores)
		}
	}
	return language
}

// secondOpinion asks trigram profiles which of the leading languages a text is
// in. It returns the language's index, or -1 where they do not tell. A draw
// there has no confidence, and would be decided by the order of a map.
func (e *evidence) secondOpinion(text string, scores []float64) int {
	top := slices.Max(scores)
	contenders := map[whatlanggo.Lang]bool{}
	indices := map[whatlanggo.Lang]int{}
	for at, score := range scores {
		if l, ok := trigramLanguages[e.languages[at]]; ok && score > top-clearLead && e.tells(at, score) {
			contenders[l] = true
			indices[l] = at
		}
	}
	if len(contenders) < 2 {
		return -1
	}
	info := whatlanggo.DetectWithOptions(text, whatlanggo.Options{Whitelist: contenders})
	if at, ok := indices[info.Lang]; ok && info.Confidence > 0 {
		return at
	}
	return -1
}

// trigramLanguages are the languages that whatlanggo has profiles of.
var trigramLanguages = map[string]whatlanggo.Lang{
	"en": whatlanggo.Eng, "de": whatlanggo.Deu, "fr": whatlanggo.Fra, "es": whatlanggo.Spa, "it": whatlanggo.Ita,
	"pt": whatlanggo.Por, "nl": whatlanggo.Nld, "pl": whatlanggo.Pol, "ro": whatlanggo.Ron, "tr": whatlanggo.Tur,
	"id": whatlanggo.Ind, "vi": whatlanggo.Vie, "sv": whatlanggo.Swe, "da": whatlanggo.Dan, "no": whatlanggo.Nob,
	"fi": whatlanggo.Fin, "cs": whatlanggo.Ces, "hu": whatlanggo.Hun, "hr": whatlanggo.Hrv, "tl": whatlanggo.Tgl,
	"ru": whatlanggo.Rus, "uk": whatlanggo.Ukr, "bg": whatlanggo.Bul, "be": whatlanggo.Bel, "sr": whatlanggo.Srp,
	"mk": whatlanggo.Mkd, "ar": whatlanggo.Arb, "fa": whatlanggo.Pes, "ur": whatlanggo.Urd,
	"hi": whatlanggo.Hin, "mr": whatlanggo.Mar, "ne": whatlanggo.Nep, "he": whatlanggo.Heb, "yi": whatlanggo.Ydd,
	"am": whatlanggo.Amh, "ti": whatlanggo.Tir,
}
