package hooks

import (
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	"github.com/naru-rag/naru/indexer/extract"
)

func TestRedactable(t *testing.T) {
	r := &redactable{original: "call 010-1234 or 020-5678 now"}
	r.redact([]extract.Redaction{{Start: 5, End: 13, Kind: "phone"}})
	if got := r.text(); got != "call [phone] or 020-5678 now" {
		t.Fatalf("it reads %q", got)
	}
	// The next plugin's offsets are those of what it reads.
	r.redact([]extract.Redaction{{Start: 16, End: 24, Kind: "number"}})
	if got := r.text(); got != "call [phone] or [number] now" {
		t.Fatalf("it reads %q", got)
	}
	if got := r.part(10, 20); got != "[phone] or [number]" {
		t.Errorf("a part reads %q", got)
	}
	// A range that cuts labels takes them whole.
	r.redact([]extract.Redaction{{Start: 7, End: 18, Kind: "all"}})
	if got := r.text(); got != "call [phone] now" {
		t.Errorf("it reads %q", got)
	}
	if r.touched(0, 5) || !r.touched(4, 6) || r.touched(25, 29) {
		t.Error("what was touched is told wrong")
	}
}

// TestRedactAnything: whatever is redacted, in whatever order, what was redacted once
// never comes back, and everything else stays.
func TestRedactAnything(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		original := rapid.StringMatching(`[a-z나루😀 ]{1,40}`).Draw(t, "text")
		r := &redactable{original: original}
		hidden := make([]bool, len(original))
		for range rapid.IntRange(1, 6).Draw(t, "plugins") {
			text := r.text()
			var all []extract.Redaction
			for range rapid.IntRange(0, 3).Draw(t, "redactions") {
				start := boundary(text, rapid.IntRange(0, len(text)-1).Draw(t, "start"))
				end := boundary(text, rapid.IntRange(start, len(text)).Draw(t, "end"))
				if start < end {
					all = append(all, extract.Redaction{Start: start, End: end, Kind: "k"})
				}
			}
			r.redact(all)
			now := make([]bool, len(original))
			last := -1
			for _, s := range r.ranges {
				if s.Start <= last || s.End <= s.Start || s.End > len(original) {
					t.Fatalf("the ranges are %v", r.ranges)
				}
				last = s.End
				for i := s.Start; i < s.End; i++ {
					now[i] = true
				}
			}
			for i := range hidden {
				if hidden[i] && !now[i] {
					t.Fatalf("byte %d of %q comes back: %v", i, original, r.ranges)
				}
			}
			hidden = now
		}
		var kept strings.Builder
		for i := range len(original) {
			if !hidden[i] {
				kept.WriteByte(original[i])
			}
		}
		if got := strings.ReplaceAll(r.text(), "[k]", ""); got != kept.String() || !utf8.ValidString(got) {
			t.Fatalf("%q reads %q without labels, and %q is not redacted", original, got, kept.String())
		}
		// Parts, put together at places that cut no range, are the whole.
		for at := range len(original) + 1 {
			if boundary(original, at) == at && !r.touched(max(0, at-1), min(len(original), at+1)) {
				if got := r.part(0, at) + r.part(at, len(original)); got != r.text() {
					t.Fatalf("in parts it reads %q, and %q", got, r.text())
				}
			}
		}
	})
}

func boundary(text string, at int) int {
	for at < len(text) && !utf8.RuneStart(text[at]) {
		at++
	}
	return at
}
