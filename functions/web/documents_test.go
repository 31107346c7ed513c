package web_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"mime/multipart"
	"net/http"
	"strings"
	"testing"

	"github.com/naru-rag/naru/functions/web"
	"github.com/naru-rag/naru/rag"
)

func TestDocuments(t *testing.T) {
	lib := &library{}
	server := start(t, web.Options{Library: lib})
	docs := server.URL + "/v1/documents"

	resp := send(t, "POST", docs+"?uri=%EC%97%B0%EC%B0%A8.md&title=%EC%97%B0%EC%B0%A8", strings.NewReader("# 연차"), "Content-Type: text/markdown; charset=EUC-KR")
	if resp.status != 201 || !strings.Contains(resp.body, `"status":"added"`) || resp.header.Get("Location") != "/v1/documents/d0" {
		t.Errorf("raw: %d %s", resp.status, resp.body)
	}
	want := web.Upload{Asker: rag.Asker{Tenant: "acme"}, URI: "연차.md", Title: "연차", MediaType: "text/markdown", Charset: "euc-kr"}
	if up := lib.ups[0]; string(up.Data) != "# 연차" || up.URI != want.URI || up.Title != want.Title || up.Asker.Tenant != want.Asker.Tenant || up.MediaType != want.MediaType || up.Charset != want.Charset {
		t.Errorf("library got %+v", up)
	}
	resp = send(t, "POST", docs, strings.NewReader(`{"uri":"연차.md","text":"새 글","media_type":"text/html"}`), "Content-Type: application/json")
	if resp.status != 200 || !strings.Contains(resp.body, `"status":"updated"`) || string(lib.ups[0].Data) != "새 글" || lib.ups[0].MediaType != "text/html" {
		t.Errorf("JSON: %d %s", resp.status, resp.body)
	}
	send(t, "POST", docs, strings.NewReader(`{"uri":"b","text":"c"}`), "Content-Type: application/json")

	resp = send(t, "GET", docs+"?limit=1", nil)
	if resp.status != 200 || !strings.Contains(resp.body, `"next":"d0"`) || strings.Contains(resp.body, `"status"`) {
		t.Errorf("first page: %d %s", resp.status, resp.body)
	}
	resp = send(t, "GET", docs+"?limit=1&after=d0", nil)
	if !strings.Contains(resp.body, `"uri":"b"`) || !strings.Contains(resp.body, `"next":""`) {
		t.Errorf("second page: %s", resp.body)
	}
	resp = send(t, "GET", docs+"/d0", nil)
	if resp.status != 200 || !strings.Contains(resp.body, `"text":"새 글"`) {
		t.Errorf("get: %d %s", resp.status, resp.body)
	}
	if resp = send(t, "DELETE", docs+"/d1", nil); resp.status != 204 || resp.body != "" {
		t.Errorf("delete: %d %s", resp.status, resp.body)
	}
	for _, method := range []string{"GET", "DELETE"} {
		for _, id := range []string{"d1", "%00", strings.Repeat("x", 2000)} {
			if resp = send(t, method, docs+"/"+id, nil); resp.problem(t).Status != 404 {
				t.Errorf("%s of an unknown document: %d", method, resp.status)
			}
		}
	}
	for _, tenant := range lib.tenants {
		if tenant != "acme" {
			t.Errorf("library was asked for tenant %q", tenant)
		}
	}
}

func form(t *testing.T, files ...string) (*bytes.Buffer, string) {
	t.Helper()
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	for _, name := range files {
		part, err := w.CreateFormFile("file", name)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(part, "text of %s", name)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return &body, "Content-Type: " + w.FormDataContentType()
}

func TestUploadForm(t *testing.T) {
	tests := []struct {
		name   string
		files  []string
		status int
		parts  []string
	}{
		{"several", []string{"연차.md", "بدل.txt"}, 201, []string{`{"documents":[{"id":"d0","uri":"연차.md"`, `"uri":"بدل.txt"`}},
		{"some fail", []string{"a.md", "b.exe"}, 207, []string{`"uri":"a.md"`, `"file":"b.exe","problem":{`, "Programs are not documents."}},
		{"all fail", []string{"b.exe", "c.exe"}, 415, []string{"Programs are not documents."}},
		{"busy", []string{"busy"}, 503, []string{"busy"}},
		{"broken", []string{"broken"}, 500, []string{"Internal error."}},
		{"path", []string{"../../etc/x.md"}, 201, []string{`"uri":"x.md"`}},
		{"control character", []string{"a\u0001b.md"}, 400, []string{"problem"}},
		{"blank name", []string{" "}, 400, []string{`"field":"uri"`}},
		{"none", nil, 400, []string{"problem"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			lib := &library{}
			body, contentType := form(t, tt.files...)
			resp := send(t, "POST", start(t, web.Options{Library: lib}).URL+"/v1/documents", body, contentType)
			if resp.status != tt.status {
				t.Errorf("status %d, want %d: %s", resp.status, tt.status, resp.body)
			}
			for _, part := range tt.parts {
				if !strings.Contains(resp.body, part) {
					t.Errorf("no %s in %s", part, resp.body)
				}
			}
			if strings.Contains(resp.body, "secret") {
				t.Errorf("a cause reached the caller: %s", resp.body)
			}
			for _, up := range lib.ups {
				if string(up.Data) == "" || up.MediaType != "" {
					t.Errorf("library got %+v", up)
				}
			}
		})
	}
}

func TestUploadRefuses(t *testing.T) {
	lib := &library{}
	server := start(t, web.Options{Library: lib, MaxBody: 2000})
	long := strings.Repeat("x", 1025)
	tests := []struct {
		name, query, body, contentType string
		status                         int
		field                          string
	}{
		{"no type", "?uri=a", "x", "", 415, ""},
		{"PDF", "?uri=a", "x", "application/pdf", 415, ""},
		{"form without boundary", "", "x", "multipart/form-data", 415, ""},
		{"form cut off", "", "--b\r\nContent-Disposition: form-data; name=f; filename=a.md\r\n\r\nxx", "multipart/form-data; boundary=b", 400, ""},
		{"form with a field", "", "--b\r\nContent-Disposition: form-data; name=tenant\r\n\r\nother\r\n--b--\r\n", "multipart/form-data; boundary=b", 400, "tenant"},
		{"form too large", "", "--b\r\nContent-Disposition: form-data; name=f; filename=a.md\r\n\r\n" + long + long + "\r\n--b--\r\n", "multipart/form-data; boundary=b", 413, ""},
		{"no uri", "", "x", "text/plain", 400, "uri"},
		{"long uri", "?uri=" + long, "x", "text/plain", 400, "uri"},
		{"control in uri", "?uri=a%0Ab", "x", "text/plain", 400, "uri"},
		{"uri not UTF-8", "?uri=%ff", "x", "text/plain", 400, "uri"},
		{"long title", "?uri=a&title=" + long, "x", "text/plain", 400, "title"},
		{"two uris", "?uri=a&uri=b", "x", "text/plain", 400, "uri"},
		{"unknown parameter", "?uri=a&tenant=b", "x", "text/plain", 400, "tenant"},
		{"empty document", "?uri=a", "", "text/plain", 400, ""},
		{"too large", "?uri=a", long + long, "text/plain", 413, ""},
		{"JSON field", "", `{"uri":"a","text":"b","principals":["x"]}`, "application/json", 400, "principals"},
		{"JSON without uri", "", `{"text":"b"}`, "application/json", 400, "uri"},
		{"JSON without text", "", `{"uri":"b"}`, "application/json", 400, "text"},
		{"JSON of other type", "", `{"uri":"b","text":"c","media_type":"application/pdf"}`, "application/json", 400, "media_type"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			resp := send(t, "POST", server.URL+"/v1/documents"+tt.query, strings.NewReader(tt.body), "Content-Type: "+tt.contentType)
			if p := resp.problem(t); p.Status != tt.status || p.Field != tt.field {
				t.Errorf("got %d, field %q, want %d, %q: %s", p.Status, p.Field, tt.status, tt.field, p.Detail)
			}
		})
	}
	for _, bad := range []string{"?limit=0", "?limit=201", "?limit=x", "?limit=", "?limit=1&limit=2", "?after=" + long, "?tenant=x", "?%zz"} {
		if resp := send(t, "GET", server.URL+"/v1/documents"+bad, nil); resp.problem(t).Status != 400 {
			t.Errorf("list%s: %d", bad, resp.status)
		}
	}
	if len(lib.ups) != 0 {
		t.Errorf("library got %v", lib.ups)
	}
}

func TestHealth(t *testing.T) {
	var fail error
	server := start(t, web.Options{Health: func(context.Context) (web.Health, error) {
		return web.Health{Documents: 3, Passages: 40}, fail
	}})
	if resp := send(t, http.MethodGet, server.URL+"/healthz", nil); resp.body != `{"status":"ok","documents":3,"passages":40}`+"\n" {
		t.Errorf("healthy: %s", resp.body)
	}
	fail = errors.New("secret")
	if resp := send(t, http.MethodGet, server.URL+"/healthz", nil); resp.problem(t).Status != 503 || strings.Contains(resp.body, "secret") {
		t.Errorf("ill: %d %s", resp.status, resp.body)
	}
}
