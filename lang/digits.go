package lang

import (
	"sort"
	"unicode"
	"unicode/utf8"
)

// Digit returns the value of a decimal digit of any script (Unicode category
// Nd): 7 for '7', '٧', '۷', '७', '๗' and '７'. Other numerals, such as '½', '七'
// and 'Ⅶ', are not digits.
func Digit(r rune) (value byte, ok bool) {
	switch {
	case r < '0':
		return 0, false
	case r <= '9':
		return byte(r - '0'), true
	case r < utf8.RuneSelf:
		return 0, false
	}
	// Unicode keeps the digits of a script together, from zero to nine.
	if r <= 0xFFFF {
		blocks := unicode.Nd.R16
		at := sort.Search(len(blocks), func(i int) bool { return r <= rune(blocks[i].Hi) })
		if at == len(blocks) || r < rune(blocks[at].Lo) {
			return 0, false
		}
		return byte((r - rune(blocks[at].Lo)) % 10), true
	}
	blocks := unicode.Nd.R32
	at := sort.Search(len(blocks), func(i int) bool { return uint32(r) <= blocks[i].Hi })
	if at == len(blocks) || uint32(r) < blocks[at].Lo {
		return 0, false
	}
	return byte((uint32(r) - blocks[at].Lo) % 10), true
}
