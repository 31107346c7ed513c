package tokenize

import (
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// cutter is BERT's basic tokenizer: it cuts a text at white space, and makes a
// word of each punctuation character and each Chinese one. On the way control
// characters are dropped, and accents and capitals if asked. It goes character
// by character, as Hugging Face's tokenizers do: a final Σ becomes σ.
type cutter struct {
	text  string
	lower bool
	strip bool

	word []rune // at most maxWord+1 characters of it
	rest []rune // what has been read, in normal form, and is not yet in word
	done bool   // rest ends a word

	runes [8]rune // room for rest: the normal form of a character has up to four
	bytes [utf8.UTFMax]byte
}

// next sets word to the next word and says whether there is one.
func (c *cutter) next() bool {
	c.word = c.word[:0]
	for {
		for len(c.rest) > 0 {
			r := c.rest[0]
			if isPunctuation(r) {
				if len(c.word) == 0 {
					c.word, c.rest = append(c.word, r), c.rest[1:]
				}
				return true
			}
			c.rest = c.rest[1:]
			if len(c.word) <= maxWord {
				c.word = append(c.word, r)
			}
		}
		if c.done {
			if c.done = false; len(c.word) > 0 {
				return true
			}
		}
		if c.text == "" {
			return len(c.word) > 0
		}
		r, size := utf8.DecodeRuneInString(c.text)
		switch {
		case isDropped(r):
			c.text = c.text[size:]
		case unicode.IsSpace(r):
			c.text = c.text[size:]
			c.done = true
		case isChinese(r):
			if len(c.word) > 0 {
				return true
			}
			c.read(r, size)
			c.text = c.text[size:]
			c.done = true
		default:
			c.read(r, size)
			c.text = c.text[size:]
		}
	}
}

// read puts the next character of text in normal form into rest.
func (c *cutter) read(r rune, size int) {
	c.rest = c.runes[:0]
	if r < utf8.RuneSelf || !c.strip {
		c.rest = append(c.rest, c.lowered(r))
		if c.lower && r == 'İ' {
			c.rest = append(c.rest, 0x0307) // the dot that lower case keeps
		}
		return
	}
	// A syllable of Hangul falls into its letters (Unicode 3.12).
	if n := r - 0xAC00; 0 <= n && n < 11172 {
		if c.rest = append(c.rest, 0x1100+n/588, 0x1161+n%588/28); n%28 > 0 {
			c.rest = append(c.rest, 0x11A7+n%28)
		}
		return
	}
	// Without the marks that it drops, the normal form of a text is that of its
	// characters one by one.
	form := norm.NFD.PropertiesString(c.text).Decomposition()
	if form == nil {
		form = utf8.AppendRune(c.bytes[:0], r)
	}
	for len(form) > 0 {
		d, size := utf8.DecodeRune(form)
		form = form[size:]
		if !unicode.Is(unicode.Mn, d) {
			c.rest = append(c.rest, c.lowered(d))
		}
	}
}

func (c *cutter) lowered(r rune) rune {
	switch {
	case !c.lower:
		return r
	case r == 'İ':
		return 'i'
	}
	return unicode.ToLower(r)
}

func isPunctuation(r rune) bool {
	if r < utf8.RuneSelf {
		return '!' <= r && r <= '/' || ':' <= r && r <= '@' || '[' <= r && r <= '`' || '{' <= r && r <= '~'
	}
	return unicode.IsPunct(r)
}

// isDropped says whether a character is a control or format character, of
// private use, or stands for what could not be decoded.
func isDropped(r rune) bool {
	switch {
	case r == '\t', r == '\n', r == '\r':
		return false
	case r < utf8.RuneSelf:
		return r < ' ' || r == 0x7f
	case r == utf8.RuneError:
		return true
	}
	return unicode.In(r, unicode.Cc, unicode.Cf, unicode.Co)
}

// isChinese says whether a character is a CJK ideograph, with the bounds of
// Hugging Face's tokenizers (BERT's own begin the last but two at U+2B820).
func isChinese(r rune) bool {
	if r < 0x3400 {
		return false
	}
	return 0x4E00 <= r && r <= 0x9FFF || 0x3400 <= r && r <= 0x4DBF ||
		0x20000 <= r && r <= 0x2A6DF || 0x2A700 <= r && r <= 0x2B73F ||
		0x2B740 <= r && r <= 0x2B81F || 0x2B920 <= r && r <= 0x2CEAF ||
		0xF900 <= r && r <= 0xFAFF || 0x2F800 <= r && r <= 0x2FA1F
}
