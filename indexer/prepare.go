package indexer

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/naru-rag/naru/indexer/extract"
	"github.com/naru-rag/naru/lang"
	"github.com/naru-rag/naru/rag"
	"github.com/naru-rag/naru/store"
)

// Where a document came from, as the store remembers it. A run over folders
// deletes only what came from folders.
const (
	sourceFolder = "folder"
	sourceUpload = "upload"
)

// rules names how texts are extracted and cut. It changes whenever the same
// bytes would give other passages, so that old ones are replaced.
const rules = "1/" + lang.Version

// Upload is one document as it came in.
type Upload struct {
	// URI names the document within its tenant.
	URI string
	// Title overrides the document's own where it is not empty.
	Title string
	// MediaType may be empty: then the URI's ending and the content decide.
	MediaType string
	Data      []byte
	Modified  time.Time
}

// hash covers everything that decides what is stored for a document.
func (ix *Indexer) hash(up Upload) string {
	h := sha256.New()
	a := ix.access
	for _, part := range []string{
		rules, fmt.Sprint(ix.chunking), up.URI, up.Title, up.MediaType,
		a.Tenant, strings.Join(a.Principals, "\x00"), a.Region,
	} {
		fmt.Fprintf(h, "%d:%s", len(part), part)
	}
	h.Write(up.Data)
	return hex.EncodeToString(h.Sum(nil)[:16])
}

// prepare takes an upload through extraction and cutting.
func (ix *Indexer) prepare(up Upload) (store.Entry, error) {
	text, err := extract.Extract(up.URI, up.MediaType, up.Data, extract.Options{})
	if err != nil {
		return store.Entry{}, err
	}
	doc := rag.Document{
		ID:       store.DocumentID(ix.access.Tenant, up.URI),
		URI:      up.URI,
		Title:    text.Title,
		Language: text.Language,
		Text:     text.Text,
		Hash:     ix.hash(up),
		Modified: up.Modified,
		Access:   ix.access,
	}
	if up.Title != "" {
		doc.Title = up.Title
	}
	if doc.Language == "" {
		doc.Language = lang.Detect(text.Text)
	}
	if !text.Modified.IsZero() {
		doc.Modified = text.Modified
	}
	chunks := ix.chunking.chunks(text, doc.Language)
	passages := make([]rag.Passage, len(chunks))
	for i, c := range chunks {
		passages[i] = rag.Passage{
			ID:       store.PassageID(doc.Tenant, doc.ID, i),
			Document: doc.ID,
			Title:    doc.Title,
			URI:      doc.URI,
			Headings: c.headings,
			Text:     text.Text[c.Start:c.End],
			Start:    c.Start,
			End:      c.End,
			Ordinal:  i,
			Language: doc.Language,
			Modified: doc.Modified,
			Hash:     doc.Hash,
			Source:   text.Map.Source(c.Start, c.End),
			Access:   doc.Access,
		}
	}
	return store.Entry{Document: doc, Passages: passages}, nil
}

// Status says what putting a document did.
type Status string

// The statuses of a [Put].
const (
	StatusAdded     Status = "added"
	StatusUpdated   Status = "updated"
	StatusUnchanged Status = "unchanged"
)

// Put indexes documents that were handed in, all of them in one write. It
// returns a status for each. A document that cannot be read is an error and
// nothing is written.
func (ix *Indexer) Put(ctx context.Context, uploads ...Upload) ([]Status, error) {
	statuses := make([]Status, len(uploads))
	var entries []store.Entry
	for i, up := range uploads {
		before, err := ix.store.Info(ctx, ix.access.Tenant, store.DocumentID(ix.access.Tenant, up.URI))
		switch {
		case errors.Is(err, store.ErrNotFound):
			statuses[i] = StatusAdded
		case err != nil:
			return nil, err
		case before.Hash == ix.hash(up):
			statuses[i] = StatusUnchanged
			continue
		default:
			statuses[i] = StatusUpdated
		}
		entry, err := ix.prepare(up)
		if err != nil {
			return nil, err
		}
		entry.Source = sourceUpload
		entries = append(entries, entry)
	}
	if len(entries) == 0 {
		return statuses, nil
	}
	return statuses, ix.store.Put(ctx, entries...)
}
