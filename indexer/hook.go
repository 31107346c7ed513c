package indexer

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"strings"

	"github.com/naru-rag/naru/indexer/extract"
	"github.com/naru-rag/naru/rag"
)

// Hook decides what becomes of a document after it was read, and before anything
// else sees it: a plugin. What it returns is used as it is. A document for which it
// returns an error is not indexed, and what was indexed of it before is deleted unless
// that is a [*LaterError]. It must be safe for concurrent use.
type Hook interface {
	// Rules change whenever the same document would become something else.
	Rules() string
	Document(ctx context.Context, r Reading) (Decision, error)
}

// Reading is a document as it was read.
type Reading struct {
	rag.Document
	// Metadata is what the document says of itself; it may be nil.
	Metadata map[string]string
}

// Decision is what becomes of a document. The zero value leaves it as it is.
type Decision struct {
	// Skip is why the document is not indexed; empty where it is.
	Skip string
	// Redact are ranges of its text that nobody may read.
	Redact []extract.Redaction
	// Annotations are properties that it gets, by "plugin.property".
	Annotations map[string][]string
}

// SkippedError is a document that a hook does not want indexed.
type SkippedError struct{ Reason string }

func (e *SkippedError) Error() string { return e.Reason }

// LaterError is a hook's failure that says nothing of the document, such as one for want
// of time: the same may succeed later.
type LaterError struct{ Err error }

func (e *LaterError) Error() string { return e.Err.Error() }
func (e *LaterError) Unwrap() error { return e.Err }

func later(err error) bool {
	_, is := errors.AsType[*LaterError](err)
	return is
}

// decide has the hooks decide, each on what those before it have left.
func (ix *Indexer) decide(ctx context.Context, doc *rag.Document, text extract.Result) (extract.Result, error) {
	for _, hook := range ix.hooks {
		d, err := hook.Document(ctx, Reading{*doc, text.Metadata})
		switch {
		case err != nil:
			return text, err
		case d.Skip != "":
			return text, &SkippedError{d.Skip}
		}
		title := text.Title
		text = text.Redact(d.Redact)
		if doc.Text = text.Text; doc.Title == title {
			doc.Title = text.Title
		}
		if len(d.Annotations) > 0 && doc.Annotations == nil {
			doc.Annotations = map[string][]string{}
		}
		maps.Copy(doc.Annotations, d.Annotations)
	}
	return text, nil
}

// ruled are the rules of hooks, as part of a document's hash and of an index's.
func ruled(hooks []Hook) string {
	var all strings.Builder
	for _, h := range hooks {
		fmt.Fprintf(&all, "/%s", h.Rules())
	}
	return all.String()
}

// skip notes a document that a hook does not want, and tells whether err was that.
func (r *Report) skip(uri string, err error) bool {
	skipped, ok := errors.AsType[*SkippedError](err)
	if ok {
		r.Skipped = append(r.Skipped, Skip{uri, skipped.Reason})
	}
	return ok
}
