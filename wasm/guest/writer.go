package guest

import (
	"strings"
	"unicode/utf8"
)

// JSON is written as package strconv writes numbers: each function appends to what there is,
// and returns it. An object is a { and members, which put their own commas, and a }.

// appendName begins a member; names need no escapes.
func appendName(out []byte, name string) []byte {
	if out[len(out)-1] != '{' {
		out = append(out, ',')
	}
	out = append(out, '"')
	out = append(out, name...)
	return append(out, '"', ':')
}

// appendText is a member with a text, or nothing where that is empty.
func appendText(out []byte, name, value string) []byte {
	if value == "" {
		return out
	}
	return appendString(appendName(out, name), value)
}

// appendNumber is a member with a whole number.
func appendNumber(out []byte, name string, n int) []byte {
	return appendInt(appendName(out, name), n)
}

// appendMembers is a member with a list, or nothing where that is empty.
func appendMembers[T any](out []byte, name string, values []T, one func([]byte, T) []byte) []byte {
	if len(values) == 0 {
		return out
	}
	return appendList(appendName(out, name), values, one)
}

func appendList[T any](out []byte, values []T, one func([]byte, T) []byte) []byte {
	out = append(out, '[')
	for i, v := range values {
		if i > 0 {
			out = append(out, ',')
		}
		out = one(out, v)
	}
	return append(out, ']')
}

// appendInt is a whole number, a digit at a time: in WebAssembly that takes a third of
// the fuel of strconv, and there may be thousands.
func appendInt(out []byte, n int) []byte {
	var digits [20]byte
	i := len(digits)
	rest := uint64(n)
	if n < 0 {
		rest = -rest
	}
	for {
		i--
		digits[i] = '0' + byte(rest%10)
		if rest /= 10; rest == 0 {
			break
		}
	}
	if n < 0 {
		i--
		digits[i] = '-'
	}
	return append(out, digits[i:]...)
}

// appendString is a string; what is not valid UTF-8 in it is mended.
func appendString(out []byte, s string) []byte {
	const digits = "0123456789abcdef"
	if !ascii(s) && !utf8.ValidString(s) {
		s = strings.ToValidUTF8(s, "\uFFFD")
	}
	out = append(out, '"')
	for {
		n := plain(s)
		out = append(out, s[:n]...)
		if n == len(s) {
			return append(out, '"')
		}
		c := s[n]
		s = s[n+1:]
		if c < ' ' {
			out = append(out, '\\', 'u', '0', '0', digits[c>>4], digits[c&15])
		} else {
			out = append(out, '\\', c)
		}
	}
}

// plain counts the bytes before the first that cannot stand in a string as it is. It
// is a function of its own because Go compiles a loop for WebAssembly several times
// faster where nothing is called in it.
func plain(s string) int {
	for i := range len(s) {
		if special[s[i]] {
			return i
		}
	}
	return len(s)
}

func ascii(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// special are the bytes that cannot stand in a string as they are.
var special = func() (t [256]bool) {
	for c := range ' ' {
		t[c] = true
	}
	t['"'], t['\\'] = true, true
	return t
}()
