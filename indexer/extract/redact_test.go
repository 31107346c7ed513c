package extract_test

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/naru-rag/naru/indexer/extract"
)

func TestRedact(t *testing.T) {
	const source = "# Call 010-1234-5678\n\nThe number is 010-1234-5678, or &amp; mail.\n\nkim@example.com\n\nLast 나루.\n"
	r, err := extract.Extract("call.md", "", []byte(source), extract.Options{})
	if err != nil {
		t.Fatal(err)
	}
	var all []extract.Redaction
	for _, secret := range []string{"010-1234-5678", "kim@example.com"} {
		for at := 0; ; at += len(secret) {
			i := strings.Index(r.Text[at:], secret)
			if i < 0 {
				break
			}
			at += i
			all = append(all, extract.Redaction{Start: at, End: at + len(secret), Kind: map[bool]string{true: "phone", false: "email"}[secret[0] == '0']})
		}
	}
	if len(all) != 3 {
		t.Fatalf("%v in %q", all, r.Text)
	}
	got := r.Redact(all)
	if strings.Contains(got.Text, "1234") || strings.Contains(got.Title, "1234") || !strings.Contains(got.Text, "The number is [phone], or & mail.") || got.Title != "Call [phone]" {
		t.Errorf("title %q, text %q", got.Title, got.Text)
	}
	for i, b := range got.Blocks {
		text := got.Text[b.Start:b.End]
		want := []string{"Call [phone]", "The number is [phone], or & mail.", "[email]", "Last 나루."}[i]
		if text != want || i > 0 && !slices.Equal(b.Headings, []string{"Call [phone]"}) {
			t.Errorf("block %d is %q under %q", i, text, b.Headings)
		}
	}
	// What was not redacted leads to where it stood.
	at := strings.Index(got.Text, "Last 나루")
	spans := got.Map.Source(at, at+len("Last 나루"))
	if len(spans) != 1 || source[spans[0].From:spans[0].To] != "Last 나루" {
		t.Errorf("it leads to %v", spans)
	}
	if label := strings.Index(got.Text, "[email]"); len(got.Map.Source(label, label+7)) != 0 {
		t.Error("a label leads to the original")
	}
	if !reflect.DeepEqual(r.Redact(nil), r) {
		t.Error("nothing redacted is another text")
	}
}

// TestRedactAnything: whatever is redacted, blocks and offsets stay within the text,
// and what leads to the original leads to the same bytes.
func TestRedactAnything(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for range 500 {
		var source strings.Builder
		for range 1 + random.IntN(8) {
			source.WriteString([]string{"# Kopf 나루\n\n", "a b c d e\n\n", "나루 &amp; 배\n\n", "- 항목 one\n- two\n\n", "| a | 나 |\n|---|---|\n| 1 | 2 |\n\n"}[random.IntN(5)])
		}
		r, err := extract.Extract("x.md", "", []byte(source.String()), extract.Options{})
		if err != nil {
			t.Fatal(err)
		}
		var all []extract.Redaction
		boundary := func(n int) int {
			for n < len(r.Text) && !utf8.RuneStart(r.Text[n]) {
				n++
			}
			return n
		}
		for range random.IntN(5) {
			if len(r.Text) == 0 {
				break
			}
			a, b := boundary(random.IntN(len(r.Text))), boundary(random.IntN(len(r.Text)+1))
			if a > b {
				a, b = b, a
			}
			if a < b {
				all = append(all, extract.Redaction{Start: a, End: b, Kind: fmt.Sprint("k", len(all))})
			}
		}
		got := r.Redact(all)
		if !utf8.ValidString(got.Text) {
			t.Fatalf("%q", got.Text)
		}
		last := 0
		for _, b := range got.Blocks {
			if b.Start < last || b.End <= b.Start || b.End > len(got.Text) {
				t.Fatalf("%v of %q: block %d to %d after %d", all, r.Text, b.Start, b.End, last)
			}
			last = b.End
		}
		kept := 0
		for _, s := range got.Map.Source(0, len(got.Text)) {
			kept += s.End - s.Start
			piece, stood := got.Text[s.Start:s.End], source.String()[s.From:s.To]
			if piece != stood && len(piece) == len(stood) && strings.TrimSpace(stood) != "" {
				t.Fatalf("%q leads to %q", piece, stood)
			}
		}
		redacted := 0
		for _, m := range extract.Merge(all) {
			redacted += m.End - m.Start
		}
		if len(all) > 0 && kept > len(r.Text)-redacted {
			t.Fatalf("%d bytes lead to the original, and %d of %d are redacted", kept, redacted, len(r.Text))
		}
	}
}

func TestMerge(t *testing.T) {
	got := extract.Merge([]extract.Redaction{{5, 8, "b"}, {0, 3, "a"}, {3, 4, "c"}, {7, 9, "d"}, {20, 21, "e"}})
	if want := []extract.Redaction{{0, 4, "a"}, {5, 9, "b"}, {20, 21, "e"}}; !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}
