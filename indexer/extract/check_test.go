package extract_test

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/naru-rag/naru/indexer/extract"
)

// check tests what every result promises.
func check(t testing.TB, data []byte, r extract.Result) {
	t.Helper()
	if !utf8.ValidString(r.Text) || !utf8.ValidString(r.Title) {
		t.Fatalf("text or title is not UTF-8: %q %q", r.Title, r.Text)
	}
	checkBlocks(t, r)
	checkMap(t, data, r)
}

func checkBlocks(t testing.TB, r extract.Result) {
	t.Helper()
	at := 0
	for i, b := range r.Blocks {
		if b.Start < at || b.End <= b.Start || b.End > len(r.Text) {
			t.Fatalf("block %d is %d..%d behind %d in a text of %d bytes", i, b.Start, b.End, at, len(r.Text))
		}
		if between := r.Text[at:b.Start]; strings.TrimSpace(between) != "" {
			t.Fatalf("%q before block %d is in no block", between, i)
		}
		if text := r.Text[b.Start:b.End]; !utf8.ValidString(text) || strings.TrimSpace(text) != text {
			t.Fatalf("block %d is %q", i, text)
		}
		if b.Kind == extract.Heading && (b.Level < 1 || b.Level > 6 || len(b.Headings) >= b.Level) {
			t.Fatalf("heading %d has level %d below %q", i, b.Level, b.Headings)
		}
		at = b.End
	}
	if rest := r.Text[at:]; strings.TrimFunc(rest, unicode.IsSpace) != "" {
		t.Fatalf("%q at the end is in no block", rest)
	}
}

func checkMap(t testing.TB, data []byte, r extract.Result) {
	t.Helper()
	e, err := encodingByName(r.Encoding)
	if err != nil {
		t.Fatalf("result names an encoding that is not known: %v", err)
	}
	at := 0
	for _, s := range r.Map.Source(0, len(r.Text)) {
		if s.Start < at || s.End <= s.Start || s.End > len(r.Text) {
			t.Fatalf("span %+v behind %d in a text of %d bytes", s, at, len(r.Text))
		}
		at = s.End
		if s.From < 0 || s.To <= s.From || s.To > int64(len(data)) {
			t.Fatalf("span %+v of a document of %d bytes", s, len(data))
		}
		if !r.Map.Verbatim(s.Start, s.End) {
			continue
		}
		original := data[s.From:s.To]
		if r.Encoding != "UTF-8" {
			if original, err = e.NewDecoder().Bytes(original); err != nil {
				t.Fatal(err)
			}
		}
		if text := r.Text[s.Start:s.End]; string(original) != text {
			t.Fatalf("verbatim %+v is %q, and the original %q", s, text, original)
		}
	}
}

// mustExtract extracts and checks.
func mustExtract(t testing.TB, name string, data []byte) extract.Result {
	t.Helper()
	r, err := extract.Extract(name, "", data, extract.Options{})
	if err != nil {
		t.Fatal(err)
	}
	check(t, data, r)
	return r
}

// outline writes the blocks of a result, one a line.
func outline(r extract.Result) string {
	var b strings.Builder
	for _, block := range r.Blocks {
		if len(block.Headings) > 0 {
			b.WriteString("[" + strings.Join(block.Headings, " > ") + "] ")
		}
		b.WriteString(block.Kind.String())
		if block.Level > 0 {
			b.WriteString(" " + string(rune('0'+block.Level)))
		}
		b.WriteString(": " + strings.ReplaceAll(r.Text[block.Start:block.End], "\n", "⏎") + "\n")
	}
	return b.String()
}

func lines(s ...string) string { return strings.Join(s, "\n") + "\n" }
