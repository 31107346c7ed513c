package web

import (
	"context"
	"errors"

	"github.com/naru-rag/naru/rag"
)

// Library is the documents that callers may list and change. Whatever it does is for
// an asker: it must show and delete only what that asker may see.
//
// An implementation must
//   - return errors for which errors.Is finds [ErrNotFound], [ErrUnsupported],
//     [ErrTooLarge], [ErrInvalid] or [ErrBusy] where one of them is the reason,
//     and give [Explain] what the caller may read about it,
//   - stop soon after ctx ends,
//   - be safe for concurrent use.
type Library interface {
	// Put indexes a document, replacing what has the same tenant and URI. The status of
	// the returned info says what it did.
	Put(ctx context.Context, up Upload) (DocumentInfo, error)
	// List returns up to limit documents in a stable order, those behind the
	// mark after, and the mark to go on from: empty at the end.
	List(ctx context.Context, asker rag.Asker, after string, limit int) (docs []DocumentInfo, next string, err error)
	// Get returns a document, or ErrNotFound.
	Get(ctx context.Context, asker rag.Asker, id string) (DocumentDetail, error)
	// Delete removes a document, or returns ErrNotFound.
	Delete(ctx context.Context, asker rag.Asker, id string) error
}

// Upload is one document as it came in.
type Upload struct {
	// Asker is who sends it; its tenant owns the document.
	Asker rag.Asker
	// URI names the document. It has been checked to be printable and short; it
	// is a name and no path, whatever it looks like.
	URI string
	// Title is what the caller calls the document, or empty.
	Title string
	// MediaType is the declared type, lower case and without parameters. It is
	// empty where nothing useful was declared, as with most file uploads: then
	// the name's ending and the content decide.
	MediaType string
	// Charset is the declared encoding in lower case, or empty.
	Charset string
	// Data is the document's bytes.
	Data []byte
}

// Status says what putting a document did.
type Status string

// The values are part of the JSON form.
const (
	StatusAdded     Status = "added"
	StatusUpdated   Status = "updated"
	StatusUnchanged Status = "unchanged"
)

// DocumentInfo is a document as lists show it.
type DocumentInfo struct {
	ID       string `json:"id"`
	URI      string `json:"uri"`
	Title    string `json:"title"`
	Language string `json:"language"`
	Passages int    `json:"passages"`
	Hash     string `json:"hash"`
	// Status is set in the answer to an upload only.
	Status Status `json:"status,omitempty"`
}

// DocumentDetail is a document with its extracted text.
type DocumentDetail struct {
	DocumentInfo
	Text string `json:"text"`
}

// Reasons a [Library] or an [Answerer] gives for not doing what was asked.
var (
	ErrNotFound    = errors.New("not found")
	ErrUnsupported = errors.New("unsupported type of document")
	ErrTooLarge    = errors.New("too large")
	ErrInvalid     = errors.New("invalid")
	ErrBusy        = errors.New("busy")
)

// Explain returns an error of the given kind, one of those above, whose detail
// the caller reads. Everything else in an error stays in the log.
func Explain(kind error, detail string) error {
	return &explained{kind, detail}
}

type explained struct {
	kind   error
	detail string
}

func (e *explained) Error() string { return e.kind.Error() + ": " + e.detail }
func (e *explained) Unwrap() error { return e.kind }
