package indexer

import (
	"unicode"

	"github.com/naru-rag/naru/indexer/extract"
	"github.com/naru-rag/naru/lang"
)

// Chunking decides how a text is cut into passages. It is part of what a
// document's hash covers: changing it re-indexes.
type Chunking struct {
	// Target is how wide a passage gets before the next begins, where a
	// character of Han, kana or Hangul is wideCharacter wide and any other 1.
	Target int
	// Overlap is how much of the end of a passage the next one repeats, in
	// whole sentences, in the same measure.
	Overlap int
}

// DefaultChunking lets a paragraph of most documents be one passage; see
// RATIONALE.md.
var DefaultChunking = Chunking{Target: 1200, Overlap: 150}

// wideCharacter is what a Han, kana or Hangul character counts: in other
// scripts the same says about as much in two to three letters.
const wideCharacter = 2.5

// chunk is a run of whole sentences under one heading.
type chunk struct {
	lang.Span
	headings []string
}

// chunks cuts a text into passages: whole sentences, never across a heading,
// each at most about Target wide unless one sentence alone is wider.
func (c Chunking) chunks(r extract.Result, language string) []chunk {
	var all []chunk
	for _, section := range sections(r.Blocks) {
		all = c.pack(all, r.Text, section, language)
	}
	return all
}

// section is the blocks under one heading.
type section struct {
	blocks   []extract.Block
	headings []string
}

// sections groups blocks by the headings above them. A heading with no text
// under it is a section of its own, or its words would be nowhere.
func sections(blocks []extract.Block) []section {
	var all []section
	for i := 0; i < len(blocks); {
		if blocks[i].Kind == extract.Heading {
			if i+1 == len(blocks) || blocks[i+1].Kind == extract.Heading && blocks[i+1].Level <= blocks[i].Level {
				all = append(all, section{blocks[i : i+1], blocks[i].Headings})
			}
			i++
			continue
		}
		from := i
		for i < len(blocks) && blocks[i].Kind != extract.Heading {
			i++
		}
		all = append(all, section{blocks[from:i], blocks[from].Headings})
	}
	return all
}

// pack fills passages with the sentences of a section.
func (c Chunking) pack(all []chunk, text string, s section, language string) []chunk {
	var (
		spans  []lang.Span
		widths []float64
	)
	for _, b := range s.blocks {
		for _, span := range lang.Sentences(text[b.Start:b.End], language) {
			span.Start += b.Start
			span.End += b.Start
			spans = append(spans, span)
			widths = append(widths, width(text[span.Start:span.End]))
		}
	}
	for from := 0; from < len(spans); {
		to, wide := from+1, widths[from]
		for to < len(spans) && wide+widths[to] <= float64(c.Target) {
			wide += widths[to]
			to++
		}
		all = append(all, chunk{lang.Span{Start: spans[from].Start, End: spans[to-1].End}, s.headings})
		if to == len(spans) {
			break
		}
		// Step back over the sentences that the next passage repeats, but
		// always forward from where this one began.
		next, back := to, 0.
		for next-1 > from && back+widths[next-1] <= float64(c.Overlap) {
			next--
			back += widths[next]
		}
		from = next
	}
	return all
}

func width(text string) (w float64) {
	for _, r := range text {
		switch {
		case r < 0x1100:
			w++
		case unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul):
			w += wideCharacter
		default:
			w++
		}
	}
	return w
}
