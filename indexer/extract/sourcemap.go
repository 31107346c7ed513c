package extract

import (
	"sort"

	"github.com/naru-rag/naru/rag"
)

// Map leads from offsets in a text to byte offsets in the original. It is
// immutable and may be shared. The zero Map is that of an empty text.
type Map struct {
	segments []segment
	size     uint32 // length of the text
}

// segment is a run of units, each of unit bytes of text read from width bytes
// of the original. It ends where the next segment begins. Text that is UTF-8
// in the original has units of one byte; Hangul in EUC-KR has units of three
// bytes for two; an entity is one unit; what was inserted has width 0.
type segment struct {
	text, from uint32
	width      uint32
	unit       uint16
	// exact: the original bytes, decoded, are the text.
	exact bool
}

// end is where segment i ends in the text.
func (m Map) end(i int) uint32 {
	if i+1 < len(m.segments) {
		return m.segments[i+1].text
	}
	return m.size
}

// append adds length bytes of text, in units. It joins what continues the last
// segment, so that plain UTF-8 stays one segment however it was copied.
func (m *Map) append(from, width uint32, unit uint16, exact bool, length uint32) {
	if length == 0 {
		return
	}
	if n := len(m.segments); n > 0 {
		last := m.segments[n-1]
		if last.width == width && last.unit == unit && last.exact == exact &&
			last.from+(m.size-last.text)/uint32(unit)*width == from {
			m.size += length
			return
		}
	}
	m.segments = append(m.segments, segment{text: m.size, from: from, width: width, unit: unit, exact: exact})
	m.size += length
}

// find returns the index of the segment that holds an offset of the text.
func (m Map) find(offset uint32) int {
	return sort.Search(len(m.segments), func(i int) bool { return m.segments[i].text > offset }) - 1
}

// each calls visit for the parts of segments within start and end, widened to
// whole units. The search begins at segment hint, which makes a walk through
// the text in order cheap; the index of the last visited segment is returned.
func (m Map) each(start, end uint32, hint int, visit func(s segment, length uint32)) int {
	i := hint
	if i < 0 || i >= len(m.segments) || m.segments[i].text > start || m.end(i) <= start {
		i = m.find(start)
	}
	for ; i >= 0 && i < len(m.segments) && m.segments[i].text < end; i++ {
		s, stop := m.segments[i], m.end(i)
		unit := uint32(s.unit)
		if start > s.text {
			skipped := (start - s.text) / unit
			s.text += skipped * unit
			s.from += skipped * s.width
		}
		if end < stop {
			stop = s.text + (end-s.text+unit-1)/unit*unit
		}
		visit(s, stop-s.text)
	}
	return i - 1
}

// clamp brings a range into the text.
func (m Map) clamp(start, end int) (uint32, uint32, bool) {
	start, end = max(start, 0), min(end, int(m.size))
	return uint32(start), uint32(max(end, 0)), start < end
}

// Source returns where Text[start:end] was read from, in the order of the
// text. Text that has no original, such as the separator of two table cells,
// has no span. Within a span every character takes the same number of bytes on
// either side, so that offsets inside map in proportion, and one to one where
// both lengths are equal. A range that ends inside a character is widened to
// the whole of it in the original. Offsets outside the text are cut off.
func (m Map) Source(start, end int) []rag.SourceSpan {
	from, to, ok := m.clamp(start, end)
	if !ok {
		return nil
	}
	var spans []rag.SourceSpan
	m.each(from, to, -1, func(s segment, length uint32) {
		if s.width == 0 {
			return
		}
		spans = append(spans, rag.SourceSpan{
			Start: int(max(s.text, from)),
			End:   int(min(s.text+length, to)),
			From:  int64(s.from),
			To:    int64(s.from) + int64(length/uint32(s.unit))*int64(s.width),
		})
	})
	return spans
}

// Verbatim tells whether all of Text[start:end] stands in the original as it
// is: the bytes of its spans, decoded, are the text. White space that was
// folded, entities, and what was inserted are not verbatim.
func (m Map) Verbatim(start, end int) bool {
	from, to, ok := m.clamp(start, end)
	if !ok {
		return false
	}
	verbatim := true
	m.each(from, to, -1, func(s segment, _ uint32) { verbatim = verbatim && s.exact })
	return verbatim
}
