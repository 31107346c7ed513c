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
	"github.com/naru-rag/naru/indexer/source"
	"github.com/naru-rag/naru/lang"
	"github.com/naru-rag/naru/rag"
	"github.com/naru-rag/naru/store"
)

// sourceUpload is where documents came from that were handed in, as the store remembers
// it; of others it is the kind of their source. A run deletes only what came from
// sources of the kinds that it walks.
const sourceUpload = "upload"

// rules names how texts are extracted and cut. It changes whenever the same
// bytes would give other passages, so that old ones are replaced.
const rules = "3/" + lang.Version

// Rules name everything that decides which passages a text becomes and what
// they are found by. A store records them with each version of the index.
func Rules(c Chunking, hooks []Hook) string {
	return fmt.Sprintf("%s/%d+%d%s", rules, c.Target, c.Overlap, ruled(hooks))
}

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

// upload is a document with where it came from.
type upload struct {
	Upload
	// source is sourceUpload or the kind of a source; key is what that knows it by.
	source, key string
	// revision changes whenever Data does; empty where its source cannot tell.
	revision string
}

// uploadOf is an item of a source with its bytes.
func uploadOf(kind string, item source.Item, data []byte) upload {
	return upload{Upload{URI: item.URI, Data: data, Modified: item.Modified}, kind, item.Key, item.Revision}
}

// DocumentID is what a document is known by that a source of a kind knows by a key. It
// keeps the documents of each kind apart: what is uploaded under
// the name of a file does not become that file. Where regions are kept apart, so are
// files of the same name of two of them, which may share a store.
func (ix *Indexer) DocumentID(source, key string) string {
	name := source + ":" + key
	if ix.store.Regional() {
		name = ix.access.Region + "/" + name
	}
	return store.DocumentID(ix.access.Tenant, name)
}

// hash covers everything that decides what is stored for a document: what it
// says, or its revision, and how it is read.
func (ix *Indexer) hash(up upload) string {
	says := up.Data
	if up.revision != "" {
		says = []byte("revision " + up.revision)
	}
	data, h := sha256.Sum256(says), sha256.New()
	a := ix.access
	parts := []string{
		rules, fmt.Sprint(ix.chunking), up.URI, up.Title, up.MediaType,
		a.Tenant, strings.Join(a.Principals, "\x00"), a.Region,
	}
	if len(ix.hooks) > 0 {
		parts = append(parts, ruled(ix.hooks))
	}
	for _, part := range parts {
		fmt.Fprintf(h, "%d:%s", len(part), part)
	}
	return hex.EncodeToString(data[:16]) + "-" + hex.EncodeToString(h.Sum(nil)[:8])
}

// unchanged tells whether a document that is indexed need not be read again. One
// that was removed stays so until it says something else, however it is read.
func unchanged(before store.DocumentInfo, hash string) bool {
	if before.Removed {
		was, _, _ := strings.Cut(before.Hash, "-")
		return was != "" && strings.HasPrefix(hash, was+"-")
	}
	return before.Hash != "" && before.Hash == hash
}

// prepare takes an upload through extraction, hooks and cutting.
func (ix *Indexer) prepare(ctx context.Context, up upload) (entry store.Entry, err error) {
	// Formats are many and documents are hostile: a mistake in reading one must
	// fail that one, not the run or the server.
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("read %s: internal error: %v", up.URI, r)
		}
	}()
	text, err := extract.Extract(up.URI, up.MediaType, up.Data, extract.Options{})
	if err != nil {
		return store.Entry{}, err
	}
	access, err := narrowed(ix.access, text.Access)
	if err == nil {
		err = ix.store.Admits(access.Region)
	}
	if err != nil {
		return store.Entry{}, &AccessError{up.URI, err}
	}
	doc := rag.Document{
		ID:       ix.DocumentID(up.source, up.key),
		URI:      up.URI,
		Title:    text.Title,
		Language: text.Language,
		Text:     text.Text,
		Hash:     ix.hash(up),
		Modified: up.Modified,
		Access:   access,
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
	if text, err = ix.decide(ctx, &doc, text); err != nil {
		return store.Entry{}, err
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

			Annotations: doc.Annotations,
			Source:      text.Map.Source(c.Start, c.End),
			Access:      doc.Access,
		}
	}
	return store.Entry{Document: doc, Source: up.source, Key: up.key, Passages: passages}, nil
}

// Status says what putting a document did.
type Status string

// The statuses of [Indexer.Put] and [Indexer.Sync].
const (
	StatusAdded     Status = "added"
	StatusUpdated   Status = "updated"
	StatusUnchanged Status = "unchanged"
	StatusDeleted   Status = "deleted"
)

// Remove removes a document, or returns [store.ErrNotFound]. One that its source
// still has stays removed until it changes there.
func (ix *Indexer) Remove(ctx context.Context, id string) error {
	info, err := ix.store.Info(ctx, ix.access.Tenant, id)
	switch {
	case err != nil:
		return err
	case info.Removed:
		return fmt.Errorf("remove document %s: %w", id, store.ErrNotFound)
	}
	if err := ix.deleting(ctx, []string{id}, Removed); err != nil {
		return err
	}
	if info.Source == sourceUpload {
		return ix.store.Delete(ctx, ix.access.Tenant, id)
	}
	return ix.store.Remove(ctx, ix.access.Tenant, id)
}

// Outcome is what putting one document did.
type Outcome struct {
	// Document is its ID.
	Document string
	Status   Status
	// Hash is of what was put or found, and of how it is read; empty where nothing was.
	Hash string
}

// Put indexes documents that were handed in, all of them in one write. It
// returns what it did with each. A document that cannot be read is an error, one
// that a hook does not want a [*SkippedError], and nothing is written.
func (ix *Indexer) Put(ctx context.Context, uploads ...Upload) ([]Outcome, error) {
	outcomes := make([]Outcome, len(uploads))
	var entries []store.Entry
	for i, handed := range uploads {
		up := upload{Upload: handed, source: sourceUpload, key: handed.URI}
		outcomes[i].Document = ix.DocumentID(up.source, up.key)
		outcomes[i].Hash = ix.hash(up)
		before, err := ix.store.Info(ctx, ix.access.Tenant, outcomes[i].Document)
		switch {
		case errors.Is(err, store.ErrNotFound):
			outcomes[i].Status = StatusAdded
		case err != nil:
			return nil, err
		case before.Hash == outcomes[i].Hash:
			outcomes[i].Status = StatusUnchanged
			continue
		default:
			outcomes[i].Status = StatusUpdated
		}
		entry, err := ix.prepare(ctx, up)
		if err != nil {
			return nil, err
		}
		entries = append(entries, entry)
	}
	if len(entries) == 0 {
		return outcomes, nil
	}
	return outcomes, ix.store.Put(ctx, entries...)
}
