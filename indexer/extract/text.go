package extract

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxTitle is how long the first line of a text may be to pass for its title,
// in characters.
const maxTitle = 80

// readText reads plain text: paragraphs are set apart by lines without text
// and by form feeds. The text stays as it is, except that its lines end in
// "\n".
func readText(r *Result, d decoded) {
	r.Text, r.Map = d.text, d.m
	if strings.Contains(d.text, "\r") {
		w := newWriter(d)
		w.verbatim(0, len(d.text))
		r.Text, r.Map = w.out.String(), w.m
	}
	r.Blocks = paragraphs(r.Text)
	markHeadings(r)
}

// markHeadings takes short paragraphs that close with no sentence mark and
// stand above a longer one for headings, as people write them. The first of all
// is the title, whatever follows.
func markHeadings(r *Result) {
	var title, path []string
	for i := range r.Blocks {
		b := &r.Blocks[i]
		b.Headings = path
		text := r.Text[b.Start:b.End]
		if i+1 == len(r.Blocks) || !looksLikeHeading(text) {
			continue
		}
		next := r.Blocks[i+1]
		switch {
		case i == 0:
			r.Title = headingText(text)
			title = []string{r.Title}
			b.Kind, b.Level, path = Heading, 1, title
		case !looksLikeHeading(r.Text[next.Start:next.End]):
			b.Kind, b.Level, b.Headings = Heading, 2, title
			path = append(title[:len(title):len(title)], headingText(text))
		}
	}
}

// looksLikeHeading tells whether a paragraph is up to three short lines, none
// of which closes as a sentence does.
func looksLikeHeading(text string) bool {
	if len(text) > 3*maxTitle*utf8.UTFMax || strings.Count(text, "\n") > 2 {
		return false
	}
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		last, _ := utf8.DecodeLastRuneInString(line)
		if utf8.RuneCountInString(line) > maxTitle || strings.ContainsRune(".!?:;,。！？：；，、।॥؟۔؛،…", last) {
			return false
		}
	}
	return true
}

// paragraphs finds the runs of lines that have text.
func paragraphs(text string) []Block {
	var blocks []Block
	start, end := -1, 0
	flush := func() {
		if start >= 0 {
			blocks = append(blocks, Block{Start: start, End: end, Kind: Paragraph})
			start = -1
		}
	}
	for at := 0; at < len(text); {
		stop, broken := len(text), false
		if i := strings.IndexAny(text[at:], "\n\f"); i >= 0 {
			stop, broken = at+i, text[at+i] == '\f'
		}
		line := text[at:stop]
		if trimmed := strings.TrimLeftFunc(line, unicode.IsSpace); trimmed == "" {
			flush()
		} else {
			if start < 0 {
				start = stop - len(trimmed)
			}
			end = at + len(strings.TrimRightFunc(line, unicode.IsSpace))
		}
		if broken {
			flush()
		}
		at = stop + 1
	}
	flush()
	return blocks
}
