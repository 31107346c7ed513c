package extract

import (
	"bytes"
	"fmt"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/htmlindex"
)

const utf8Name = "UTF-8"

// marks are the byte order marks. UTF-32 comes first: its little-endian mark
// begins with that of UTF-16.
var marks = []struct{ bytes, name string }{
	{"\xFF\xFE\x00\x00", "UTF-32LE"},
	{"\x00\x00\xFE\xFF", "UTF-32BE"},
	{"\xEF\xBB\xBF", utf8Name},
	{"\xFF\xFE", "UTF-16LE"},
	{"\xFE\xFF", "UTF-16BE"},
}

// encodingOf finds the encoding of data, and how many bytes of it are a byte
// order mark. Evidence goes before labels: they are often wrong, because they
// are written once and copied.
func encodingOf(data []byte, f format, charset, forced string) (name string, skip int, err error) {
	for _, m := range marks {
		if bytes.HasPrefix(data, []byte(m.bytes)) {
			return m.name, len(m.bytes), nil
		}
	}
	if forced != "" {
		name, ok := canonical(forced)
		if !ok {
			return "", 0, fmt.Errorf("%w: encoding %q is not known", ErrUnsupported, forced)
		}
		return name, 0, nil
	}
	if wide := wideEncoding(data); wide != "" {
		return wide, 0, nil
	}
	if err := checkBinary(data); err != nil {
		return "", 0, err
	}
	if isMailJapanese(data) {
		return "ISO-2022-JP", 0, nil
	}
	if isUTF8(data) {
		return utf8Name, 0, nil
	}
	if charset == "" && f == formatHTML {
		charset = declaredCharset(data)
	}
	hint, _ := canonical(charset)
	name, ok := mostPlausible(data, hint)
	if !ok {
		return "", 0, fmt.Errorf("%w: the bytes make no sense in any encoding that is known; name the encoding if it is text", ErrNotText)
	}
	return name, 0, nil
}

// canonical gives the one name by which an encoding is known here.
func canonical(label string) (string, bool) {
	label = strings.ToLower(strings.Trim(strings.TrimSpace(label), `"'`))
	switch label {
	case "":
		return "", false
	case "utf-32le", "utf-32be":
		return strings.ToUpper(label), true
	case "cp949", "ms949", "uhc", "x-windows-949":
		return "EUC-KR", true
	}
	e, err := htmlindex.Get(label)
	if err != nil {
		return "", false
	}
	name, err := htmlindex.Name(e)
	if err != nil || name == "replacement" || name == "x-user-defined" {
		return "", false
	}
	if spelled, ok := spellings[name]; ok {
		return spelled, true
	}
	return name, true
}

// spellings are the names of the WHATWG standard whose letters are not lower case.
var spellings = map[string]string{
	"utf-8": utf8Name, "utf-16le": "UTF-16LE", "utf-16be": "UTF-16BE",
	"euc-kr": "EUC-KR", "shift_jis": "Shift_JIS", "euc-jp": "EUC-JP", "iso-2022-jp": "ISO-2022-JP",
	"gb18030": "GB18030", "gbk": "GB18030", "big5": "Big5", "koi8-r": "KOI8-R", "koi8-u": "KOI8-U",
	"ibm866":     "IBM866",
	"iso-8859-2": "ISO-8859-2", "iso-8859-3": "ISO-8859-3", "iso-8859-4": "ISO-8859-4", "iso-8859-5": "ISO-8859-5",
	"iso-8859-6": "ISO-8859-6", "iso-8859-7": "ISO-8859-7", "iso-8859-8": "ISO-8859-8", "iso-8859-8-i": "ISO-8859-8",
	"iso-8859-10": "ISO-8859-10", "iso-8859-13": "ISO-8859-13", "iso-8859-14": "ISO-8859-14",
	"iso-8859-15": "ISO-8859-15", "iso-8859-16": "ISO-8859-16",
}

// lookup returns the decoder's table for a canonical name.
func lookup(name string) (encoding.Encoding, error) {
	e, err := htmlindex.Get(name)
	if err != nil {
		return nil, fmt.Errorf("%w: encoding %q: %w", ErrUnsupported, name, err)
	}
	return e, nil
}

// isUTF8 tells whether data is UTF-8, be it damaged in places: bytes in a row
// that happen to be a character of UTF-8 are so rare in other encodings, three
// more so than two, that they outweigh bytes that are not.
func isUTF8(data []byte) bool {
	if utf8.Valid(data) {
		return true
	}
	weight, broken := 0, 0
	for i := 0; i < len(data); {
		if data[i] < utf8.RuneSelf {
			i++
			continue
		}
		switch _, size := utf8.DecodeRune(data[i:]); size {
		case 1:
			broken++
			i++
		case 2:
			weight++
			i += 2
		default:
			weight += 3
			i += size
		}
	}
	return weight >= 3*broken
}

// isMailJapanese tells ISO-2022-JP by its escape sequences: all bytes are
// ASCII, and at least one sequence switches to Japanese.
func isMailJapanese(data []byte) bool {
	found := false
	for i, b := range data {
		if b >= utf8.RuneSelf {
			return false
		}
		if b == 0x1B {
			set, _ := escape(data[i:])
			found = found || set == '$'
		}
	}
	return found
}

// checkBinary refuses what has more control characters than a text that was
// damaged would have.
func checkBinary(data []byte) error {
	nul, control := 0, 0
	for _, b := range data {
		if b == 0 {
			nul++
		} else if isControl(b) && b != 0x1B {
			control++
		}
	}
	allowed := 8 + len(data)/50
	switch {
	case nul > allowed:
		return fmt.Errorf("%w: %d of %d bytes are NUL; the file is binary", ErrNotText, nul, len(data))
	case control > allowed:
		return fmt.Errorf("%w: %d of %d bytes are control characters; the file is binary", ErrNotText, control, len(data))
	}
	return nil
}
