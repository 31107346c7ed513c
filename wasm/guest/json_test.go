package guest

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"unicode/utf8"
)

var texts = []string{
	`null`, ` true `, `false`, `0`, `-0.5e+3`, `1E2`, `01`, `-`, `1.`, `.5`, `1e`, `+1`, `1e999`, `"a"`, `"`, `"\`, `"\x"`, `"\u12"`, `"\u00zz"`,
	`"\ud83d\ude00"`, `"\ud83d"`, `"\ud83d\u0041"`, `"\ude00 나루"`, `"\u0000\"\\\/\b\f\n\r\t"`, "\"\n\"", "\"a\\n\n\"", `[]`, `[1,"a",null,[],{}]`, `[1,]`, `[`, `[1`, `[1 2]`,
	`{}`, `{"a":{"b":[1,2]},"a":2}`, `{"a"}`, `{"a":}`, `{a:1}`, `{"a":1,}`, `{"a":1]`, `{,}`, `tru`, `nul`, `nulll`, `true false`, ``, ` `, "\u00a0", `"나루터 😀"`,
	strings.Repeat("[", 99) + strings.Repeat("]", 99), `{"synonyms":{"배":"boat"},"language":"ko"}`,
}

func TestDecode(t *testing.T) {
	for _, text := range texts {
		decodesAlike(t, text)
	}
	if _, err := Decode(strings.Repeat("[", 1_000_000)); err == nil {
		t.Error("a million brackets are read")
	}
}

func FuzzDecode(f *testing.F) {
	for _, text := range texts {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if utf8.ValidString(text) && strings.Count(text, "[")+strings.Count(text, "{") < maxNesting {
			decodesAlike(t, text)
		}
	})
}

// decodesAlike compares with encoding/json.
func decodesAlike(t *testing.T, text string) {
	t.Helper()
	var want any
	wantErr := json.Unmarshal([]byte(text), &want)
	got, err := Decode(text)
	if (err == nil) != (wantErr == nil) {
		t.Fatalf("%.200q: %v, and encoding/json says %v", text, err, wantErr)
	}
	if err == nil && !reflect.DeepEqual(got, want) {
		t.Fatalf("%.200q: %#v, want %#v", text, got, want)
	}
	r := &reader{text: text}
	if r.skip(); err == nil && r.err != nil {
		t.Fatalf("%.200q is not skipped: %v", text, r.err)
	}
}

func FuzzString(f *testing.F) {
	f.Add("나루 \"\\ \x00\x1f\x7f\u2028 😀")
	f.Add("\xff\xed\xa0\x80a\xe0\x80")
	f.Fuzz(func(t *testing.T, s string) {
		var got string
		if err := json.Unmarshal(appendString(nil, s), &got); err != nil {
			t.Fatalf("%q: %v", s, err)
		}
		if want := string([]rune(s)); utf8.ValidString(s) && got != want || !utf8.ValidString(got) {
			t.Fatalf("%q becomes %q", s, got)
		}
	})
}

func TestAppendInt(t *testing.T) {
	for _, n := range []int{0, 7, 10, -1, 1<<63 - 1, -1 << 63} {
		var got int
		if err := json.Unmarshal(appendInt(nil, n), &got); err != nil || got != n {
			t.Errorf("%d becomes %d (%v)", n, got, err)
		}
	}
}
