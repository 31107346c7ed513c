package main

import (
	"strings"
	"unicode"
)

// printable keeps what documents and file names say from steering the terminal:
// control characters, and those that turn the direction of what follows, become
// U+FFFD. Line ends and tabs within a sentence become spaces.
func printable(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t' || r == '\r':
			return ' '
		case unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) && r != '\u200e' && r != '\u200f' && r != '\u061c':
			return unicode.ReplacementChar
		}
		return r
	}, text)
}
