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
	r.Title = firstLine(r.Text, r.Blocks)
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

// firstLine is the first paragraph if it is one short line and more follows:
// people write titles that way.
func firstLine(text string, blocks []Block) string {
	if len(blocks) < 2 {
		return ""
	}
	line := text[blocks[0].Start:blocks[0].End]
	if len(line) > maxTitle*utf8.UTFMax || strings.Contains(line, "\n") || utf8.RuneCountInString(line) > maxTitle {
		return ""
	}
	return line
}
