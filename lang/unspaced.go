package lang

import "unicode"

// han adds a run of Han characters and kana: each pair, and each Han character
// by itself, so that a question of one character finds something.
func (a *analyzer) han(chars []char) {
	asks := a.asking.mask(chars)
	for i, c := range chars {
		if i+1 < len(chars) {
			a.add(letters(chars[i:i+2]), chars[i:i+2], pairWeight(chars[i:i+2], asks[i:i+2]))
		}
		if len(chars) == 1 {
			a.add(letters(chars), chars, weightWhole)
		} else if unicode.Is(unicode.Han, c.r) {
			weight := weightSingle
			if asks[i] {
				weight = weightAsking
			}
			a.add(string(c.r), chars[i:i+1], weight)
		}
		a.word++
	}
}

// pairWeight: hiragana is mostly grammar, so a pair counts less the more of it
// there is.
func pairWeight(pair []char, asks []bool) float64 {
	weight := float64(weightWhole)
	switch count(pair, func(c char) bool { return unicode.Is(unicode.Hiragana, c.r) }) {
	case 1:
		weight = .5
	case 2:
		weight = .3
	}
	switch count(asks, func(b bool) bool { return b }) {
	case 1:
		weight *= weightHalf
	case 2:
		weight = weightAsking
	}
	return weight
}

// unspacedLength is how many letters a term of Thai and its neighbours has.
const unspacedLength = 4

// unspaced adds a run of a script that puts no spaces between words.
func (a *analyzer) unspaced(chars []char) {
	if len(chars) <= unspacedLength {
		weight := float64(weightWhole)
		if a.asking.word(letters(chars)) {
			weight = weightAsking
		}
		a.add(letters(chars), chars, weight)
		a.word++
		return
	}
	asks := a.asking.mask(chars)
	for i := 0; i+unspacedLength <= len(chars); i++ {
		weight := float64(weightWhole)
		switch n := count(asks[i:i+unspacedLength], func(b bool) bool { return b }); {
		case n >= unspacedLength-1:
			weight = weightAsking
		case n > 0:
			weight = weightHalf
		}
		a.add(letters(chars[i:i+unspacedLength]), chars[i:i+unspacedLength], weight)
		a.word++
	}
}

func count[T any](list []T, is func(T) bool) (n int) {
	for _, x := range list {
		if is(x) {
			n++
		}
	}
	return n
}
