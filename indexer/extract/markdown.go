package extract

import (
	"strings"

	"github.com/yuin/goldmark/ast"
	extast "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
)

// readMarkdown reads CommonMark with tables, and front matter. What would take
// the parser out of proportion to its size is read as plain text instead.
func readMarkdown(r *Result, d decoded) {
	m := markdownReader{w: newWriter(d)}
	body := m.frontMatter(d.text)
	if excessive(d.text[body:]) || !m.read(body) {
		readText(r, d)
	} else {
		m.w.finish(r)
		r.Title = topHeading(r)
	}
	if m.title != "" {
		r.Title = m.title
	}
	r.Language, r.Modified, r.Access, r.Metadata = m.language, m.modified, m.access, m.said
}

// markdownReader writes the text of Markdown.
type markdownReader struct {
	metadata
	w     *writer
	base  int         // where the piece that is being read begins in the input
	lists int         // depth of lists
	html  *htmlReader // of the tags within a paragraph; nil if there are none
}

// read reads the decoded input from body on. It reports false if the parser
// failed, which it does on some inputs that nobody writes.
func (m *markdownReader) read(body int) (ok bool) {
	defer func() {
		if recover() != nil {
			ok = false
		}
	}()
	p, pc := newMarkdownParser(), parser.NewContext()
	input := m.w.in.text
	for body < len(input) {
		end := pieceEnd(input, body)
		m.base = body
		tree := p.Parse(text.NewReader([]byte(input[body:end])), parser.WithContext(pc))
		if err := ast.Walk(tree, m.node); err != nil {
			return false
		}
		m.w.end()
		body = end
	}
	return true
}

// node writes a node of the tree.
func (m *markdownReader) node(n ast.Node, entering bool) (ast.WalkStatus, error) {
	w := m.w
	switch n := n.(type) {
	case *ast.List:
		if entering {
			m.lists++
		} else {
			m.lists--
		}
	case *ast.Heading:
		m.block(entering, Heading, n.Level)
	case *ast.Paragraph, *ast.TextBlock:
		if m.lists > 0 {
			m.block(entering, ListItem, m.lists)
		} else {
			m.block(entering, Paragraph, 0)
		}
	case *extast.TableHeader, *extast.TableRow:
		m.block(entering, TableRow, 0)
	case *extast.TableCell:
		if entering {
			w.cell()
		}
	case *ast.CodeBlock, *ast.FencedCodeBlock:
		if entering {
			w.begin(Code, 0)
			m.lines(n.Lines(), w.verbatim)
			w.end()
		}
		return ast.WalkSkipChildren, nil
	case *ast.HTMLBlock:
		if entering {
			m.htmlBlock(n)
		}
		return ast.WalkSkipChildren, nil
	case *ast.LinkReferenceDefinition:
		return ast.WalkSkipChildren, nil
	default:
		if entering {
			m.inline(n)
		}
	}
	return ast.WalkContinue, nil
}

func (m *markdownReader) block(entering bool, kind Kind, level int) {
	m.html = nil
	if entering {
		m.w.begin(kind, level)
	} else {
		m.w.end()
	}
}

// lines calls write for runs of lines that follow each other in the input; in
// a quotation every line is a run of its own.
func (m *markdownReader) lines(segments *text.Segments, write func(from, to int)) {
	from, to := -1, -1
	for i := range segments.Len() {
		s := segments.At(i)
		if s.Start != to {
			if from >= 0 {
				write(m.base+from, m.base+to)
			}
			from = s.Start
		}
		to = s.Stop
	}
	if from >= 0 {
		write(m.base+from, m.base+to)
	}
}

// htmlBlock writes what a browser would show of a block of HTML. Elements
// beside the content are kept: in Markdown they are content.
func (m *markdownReader) htmlBlock(n *ast.HTMLBlock) {
	m.w.end()
	h := newHTMLReader(m.w, false)
	m.lines(n.Lines(), h.read)
	if n.HasClosure() {
		h.read(m.base+n.ClosureLine.Start, m.base+n.ClosureLine.Stop)
	}
	m.w.end()
}

// inline writes the text of an inline node.
func (m *markdownReader) inline(n ast.Node) {
	w, input := m.w, m.w.in.text
	switch n := n.(type) {
	case *ast.Text:
		from, to := m.base+n.Segment.Start, m.base+n.Segment.Stop
		if m.html == nil || m.html.hidden == 0 {
			if _, code := n.Parent().(*ast.CodeSpan); code || n.IsRaw() {
				w.flow(from, to)
			} else {
				m.prose(from, to)
			}
		}
		switch {
		case n.HardLineBreak():
			w.breakLine(to)
		case n.SoftLineBreak():
			w.wrap(to)
		}
	case *ast.AutoLink:
		// The label stands between "<" and ">".
		from := m.base + n.Pos() + 1
		w.flow(from, from+strings.IndexByte(input[from:], '>'))
	case *ast.RawHTML:
		if m.html == nil {
			m.html = newHTMLReader(m.w, false)
		}
		m.lines(n.Segments, m.html.read)
	}
}

// prose writes text with its backslash escapes and entities decoded.
func (m *markdownReader) prose(from, to int) {
	input := m.w.in.text
	for from < to {
		i := strings.IndexByte(input[from:to], '\\')
		if i < 0 {
			break
		}
		i += from
		writeEntities(m.w, from, i, m.w.flow)
		from = i
		if i+1 < to && isPunctuation(input[i+1]) {
			// The character behind the backslash is never part of an entity.
			m.w.flow(i+1, i+2)
			from = i + 2
		} else {
			m.w.flow(i, i+1)
			from = i + 1
		}
	}
	writeEntities(m.w, from, to, m.w.flow)
}

func isPunctuation(b byte) bool {
	return '!' <= b && b <= '/' || ':' <= b && b <= '@' || '[' <= b && b <= '`' || '{' <= b && b <= '~'
}
