package store

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/qdrant/go-client/qdrant"

	"github.com/naru-rag/naru/rag"
)

// schemaVersion is the form of a point that this package writes. A reader
// refuses a later one and is taught each earlier one.
const schemaVersion = 1

// The vectors of a point.
const (
	vectorTerms   = "terms"   // sparse: BM25 weights; see bm25.go
	vectorMeaning = "meaning" // dense: what the passage means; see meaning.go
)

// The payload of a point. Fields that would be empty are left out.
const (
	fieldSchema     = "schema"       // integer: the form of the point
	fieldTenant     = "tenant"       // keyword
	fieldPrincipals = "principals"   // keywords: who may see it; none is everyone
	fieldRegion     = "region"       // keyword: where it belongs; none is anywhere
	fieldDocument   = "document"     // keyword: the document's ID
	fieldSource     = "source"       // keyword: the configured source it came from
	fieldKey        = "key"          // what the source knows it by
	fieldOrdinal    = "ordinal"      // integer: counts a document's passages from zero
	fieldURI        = "uri"          // text
	fieldTitle      = "title"        // text
	fieldLanguage   = "language"     // keyword: BCP 47 primary subtag
	fieldModified   = "modified"     // RFC 3339 with nanoseconds, UTC
	fieldHash       = "hash"         // hexadecimal: the document's content hash
	fieldHeadings   = "headings"     // list of text, outermost first
	fieldText       = "text"         // text of the passage
	fieldDigest     = "digest"       // keyword: of the text that is embedded
	fieldRefused    = "refused"      // text: why it cannot be embedded
	fieldStart      = "start"        // integer: byte offset into the document's text
	fieldEnd        = "end"          // integer: likewise, after the last byte
	fieldSpans      = "source_spans" // text: see packSpans
	// keywords "plugin.property=value": what plugins say of the document
	fieldAnnotations = "annotations"
	fieldBefore      = "before" // text of the document between this passage and those before
	fieldAfter       = "after"  // text of the document behind its last passage

	// At ordinal 0 only, which stands for the document as a whole:
	fieldPassages         = "passages"          // integer: how many there are
	fieldEmpty            = "empty"             // true: a document without passages
	fieldRemoved          = "removed"           // true: see Store.Remove
	fieldCarried          = "carried"           // the hash it had in the version before: see Build.Carry
	fieldDocumentTitle    = "document_title"    // where the passage's differs
	fieldDocumentLanguage = "document_language" // where the passage's differs
)

// documentFields are the payload fields that a DocumentInfo is read from.
var documentFields = []string{
	fieldSchema, fieldTenant, fieldPrincipals, fieldRegion, fieldDocument, fieldSource, fieldKey, fieldOrdinal, fieldURI, fieldTitle,
	fieldLanguage, fieldModified, fieldHash, fieldPassages, fieldEmpty, fieldRemoved, fieldDocumentTitle, fieldDocumentLanguage,
}

// payload is the payload of a point, under construction or being read.
type payload map[string]*qdrant.Value

func (p payload) setText(field, s string) {
	if s != "" {
		p[field] = qdrant.NewValueString(s)
	}
}

func (p payload) setTexts(field string, texts []string) {
	if len(texts) == 0 {
		return
	}
	values := make([]*qdrant.Value, len(texts))
	for i, s := range texts {
		values[i] = qdrant.NewValueString(s)
	}
	p[field] = qdrant.NewValueList(&qdrant.ListValue{Values: values})
}

func (p payload) setInt(field string, n int) { p[field] = qdrant.NewValueInt(int64(n)) }
func (p payload) setTime(field string, t time.Time) {
	// RFC 3339 has four digits for the year; what has more, or is before Christ,
	// is no time that a document was changed at.
	if t = t.UTC(); !t.IsZero() && t.Year() >= 1 && t.Year() <= 9999 {
		p.setText(field, t.Format(time.RFC3339Nano))
	}
}

func (p payload) text(field string) string { return p[field].GetStringValue() }
func (p payload) int(field string) int     { return int(p[field].GetIntegerValue()) }

func (p payload) texts(field string) []string {
	var texts []string
	for _, v := range p[field].GetListValue().GetValues() {
		texts = append(texts, v.GetStringValue())
	}
	return texts
}

func (p payload) time(field string) (time.Time, error) {
	s := p.text(field)
	if s == "" {
		return time.Time{}, nil
	}
	t, err := time.Parse(time.RFC3339Nano, s)
	if err != nil {
		return time.Time{}, fmt.Errorf("payload field %s: %w", field, err)
	}
	return t, nil
}

func (p payload) access() rag.Access {
	return rag.Access{Tenant: p.text(fieldTenant), Principals: p.texts(fieldPrincipals), Region: p.text(fieldRegion)}
}

func (p payload) checkSchema() error {
	if v := p.int(fieldSchema); v != schemaVersion {
		return fmt.Errorf("it has schema %d and this program reads %d: index again with this version", v, schemaVersion)
	}
	return nil
}

// passagePayload is the payload of one passage; those before it reach so far into the
// text. What says whose it is comes from the document, never from the passage.
func passagePayload(e *Entry, p *rag.Passage, ordinal, reached int) payload {
	out := payload{}
	setDocument(out, e, ordinal)
	out.setText(fieldTitle, p.Title)
	out.setText(fieldLanguage, p.Language)
	out.setTexts(fieldHeadings, p.Headings)
	out.setText(fieldText, p.Text)
	out.setText(fieldDigest, embeddedDigest(embedded(p)))
	out.setInt(fieldStart, p.Start)
	out.setInt(fieldEnd, p.End)
	out.setText(fieldSpans, packSpans(p.Source))
	setSurroundings(out, e, ordinal, reached)
	if ordinal == 0 {
		out.setInt(fieldPassages, len(e.Passages))
		if e.Document.Title != p.Title {
			out[fieldDocumentTitle] = qdrant.NewValueString(e.Document.Title)
		}
		if e.Document.Language != p.Language {
			out[fieldDocumentLanguage] = qdrant.NewValueString(e.Document.Language)
		}
	}
	return out
}

// setSurroundings keeps what of the document's text is in no passage, such as
// headings and white space, with the passages beside it.
func setSurroundings(out payload, e *Entry, ordinal, reached int) {
	text, p := e.Document.Text, &e.Passages[ordinal]
	if reached < p.Start && p.Start <= len(text) {
		out.setText(fieldBefore, text[reached:p.Start])
	}
	if reached = max(reached, p.End); ordinal == len(e.Passages)-1 && reached < len(text) {
		out.setText(fieldAfter, text[reached:])
	}
}

// emptyPayload is the payload of the one point of a document without passages.
func emptyPayload(e *Entry) payload {
	out := payload{}
	setDocument(out, e, 0)
	out.setText(fieldTitle, e.Document.Title)
	out.setText(fieldLanguage, e.Document.Language)
	out.setInt(fieldPassages, 0)
	out[fieldEmpty] = qdrant.NewValueBool(true)
	if e.removed {
		out[fieldRemoved] = qdrant.NewValueBool(true)
	}
	return out
}

// setDocument sets what all points of a document have in common.
func setDocument(out payload, e *Entry, ordinal int) {
	d := &e.Document
	out.setInt(fieldSchema, schemaVersion)
	out.setInt(fieldOrdinal, ordinal)
	out.setText(fieldTenant, d.Tenant)
	out.setTexts(fieldPrincipals, d.Principals)
	out.setText(fieldRegion, d.Region)
	out.setText(fieldDocument, d.ID)
	out.setText(fieldSource, e.Source)
	out.setText(fieldKey, e.Key)
	out.setText(fieldURI, d.URI)
	out.setTime(fieldModified, d.Modified)
	out.setText(fieldHash, d.Hash)
	out.setTexts(fieldAnnotations, annotations(d.Annotations))
}

// annotations are keywords, in the order of the properties' names.
func annotations(of map[string][]string) (keywords []string) {
	for _, name := range slices.Sorted(maps.Keys(of)) {
		for _, value := range of[name] {
			keywords = append(keywords, annotation(name, value))
		}
	}
	return keywords
}

func annotation(name, value string) string { return name + "=" + value }

// annotationsOf reads them back.
func annotationsOf(keywords []string) map[string][]string {
	if len(keywords) == 0 {
		return nil
	}
	all := map[string][]string{}
	for _, k := range keywords {
		name, value, _ := strings.Cut(k, "=")
		all[name] = append(all[name], value)
	}
	return all
}

// passageOf reads a passage back.
func passageOf(id *qdrant.PointId, fields map[string]*qdrant.Value, score float64) (rag.Passage, error) {
	p := payload(fields)
	fail := func(err error) (rag.Passage, error) {
		return rag.Passage{}, fmt.Errorf("read point %s: %w", idText(id), err)
	}
	if err := p.checkSchema(); err != nil {
		return fail(err)
	}
	modified, err := p.time(fieldModified)
	if err != nil {
		return fail(err)
	}
	spans, err := unpackSpans(p.text(fieldSpans))
	if err != nil {
		return fail(err)
	}
	return rag.Passage{
		ID: idText(id), Document: p.text(fieldDocument), Title: p.text(fieldTitle), URI: p.text(fieldURI),
		Headings: p.texts(fieldHeadings), Text: p.text(fieldText), Start: p.int(fieldStart), End: p.int(fieldEnd),
		Ordinal: p.int(fieldOrdinal), Language: p.text(fieldLanguage), Modified: modified, Hash: p.text(fieldHash),
		Annotations: annotationsOf(p.texts(fieldAnnotations)), Source: spans, Score: score, Access: p.access(),
	}, nil
}

// infoOf reads a document back from its point at ordinal 0.
func infoOf(id *qdrant.PointId, fields map[string]*qdrant.Value) (DocumentInfo, error) {
	p := payload(fields)
	fail := func(err error) (DocumentInfo, error) {
		return DocumentInfo{}, fmt.Errorf("read point %s: %w", idText(id), err)
	}
	if err := p.checkSchema(); err != nil {
		return fail(err)
	}
	modified, err := p.time(fieldModified)
	if err != nil {
		return fail(err)
	}
	info := DocumentInfo{
		ID: p.text(fieldDocument), URI: p.text(fieldURI), Title: p.text(fieldTitle), Language: p.text(fieldLanguage),
		Hash: p.text(fieldHash), Modified: modified, Passages: p.int(fieldPassages), Source: p.text(fieldSource), Key: p.text(fieldKey), Removed: p[fieldRemoved].GetBoolValue(), Access: p.access(),
	}
	if v, ok := p[fieldDocumentTitle]; ok {
		info.Title = v.GetStringValue()
	}
	if v, ok := p[fieldDocumentLanguage]; ok {
		info.Language = v.GetStringValue()
	}
	return info, nil
}

func idText(id *qdrant.PointId) string {
	if n, ok := id.GetPointIdOptions().(*qdrant.PointId_Num); ok {
		return strconv.FormatUint(n.Num, 10)
	}
	return id.GetUuid()
}
