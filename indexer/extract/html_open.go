package extract

import "golang.org/x/net/html/atom"

// element is an open element.
type element struct {
	name  atom.Atom
	hides bool // its content is not shown
}

// push opens an element.
func (h *htmlReader) push(name atom.Atom, a attributes) {
	e := element{name: name}
	switch {
	case removed[name] || a.hidden():
		e.hides = true
	case beside[name]:
		e.hides = h.polite
	}
	if e.hides {
		h.hidden++
	}
	h.count[name]++
	h.open = append(h.open, e)
}

// close handles an end tag.
func (h *htmlReader) close(name atom.Atom, at int) {
	switch {
	case name == atom.P && h.count[atom.P] == 0:
		h.implied(name, at) // a stray </p> is an empty paragraph
		if h.hidden == 0 {
			h.split(at)
		}
	case h.count[name] > 0 && name != atom.Html && name != atom.Body:
		h.pop(name, at)
	}
}

// pop closes the innermost element of a name and all that are open in it.
func (h *htmlReader) pop(name atom.Atom, at int) {
	for len(h.open) > 0 {
		e := h.open[len(h.open)-1]
		h.open = h.open[:len(h.open)-1]
		h.count[e.name]--
		if e.hides {
			h.hidden--
		}
		if h.hidden == 0 {
			h.leave(e.name, at)
		}
		if e.name == name {
			return
		}
	}
}

// leave ends the block that an element was.
func (h *htmlReader) leave(name atom.Atom, at int) {
	switch name {
	case atom.Td, atom.Th, atom.Li:
		// The next cell or item ends it.
	case atom.Tr, atom.Table, atom.Pre, atom.Ul, atom.Ol, atom.Menu, atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6:
		h.w.end()
		h.split(at)
	default:
		if blocks[name] {
			h.split(at)
		}
	}
}

// reach is how far up the open elements are searched for one that a start tag
// closes; real documents need a few, hostile ones shall not make it costly.
const reach = 40

// implied closes the elements that a start tag ends without their end tags.
func (h *htmlReader) implied(name atom.Atom, at int) {
	if h.count[atom.Head] > 0 && !inHead[name] && h.count[atom.Noscript]+h.count[atom.Template]+h.count[atom.Svg] == 0 {
		h.pop(atom.Head, at)
	}
	if h.count[atom.P] > 0 && (blocks[name] || name == atom.Li || name == atom.Pre || headings[name]) {
		h.closeWithin(atom.P, at, atom.Td, atom.Th, atom.Li, atom.Button, atom.Div, atom.Section, atom.Article)
	}
	switch name {
	case atom.Li:
		h.closeWithin(atom.Li, at, atom.Ul, atom.Ol, atom.Menu)
	case atom.Dt, atom.Dd:
		h.closeWithin(atom.Dt, at, atom.Dl)
		h.closeWithin(atom.Dd, at, atom.Dl)
	case atom.Td, atom.Th:
		h.closeWithin(atom.Td, at, atom.Tr, atom.Table)
		h.closeWithin(atom.Th, at, atom.Tr, atom.Table)
	case atom.Tr:
		h.closeWithin(atom.Tr, at, atom.Table)
	}
}

// closeWithin closes an element unless one of the bounds is open inside it.
func (h *htmlReader) closeWithin(name atom.Atom, at int, bounds ...atom.Atom) {
	if h.count[name] == 0 {
		return
	}
	for i := len(h.open) - 1; i >= max(0, len(h.open)-reach); i-- {
		if h.open[i].name == name {
			h.pop(name, at)
			return
		}
		for _, b := range bounds {
			if h.open[i].name == b {
				return
			}
		}
	}
}
