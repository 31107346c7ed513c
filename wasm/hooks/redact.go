package hooks

import (
	"strings"

	"github.com/naru-rag/naru/indexer/extract"
)

// redactable is a text of which more and more may be redacted.
type redactable struct {
	original string
	// ranges are those of the original that are redacted, in order and apart.
	ranges []extract.Redaction
}

// text is what one may read.
func (r *redactable) text() string { return r.part(0, len(r.original)) }

// part is what one may read of a range of the original.
func (r *redactable) part(start, end int) string {
	var text strings.Builder
	at := start
	for _, s := range r.ranges {
		if s.End <= start || s.Start >= end {
			continue
		}
		text.WriteString(r.original[at:max(s.Start, at)])
		text.WriteString(s.Label())
		at = min(s.End, end)
	}
	text.WriteString(r.original[at:end])
	return text.String()
}

// touched tells whether anything of a range of the original is redacted.
func (r *redactable) touched(start, end int) bool {
	for _, s := range r.ranges {
		if s.End > start && s.Start < end {
			return true
		}
	}
	return false
}

// redact redacts ranges of what one may read.
func (r *redactable) redact(more []extract.Redaction) {
	all := append([]extract.Redaction{}, r.ranges...)
	for _, m := range more {
		all = append(all, extract.Redaction{Start: r.stood(m.Start, false), End: r.stood(m.End, true), Kind: m.Kind})
	}
	r.ranges = extract.Merge(all)
}

// stood is where an offset of what one may read stands in the original: for one
// within a label, the end of the range it stands for, or its start.
func (r *redactable) stood(at int, end bool) int {
	shift := 0 // from what one may read to the original
	for _, s := range r.ranges {
		label := s.Start - shift
		after := label + len(s.Label())
		switch {
		case at <= label:
			return at + shift
		case at < after && end:
			return s.End
		case at < after:
			return s.Start
		}
		shift = s.End - after
	}
	return at + shift
}
