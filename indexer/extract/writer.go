package extract

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// separator stands between the cells of a table row.
const separator = " | "

// maxHeading is how much of a heading is kept in the paths below it, in bytes:
// every block repeats its path wherever it is stored.
const maxHeading = 240

// writer collects the text of a document from runs of the decoded input, and
// keeps the blocks and the map in step. Offsets it is given count the decoded
// input; it composes them with the map of the decoding.
type writer struct {
	in   decoded
	out  strings.Builder
	last rune // the last rune written, 0 at the start
	m    Map
	hint int // where the map of the decoding was read last

	blocks []Block
	open   bool // a block has been begun and not ended
	wrote  bool // the open block has text
	block  Block
	path   []string // of the headings above, shared by blocks
	levels []int    // of the headings in path

	// White space is written when something follows it.
	space    int // decoded offset of its first byte, -1 if there is none
	newline  bool
	lineEnd  int // decoded offset of a hard line break, -1 if there is none
	cellEdge bool
}

func newWriter(d decoded) *writer {
	return &writer{in: d, space: -1, lineEnd: -1}
}

// begin ends the open block and begins another. Nothing is written, and no
// block comes about, until there is text for it.
func (w *writer) begin(kind Kind, level int) {
	w.end()
	w.open = true
	w.block = Block{Kind: kind, Level: level}
}

// end ends the open block, if there is one.
func (w *writer) end() {
	if w.open && w.wrote {
		text := strings.TrimRightFunc(w.out.String()[w.block.Start:], unicode.IsSpace)
		w.block.End = w.block.Start + len(text)
		w.block.Start = w.block.End - len(strings.TrimLeftFunc(text, unicode.IsSpace))
		if w.block.End > w.block.Start {
			w.close()
		}
	}
	w.open, w.wrote = false, false
	w.space, w.newline, w.lineEnd, w.cellEdge = -1, false, -1, false
}

func (w *writer) close() {
	if w.block.Kind == Heading {
		keep := len(w.levels)
		for keep > 0 && w.levels[keep-1] >= w.block.Level {
			keep--
		}
		// The three-index slice makes append copy: blocks share the old path.
		w.path = w.path[:keep:keep]
		w.levels = w.levels[:keep:keep]
		w.block.Headings = w.path
		w.path = append(w.path, headingText(w.out.String()[w.block.Start:w.block.End]))
		w.levels = append(w.levels, w.block.Level)
	} else {
		w.block.Headings = w.path
	}
	w.blocks = append(w.blocks, w.block)
}

// headingText is a heading as paths show it: one line, not too long.
func headingText(s string) string {
	if len(s) > maxHeading {
		cut := maxHeading
		for !utf8.RuneStart(s[cut]) {
			cut--
		}
		s = s[:cut]
	}
	return strings.Join(strings.Fields(s), " ")
}

// start makes room for text: it writes what separates the open block from the
// one before, or the white space that is due within it.
func (w *writer) start(next rune) {
	if !w.open {
		w.open = true
		w.block = Block{Kind: Paragraph}
	}
	if !w.wrote {
		if w.out.Len() > 0 {
			w.insert("\n\n")
		}
		w.wrote = true
		w.block.Start = w.out.Len()
	} else {
		switch {
		case w.cellEdge:
			w.insert(separator)
		case w.lineEnd >= 0:
			w.raw("\n", w.lineEnd, w.lineEnd+1)
		case w.space >= 0 && w.newline && unspaced(w.last) && unspaced(next):
			// Chinese and Japanese have no spaces: a line that is wrapped in
			// the source goes on without one.
		case w.space >= 0:
			if w.in.text[w.space] == ' ' {
				w.copy(w.space, w.space+1)
			} else {
				w.raw(" ", w.space, w.space+1)
			}
		}
	}
	w.space, w.newline, w.lineEnd, w.cellEdge = -1, false, -1, false
}

// unspaced tells whether a character belongs to a script written without
// spaces between words, in which a line break is no space.
func unspaced(r rune) bool {
	switch {
	case r < 0x2E80:
		return false
	case 0x3000 <= r && r <= 0x30FF, 0xFF00 <= r && r <= 0xFF60, 0x31F0 <= r && r <= 0x31FF:
		return true
	}
	return unicode.Is(unicode.Han, r)
}

// flow writes a run of the decoded input as prose: white space is folded.
func (w *writer) flow(from, to int) {
	text := w.in.text
	for i := from; i < to; {
		if isSpace(text[i]) {
			if w.space < 0 {
				w.space = i
			}
			w.newline = w.newline || text[i] == '\n'
			i++
			continue
		}
		// U+00AD only says where a word may be broken.
		if strings.HasPrefix(text[i:to], "\u00AD") {
			i += len("\u00AD")
			continue
		}
		stop := i + 1
		for stop < to && !isSpace(text[stop]) && !strings.HasPrefix(text[stop:to], "\u00AD") {
			stop++
		}
		r, _ := utf8.DecodeRuneInString(text[i:])
		w.start(r)
		w.copy(i, stop)
		i = stop
	}
}

// isSpace tells what HTML folds: a no-break space stays.
func isSpace(b byte) bool {
	return b == ' ' || b == '\n' || b == '\t' || b == '\r' || b == '\f'
}

// put writes a replacement for the decoded input from..to, such as what an
// entity stands for.
func (w *writer) put(s string, from, to int) {
	if s == "" || s == "\u00AD" {
		return
	}
	if len(s) == 1 && isSpace(s[0]) {
		if w.space < 0 {
			w.space = from
		}
		return
	}
	r, _ := utf8.DecodeRuneInString(s)
	w.start(r)
	w.raw(s, from, to)
}

// alt writes the text that stands for an image as prose.
func (w *writer) alt(s string, from, to int) {
	s = strings.Join(strings.Fields(strings.ToValidUTF8(s, "\uFFFD")), " ")
	if s == "" {
		return
	}
	w.put(s, from, to)
}

// verbatim writes a run of the decoded input with its white space, as code has
// it. Line ends become "\n".
func (w *writer) verbatim(from, to int) {
	for from < to {
		stop := from
		for stop < to && w.in.text[stop] != '\r' {
			stop++
		}
		if stop > from {
			w.start(0)
			w.copy(from, stop)
		}
		if stop < to {
			if stop+1 >= len(w.in.text) || w.in.text[stop+1] != '\n' {
				w.start(0)
				w.raw("\n", stop, stop+1)
			}
			stop++
		}
		from = stop
	}
}

// wrap ends a line of the source that the prose goes on behind.
func (w *writer) wrap(at int) {
	if w.space < 0 {
		w.space = min(at, len(w.in.text)-1)
	}
	w.newline = true
}

// breakLine ends a line within a block; at is the decoded offset of what did.
func (w *writer) breakLine(at int) {
	if w.wrote && w.lineEnd < 0 {
		w.lineEnd = at
	}
}

// line writes a line end within code, for what stands for one.
func (w *writer) line(from, to int) {
	if w.wrote {
		w.start(0)
		w.raw("\n", from, to)
	}
}

// cell ends a cell of a table row.
func (w *writer) cell() {
	if w.wrote {
		w.cellEdge = true
	}
}

// copy writes the decoded input from..to as it is.
func (w *writer) copy(from, to int) {
	w.out.WriteString(w.in.text[from:to])
	w.last, _ = utf8.DecodeLastRuneInString(w.in.text[from:to])
	w.hint = w.in.m.each(uint32(from), uint32(to), w.hint, func(s segment, length uint32) {
		w.m.append(s.from, s.width, s.unit, s.exact, length)
	})
}

// raw writes s for the decoded input from..to.
func (w *writer) raw(s string, from, to int) {
	first, last := uint32(0), uint32(0)
	seen := false
	w.hint = w.in.m.each(uint32(from), uint32(to), w.hint, func(s segment, length uint32) {
		if !seen {
			first, seen = s.from, true
		}
		last = s.from + length/uint32(s.unit)*s.width
	})
	w.out.WriteString(s)
	w.last, _ = utf8.DecodeLastRuneInString(s)
	w.m.append(first, last-first, uint16(len(s)), false, uint32(len(s)))
}

// insert writes s, which has no original.
func (w *writer) insert(s string) {
	from := uint32(0)
	if n := len(w.m.segments); n > 0 {
		s := w.m.segments[n-1]
		from = s.from + (w.m.size-s.text)/uint32(s.unit)*s.width
	}
	w.out.WriteString(s)
	w.last, _ = utf8.DecodeLastRuneInString(s)
	w.m.append(from, 0, 1, false, uint32(len(s)))
}

// finish ends the text and puts it into a result.
func (w *writer) finish(r *Result) {
	w.end()
	r.Text = w.out.String()
	r.Blocks = w.blocks
	r.Map = w.m
}
