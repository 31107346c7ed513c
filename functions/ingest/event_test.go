package ingest

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/aws/aws-lambda-go/lambda/messages"

	"github.com/naru-rag/naru/indexer"
)

func TestReadEvent(t *testing.T) {
	const shape = `it must be {"documents": [{"uri": "…", "text": "…"}, {"path": "…"}]}`
	tests := []struct{ name, event, want string }{
		{"empty list", `{"documents":[]}`, "the event has no documents: " + shape},
		{"nothing", `{}`, "the event has no documents: " + shape},
		{"null", `{"documents":null}`, "the event has no documents: " + shape},
		{"no list", `{"documents":{"uri":"a"}}`, "the event has no documents: " + shape},
		{"unknown field", `{"documents":[{}],"tenant":"other"}`, `the event has the field "tenant", which is not known; known are documents`},
		{"case counts", `{"Documents":[{}]}`, `the event has the field "Documents", which is not known; known are documents`},
		{"repeated", `{"documents":[{}],"documents":[{}]}`, "the event has the field documents more than once"},
		{"long field", `{"` + strings.Repeat("x", 5000) + `":1}`, `the event has the field "` + strings.Repeat("x", 64) + `", which is not known; known are documents`},
		{"a list", `[{"uri":"a"}]`, "the event must be an object"},
		{"a text", `"documents"`, "the event must be an object"},
		{"null event", `null`, "the event must be an object"},
		{"not UTF-8", "{\"documents\":[\"\xff\"]}", "the event must be in UTF-8"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := readEvent(json.RawMessage(tt.event))
			public, ok := err.(messages.InvokeResponse_Error)
			if !ok || public.Type != "InvalidEvent" || public.Message != tt.want {
				t.Errorf("got %v\nwant %s", err, tt.want)
			}
		})
	}
	all, err := readEvent(json.RawMessage(`{"documents":[{"uri":1},null]}`))
	if err != nil || len(all) != 2 {
		t.Errorf("what documents say is read later; got %s, %v", all, err)
	}
}

func TestReadDocument(t *testing.T) {
	tests := []struct {
		name, raw string
		want      document
		wrong     string
	}{
		{name: "text", raw: `{"uri":" 안내/배.md ","title":" 배 ","text":"첫 배"}`,
			want: document{upload: indexer.Upload{URI: "안내/배.md", Title: "배", Data: []byte("첫 배")}}},
		{name: "text is UTF-8 whatever its type says", raw: `{"uri":"a","media_type":"Text/HTML; charset=euc-kr","text":"배"}`,
			want: document{upload: indexer.Upload{URI: "a", MediaType: "text/html; charset=utf-8", Data: []byte("배")}}},
		{name: "data keeps its encoding", raw: `{"uri":"a.txt","media_type":"text/plain; charset=euc-kr","data":"ueg="}`,
			want: document{upload: indexer.Upload{URI: "a.txt", MediaType: "text/plain; charset=euc-kr", Data: []byte{0xb9, 0xe8}}}},
		{name: "path", raw: `{"path":"2026/a.md"}`, want: document{path: "2026/a.md"}},

		{name: "unknown field", raw: `{"uri":"a","text":"x","titel":"y"}`, wrong: `it has the field "titel", which is not known; known are uri, text, data, media_type, title, path`},
		{name: "case counts", raw: `{"URI":"a","text":"x"}`, wrong: `it has the field "URI", which is not known; known are uri, text, data, media_type, title, path`},
		{name: "tenant", raw: `{"uri":"a","text":"x","tenant":"other"}`, wrong: `it has the field "tenant", which is not known; known are uri, text, data, media_type, title, path`},
		{name: "repeated", raw: `{"uri":"a","text":"x","uri":"b"}`, wrong: "it has the field uri more than once"},
		{name: "number", raw: `{"uri":7,"text":"x"}`, wrong: "its uri must be a string"},
		{name: "null", raw: `{"uri":"a","text":null}`, wrong: "its text must be a string"},
		{name: "no object", raw: `"a.md"`, wrong: "it must be an object"},
		{name: "nothing", raw: `{}`, wrong: "its uri is missing or empty"},
		{name: "blank uri", raw: `{"uri":"  ","text":"x"}`, wrong: "its uri is missing or empty"},
		{name: "long uri", raw: `{"uri":"` + strings.Repeat("가", 400) + `","text":"x"}`, wrong: "its uri has 1200 bytes; it may have up to 1024"},
		{name: "control character", raw: `{"uri":"a\u001b[31m","text":"x"}`, wrong: "its uri has control characters"},
		{name: "title", raw: `{"uri":"a","title":"b\nc","text":"x"}`, wrong: "its title has control characters"},
		{name: "neither", raw: `{"uri":"a"}`, wrong: "it must have one of text and data"},
		{name: "both", raw: `{"uri":"a","text":"x","data":"eA=="}`, wrong: "it must have one of text and data"},
		{name: "not base64", raw: `{"uri":"a","data":"%%%"}`, wrong: "its data is not base64"},
		{name: "empty", raw: `{"uri":"a","text":""}`, wrong: "it is empty"},
		{name: "path and uri", raw: `{"path":"a.md","uri":"b"}`, wrong: "it has a path and other fields: a path goes alone"},
		{name: "empty path", raw: `{"path":""}`, wrong: "its path is missing or empty"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := readDocument(json.RawMessage(tt.raw))
			if tt.wrong != "" {
				if err == nil || err.Error() != tt.wrong {
					t.Errorf("got %v\nwant %s", err, tt.wrong)
				}
				return
			}
			if err != nil || !reflect.DeepEqual(got, tt.want) {
				t.Errorf("got %+v, %v\nwant %+v", got, err, tt.want)
			}
		})
	}
}

func FuzzReadEvent(f *testing.F) {
	f.Add([]byte(`{"documents":[{"uri":"a.md","text":"x"},{"uri":"b","data":"eA==","media_type":"text/plain","title":"b"},{"path":"c/d.md"}]}`))
	f.Add([]byte(`{"documents":[null,[],{"uri":{}}]}`))
	f.Fuzz(func(t *testing.T, event []byte) {
		if !json.Valid(event) {
			return // as aws-lambda-go does
		}
		all, err := readEvent(event)
		if err != nil {
			return
		}
		for _, raw := range all {
			d, err := readDocument(raw)
			for _, shown := range []string{d.path, d.upload.URI, d.upload.Title} {
				if !utf8.ValidString(shown) {
					t.Errorf("%s names a document %q", event, shown)
				}
			}
			if err == nil && (d.path == "") == (d.upload.URI == "") {
				t.Errorf("%s is read as %+v", raw, d)
			}
		}
	})
}
