package rag

import "time"

// Document is one source document after extraction. Text is what every
// offset in Naru counts into: UTF-8 bytes from its start.
type Document struct {
	// ID names the document within its tenant. It is stable across versions of
	// the document, and does not depend on how its folder was named.
	ID string
	// URI says where the document came from, in the form the source uses.
	URI string
	// Title is the document's own title, or its file name where it has none.
	Title string
	// Language is a BCP 47 primary language subtag such as "ko", or "und".
	Language string
	// Text is the extracted text, valid UTF-8, in the document's own normal form.
	Text string
	// Hash is the content hash of the original bytes and of everything that
	// decides how they are extracted and cut, in hexadecimal.
	Hash string
	// Modified is the time of last change at the source.
	Modified time.Time
	// Annotations are properties that plugins gave it, by "plugin.property".
	Annotations map[string][]string

	Access
}

// Access is who may see a document or passage, and where it may be.
// It comes from the configuration of a source or key, never from a request.
type Access struct {
	// Tenant owns the document. It is never empty in a store.
	Tenant string
	// Principals may see the document; none means everyone in the tenant.
	Principals []string
	// Region is where the document belongs; empty means nowhere in particular.
	Region string
}

// Passage is a run of whole sentences of one document: what is indexed,
// found and cited. Text is always Document.Text[Start:End].
type Passage struct {
	// ID is a UUID derived from tenant, document and Ordinal.
	ID string
	// Document is the ID of the document the passage is part of.
	Document string
	Title    string
	URI      string
	// Headings is the path of headings above the passage, outermost first.
	Headings []string
	Text     string
	// Start and End are UTF-8 byte offsets into Document.Text.
	Start, End int
	// Ordinal counts the document's passages from zero.
	Ordinal  int
	Language string
	Modified time.Time
	// Hash is the document's content hash.
	Hash string
	// Annotations are the document's.
	Annotations map[string][]string
	// Source leads from Start..End back to bytes of the original.
	Source []SourceSpan
	// Score orders found passages, higher first. Scores of different questions
	// do not compare.
	Score float64
	// Strength is what confidence is judged by, where Score tells no more than the
	// order; 0 where it is Score.
	Strength float64
	// Words is the score by words alone, and Meaning the cosine between the
	// passage and the question; 0 where they were not compared.
	Words, Meaning float64

	Access
}

// Original returns the bytes of the original file that the document's text
// from start to end was read from, or nil where that is not known.
func (p Passage) Original(start, end int) *Bytes {
	var found *Bytes
	for _, s := range p.Source {
		if s.End <= start || s.Start >= end {
			continue
		}
		from, to := s.original(max(start, s.Start)), s.original(min(end, s.End))
		if found == nil {
			found = &Bytes{from, to}
		}
		found.From, found.To = min(found.From, from), max(found.To, to)
	}
	return found
}

// original maps an offset inside the span: in proportion, since all characters
// of a span are of the same width.
func (s SourceSpan) original(at int) int64 {
	if s.Start == s.End {
		return s.From
	}
	return s.From + int64(at-s.Start)*(s.To-s.From)/int64(s.End-s.Start)
}

// SourceSpan ties a run of extracted text to the run of original bytes it was
// read from, of which every character takes the same number of bytes.
type SourceSpan struct {
	// Start and End are offsets into Document.Text.
	Start, End int
	// From and To are byte offsets into the original file.
	From, To int64
}
