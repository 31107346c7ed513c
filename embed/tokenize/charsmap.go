package tokenize

import (
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"
)

// charsmap is SentencePiece's precompiled_charsmap: which strings of a text are
// replaced by which. The strings are in a double array as Darts-clone writes it,
// the value of each being the offset of its replacement, which ends with NUL.
type charsmap struct {
	units        []uint32
	replacements string

	// plain are the ASCII characters that stay as they are when another ASCII
	// character or nothing follows: nearly all of most texts.
	plain [utf8.RuneSelf]bool
	// invalid replaces a byte that is no UTF-8.
	invalid string
}

// maxReplacement bounds what one match becomes. The longest of NFKC has 33 bytes.
const maxReplacement = 1024

// maxMatch bounds what one match replaces, so that time stays linear in the text
// with any double array. NFKC's longest have 18 bytes.
const maxMatch = 128

// newCharsmap reads a blob: the size of the double array in bytes (32 bits,
// little endian), the double array, the replacements. No blob replaces nothing.
func newCharsmap(blob []byte) (*charsmap, error) {
	m := &charsmap{}
	if len(blob) > 0 {
		if len(blob) < 4 {
			return nil, fmt.Errorf("the precompiled character map has %d bytes: cut short", len(blob))
		}
		size := uint64(binary.LittleEndian.Uint32(blob))
		if size%4 != 0 || size == 0 || size > uint64(len(blob)-4) {
			return nil, fmt.Errorf("the precompiled character map says that its array has %d bytes, and has %d in all", size, len(blob))
		}
		m.units = make([]uint32, size/4)
		for i := range m.units {
			m.units[i] = binary.LittleEndian.Uint32(blob[4+4*i:])
		}
		m.replacements = string(blob[4+size:])
		run := 0
		for i := range len(m.replacements) {
			if run++; m.replacements[i] == 0 {
				run = 0
			}
			if run > maxReplacement {
				return nil, fmt.Errorf("the precompiled character map has a replacement of more than %d bytes", maxReplacement)
			}
		}
		if len(m.replacements) > 0 && run > 0 {
			return nil, errors.New("the precompiled character map's last replacement has no end: cut short")
		}
	}
	for c := range m.plain {
		m.plain[c] = m.isPlain(byte(c))
	}
	m.invalid = string(utf8.RuneError)
	if replacement, _, ok := m.longest(m.invalid); ok {
		m.invalid = replacement
	}
	return m, nil
}

// The parts of a unit. The lowest eight bits are the byte that leads to it; the
// highest says that it is a value, which no byte leads to.
const (
	unitLabel   = 1<<31 | 0xff
	unitHasLeaf = 1 << 8
	unitValue   = 1<<31 - 1
)

// unitOffset is what to exclusive-or a unit's number with to get to its children.
func unitOffset(unit uint32) uint32 { return unit >> 10 << (unit & (1 << 9) >> 6) }

// child steps from the children's place of a node over a byte. It returns the
// place of the next node's own children. The byte 0 would lead to a value.
func (m *charsmap) child(place uint32, c byte) (next, unit uint32, ok bool) {
	place ^= uint32(c)
	if c == 0 || uint64(place) >= uint64(len(m.units)) {
		return 0, 0, false
	}
	unit = m.units[place]
	return place ^ unitOffset(unit), unit, unit&unitLabel == uint32(c)
}

// longest returns what the longest match at the start of text is replaced by,
// and the match's length in bytes.
func (m *charsmap) longest(text string) (replacement string, size int, ok bool) {
	if len(m.units) == 0 {
		return "", 0, false
	}
	var value uint32
	place := unitOffset(m.units[0])
	for i := range min(len(text), maxMatch) {
		next, unit, found := m.child(place, text[i])
		if !found {
			break
		}
		if place = next; unit&unitHasLeaf != 0 && uint64(place) < uint64(len(m.units)) {
			value, size = m.units[place]&unitValue, i+1
		}
	}
	if size == 0 || uint64(value) >= uint64(len(m.replacements)) {
		return "", 0, false
	}
	replacement, _, _ = strings.Cut(m.replacements[value:], "\x00")
	return replacement, size, true
}

func (m *charsmap) isPlain(c byte) bool {
	if len(m.units) == 0 {
		return true
	}
	place, unit, ok := m.child(unitOffset(m.units[0]), c)
	if !ok {
		return true
	}
	for next := range byte(utf8.RuneSelf) {
		if _, _, ok := m.child(place, next); ok {
			return false
		}
	}
	return unit&unitHasLeaf == 0
}
