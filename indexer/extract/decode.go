package extract

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/transform"
)

// decoded is a document as UTF-8, with the way back to its bytes.
type decoded struct {
	text     string
	m        Map
	encoding string
	replaced int
}

// maxReplaced is the share of characters that may be undecodable before a
// document is refused: more says that the encoding is none we know.
const maxReplaced = .3

// decode finds the encoding of data and decodes it. The charset is a hint;
// forced names an encoding that is not to be doubted.
func decode(data []byte, f format, charset, forced string) (decoded, error) {
	name, skip, err := encodingOf(data, f, charset, forced)
	if err != nil {
		return decoded{}, err
	}
	d := decoder{data: data, at: skip, name: name}
	d.out.Grow(len(data) - skip)
	switch name {
	case utf8Name:
		d.utf8()
	case "UTF-16LE", "UTF-16BE":
		d.utf16(name == "UTF-16BE")
	case "UTF-32LE", "UTF-32BE":
		d.utf32(name == "UTF-32BE")
	case "ISO-2022-JP":
		d.iso2022jp()
	default:
		if err := d.legacy(); err != nil {
			return decoded{}, err
		}
	}
	if d.replaced > 3 && float64(d.replaced) > maxReplaced*float64(d.characters) {
		return decoded{}, fmt.Errorf("%w: %d of %d characters cannot be decoded as %s; name the encoding if it is another",
			ErrNotText, d.replaced, d.characters, name)
	}
	return decoded{text: d.out.String(), m: d.m, encoding: name, replaced: d.replaced}, nil
}

// decoder writes UTF-8 and its map from the bytes at data[at:].
type decoder struct {
	data       []byte
	at         int
	name       string
	out        strings.Builder
	m          Map
	replaced   int
	characters int
}

// take writes length bytes of text, read in units of width bytes.
func (d *decoder) take(text string, width int, exact bool) {
	d.out.WriteString(text)
	d.m.append(uint32(d.at), uint32(width), uint16(len(text)), exact, uint32(len(text)))
	d.at += width
	d.characters++
}

// invalid writes U+FFFD for width bytes that cannot be decoded.
func (d *decoder) invalid(width int) {
	d.take("\uFFFD", width, false)
	d.replaced++
}

// run copies n bytes that are UTF-8 already.
func (d *decoder) run(n int) {
	if n == 0 {
		return
	}
	d.out.Write(d.data[d.at : d.at+n])
	d.m.append(uint32(d.at), 1, 1, true, uint32(n))
	d.at += n
	d.characters += n
}

// isControl tells control characters that no text means. They are written as
// spaces: NUL and its like break what comes after, from terminals to databases.
func isControl(b byte) bool {
	return b < ' ' && (b < '\t' || b > '\r')
}

// ascii copies the ASCII characters that come next, and reports whether there
// were any.
func (d *decoder) ascii() bool {
	start := d.at
	for d.at < len(d.data) && d.data[d.at] < utf8.RuneSelf {
		n := 0
		for d.at+n < len(d.data) && d.data[d.at+n] < utf8.RuneSelf && !isControl(d.data[d.at+n]) {
			n++
		}
		d.run(n)
		for d.at < len(d.data) && isControl(d.data[d.at]) {
			d.take(" ", 1, false)
		}
	}
	return d.at > start
}

func (d *decoder) utf8() {
	for d.at < len(d.data) {
		rest := d.data[d.at:]
		n, stop := 0, 0
		for n < len(rest) {
			if rest[n] < utf8.RuneSelf {
				if isControl(rest[n]) {
					stop = 1
					break
				}
				n++
				continue
			}
			r, size := utf8.DecodeRune(rest[n:])
			if r == utf8.RuneError && size == 1 {
				stop = 2
				break
			}
			n += size
		}
		d.run(n)
		switch stop {
		case 1:
			d.take(" ", 1, false)
		case 2:
			d.invalid(1)
		}
	}
}

// unit writes one character of a fixed-width encoding.
func (d *decoder) unit(r rune, width int) {
	switch {
	case r < utf8.RuneSelf && isControl(byte(r)):
		d.take(" ", width, false)
	case !utf8.ValidRune(r):
		d.invalid(width)
	default:
		d.take(string(r), width, true)
	}
}

func (d *decoder) utf16(big bool) {
	read := func(at int) rune {
		if big {
			return rune(d.data[at])<<8 | rune(d.data[at+1])
		}
		return rune(d.data[at+1])<<8 | rune(d.data[at])
	}
	for d.at+1 < len(d.data) {
		r, width := read(d.at), 2
		if 0xD800 <= r && r < 0xDC00 && d.at+3 < len(d.data) {
			if low := read(d.at + 2); 0xDC00 <= low && low < 0xE000 {
				r, width = (r-0xD800)<<10+(low-0xDC00)+0x10000, 4
			}
		}
		d.unit(r, width)
	}
	if d.at < len(d.data) {
		d.invalid(len(d.data) - d.at)
	}
}

func (d *decoder) utf32(big bool) {
	for d.at+3 < len(d.data) {
		b := d.data[d.at:]
		r := uint32(b[0]) | uint32(b[1])<<8 | uint32(b[2])<<16 | uint32(b[3])<<24
		if big {
			r = uint32(b[3]) | uint32(b[2])<<8 | uint32(b[1])<<16 | uint32(b[0])<<24
		}
		d.unit(rune(min(r, utf8.MaxRune+1)), 4)
	}
	if d.at < len(d.data) {
		d.invalid(len(d.data) - d.at)
	}
}

// legacy decodes the encodings of golang.org/x/text.
func (d *decoder) legacy() error {
	e, err := lookup(d.name)
	if err != nil {
		return err
	}
	if table, ok := e.(*charmap.Charmap); ok {
		for d.at < len(d.data) {
			if d.ascii() {
				continue
			}
			r := table.DecodeByte(d.data[d.at])
			if r == utf8.RuneError {
				d.invalid(1)
			} else {
				d.take(string(r), 1, true)
			}
		}
		return nil
	}
	t := e.NewDecoder().Transformer
	for d.at < len(d.data) {
		if d.ascii() {
			continue
		}
		text, width := step(t, d.data[d.at:])
		if text == "\uFFFD" {
			d.invalid(width)
		} else {
			d.take(text, width, true)
		}
	}
	return nil
}

// step decodes the character that src begins with, which is not ASCII, with a
// transformer that wants to decode many: the destination has room for one. It
// returns what was written and how many bytes it was read from.
func step(t transform.Transformer, src []byte) (string, int) {
	var dst [utf8.UTFMax]byte
	src = src[:min(len(src), 8)]
	// Three bytes are room for one character outside ASCII, and at most one of
	// ASCII behind it; four are needed above U+FFFF and for the two pairs of
	// characters that Big5 writes as one.
	n, width, _ := t.Transform(dst[:3], src, true)
	if n == 0 {
		n, width, _ = t.Transform(dst[:], src, true)
		return string(dst[:n]), max(width, 1)
	}
	if _, size := utf8.DecodeRune(dst[:n]); size < n {
		return string(dst[:size]), width - (n - size)
	}
	return string(dst[:n]), width
}

// iso2022jp decodes the Japanese mail encoding. It has a state that escape
// sequences switch, so that its two-byte characters mean nothing by themselves
// and are never exact; behind its escape sequences they are those of EUC-JP.
func (d *decoder) iso2022jp() {
	t := japanese.EUCJP.NewDecoder().Transformer
	const (
		ascii = iota
		katakana
		jis0208
		jis0212
	)
	state := ascii
	for d.at < len(d.data) {
		if next, width := escape(d.data[d.at:]); width > 0 {
			d.at += width
			switch next {
			case 'I':
				state = katakana
			case '$':
				state = jis0208
			case 'D':
				state = jis0212
			default:
				state = ascii
			}
			continue
		}
		b := d.data[d.at]
		switch {
		case b >= utf8.RuneSelf:
			d.invalid(1)
		case isControl(b):
			d.take(" ", 1, false)
		case b < '!' || b == 0x7F || state == ascii:
			if b == '\n' {
				state = ascii
			}
			d.run(1)
		case state == katakana:
			if b >= 0x60 {
				d.invalid(1)
			} else {
				d.take(string(rune(b)-'!'+0xFF61), 1, false)
			}
		case d.at+1 >= len(d.data) || d.data[d.at+1] < '!' || d.data[d.at+1] > '~':
			d.invalid(1)
		default:
			src := []byte{0x8F, b | 0x80, d.data[d.at+1] | 0x80}
			if state == jis0208 {
				src = src[1:]
			}
			if text, _ := step(t, src); text == "\uFFFD" {
				d.invalid(2)
			} else {
				d.take(text, 2, false)
			}
		}
	}
}

// escape reads an escape sequence of ISO-2022-JP. It returns the letter that
// tells the character set ('$' for both sets of JIS X 0208), and its length, 0
// if there is none.
func escape(b []byte) (byte, int) {
	if len(b) < 3 || b[0] != 0x1B {
		return 0, 0
	}
	switch {
	case b[1] == '(' && (b[2] == 'B' || b[2] == 'J' || b[2] == 'I'):
		return b[2], 3
	case b[1] == '$' && (b[2] == '@' || b[2] == 'B'):
		return '$', 3
	case len(b) > 3 && b[1] == '$' && b[2] == '(' && b[3] == 'D':
		return 'D', 4
	}
	return 0, 0
}
