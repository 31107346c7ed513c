package extract

import (
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// maxAlt is how much of the text for an image is kept, in bytes.
const maxAlt = 2000

// maxInlineRow is how long a table row may grow before the paragraphs in its
// cells become blocks of their own: beyond, the table is there for layout.
const maxInlineRow = 1000

// readHTML reads HTML from its tokens. There is no tree, so that depth costs
// nothing; the elements that are open are kept in a stack of a few bytes each.
func readHTML(r *Result, d decoded) {
	w := newWriter(d)
	h := newHTMLReader(w, true)
	h.read(0, len(d.text))
	if len(w.blocks) == 0 && !w.wrote && h.skipped {
		// Everything is in what is usually left out, or an element that is left
		// out was never closed. Rather too much than nothing.
		w = newWriter(d)
		h = newHTMLReader(w, false)
		h.read(0, len(d.text))
	}
	w.finish(r)
	r.Title, r.Language, r.Modified, r.Metadata = h.title, h.language, h.modified, h.said
	if r.Title == "" {
		r.Title = topHeading(r)
	}
}

// topHeading is the first heading of the first level, for a title.
func topHeading(r *Result) string {
	for _, b := range r.Blocks {
		if b.Kind == Heading && b.Level == 1 {
			return headingText(r.Text[b.Start:b.End])
		}
	}
	return ""
}

// htmlReader writes the text of HTML. It may be fed in parts, as Markdown does.
type htmlReader struct {
	metadata
	w    *writer
	open []element
	// count is how many elements of a kind are open.
	count map[atom.Atom]int
	// hidden is how many of the open elements hide what is in them.
	hidden  int
	polite  bool // leave out what is beside the content
	skipped bool // something beside the content was left out
}

func newHTMLReader(w *writer, polite bool) *htmlReader {
	return &htmlReader{w: w, count: map[atom.Atom]int{}, polite: polite}
}

// read reads the decoded input from..to.
func (h *htmlReader) read(from, to int) {
	z := html.NewTokenizer(strings.NewReader(h.w.in.text[from:to]))
	for at := from; ; {
		kind := z.Next()
		length := len(z.Raw())
		next := at + length
		switch kind {
		case html.ErrorToken:
			// What is left is a tag that was never finished.
			return
		case html.TextToken:
			h.text(at, next)
		case html.StartTagToken, html.SelfClosingTagToken:
			h.start(z, kind == html.SelfClosingTagToken, at, next)
		case html.EndTagToken:
			name, _ := z.TagName()
			h.close(atom.Lookup(name), at)
		}
		at = next
	}
}

// text writes a run of text that may hold entities.
func (h *htmlReader) text(from, to int) {
	raw := h.w.in.text[from:to]
	if h.count[atom.Title] > 0 && h.count[atom.Svg] == 0 {
		if h.title == "" {
			h.title = strings.Join(strings.Fields(html.UnescapeString(raw)), " ")
		}
		return
	}
	if h.count[atom.Head] > 0 && strings.TrimLeft(raw, " \t\r\n\f") != "" && !h.inMetadata() {
		h.pop(atom.Head, from)
	}
	if h.hidden > 0 {
		h.skipped = h.skipped || strings.TrimLeft(raw, " \t\r\n\f") != ""
		return
	}
	write := h.w.flow
	if h.count[atom.Pre] > 0 {
		write = h.w.verbatim
		if !h.w.wrote && strings.HasPrefix(raw, "\n") {
			from++ // HTML drops the line end after <pre>
		}
	}
	writeEntities(h.w, from, to, write)
}

// inMetadata tells whether the innermost open element is one whose text is
// not shown, so that it does not end the head.
func (h *htmlReader) inMetadata() bool {
	if len(h.open) == 0 {
		return false
	}
	switch h.open[len(h.open)-1].name {
	case atom.Script, atom.Style, atom.Noscript, atom.Template, atom.Svg:
		return true
	}
	return false
}

// writeEntities writes a run with its entities decoded, each a unit of its own
// in the map.
func writeEntities(w *writer, from, to int, write func(from, to int)) {
	text := w.in.text
	for from < to {
		i := strings.IndexByte(text[from:to], '&')
		if i < 0 {
			write(from, to)
			return
		}
		amp := from + i
		s, length := entity(text[amp:to])
		if length == 0 {
			write(from, amp+1)
			from = amp + 1
			continue
		}
		if amp > from {
			write(from, amp)
		}
		w.put(s, amp, amp+length)
		from = amp + length
	}
}

// maxEntity is longer than any named entity, and than any sensible number.
const maxEntity = 40

// entity decodes the entity that s begins with. It returns its length, 0 if
// there is none.
func entity(s string) (string, int) {
	s = s[:min(len(s), maxEntity)]
	if len(s) < 3 || s[1] != '#' && !isLetter(s[1]) {
		return "", 0
	}
	end := 2
	for end < len(s) && (isLetter(s[end]) || '0' <= s[end] && s[end] <= '9') {
		end++
	}
	if end < len(s) && s[end] == ';' {
		end++
	}
	text := html.UnescapeString(s[:end])
	if text == s[:end] {
		return "", 0
	}
	if len(text) == 1 && isControl(text[0]) {
		text = " "
	}
	return text, end
}

func isLetter(b byte) bool { return 'a' <= b|0x20 && b|0x20 <= 'z' }

// start handles a start tag at from..to. One that closes itself is taken at its
// word, as XHTML means it.
func (h *htmlReader) start(z *html.Tokenizer, closed bool, from, to int) {
	tag, more := z.TagName()
	name := atom.Lookup(tag)
	a := attributes{}
	for more {
		var key, value []byte
		key, value, more = z.TagAttr()
		a.set(string(key), value)
	}
	switch name {
	case atom.Html:
		h.setLanguage(a.lang)
		return
	case atom.Meta:
		h.meta(a)
		return
	}
	h.implied(name, from)
	if h.hidden == 0 {
		h.show(name, a, from, to)
	}
	if !void[name] && !closed {
		h.push(name, a)
	}
}

// show writes what a start tag stands for.
func (h *htmlReader) show(name atom.Atom, a attributes, from, to int) {
	w := h.w
	switch name {
	case atom.Br:
		if h.count[atom.Pre] > 0 {
			w.line(from, to)
			return
		}
		w.breakLine(from)
	case atom.Img:
		if alt := strings.TrimSpace(a.alt); alt != "" && !a.hidden() {
			w.alt(alt, from, to)
		}
	case atom.Td, atom.Th:
		if !w.open || w.block.Kind != TableRow {
			w.begin(TableRow, 0)
		}
		w.cell()
	case atom.Tr:
		w.begin(TableRow, 0)
	case atom.Li:
		w.begin(ListItem, max(1, h.lists()))
	case atom.Pre:
		w.begin(Code, 0)
	case atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6:
		w.begin(Heading, headingLevel(name))
	default:
		if blocks[name] {
			h.split(from)
		}
	}
}

func headingLevel(name atom.Atom) int { return int(name.String()[1] - '0') }

func (h *htmlReader) lists() int {
	return h.count[atom.Ul] + h.count[atom.Ol] + h.count[atom.Menu]
}

// split begins a new block at the edge of a block element, of the kind that
// the elements around it make it.
func (h *htmlReader) split(at int) {
	w := h.w
	inCell := h.count[atom.Td]+h.count[atom.Th] > 0
	switch {
	case inCell && w.open && w.block.Kind == TableRow && (!w.wrote || w.out.Len()-w.block.Start < maxInlineRow):
		if w.wrote && w.space < 0 {
			w.space = at
		}
	case h.count[atom.Pre] > 0:
		if w.wrote {
			w.breakLine(at)
		}
	case h.count[atom.Li] > 0:
		if w.wrote || !w.open {
			w.begin(ListItem, max(1, h.lists()))
		}
	default:
		w.begin(Paragraph, 0)
	}
}
