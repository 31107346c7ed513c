package filter

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/qdrant/go-client/qdrant"
)

// hasText holds where the words of a string of the field are as wanted of the
// words asked for. Without a word nothing is found.
func (f field) hasText(asked string, wanted func(asked []string) func(text string) bool) *leaf {
	words := words(asked)
	if len(words) == 0 {
		return never
	}
	isWanted := wanted(words)
	return f.has(costText, func(v *qdrant.Value) bool {
		s, ok := v.GetKind().(*qdrant.Value_StringValue)
		return ok && isWanted(s.StringValue)
	})
}

func everyWord(asked []string) func(string) bool {
	asked = setOf(asked)
	return func(text string) bool {
		found, left := make([]bool, len(asked)), len(asked)
		return eachWord(text, func(word string) bool {
			if i, ok := slices.BinarySearch(asked, word); ok && !found[i] {
				found[i] = true
				left--
			}
			return left == 0
		})
	}
}

func someWord(asked []string) func(string) bool {
	asked = setOf(asked)
	return func(text string) bool {
		return eachWord(text, func(word string) bool {
			_, ok := slices.BinarySearch(asked, word)
			return ok
		})
	}
}

// wordsInARow puts a space before and after every word, which has none in it,
// so that what is found begins and ends with whole words.
func wordsInARow(asked []string) func(string) bool {
	spaced := func(words []string) string { return " " + strings.Join(words, " ") + " " }
	phrase := spaced(asked)
	return func(text string) bool { return strings.Contains(spaced(words(text)), phrase) }
}

func words(text string) []string {
	var out []string
	eachWord(text, func(word string) bool {
		out = append(out, word)
		return false
	})
	return out
}

// eachWord cuts text at what is neither a letter nor a number and calls f with
// the pieces in lower case, as Qdrant's tokenizer "word" does, until f returns
// true; it tells whether f did.
func eachWord(text string, f func(word string) bool) bool {
	start := -1
	for i, r := range text {
		switch {
		case isWord(r):
			if start < 0 {
				start = i
			}
		case start >= 0:
			if f(lower(text[start:i])) {
				return true
			}
			start = -1
		}
	}
	return start >= 0 && f(lower(text[start:]))
}

func isWord(r rune) bool {
	if r < utf8.RuneSelf {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9'
	}
	return unicode.IsLetter(r) || unicode.IsNumber(r) || unicode.Is(unicode.Other_Alphabetic, r)
}

// lower is strings.ToLower with the two rules of Unicode that look beyond a
// single letter: İ becomes i with a dot above, and Σ at the end of a word ς.
func lower(word string) string {
	if !strings.Contains(word, "İ") && !strings.Contains(word, "Σ") {
		return strings.ToLower(word)
	}
	letters := []rune(word)
	var b strings.Builder
	for i, r := range letters {
		switch {
		case r == 'İ':
			b.WriteString("i\u0307")
		case r == 'Σ' && endsWord(letters, i):
			b.WriteRune('ς')
		default:
			b.WriteRune(unicode.ToLower(r))
		}
	}
	return b.String()
}

// endsWord tells whether a letter with case comes before position i and none
// after it, marks and modifiers in between not counted.
func endsWord(letters []rune, i int) bool {
	return casedFrom(letters, i-1, -1) && !casedFrom(letters, i+1, +1)
}

func casedFrom(letters []rune, i, step int) bool {
	for ; i >= 0 && i < len(letters); i += step {
		if !unicode.In(letters[i], unicode.Mn, unicode.Me, unicode.Cf, unicode.Lm, unicode.Sk) {
			return unicode.In(letters[i], unicode.Lu, unicode.Ll, unicode.Lt, unicode.Other_Lowercase, unicode.Other_Uppercase)
		}
	}
	return false
}
