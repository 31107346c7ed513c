package extract

import (
	"cmp"
	"slices"
	"strings"
)

// Redaction is a range of a text that nobody may read, in bytes, and what stands
// there, such as "email".
type Redaction struct {
	Start, End int
	Kind       string
}

// Label is what one reads in place of it.
func (r Redaction) Label() string { return "[" + r.Kind + "]" }

// Merge puts redactions in order. Those that touch or overlap become one of the
// first's kind.
func Merge(all []Redaction) []Redaction {
	all = slices.Clone(all)
	slices.SortStableFunc(all, func(a, b Redaction) int { return cmp.Compare(a.Start, b.Start) })
	merged := all[:0]
	for _, r := range all {
		if n := len(merged); n > 0 && r.Start <= merged[n-1].End {
			merged[n-1].End = max(merged[n-1].End, r.End)
			continue
		}
		merged = append(merged, r)
	}
	return merged
}

// Redact returns a text in which ranges are replaced by their labels, wherever they
// stand: what is redacted in the text is redacted in the title and in headings too.
// The ranges must lie within the text and not cut a character. A label has no place
// in the original.
func (r Result) Redact(redactions []Redaction) Result {
	all := Merge(redactions)
	if len(all) == 0 {
		return r
	}
	var (
		text    strings.Builder
		m       Map
		secrets []string // pairs: what stood there, and its label
		reached int
		shifts  = make([]int, len(all)) // where each label ends, in the new text
	)
	for i, redaction := range all {
		text.WriteString(r.Text[reached:redaction.Start])
		m.copy(r.Map, reached, redaction.Start)
		text.WriteString(redaction.Label())
		m.append(0, 0, 1, false, uint32(len(redaction.Label())))
		secrets = append(secrets, r.Text[redaction.Start:redaction.End], redaction.Label())
		reached, shifts[i] = redaction.End, text.Len()
	}
	text.WriteString(r.Text[reached:])
	m.copy(r.Map, reached, len(r.Text))

	// moved is where an offset lies in the new text: behind the label, where it lay
	// inside a range.
	moved := func(at int) int {
		i, _ := slices.BinarySearchFunc(all, at, func(r Redaction, at int) int { return cmp.Compare(r.Start, at) })
		if i == 0 {
			return at
		}
		return shifts[i-1] + max(0, at-all[i-1].End)
	}
	without := strings.NewReplacer(secrets...)
	blocks := make([]Block, 0, len(r.Blocks))
	for _, b := range r.Blocks {
		b.Start, b.End = moved(b.Start), moved(b.End)
		if b.Start == b.End {
			continue
		}
		b.Headings = slices.Clone(b.Headings)
		for i, h := range b.Headings {
			b.Headings[i] = without.Replace(h)
		}
		blocks = append(blocks, b)
	}
	r.Text, r.Title, r.Blocks, r.Map = text.String(), without.Replace(r.Title), blocks, m
	return r
}

// copy appends what another map says of a range of its text. A part of which the
// range cuts a unit has no place in the original.
func (m *Map) copy(of Map, start, end int) {
	from, to, ok := of.clamp(start, end)
	if !ok {
		return
	}
	of.each(from, to, -1, func(s segment, length uint32) {
		begin, stop := max(s.text, from), min(s.text+length, to)
		if begin != s.text || stop != s.text+length {
			m.append(0, 0, 1, false, stop-begin)
			return
		}
		m.append(s.from, s.width, s.unit, s.exact, length)
	})
}
