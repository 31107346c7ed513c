package extract_test

import (
	"bytes"
	"errors"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/naru-rag/naru/indexer/extract"
)

func TestOddButReadable(t *testing.T) {
	for _, c := range []struct {
		name, input, want string
		replaced          int
	}{
		{"empty", "", "", 0},
		{"white space", " \n\t\n", " \n\t\n", 0},
		{"invalid UTF-8", "나루\xFF터에서 배를\xE3\x81 탄다", "나루\uFFFD터에서 배를\uFFFD\uFFFD 탄다", 3},
		{"cut off", "나루터에서 배를 탄\xEB\x8B", "나루터에서 배를 탄\uFFFD\uFFFD", 2},
		{"a NUL", "a\x00b", "a b", 0},
		{"NFD", "\u1112\u1161\u11AB\u1100\u1173\u11AF", "\u1112\u1161\u11AB\u1100\u1173\u11AF", 0},
		{"joiners", "👩\u200D👩\u200D👧 🏳\uFE0F\u200D🌈", "👩\u200D👩\u200D👧 🏳\uFE0F\u200D🌈", 0},
		{"bidi overrides", "a\u202Ecba\u202C \u2067שלום\u2069", "a\u202Ecba\u202C \u2067שלום\u2069", 0},
		{"surrogates and beyond", "a\xED\xA0\x80나루나루나루\xF4\x90\x80\x80나루나루나루나루나루나루", "a\uFFFD\uFFFD\uFFFD나루나루나루\uFFFD\uFFFD\uFFFD\uFFFD나루나루나루나루나루나루", 7},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, name := range []string{"a.txt", "a.md", "a.html"} {
				r := mustExtract(t, name, []byte(c.input))
				if strings.TrimSpace(c.want) == "" {
					if len(r.Blocks) != 0 {
						t.Errorf("%s: %d blocks of nothing", name, len(r.Blocks))
					}
				} else if r.Text != c.want || r.Replaced != c.replaced {
					t.Errorf("%s: got %q, %d replaced, want %q, %d", name, r.Text, r.Replaced, c.want, c.replaced)
				}
			}
		})
	}
}

func TestNotText(t *testing.T) {
	random := make([]byte, 4096)
	source := rand.New(rand.NewPCG(1, 2))
	for i := range random {
		random[i] = byte(source.UintN(256))
	}
	high := bytes.Clone(random)
	for i := range high {
		high[i] |= 0x80
	}
	for _, c := range []struct {
		name string
		data []byte
		says string
	}{
		{"PDF", []byte("%PDF-1.7\n%\xE2\xE3"), "PDF"},
		{"ZIP", []byte("PK\x03\x04\x14\x00"), "docx"},
		{"PNG", []byte("\x89PNG\r\n\x1a\n\x00\x00"), "PNG"},
		{"older office document", []byte("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1\x00"), "hwp"},
		{"NULs", bytes.Repeat([]byte{0, 0, 0, 1, 0, 'a', 0}, 99), "binary"},
		{"control characters", bytes.Repeat([]byte{1, 2, 'a'}, 99), "binary"},
		{"noise", random, "binary"},
		{"noise outside ASCII", high, "no sense"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := extract.Extract("folder/a.txt", "", c.data, extract.Options{})
			if !errors.Is(err, extract.ErrNotText) || !strings.Contains(err.Error(), c.says) || !strings.Contains(err.Error(), "folder/a.txt") {
				t.Errorf("got %v", err)
			}
		})
	}
	_, err := extract.Extract("a", "image/png", []byte("x"), extract.Options{})
	if !errors.Is(err, extract.ErrUnsupported) || !strings.Contains(err.Error(), "image/png") {
		t.Errorf("media type: %v", err)
	}
	for _, text := range []string{"RIFF ist ein Format", "GIF89a is a format", "%PDF- stands at the start of a PDF"} {
		if r := mustExtract(t, "a.txt", []byte(text)); r.Text != text {
			t.Errorf("%q became %q", text, r.Text)
		}
	}
}

// TestTimeIsLinear runs what makes careless readers take the square of the
// size in time, or a stack as deep as the input. The limit is generous, for
// machines that do other things at the same time; the square would be minutes.
func TestTimeIsLinear(t *testing.T) {
	const size = 256 << 10
	fill := func(s string) string { return strings.Repeat(s, size/len(s)) }
	korean := string(encode(t, "EUC-KR", "나루터에서 배를 탄다. "))
	for _, c := range []struct{ name, file, input string }{
		{"one line of 20 MB", "a.txt", strings.Repeat("나루터에서 배를 탄다. ", 20<<20/32)},
		{"one line of 20 MB in Markdown", "a.md", strings.Repeat("나루터에서 배를 탄다. ", 20<<20/32)},
		{"one line of 20 MB in HTML", "a.html", strings.Repeat("나루터에서 배를 탄다. ", 20<<20/32)},
		{"one line in EUC-KR", "a.txt", fill(korean)},
		{"control characters", "a.txt", fill("abcdefghi jklmnopqr stuvwxyz abcdefghi jklmnopqr stuvwxyz\x01")},
		{"blank lines", "a.txt", fill("a\n\n")},
		{"spaces", "a.txt", fill(" ")},

		{"nested elements", "a.html", fill("<div>") + "a"},
		{"nested elements without a name", "a.html", fill("<x><y hidden>") + "a"},
		{"nested lists", "a.html", fill("<ul><li>") + "a"},
		{"list items", "a.html", "<ul>" + fill("<li><b>a")},
		{"paragraphs in inline elements", "a.html", fill("<p><b>a")},
		{"nested tables", "a.html", fill("<table><tr><td>") + "a"},
		{"end tags", "a.html", fill("<b>") + fill("</i>")},
		{"soup", "a.html", fill("<")},
		{"tags without an end", "a.html", fill("<a ")},
		{"comments without an end", "a.html", fill("<!-- ")},
		{"attributes", "a.html", "<p " + fill("a=b ") + ">c"},
		{"ampersands", "a.html", fill("&")},
		{"entities", "a.html", fill("&amp")},
		{"numbers", "a.html", "&#" + fill("1") + ";"},
		{"titles", "a.html", fill("<title>a</title>")},
		{"scripts", "a.html", fill("<script></scrip>")},
		{"headings", "a.html", fill("<h1>a<h6>b")},
		{"a heading of the whole", "a.html", "<h1>" + fill("a ") + "</h1>" + strings.Repeat("<p>b", 9999)},

		{"nested quotations", "a.md", fill("> ") + "a"},
		{"nested quotations of nothing", "a.md", fill("> ")},
		{"nested lists of nothing", "a.md", fill("- + ")},
		{"numbered lists of nothing", "a.md", fill("1. ")},
		{"a rule", "a.md", fill("- ")},
		{"nested lists in Markdown", "a.md", fill("- ") + "a"},
		{"lists by indentation", "a.md", stairs(size)},
		{"brackets", "a.md", fill("[")},
		{"closed brackets", "a.md", strings.Repeat("[", size/2) + "a" + strings.Repeat("]", size/2)},
		{"links", "a.md", fill("[a](")},
		{"images", "a.md", fill("![[]()")},
		{"emphasis", "a.md", fill("*a_ ")},
		{"nested emphasis", "a.md", strings.Repeat("*_", size/4) + "a" + strings.Repeat("_*", size/4)},
		{"struck-out text", "a.md", fill("~a ")},
		{"backticks", "a.md", fill("`a``")},
		{"growing backticks", "a.md", backticks(size)},
		{"tags", "a.md", fill("<a ")},
		{"comments", "a.md", fill("x <!-- ")},
		{"declarations", "a.md", fill("x <!A ")},
		{"wide table", "a.md", "|" + strings.Repeat("a|", 9999) + "\n|" + strings.Repeat("-|", 9999) + "\n" + strings.Repeat("|b\n", 99999)},
		{"definitions", "a.md", fill("[a]: b\n")},
		{"paragraphs in Markdown", "a.md", fill("a *b* [c](d)\n\n")},
		{"underlines", "a.md", fill("a\n===\n")},
		{"front matter without an end", "a.md", "---\n" + fill("a: b\n")},
	} {
		t.Run(c.name, func(t *testing.T) {
			start := time.Now()
			mustExtract(t, c.file, []byte(c.input))
			took := time.Since(start)
			t.Logf("%d bytes in %v", len(c.input), took)
			if took > 10*time.Second {
				t.Errorf("%d bytes took %v", len(c.input), took)
			}
		})
	}
}

// stairs is a list in which each item is indented below the one before.
func stairs(size int) string {
	var b strings.Builder
	for i := 0; b.Len() < size/8; i++ {
		b.WriteString(strings.Repeat("  ", i) + "- a\n")
	}
	return b.String()
}

// backticks is runs of different lengths, none of which closes another.
func backticks(size int) string {
	var b strings.Builder
	for i := 1; b.Len() < size; i++ {
		b.WriteString(strings.Repeat("`", i) + " ")
	}
	return b.String()
}
