package guest

import (
	"errors"
	"maps"
	"math"
	"slices"
	"strconv"
)

// What a plugin says, as JSON.

func writeDocumentResponse(r DocumentResponse) ([]byte, error) {
	out := appendText([]byte{'{'}, "error", r.Error)
	out = appendText(out, "skip", r.Skip)
	out = appendMembers(out, "redact", r.Redact, func(out []byte, r Redaction) []byte {
		return appendRange(append(out, '{'), r)
	})
	if len(r.Annotate) > 0 {
		out = append(appendName(out, "annotate"), '{')
		for i, property := range slices.Sorted(maps.Keys(r.Annotate)) {
			if i > 0 {
				out = append(out, ',')
			}
			out = append(appendString(out, property), ':')
			out = appendList(out, r.Annotate[property], appendString)
		}
		out = append(out, '}')
	}
	return append(out, '}'), nil
}

func writeQueryResponse(r QueryResponse) ([]byte, error) {
	for _, b := range r.Boosts {
		if math.IsNaN(b.Factor) || math.IsInf(b.Factor, 0) {
			return nil, errors.New("the factor of a boost is not finite")
		}
	}
	out := appendText([]byte{'{'}, "error", r.Error)
	out = appendMembers(out, "variants", r.Variants, appendString)
	out = appendMembers(out, "filters", r.Filters, appendCondition)
	out = appendMembers(out, "boosts", r.Boosts, func(out []byte, b Boost) []byte {
		out = appendCondition(append(out, `{"when":`...), b.When)
		out = strconv.AppendFloat(append(out, `,"factor":`...), b.Factor, 'g', -1, 64)
		return append(out, '}')
	})
	return append(out, '}'), nil
}

func writePassagesResponse(r PassagesResponse) ([]byte, error) {
	out := appendText([]byte{'{'}, "error", r.Error)
	if r.Order != nil {
		out = appendList(appendName(out, "order"), r.Order, appendInt)
	}
	out = appendMembers(out, "notes", r.Notes, func(out []byte, n Note) []byte {
		out = appendNumber(append(out, '{'), "passage", n.Passage)
		return append(appendString(appendName(out, "note"), n.Note), '}')
	})
	return append(out, '}'), nil
}

func writeAnswerResponse(r AnswerResponse) ([]byte, error) {
	out := appendText([]byte{'{'}, "error", r.Error)
	out = appendMembers(out, "drop", r.Drop, appendInt)
	out = appendMembers(out, "redact", r.Redact, func(out []byte, r AnswerRedaction) []byte {
		out = append(out, '{')
		if r.Sentence != nil {
			out = appendNumber(out, "sentence", *r.Sentence)
		}
		if r.Passage != nil {
			out = appendNumber(out, "passage", *r.Passage)
		}
		return appendRange(out, r.Redaction)
	})
	out = appendMembers(out, "flags", r.Flags, func(out []byte, f Flag) []byte {
		out = appendNumber(append(out, '{'), "sentence", f.Sentence)
		return append(appendString(appendName(out, "flag"), f.Flag), '}')
	})
	return append(out, '}'), nil
}

// appendRange ends an object with the members of a redaction, of which there may be
// thousands.
func appendRange(out []byte, r Redaction) []byte {
	out = appendNumber(out, "start", r.Start)
	out = appendInt(append(out, `,"end":`...), r.End)
	return append(appendString(append(out, `,"kind":`...), r.Kind), '}')
}

func appendCondition(out []byte, c Condition) []byte {
	out = appendString(append(out, `{"field":`...), c.Field)
	out = appendMembers(out, "any", c.Any, appendString)
	out = appendText(out, "from", c.From)
	return append(appendText(out, "before", c.Before), '}')
}
