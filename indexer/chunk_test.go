package indexer

import (
	"slices"
	"strings"
	"testing"
	"unicode"

	"pgregory.net/rapid"

	"github.com/naru-rag/naru/indexer/extract"
)

func mustExtract(t interface{ Fatalf(string, ...any) }, name, text string) extract.Result {
	r, err := extract.Extract(name, "", []byte(text), extract.Options{})
	if err != nil {
		t.Fatalf("%v", err)
	}
	return r
}

func TestChunksFollowHeadings(t *testing.T) {
	r := mustExtract(t, "a.md", "# Ferry\n\nIt runs daily.\n\n## Fares\n\nAdults pay 5.\n\n## Dogs\n\n## Rules\n\nNo smoking.\n")
	var got []string
	for _, c := range DefaultChunking.chunks(r, "en") {
		got = append(got, strings.Join(c.headings, "/")+": "+r.Text[c.Start:c.End])
	}
	want := []string{"Ferry: It runs daily.", "Ferry/Fares: Adults pay 5.", "Ferry: Dogs", "Ferry/Rules: No smoking."}
	if !slices.Equal(got, want) {
		t.Errorf("chunks %q, want %q", got, want)
	}
}

func TestChunksAreWholeSentencesAndOverlap(t *testing.T) {
	sentence := "The ferry leaves the landing at half past seven in the evening. "
	r := mustExtract(t, "a.txt", strings.Repeat(sentence, 40))
	c := Chunking{Target: 300, Overlap: 80}
	all := c.chunks(r, "en")
	if len(all) < 8 {
		t.Fatalf("%d chunks of %d bytes", len(all), len(r.Text))
	}
	for i, chunk := range all {
		text := r.Text[chunk.Start:chunk.End]
		if !strings.HasPrefix(text, "The ferry") || !strings.HasSuffix(text, "evening.") {
			t.Errorf("chunk %d is not whole sentences: %q", i, text)
		}
		if len(text) > c.Target+len(sentence) {
			t.Errorf("chunk %d has %d bytes", i, len(text))
		}
		if i > 0 && (chunk.Start >= all[i-1].End || chunk.Start <= all[i-1].Start) {
			t.Errorf("chunk %d starts at %d, the one before is %d..%d", i, chunk.Start, all[i-1].Start, all[i-1].End)
		}
	}
}

// Every word of a text is in a passage, whatever the text and the measures.
func TestChunksCoverTheText(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringOf(rapid.RuneFrom([]rune("a .\n가다나。กข🙂\u200d\u0301#-|!? 배는"))).Draw(t, "text")
		c := Chunking{Target: rapid.IntRange(1, 50).Draw(t, "target"), Overlap: rapid.IntRange(0, 60).Draw(t, "overlap")}
		r := mustExtract(t, rapid.SampledFrom([]string{"a.md", "a.txt", "a.html"}).Draw(t, "name"), text)
		covered := make([]bool, len(r.Text))
		last := -1
		for _, chunk := range c.chunks(r, "und") {
			if chunk.Start <= last || chunk.End > len(r.Text) || chunk.Start >= chunk.End {
				t.Fatalf("chunk %v after one that starts at %d, text of %d bytes", chunk, last, len(r.Text))
			}
			last = chunk.Start
			for i := chunk.Start; i < chunk.End; i++ {
				covered[i] = true
			}
		}
		for _, b := range r.Blocks {
			if b.Kind == extract.Heading {
				continue
			}
			for i, char := range r.Text[b.Start:b.End] {
				if !unicode.IsSpace(char) && !covered[b.Start+i] {
					t.Fatalf("%q at %d of %q is in no chunk", char, b.Start+i, r.Text)
				}
			}
		}
	})
}
