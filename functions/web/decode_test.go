package web

import (
	"encoding/json"
	"errors"
	"testing"
	"unicode/utf8"

	"github.com/naru-rag/naru/rag"
)

func TestNegotiate(t *testing.T) {
	tests := []struct {
		accept []string
		want   string
	}{
		{nil, typeJSON},
		{[]string{""}, typeJSON},
		{[]string{"*/*"}, typeJSON},
		{[]string{"application/json"}, typeJSON},
		{[]string{"application/*"}, typeJSON},
		{[]string{"text/event-stream"}, typeEvents},
		{[]string{"TEXT/Event-Stream; q=0.1"}, typeEvents},
		{[]string{"text/*"}, typeEvents},
		{[]string{"text/event-stream, */*"}, typeEvents},
		{[]string{"*/*", "text/event-stream"}, typeEvents},
		{[]string{"text/event-stream, application/json"}, typeJSON},
		{[]string{"text/event-stream;q=0.9, application/json;q=0.8"}, typeEvents},
		{[]string{"text/event-stream;q=0.5, application/json"}, typeJSON},
		{[]string{"text/event-stream;q=0, */*"}, typeJSON},
		{[]string{"application/json;q=0, */*;q=0.1"}, typeEvents},
		{[]string{"application/json;q=0"}, ""},
		{[]string{"text/html"}, ""},
		{[]string{"*/*;q=0"}, ""},
		{[]string{"text/html, application/xhtml+xml, */*;q=0.8"}, typeJSON},
		{[]string{";;;, application/json"}, typeJSON},
		{[]string{"application/json;q=2"}, ""},
		{[]string{"application/json;q=NaN"}, ""},
	}
	for _, tt := range tests {
		if got := negotiate(tt.accept); got != tt.want {
			t.Errorf("negotiate(%q) = %q, want %q", tt.accept, got, tt.want)
		}
	}
}

// FuzzDecodeQuestion: what is let through keeps every promise that is made to an
// answerer, and what is not is a problem that can be sent.
func FuzzDecodeQuestion(f *testing.F) {
	for _, seed := range []string{
		`{"question":"연차는 며칠인가요?","language":"ko","limit":5}`, `{"question":"a"} x`, `{"question":"\ud800"}`,
		`{"question":{"question":"a"}}`, `{"limit":1e3,"question":"a"}`, `{"\u0071uestion":"a"}`, `[]`, `{`, "\xff", ``,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		q, err := decodeQuestion(body, 100)
		if err != nil {
			var p *problem
			if !errors.As(err, &p) || p.Status < 400 || p.Status > 499 || p.Detail == "" {
				t.Fatalf("error %v is no problem of the caller's", err)
			}
			if _, err := json.Marshal(p); err != nil {
				t.Fatal(err)
			}
			return
		}
		if q.Text == "" || !utf8.ValidString(q.Text) || utf8.RuneCountInString(q.Text) > 100 || q.Limit < 0 || q.Limit > rag.MaxPassages || q.Asker.Tenant != "" {
			t.Fatalf("let through %+v", q)
		}
		if !json.Valid(body) {
			t.Fatalf("let through what is not JSON: %q", body)
		}
	})
}

func FuzzDecodeUpload(f *testing.F) {
	f.Add([]byte(`{"uri":"a.md","title":"t","text":"x","media_type":"text/markdown"}`))
	f.Add([]byte(`{"uri":"a\u0000","text":"x"}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		up, err := decodeUpload(body, rag.Asker{Tenant: "acme"})
		if err != nil {
			return
		}
		if checkURI(up.URI) != nil || len(up.Data) == 0 || !utf8.Valid(up.Data) || up.Asker.Tenant != "acme" {
			t.Fatalf("let through %+v", up)
		}
	})
}
