package lang

import (
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// profile is what a language is known by among those of its script.
type profile struct {
	language string
	// words are its most frequent function and question words.
	words string
	// topics are frequent words of questions that name what is asked for.
	topics string
	// letters are those that not all languages of the script write.
	letters string
	// parts are frequent beginnings ("ge-") and endings ("-ung") of words.
	parts string
	// seldom are letters from a to z that it writes in foreign words only.
	seldom string
	// prior is a start over rarer languages, for what is otherwise a draw.
	prior float64
}

// What each kind of evidence counts. A function word is worth most; it is worth
// less when typed without its accents, or when it is a single letter, which may
// be an initial or a list item.
const (
	voteWord    = 1
	votePlain   = .6
	voteLetter  = .5
	votePart    = .35
	hasLetter   = .25
	rareLetter  = .6 // shared among the languages that have the letter
	lacksLetter = -.6
	oddLetter   = -.3 // one that the language writes in foreign words only
	mostLetters = 2   // letters of one word that count
)

// evidence are the profiles of one script, indexed for scoring.
type evidence struct {
	languages          []string
	priors             []float64
	seldom             []string
	words              map[string][]vote
	prefixes, suffixes map[string][]vote
	letters            map[rune]uint64 // the languages that have it, one bit each
	longestPart        int             // in runes
}

type vote struct {
	language int
	weight   float64
	function bool // a function word
}

func newEvidence(list []profile) *evidence {
	e := &evidence{
		words:    map[string][]vote{},
		prefixes: map[string][]vote{},
		suffixes: map[string][]vote{},
		letters:  map[rune]uint64{},
	}
	for at, p := range list {
		e.languages = append(e.languages, p.language)
		e.priors = append(e.priors, p.prior)
		e.seldom = append(e.seldom, p.seldom)
		for _, r := range p.letters {
			e.letters[r] |= 1 << at
		}
		for _, part := range strings.Fields(p.parts) {
			table := e.suffixes
			text, ok := strings.CutPrefix(part, "-")
			if !ok {
				text, table = strings.TrimSuffix(part, "-"), e.prefixes
			}
			table[text] = append(table[text], vote{language: at, weight: votePart})
			e.longestPart = max(e.longestPart, utf8.RuneCountInString(text))
		}
		e.addWords(at, p.words, true)
		e.addWords(at, p.topics, false)
	}
	return e
}

// addWords enters words as written and as typed without accents.
func (e *evidence) addWords(language int, words string, function bool) {
	best := map[string]float64{}
	for _, word := range strings.Fields(words) {
		word = unify(word)
		weight := float64(voteWord)
		if utf8.RuneCountInString(word) == 1 {
			weight = voteLetter
		}
		best[word] = max(best[word], weight)
		for _, plain := range []string{withoutMarks(word), umlauts.Replace(word)} {
			if plain != word && utf8.RuneCountInString(plain) > 1 {
				best[plain] = max(best[plain], votePlain)
			}
		}
	}
	for word, weight := range best {
		e.words[word] = append(e.words[word], vote{language, weight, function})
	}
}

// unify lower-cases a text and joins letters that are typed for one another.
func unify(text string) string {
	return strings.Map(func(r rune) rune {
		switch r {
		case 'İ':
			return 'i'
		case 'ё', 'Ё':
			return 'е'
		case 'ي', 'ى':
			return 'ی'
		case 'ك':
			return 'ک'
		}
		return unicode.ToLower(r)
	}, text)
}

var umlauts = strings.NewReplacer("ä", "ae", "ö", "oe", "ü", "ue", "ß", "ss")

var strokes = strings.NewReplacer("đ", "d", "ł", "l", "ı", "i", "ø", "o", "æ", "ae", "œ", "oe")

func withoutMarks(word string) string {
	return strokes.Replace(strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Mn, r) && r < 0x0370 {
			return -1
		}
		return r
	}, norm.NFD.String(word)))
}

// score adds up the evidence of a text's words for each language. It also
// returns how many words are function words of the language with the most.
func (e *evidence) score(words []string) (scores []float64, known int) {
	scores = slices.Clone(e.priors)
	hits := make([]int, len(e.languages))
	for _, word := range words {
		e.scoreLetters(scores, word)
		for at, seldom := range e.seldom {
			if strings.ContainsAny(word, seldom) {
				scores[at] += oddLetter
			}
		}
		plain := unify(word)
		votes := e.words[plain]
		for _, v := range votes {
			scores[v.language] += v.weight
			if v.function {
				hits[v.language]++
			}
		}
		if len(votes) == 0 {
			e.scoreParts(scores, plain)
		}
	}
	for _, n := range hits {
		known = max(known, n)
	}
	return scores, known
}

// scoreLetters looks at the letters that not all languages of the script have.
func (e *evidence) scoreLetters(scores []float64, word string) {
	seen := 0
	for i, r := range word {
		r = unicode.ToLower(r)
		languages, telling := e.letters[r]
		if !telling || strings.ContainsRune(word[:i], r) {
			continue
		}
		if seen++; seen > mostLetters {
			return
		}
		having := 0
		for at := range scores {
			having += int(languages >> at & 1)
		}
		for at := range scores {
			if languages>>at&1 == 1 {
				scores[at] += hasLetter + rareLetter/float64(having)
			} else {
				scores[at] += lacksLetter
			}
		}
	}
}

// scoreParts looks at how a word begins and ends: for each language, its
// longest ending and its longest beginning count.
func (e *evidence) scoreParts(scores []float64, word string) {
	length := utf8.RuneCountInString(word)
	if length < 4 {
		return
	}
	offsets := make([]int, 0, 64)
	for i := range word {
		if offsets = append(offsets, i); len(offsets) == cap(offsets) {
			return
		}
	}
	vote := func(votes []vote, done *uint64) {
		for _, v := range votes {
			if *done>>v.language&1 == 0 {
				scores[v.language] += v.weight
				*done |= 1 << v.language
			}
		}
	}
	var begins, ends uint64
	for n := min(e.longestPart, length-1); n > 0; n-- {
		vote(e.prefixes[word[:offsets[n]]], &begins)
		vote(e.suffixes[word[offsets[length-n]:]], &ends)
	}
}

// What a language has to score above its start to be taken: more than an ending
// that "IBAN" might have by chance, and more still if it is a rare one.
const (
	leastEvidence = .5
	leastRare     = .8
)

// tells tells whether a score is enough to take a language by.
func (e *evidence) tells(language int, score float64) bool {
	if e.priors[language] == 0 {
		return score >= leastRare
	}
	return score-e.priors[language] >= leastEvidence
}

// best returns the language with the highest score, the first of the list
// where several have it, and by how much it leads. Without any evidence it is "".
func (e *evidence) best(scores []float64) (language string, lead float64) {
	first, second := -1, 0.0
	for at, score := range scores {
		switch {
		case !e.tells(at, score):
		case first < 0:
			first = at
		case score > scores[first]:
			first, second = at, scores[first]
		default:
			second = max(second, score)
		}
	}
	if first < 0 {
		return "", 0
	}
	return e.languages[first], scores[first] - second
}

// Each script's evidence is indexed when a text in it first asks for it.
var (
	latinEvidence      = sync.OnceValue(func() *evidence { return newEvidence(latinProfiles) })
	cyrillicEvidence   = sync.OnceValue(func() *evidence { return newEvidence(cyrillicProfiles) })
	arabicEvidence     = sync.OnceValue(func() *evidence { return newEvidence(arabicProfiles) })
	devanagariEvidence = sync.OnceValue(func() *evidence { return newEvidence(devanagariProfiles) })
	bengaliEvidence    = sync.OnceValue(func() *evidence { return newEvidence(bengaliProfiles) })
	hebrewEvidence     = sync.OnceValue(func() *evidence { return newEvidence(hebrewProfiles) })
	ethiopicEvidence   = sync.OnceValue(func() *evidence { return newEvidence(ethiopicProfiles) })
)
