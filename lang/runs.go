package lang

import (
	"iter"
	"unicode"
)

// run is a stretch of characters of one script group without a separator:
// a word in scripts that put spaces, a phrase in those that do not.
type run struct {
	script script
	chars  []char
}

// runs cuts a normalised text into its runs. Marks stay with what they mark,
// digits stay in a word they are glued to ("a320"), and "1,250,000" and "3.5"
// are one number each.
func runs(chars []char) iter.Seq[run] {
	return func(yield func(run) bool) {
		for i := 0; i < len(chars); {
			current := scriptOf(chars[i].r)
			if current == scriptNone {
				i++
				continue
			}
			if current == scriptNumber {
				if number, next := number(chars, i); next > i {
					if !yield(run{scriptNumber, number}) {
						return
					}
					i = next
					continue
				}
			}
			from := i
			for i++; i < len(chars) && continues(current, chars[i].r); i++ {
				if current == scriptNumber && scriptOf(chars[i].r) == scriptAlphabetic {
					current = scriptAlphabetic
				}
			}
			if !yield(run{current, chars[from:i]}) {
				return
			}
		}
	}
}

func continues(current script, r rune) bool {
	next := scriptOf(r)
	switch {
	case next == current, unicode.IsMark(r):
		return true
	case current == scriptAlphabetic:
		return next == scriptNumber
	case current == scriptNumber:
		return next == scriptAlphabetic
	}
	return false
}

// number reads a number with its separators from chars[at:]. It returns the
// number without grouping separators, and where it ends; a number that runs on
// into letters is part of a word and ends where it started.
func number(chars []char, at int) ([]char, int) {
	var digits []char
	i := at
	for i < len(chars) && scriptOf(chars[i].r) == scriptNumber {
		digits = append(digits, chars[i])
		i++
		if i+1 >= len(chars) || !isDigit(chars[i+1].r) {
			continue
		}
		switch chars[i].r {
		case ',', '\'', '’', '٬', '.', '٫':
			grouped := digitsFrom(chars, i+1) == 3
			if !grouped && (chars[i].r == '.' || chars[i].r == '٫') {
				digits = append(digits, char{'.', chars[i].start, chars[i].end})
				i++
			} else if grouped {
				i++
			}
		}
	}
	if i < len(chars) && scriptOf(chars[i].r) == scriptAlphabetic {
		return nil, at
	}
	return digits, i
}

func digitsFrom(chars []char, at int) (n int) {
	for at+n < len(chars) && isDigit(chars[at+n].r) {
		n++
	}
	return n
}

func isDigit(r rune) bool { return '0' <= r && r <= '9' }
