package tokenize

import "unicode/utf8"

// space is how SentencePiece writes U+0020 (▁).
const space = '\u2581'

// normalizer gives a text's characters as the vocabulary has them: replaced
// by the character map, spaces as ▁. It never holds more than a part of them.
type normalizer struct {
	charsmap *charsmap
	text     string // what is left
	prefix   bool   // ▁ goes in front, unless a space comes first
	collapse bool   // of spaces that follow one another one stays

	begun    bool // something has been given
	inSpaces bool
}

// chunk is how many bytes of text are read at a time.
const chunk = 512

// more appends the characters of the next bytes of text. It says false when
// there are no more.
func (n *normalizer) more(chars []rune) ([]rune, bool) {
	if n.text == "" {
		if n.begun || !n.prefix {
			return chars, false
		}
		n.begun = true
		return append(chars, space), true
	}
	text, at := n.text, 0
	for end := min(len(text), chunk); at < end; {
		if c := text[at]; c < utf8.RuneSelf && n.charsmap.plain[c] && (at+1 == len(text) || text[at+1] < utf8.RuneSelf) {
			chars = n.give(chars, rune(c))
			at++
			continue
		}
		replacement, size, ok := n.charsmap.longest(text[at:])
		if !ok {
			var r rune
			if r, size = utf8.DecodeRuneInString(text[at:]); r != utf8.RuneError || size > 1 {
				chars = n.give(chars, r)
				at += size
				continue
			}
			replacement = n.charsmap.invalid
		}
		for _, r := range replacement {
			chars = n.give(chars, r)
		}
		at += size
	}
	n.text = text[at:]
	return chars, true
}

func (n *normalizer) give(chars []rune, r rune) []rune {
	if r == ' ' {
		if n.inSpaces && n.collapse {
			return chars
		}
		n.begun, n.inSpaces = true, true
		return append(chars, space)
	}
	if !n.begun {
		n.begun = true
		if n.prefix {
			chars = append(chars, space)
		}
	}
	n.inSpaces = false
	return append(chars, r)
}
