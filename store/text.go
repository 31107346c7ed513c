package store

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/qdrant/go-client/qdrant"
)

// ErrChanging is returned where a document was replaced time and again while it
// was being read.
var ErrChanging = errors.New("document is changing")

// readings is how often a document is read before it is given up.
const readings = 5

// Text returns the extracted text of a document, or [ErrNotFound]. Offsets of
// passages and citations count its bytes. It is the text of one version: a
// document that is replaced meanwhile is read again, or [ErrChanging].
func (s *Store) Text(ctx context.Context, tenant, id string) (string, error) {
	for range readings {
		text, whole, err := s.read(ctx, tenant, id)
		if err != nil || whole {
			return text, err
		}
	}
	return "", s.wrap(ErrChanging, "read the text of document %q of tenant %q", id, tenant)
}

// read reads the text once. It is not whole if the pages were not of one version.
func (s *Store) read(ctx context.Context, tenant, id string) (text string, whole bool, err error) {
	fail := func(err error) (string, bool, error) {
		return "", false, s.wrap(err, "read the text of document %q of tenant %q", id, tenant)
	}
	filter, err := s.owned(tenant, ofDocuments(id))
	if err != nil {
		return fail(err)
	}
	fields := qdrant.NewWithPayloadInclude(fieldSchema, fieldOrdinal, fieldBefore, fieldText, fieldStart, fieldAfter, fieldHash, fieldPassages)
	var pieces []payload
	for point, err := range s.scroll(ctx, filter, fields) {
		if err != nil {
			return fail(err)
		}
		piece := payload(point.GetPayload())
		if err := piece.checkSchema(); err != nil {
			return fail(err)
		}
		pieces = append(pieces, piece)
	}
	if len(pieces) == 0 {
		return fail(ErrNotFound)
	}
	slices.SortFunc(pieces, func(a, b payload) int { return cmp.Compare(a.int(fieldOrdinal), b.int(fieldOrdinal)) })
	whole = len(pieces) == max(1, pieces[0].int(fieldPassages))
	for i, p := range pieces {
		whole = whole && p.int(fieldOrdinal) == i && p.text(fieldHash) == pieces[0].text(fieldHash)
	}
	return assemble(pieces), whole, nil
}

// assemble puts passages, which may overlap, and what is between them back in
// their places. Where what is between them was not stored there are blanks.
func assemble(pieces []payload) string {
	var b strings.Builder
	for _, p := range pieces {
		b.WriteString(p.text(fieldBefore))
		start, text := p.int(fieldStart), p.text(fieldText)
		if start > b.Len() {
			b.WriteString(strings.Repeat(" ", start-b.Len()))
		}
		if known := b.Len() - start; known < len(text) {
			b.WriteString(text[known:])
		}
		b.WriteString(p.text(fieldAfter))
	}
	return b.String()
}
