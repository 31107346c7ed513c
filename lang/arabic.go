package lang

import (
	"strings"
	"unicode/utf8"
)

func isArabic(r rune) bool { return 0x0600 <= r && r <= 0x06FF || 0x0750 <= r && r <= 0x077F }

// Clitics and endings that a light stemmer takes off, in the letter forms that
// normalize leaves, longest first. The approach is that of Larkey, Ballesteros
// and Connell's light10 (SIGIR 2002), with Persian plurals and the ezafe added.
var (
	arabicProclitics = []string{"وبال", "وال", "بال", "كال", "فال", "ولل", "لل", "ال", "و"}
	arabicEndings    = []string{"هاي", "ها", "ان", "ات", "ون", "ين", "يه", "ه", "ي"}
)

// stemArabic takes one proclitic and then endings off a word in normal form,
// keeping at least two letters.
func stemArabic(word string) string {
	for _, p := range arabicProclitics {
		if rest, ok := strings.CutPrefix(word, p); ok && utf8.RuneCountInString(rest) >= 3 {
			word = rest
			break
		}
	}
	for _, e := range arabicEndings {
		if rest, ok := strings.CutSuffix(word, e); ok && utf8.RuneCountInString(rest) >= 2 {
			word = rest
		}
	}
	return word
}
