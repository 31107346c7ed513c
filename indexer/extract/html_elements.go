package extract

import (
	"strings"

	"golang.org/x/net/html/atom"
)

func set(names ...atom.Atom) map[atom.Atom]bool {
	m := make(map[atom.Atom]bool, len(names))
	for _, n := range names {
		m[n] = true
	}
	return m
}

var (
	// void elements have no content and no end tag.
	void = set(atom.Area, atom.Base, atom.Br, atom.Col, atom.Embed, atom.Hr, atom.Img, atom.Input, atom.Link,
		atom.Meta, atom.Param, atom.Source, atom.Track, atom.Wbr, atom.Frame, atom.Keygen)

	// removed elements hold what is not prose, or is said twice: rt is the
	// reading of the characters before it.
	removed = set(atom.Head, atom.Title, atom.Script, atom.Style, atom.Noscript, atom.Template, atom.Svg, atom.Iframe,
		atom.Noframes, atom.Noembed, atom.Object, atom.Canvas, atom.Audio, atom.Video, atom.Math, atom.Select,
		atom.Datalist, atom.Button, atom.Textarea, atom.Rp, atom.Rt, atom.Rtc)

	// beside are elements that stand beside the content of a page.
	beside = set(atom.Nav, atom.Footer, atom.Aside)

	headings = set(atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6)

	// blocks are elements that a browser sets on lines of their own, except
	// those that htmlReader.show names.
	blocks = set(atom.Address, atom.Article, atom.Aside, atom.Blockquote, atom.Body, atom.Caption, atom.Center,
		atom.Dd, atom.Details, atom.Dialog, atom.Dir, atom.Div, atom.Dl, atom.Dt, atom.Fieldset, atom.Figcaption,
		atom.Figure, atom.Footer, atom.Form, atom.Header, atom.Hgroup, atom.Hr, atom.Legend, atom.Main, atom.Menu,
		atom.Nav, atom.Ol, atom.Optgroup, atom.Option, atom.P, atom.Search, atom.Section, atom.Summary, atom.Table,
		atom.Tbody, atom.Tfoot, atom.Thead, atom.Ul, atom.Xmp, atom.Listing, atom.Plaintext)

	// inHead elements do not end the head.
	inHead = set(atom.Head, atom.Html, atom.Title, atom.Meta, atom.Link, atom.Base, atom.Script, atom.Style,
		atom.Noscript, atom.Template)
)

// attributes are those of a start tag that matter here.
type attributes struct {
	lang, alt, name, property, content, httpEquiv, charset string

	isHidden bool
}

func (a *attributes) set(key string, value []byte) {
	switch key {
	case "lang", "xml:lang":
		a.lang = string(value)
	case "alt":
		a.alt = string(value[:min(len(value), maxAlt)])
	case "name":
		a.name = strings.ToLower(string(value))
	case "property":
		a.property = strings.ToLower(string(value))
	case "content":
		a.content = string(value)
	case "http-equiv":
		a.httpEquiv = strings.ToLower(string(value))
	case "charset":
		a.charset = string(value)
	case "hidden":
		a.isHidden = a.isHidden || !strings.EqualFold(string(value), "until-found")
	case "aria-hidden":
		a.isHidden = a.isHidden || strings.EqualFold(string(value), "true")
	case "style":
		style := strings.ToLower(strings.Join(strings.Fields(string(value)), ""))
		a.isHidden = a.isHidden || strings.Contains(style, "display:none") || strings.Contains(style, "visibility:hidden")
	}
}

// hidden tells whether a reader of the page does not get to see the element.
func (a attributes) hidden() bool { return a.isHidden }
