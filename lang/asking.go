package lang

import (
	"strings"
	"sync"
)

// asking knows the words of one language that a question has because it is a
// question, and the function words that no passage is found by.
type asking struct {
	words map[string]bool
	// longest is the length in characters of the longest word, for scripts
	// without spaces, where words are looked for at every place.
	longest int
}

// word tells whether a word in normal form only asks.
func (a asking) word(word string) bool { return a.words[word] }

// mask marks the characters that words which only ask cover.
func (a asking) mask(chars []char) []bool {
	covered := make([]bool, len(chars))
	for i := range chars {
		for n := min(a.longest, len(chars)-i); n > 0; n-- {
			if a.words[letters(chars[i:i+n])] {
				for j := i; j < i+n; j++ {
					covered[j] = true
				}
				break
			}
		}
	}
	return covered
}

// askingWords returns the words of a language, or none.
func askingWords(language string) asking { return askingTable()[language] }

var askingTable = sync.OnceValue(func() map[string]asking {
	table := make(map[string]asking, len(askingLists))
	for language, list := range askingLists {
		entry := asking{words: map[string]bool{}}
		for _, word := range strings.Fields(list) {
			chars := normalize(word)
			entry.words[letters(chars)] = true
			entry.longest = max(entry.longest, len(chars))
		}
		table[language] = entry
	}
	return table
})
