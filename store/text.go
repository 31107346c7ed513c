package store

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/qdrant/go-client/qdrant"
)

// Text returns the extracted text of a document, or [ErrNotFound]. Offsets of
// passages and citations count its bytes.
func (s *Store) Text(ctx context.Context, tenant, id string) (string, error) {
	fail := func(err error) (string, error) {
		return "", s.wrap(err, "read the text of document %q of tenant %q", id, tenant)
	}
	filter, err := owned(tenant, ofDocuments(id))
	if err != nil {
		return fail(err)
	}
	fields := qdrant.NewWithPayloadInclude(fieldSchema, fieldOrdinal, fieldBefore, fieldText, fieldStart, fieldAfter)
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
	return assemble(pieces), nil
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
