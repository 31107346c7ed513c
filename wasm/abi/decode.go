package abi

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"unicode/utf8"
)

// PluginError is what a plugin says of its own failure. Whoever reads it reads what
// somebody wrote whom nobody trusts.
type PluginError struct{ Said string }

func (e *PluginError) Error() string { return fmt.Sprintf("the plugin says: %q", e.Said) }

// Decode reads the response to a request, and checks it against the request. The
// error is a [*PluginError] where the plugin says that it failed.
func Decode[R Response](data []byte, response R, request any) error {
	if !utf8.Valid(data) {
		return errors.New("the response is not valid UTF-8")
	}
	most := MaxJSONValues
	if d, is := request.(*DocumentRequest); is {
		most += len(d.Document.Text) / BytesPerRedaction * valuesPerRedaction
	}
	if n := values(data); n > most {
		return fmt.Errorf("the response has about %d values, and at most %d are taken", n, most)
	}
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(response); err != nil {
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			return errors.New("the response ends in the middle")
		}
		return fmt.Errorf("the response: %s", short(err.Error())) // it may quote a member's name, however long
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return fmt.Errorf("the response goes on after its end at byte %d", decoder.InputOffset())
	}
	if said := response.failure(); said != "" {
		return &PluginError{short(said)}
	}
	if err := check(response, request); err != nil {
		return fmt.Errorf("the response: %w", err)
	}
	return nil
}

// valuesPerRedaction is how many values a redaction is, by the count of values.
const valuesPerRedaction = 4

// redactions is how many there may be of a document.
func (r *DocumentRequest) redactions() int {
	return max(MaxRedactions, len(r.Document.Text)/BytesPerRedaction)
}

// values is about how many values a text in JSON has: a response of few bytes, such
// as [{},{},…], may take much memory to read. Whatever the text is, it has no more.
func values(data []byte) int {
	n, text, escaped := 1, false, false
	for _, c := range data {
		switch {
		case escaped:
			escaped = false
		case text:
			escaped, text = c == '\\', c != '"'
		case c == '"':
			text = true
		case c == ',', c == '[', c == '{':
			n++
		}
	}
	return n
}

// short cuts what is shown to people.
func short(s string) string {
	if r := []rune(s); len(r) > MaxNote {
		return string(r[:MaxNote]) + "…"
	}
	return s
}

func check(response, request any) error {
	switch r := response.(type) {
	case *DocumentResponse:
		return r.check(request.(*DocumentRequest))
	case *QueryResponse:
		return r.check()
	case *PassagesResponse:
		return r.check(request.(*PassagesRequest))
	case *AnswerResponse:
		return r.check(request.(*AnswerRequest))
	}
	return fmt.Errorf("%T is no response", response)
}

func (r *DocumentResponse) check(request *DocumentRequest) error {
	if err := remark("skip", r.Skip); err != nil {
		return err
	}
	if most := request.redactions(); len(r.Redact) > most {
		return fmt.Errorf("redact: %d ranges, and at most %d are taken", len(r.Redact), most)
	}
	for i, redaction := range r.Redact {
		if err := redaction.check(request.Document.Text); err != nil {
			return fmt.Errorf("redact %d: %w", i, err)
		}
	}
	if len(r.Annotate) > MaxAnnotations {
		return fmt.Errorf("annotate: %d properties, and at most %d are taken", len(r.Annotate), MaxAnnotations)
	}
	for _, name := range slices.Sorted(maps.Keys(r.Annotate)) {
		values := r.Annotate[name]
		switch {
		case !property.MatchString(name):
			return fmt.Errorf("annotate: %.40q is no name of a property: it takes %s", name, property)
		case len(values) == 0 || len(values) > MaxValues:
			return fmt.Errorf("annotate: %s has %d values: it takes 1 to %d", name, len(values), MaxValues)
		case slices.ContainsFunc(values, func(v string) bool { return v == "" || len(v) > MaxValue }):
			return fmt.Errorf("annotate: a value of %s is empty or longer than %d bytes", name, MaxValue)
		}
	}
	return nil
}

func (r Redaction) check(text string) error {
	switch {
	case r.Start < 0 || r.End > len(text) || r.Start >= r.End:
		return fmt.Errorf("%d to %d is no range of a text of %d bytes", r.Start, r.End, len(text))
	case !utf8.RuneStart(text[r.Start]) || r.End < len(text) && !utf8.RuneStart(text[r.End]):
		return fmt.Errorf("%d to %d cuts a character", r.Start, r.End)
	case !kind.MatchString(r.Kind):
		return fmt.Errorf("%.40q is no kind: it takes %s", r.Kind, kind)
	}
	return nil
}

func (r *QueryResponse) check() error {
	if len(r.Variants) > MaxVariants {
		return fmt.Errorf("variants: there are %d, and at most %d are taken", len(r.Variants), MaxVariants)
	}
	for i, v := range r.Variants {
		if n := utf8.RuneCountInString(v); n == 0 || n > MaxVariant {
			return fmt.Errorf("variants: number %d has %d characters: it takes 1 to %d", i, n, MaxVariant)
		}
	}
	if len(r.Filters) > MaxConditions || len(r.Boosts) > MaxConditions {
		return fmt.Errorf("%d filters and %d boosts, and at most %d of each are taken", len(r.Filters), len(r.Boosts), MaxConditions)
	}
	for i, f := range r.Filters {
		if err := f.check(); err != nil {
			return fmt.Errorf("filters: number %d: %w", i, err)
		}
	}
	for i, b := range r.Boosts {
		if err := b.When.check(); err != nil {
			return fmt.Errorf("boosts: number %d: %w", i, err)
		}
		if !(b.Factor >= MinFactor && b.Factor <= MaxFactor) {
			return fmt.Errorf("boosts: number %d has the factor %g: it takes %g to %d", i, b.Factor, MinFactor, MaxFactor)
		}
	}
	return nil
}

func (r *PassagesResponse) check(request *PassagesRequest) error {
	n := len(request.Passages)
	if err := distinct("order", r.Order, n); err != nil {
		return err
	}
	if len(r.Notes) > MaxNotes {
		return fmt.Errorf("notes: there are %d, and at most %d are taken", len(r.Notes), MaxNotes)
	}
	for i, note := range r.Notes {
		if err := within(note.Passage, n); err != nil {
			return fmt.Errorf("notes: number %d: %w", i, err)
		}
		if err := remark("notes", note.Note); err != nil {
			return err
		}
	}
	return nil
}

func (r *AnswerResponse) check(request *AnswerRequest) error {
	if err := distinct("drop", r.Drop, len(request.Sentences)); err != nil {
		return err
	}
	if len(r.Redact) > MaxRedactions || len(r.Flags) > MaxNotes {
		return fmt.Errorf("%d redactions and %d flags, and at most %d and %d are taken", len(r.Redact), len(r.Flags), MaxRedactions, MaxNotes)
	}
	for i, redaction := range r.Redact {
		text, err := redaction.of(request)
		if err == nil {
			err = redaction.check(text)
		}
		if err != nil {
			return fmt.Errorf("redact: number %d: %w", i, err)
		}
	}
	for i, flag := range r.Flags {
		if err := within(flag.Sentence, len(request.Sentences)); err != nil {
			return fmt.Errorf("flags: number %d: %w", i, err)
		}
		if err := remark("flags", flag.Flag); err != nil {
			return err
		}
	}
	return nil
}

// of is the text that is redacted.
func (r AnswerRedaction) of(request *AnswerRequest) (string, error) {
	switch {
	case (r.Sentence == nil) == (r.Passage == nil):
		return "", errors.New("it names a sentence or a passage, and only one of them")
	case r.Sentence != nil:
		if err := within(*r.Sentence, len(request.Sentences)); err != nil {
			return "", err
		}
		return request.Sentences[*r.Sentence].Text, nil
	}
	if err := within(*r.Passage, len(request.Passages)); err != nil {
		return "", err
	}
	return request.Passages[*r.Passage].Text, nil
}

func within(i, n int) error {
	if i < 0 || i >= n {
		return fmt.Errorf("there is no number %d of %d", i, n)
	}
	return nil
}

func distinct(name string, numbers []int, n int) error {
	seen := make([]bool, n)
	for _, i := range numbers {
		if err := within(i, n); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		if seen[i] {
			return fmt.Errorf("%s: number %d is there twice", name, i)
		}
		seen[i] = true
	}
	return nil
}

func remark(name, text string) error {
	if n := utf8.RuneCountInString(text); n > MaxNote {
		return fmt.Errorf("%s: a text has %d characters, and at most %d are taken", name, n, MaxNote)
	}
	return nil
}
