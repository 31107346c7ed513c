package main

import "testing"

func TestPrintable(t *testing.T) {
	for text, want := range map[string]string{
		"나루 2,500원":                  "나루 2,500원",
		"\x1b]0;pwn\x07\x1b[31mx.md": "\ufffd]0;pwn\ufffd\ufffd[31mx.md",
		"one\n[9] forged":            "one [9] forged",
		"abc\u202ecba":               "abc\ufffdcba",
		"الساعة \u200f19:45":         "الساعة \u200f19:45",
		"👩\u200d👧 \u0085":            "👩\u200d👧 \ufffd",
	} {
		if got := printable(text); got != want {
			t.Errorf("printable(%q) = %q, want %q", text, got, want)
		}
	}
}
