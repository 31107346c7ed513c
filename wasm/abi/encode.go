package abi

import (
	"encoding/json"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Encode is a request's bytes, as [json.Marshal] makes them. Text that is not valid
// UTF-8 is mended.
func Encode(request any) ([]byte, error) {
	if r, ok := request.(*PassagesRequest); ok {
		return r.encode()
	}
	return json.Marshal(request)
}

// encode makes the same of it as json.Marshal, without reflection: passages are most of
// what plugins are told on a question's way, and most of them are their texts.
func (r *PassagesRequest) encode() ([]byte, error) {
	head, err := json.Marshal(struct {
		Header
		Question string `json:"question"`
		Language string `json:"language"`
	}{r.Header, r.Question, r.Language})
	if err != nil {
		return nil, err
	}
	size := len(head)
	for _, p := range r.Passages {
		size += len(p.Text) + len(p.Text)/16 + 512
	}
	e := encoder{out: append(make([]byte, 0, size), head[:len(head)-1]...)}
	e.raw(`,"passages":`)
	if r.Passages == nil {
		e.raw(`null`)
	} else {
		e.raw(`[`)
		for i, p := range r.Passages {
			if i > 0 {
				e.raw(`,`)
			}
			e.passage(p)
		}
		e.raw(`]`)
	}
	e.raw(`}`)
	return e.out, e.err
}

// encoder appends JSON. Its error is the first.
type encoder struct {
	out []byte
	err error
}

func (e *encoder) raw(s string) { e.out = append(e.out, s...) }

func (e *encoder) passage(p Passage) {
	e.raw(`{"id":`)
	e.text(p.ID)
	e.raw(`,"document":`)
	e.text(p.Document)
	e.raw(`,"title":`)
	e.text(p.Title)
	e.raw(`,"uri":`)
	e.text(p.URI)
	e.raw(`,"headings":`)
	if p.Headings != nil && len(p.Headings) == 0 {
		e.raw(`[]`)
	} else {
		e.value(p.Headings)
	}
	e.raw(`,"language":`)
	e.text(p.Language)
	e.raw(`,"modified":`)
	e.text(p.Modified)
	e.raw(`,"annotations":`)
	if p.Annotations != nil && len(p.Annotations) == 0 {
		e.raw(`{}`)
	} else {
		e.value(p.Annotations)
	}
	e.raw(`,"score":`)
	if size := math.Abs(p.Score); size == 0 || size >= 1e-6 && size < 1e21 {
		e.out = strconv.AppendFloat(e.out, p.Score, 'f', -1, 64)
	} else {
		e.value(p.Score) // in another form, or no number
	}
	e.raw(`,"text":`)
	e.text(p.Text)
	e.raw(`}`)
}

// value is whatever is left to package json.
func (e *encoder) value(v any) {
	encoded, err := json.Marshal(v)
	if err != nil && e.err == nil {
		e.err = err
	}
	e.out = append(e.out, encoded...)
}

// text writes what needs hardly an escape, and leaves the rest to package json.
func (e *encoder) text(s string) {
	if !utf8.ValidString(s) || strings.Contains(s, "\u2028") || strings.Contains(s, "\u2029") {
		e.value(s)
		return
	}
	before := len(e.out)
	e.raw(`"`)
	from := 0
	for i := range len(s) {
		escape := escapes[s[i]]
		if escape == "" {
			continue
		}
		if escape == other {
			e.out = e.out[:before]
			e.value(s)
			return
		}
		e.raw(s[from:i])
		e.raw(escape)
		from = i + 1
	}
	e.raw(s[from:])
	e.raw(`"`)
}

// escapes are those of the bytes that have one, where it is other of package json.
var escapes = func() (table [256]string) {
	for b := range byte(' ') {
		table[b] = other
	}
	table['\n'], table['"'], table['\\'] = `\n`, `\"`, `\\`
	table['<'], table['>'], table['&'] = `\u003c`, `\u003e`, `\u0026`
	return table
}()

const other = "?"
