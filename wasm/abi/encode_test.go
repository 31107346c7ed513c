package abi_test

import (
	"encoding/json"
	"math"
	"strings"
	"testing"

	"github.com/naru-rag/naru/wasm/abi"
)

// FuzzEncode compares the bytes of a request with those of package json.
func FuzzEncode(f *testing.F) {
	for _, text := range []string{"", "plain", "나루\n\t\"<a href='x'>\\&", "\xff\xfe broken \xe2\x80", "line\u2028separators\u2029", "\x00\x1f\x7f", "😀"} {
		f.Add(text, text, 1.5, uint8(2))
	}
	f.Add("", "", 1e21, uint8(0))
	f.Add("", "", -5e-7, uint8(1))
	f.Fuzz(func(t *testing.T, text, name string, score float64, n uint8) {
		r := &abi.PassagesRequest{Header: abi.Header{ABI: 1, Hook: abi.Passages, Now: name}, Question: text, Language: name}
		for i := range int(n % 4) {
			p := abi.Passage{ID: name, Document: text, Title: text, URI: name, Language: name, Modified: name, Score: score, Text: strings.Repeat(text, i)}
			if i > 0 {
				p.Headings, p.Annotations = []string{text, name}[:i-1], map[string][]string{name: {text}, text: nil}
			}
			r.Passages = append(r.Passages, p)
		}
		if n > 127 && r.Passages == nil {
			r.Passages = []abi.Passage{}
		}
		got, err := abi.Encode(r)
		want, wrong := json.Marshal(r)
		if (err == nil) != (wrong == nil) {
			t.Fatalf("the error is %v, and json's %v", err, wrong)
		}
		if err == nil && string(got) != string(want) {
			t.Errorf("it is\n%s and json's\n%s", got, want)
		}
	})
}

// TestEncodeNoNumber: a score that JSON has no number for is an error.
func TestEncodeNoNumber(t *testing.T) {
	if _, err := abi.Encode(&abi.PassagesRequest{Header: abi.Header{Hook: abi.Passages}, Passages: []abi.Passage{{Score: math.NaN()}}}); err == nil {
		t.Error("NaN is encoded")
	}
}
