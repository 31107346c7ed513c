package lang

// Term is one thing that a question and a passage can be matched by.
type Term struct {
	// Text is the term's normal form: what is hashed, counted and compared.
	// Parts of words are marked so that they never equal a whole word.
	Text string
	// Start and End are byte offsets of what the term stands for in the input.
	Start, End int
	// Word numbers the word (in scripts without spaces, the place) that the
	// term belongs to, counted from zero. The parts of a word share its number.
	Word int
	// Weight is how much the term tells when it is asked for, from 0 (a word
	// that only asks) to 1 (a word's stem). An index ignores it.
	Weight float64
}

// Analyze cuts a text into terms, in reading order. The language, a BCP 47
// primary subtag or "und", chooses stemmers and the list of words that only
// ask; everything else follows from the script.
func Analyze(text, language string) []Term {
	return AppendTerms(make([]Term, 0, len(text)/3), text, language)
}

// AppendTerms appends what [Analyze] returns.
func AppendTerms(terms []Term, text, language string) []Term {
	a := analyzer{language: language, asking: askingWords(language), terms: terms}
	for run := range runs(normalize(text)) {
		switch run.script {
		case scriptHangul:
			a.hangul(run.chars)
		case scriptHan:
			a.han(run.chars)
		case scriptUnspaced:
			a.unspaced(run.chars)
		case scriptNumber:
			a.add(letters(run.chars), run.chars, weightWhole)
			a.word++
		default:
			a.alphabetic(run.chars)
		}
	}
	return a.terms
}

// How much each kind of term tells when it is asked for. Measured together on
// the question sets named in RATIONALE.md.
const (
	weightWhole  = 1.
	weightHalf   = .5 // half of it belongs to a word that only asks
	weightSingle = .5 // one Han character of a longer run, a possible one-syllable noun
	weightForm   = .1 // the word beside its stem
	weightPart   = .2 // three letters of a word
	weightEnding = .1 // reaches into a Korean particle or ending
	weightAsking = 0. // a word that only asks
)

// analyzer collects the terms of one text.
type analyzer struct {
	language string
	asking   asking
	terms    []Term
	word     int
}

func (a *analyzer) add(term string, from []char, weight float64) {
	a.terms = append(a.terms, Term{
		Text:   term,
		Start:  from[0].start,
		End:    from[len(from)-1].end,
		Word:   a.word,
		Weight: weight,
	})
}
