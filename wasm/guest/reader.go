package guest

import (
	"errors"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// reader reads JSON (RFC 8259) from its beginning to its end. encoding/json would
// make a module a good deal larger, and take several times the fuel and the stack. The strings that it
// returns are parts of the text wherever nothing is escaped.
//
// It takes the text for valid UTF-8, as the host promises that it is. The first error
// stays: after it there are no more members and elements, and all
// values are zero.
type reader struct {
	text  string
	at    int
	depth int
	err   error
}

// maxNesting is how deep objects and arrays may lie in one another.
const maxNesting = 100

// read has a function read a whole text.
func read[T any](text string, value func(*reader) T) (T, error) {
	r := &reader{text: text}
	v := value(r)
	if r.space(); r.at < len(r.text) {
		r.fail("goes on after its end")
	}
	if r.err != nil {
		var zero T
		return zero, r.err
	}
	return v, nil
}

func (r *reader) fail(what string) {
	if r.err == nil {
		r.err = errors.New("the JSON " + what + " at byte " + strconv.Itoa(r.at))
	}
	r.at = len(r.text)
}

// space skips white space and returns the byte after it, 0 at the end.
func (r *reader) space() byte {
	for ; r.at < len(r.text); r.at++ {
		switch c := r.text[r.at]; c {
		case ' ', '\t', '\n', '\r':
		default:
			return c
		}
	}
	return 0
}

// take tells whether a byte comes next, and goes past it.
func (r *reader) take(c byte) bool {
	if r.space() != c {
		return false
	}
	r.at++
	return true
}

// enter goes into an object or an array and tells whether anything is in it; [next]
// goes on.
func (r *reader) enter(open, end byte) bool {
	if !r.take(open) {
		r.fail("has not " + string(rune(open)))
		return false
	}
	if r.depth++; r.depth > maxNesting {
		r.fail("nests too deep")
		return false
	}
	if r.take(end) {
		r.depth--
		return false
	}
	return true
}

// next tells whether another member or element follows, and goes to it.
func (r *reader) next(end byte) bool {
	if r.take(',') {
		return r.err == nil
	}
	if !r.take(end) {
		r.fail("has neither comma nor " + string(rune(end)))
	}
	r.depth--
	return false
}

// key is the name of the member that comes next.
func (r *reader) key() string {
	name := r.string()
	if !r.take(':') {
		r.fail("has no colon")
	}
	return name
}

// null tells whether null comes next, and goes past it.
func (r *reader) null() bool { return r.space() == 'n' && r.word("null") }

func (r *reader) word(word string) bool {
	if !strings.HasPrefix(r.text[r.at:], word) {
		r.fail("has an unknown word")
		return false
	}
	r.at += len(word)
	return true
}

func (r *reader) string() string {
	if !r.take('"') {
		r.fail("has no string")
		return ""
	}
	rest := r.text[r.at:]
	n := plain(rest)
	if n < len(rest) && rest[n] == '"' {
		r.at += n + 1
		return rest[:n]
	}
	return r.escaped(n)
}

// escaped is a string of which n bytes can be taken as they are, and the next cannot.
func (r *reader) escaped(n int) string {
	s := make([]byte, 0, 2*n+32)
	for ; ; n = plain(r.text[r.at:]) {
		s = append(s, r.text[r.at:r.at+n]...)
		r.at += n
		if r.at == len(r.text) {
			r.fail("ends in a string")
			return ""
		}
		c := r.text[r.at]
		r.at++
		switch {
		case c == '"':
			return string(s)
		case c < ' ':
			r.fail("has a control character in a string")
			return ""
		case r.at == len(r.text):
			continue
		}
		c = r.text[r.at]
		r.at++
		switch c {
		case '"', '\\', '/':
			s = append(s, c)
		case 'b':
			s = append(s, '\b')
		case 'f':
			s = append(s, '\f')
		case 'n':
			s = append(s, '\n')
		case 'r':
			s = append(s, '\r')
		case 't':
			s = append(s, '\t')
		case 'u':
			s = utf8.AppendRune(s, r.unicode())
		default:
			r.fail("has an unknown escape")
			return ""
		}
	}
}

// unicode is the character of an escape with \u, or of two that are a pair. Half a
// pair is the replacement character.
func (r *reader) unicode() rune {
	c := r.hex(r.at)
	if c < 0 {
		r.fail("has an unknown escape")
		return 0
	}
	r.at += 4
	if utf16.IsSurrogate(c) {
		if strings.HasPrefix(r.text[r.at:], `\u`) {
			if pair := utf16.DecodeRune(c, r.hex(r.at+2)); pair != utf8.RuneError {
				r.at += 6
				return pair
			}
		}
		return utf8.RuneError
	}
	return c
}

// hex is the number that four digits at i are, or -1.
func (r *reader) hex(i int) rune {
	if i+4 > len(r.text) {
		return -1
	}
	n := rune(0)
	for _, c := range []byte(r.text[i : i+4]) {
		switch {
		case '0' <= c && c <= '9':
			c -= '0'
		case 'a' <= c && c <= 'f':
			c -= 'a' - 10
		case 'A' <= c && c <= 'F':
			c -= 'A' - 10
		default:
			return -1
		}
		n = n<<4 | rune(c)
	}
	return n
}

// number is the text of a number, and whether it is a whole one.
func (r *reader) number() (text string, whole bool) {
	r.space()
	begin := r.at
	if r.at < len(r.text) && r.text[r.at] == '-' {
		r.at++
	}
	zero := r.at < len(r.text) && r.text[r.at] == '0'
	if n := r.digits(); n == 0 || zero && n > 1 {
		r.fail("has no value")
		return "0", true
	}
	whole = true
	if r.at < len(r.text) && r.text[r.at] == '.' {
		r.at++
		if whole = false; r.digits() == 0 {
			r.fail("has no digit after a point")
			return "0", true
		}
	}
	if r.at < len(r.text) && r.text[r.at]|0x20 == 'e' {
		r.at++
		if r.at < len(r.text) && (r.text[r.at] == '+' || r.text[r.at] == '-') {
			r.at++
		}
		if whole = false; r.digits() == 0 {
			r.fail("has no digit in an exponent")
			return "0", true
		}
	}
	return r.text[begin:r.at], whole
}

// digits goes past digits and counts them.
func (r *reader) digits() int {
	begin := r.at
	for r.at < len(r.text) && r.text[r.at]-'0' < 10 {
		r.at++
	}
	return r.at - begin
}

func (r *reader) float(bits int) float64 {
	text, _ := r.number()
	f, err := strconv.ParseFloat(text, bits)
	if err != nil {
		r.fail("has a number that is too large")
	}
	return f
}

func (r *reader) int() int {
	text, whole := r.number()
	n, err := strconv.Atoi(text)
	if !whole || err != nil {
		r.fail("has no whole number")
	}
	return n
}

// skip goes past a value, whatever it is.
func (r *reader) skip() {
	switch r.space() {
	case '{':
		for more := r.enter('{', '}'); more; more = r.next('}') {
			r.key()
			r.skip()
		}
	case '[':
		for more := r.enter('[', ']'); more; more = r.next(']') {
			r.skip()
		}
	case '"':
		r.string()
	case 't':
		r.word("true")
	case 'f':
		r.word("false")
	case 'n':
		r.word("null")
	default:
		r.number()
	}
}

// value is a value of any kind, as [Decode] returns it.
func (r *reader) value() any {
	switch r.space() {
	case '{':
		return members(r, (*reader).value)
	case '[':
		return list(r, (*reader).value)
	case '"':
		return r.string()
	case 't':
		return r.word("true")
	case 'f':
		return !r.word("false")
	case 'n':
		r.word("null")
		return nil
	}
	return r.float(64)
}

// list is an array of values of one kind; null is none.
func list[T any](r *reader, value func(*reader) T) []T {
	if r.null() {
		return nil
	}
	all := []T{}
	for more := r.enter('[', ']'); more; more = r.next(']') {
		all = append(all, value(r))
	}
	return all
}

// members is an object whose members are of one kind; null is none.
func members[T any](r *reader, value func(*reader) T) map[string]T {
	if r.null() {
		return nil
	}
	all := map[string]T{}
	for more := r.enter('{', '}'); more; more = r.next('}') {
		name := r.key()
		all[name] = value(r)
	}
	return all
}

// fields reads an object whose members field knows; it returns false where it does
// not know one. Null is an object without any.
func (r *reader) fields(field func(name string) bool) {
	if r.null() {
		return
	}
	for more := r.enter('{', '}'); more; more = r.next('}') {
		if !field(r.key()) {
			r.skip()
		}
	}
}

// Decode reads JSON, such as the operator's configuration, as encoding/json does into
// an any: objects are map[string]any, arrays []any, strings string, numbers float64.
// encoding/json may be used in plugins too, but makes them a good deal larger and
// slower.
func Decode(text string) (any, error) { return read(text, (*reader).value) }
