package lang

import "strings"

// hangul adds a Korean word: pairs of syllables. A pair that reaches into the
// particle or ending at the word's end tells little; a stem of one syllable is
// a term of its own, or 물은 and 물을 would share nothing.
func (a *analyzer) hangul(chars []char) {
	word := letters(chars)
	stem := stemKorean(chars, word)
	asks := a.asking.word(letters(chars[:stem]))
	weigh := func(end int) float64 {
		switch {
		case asks:
			return weightAsking
		case end > stem:
			return weightEnding
		}
		return weightWhole
	}
	switch {
	case stem == 1:
		a.add(letters(chars[:1]), chars[:1], weigh(1))
	case len(chars) == 2 && !asks && strings.ContainsRune(particles, chars[1].r):
		// 배는 is 배 (a boat) with a particle, 마을 is a village: both are kept.
		a.add(letters(chars[:1]), chars[:1], weightSingle)
	}
	for i := 0; i+2 <= len(chars); i++ {
		a.add(letters(chars[i:i+2]), chars[i:i+2], weigh(i+2))
	}
	a.word++
}

// koreanEndings are particles (josa) and the endings of verbs and of the
// copula that questions and statements close with, longest match first.
var koreanEndings = strings.Fields(`
	이었습니까 입니까 습니까 합니까 됩니까 인가요 은가요 나요 까요 세요 는가 인가 은가 한가 였나 었나 했나 하나 되나
	했는가 됐는가 이라는 라는 입니다 습니다 합니다 됩니다 에서는 으로는 에게서 한테서 에서 으로 에게 한테 께서
	까지 부터 마다 처럼 보다 밖에 조차 마저 이나 이란 란 이며 하며 하는 되는 하고 하여 해서 해요 돼요 이에요 예요
	한다 된다 했던 했다 됐다 이다 들의 들이 들을 들은 한 된 할 될 의 은 는 이 가 을 를 에 로 와 과 도 만 나 며 고 인`)

// particles are those of one syllable that follow a noun.
const particles = "은는이가을를의에로와과도만"

// stemKorean returns how many syllables of a word stand before its particle
// and ending. It takes one ending of two syllables or more off, or up to two
// particles of one syllable, and leaves at least one syllable.
func stemKorean(chars []char, word string) int {
	n := len(chars)
	for range 2 {
		longest := 0
		for _, ending := range koreanEndings {
			size := len(ending) / hangulBytes
			if size > longest && n-size >= 1 && (n-size >= 2 || size >= 2) && strings.HasSuffix(word, ending) {
				longest = size
			}
		}
		n -= longest
		if longest != 1 {
			break
		}
		word = letters(chars[:n])
	}
	return n
}

// hangulBytes is how many bytes a syllable takes in UTF-8.
const hangulBytes = 3
