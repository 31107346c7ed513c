package web_test

import (
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/naru-rag/naru/functions/web"
)

func TestPageHasNothingInline(t *testing.T) {
	server := start(t, web.Options{Library: &library{}, Examples: []web.Example{{Language: "en", Text: "<b>&?"}}})
	body := send(t, http.MethodGet, server.URL+"/", nil).body
	for _, bad := range []string{`<style`, ` style=`, `javascript:`, `http://`, `https://`, `<b>&?`} {
		if strings.Contains(body, bad) {
			t.Errorf("the page has %q", bad)
		}
	}
	if regexp.MustCompile(`(?i)\son[a-z]+=`).MatchString(body) || regexp.MustCompile(`<script(?:[^>]*)>[^<]`).MatchString(body) {
		t.Error("the page has an inline script")
	}
	if !strings.Contains(body, `id="library"`) {
		t.Error("no documents panel where documents may be changed")
	}
	if body := send(t, http.MethodGet, start(t, web.Options{}).URL+"/", nil).body; strings.Contains(body, `id="library"`) {
		t.Error("a documents panel on a read-only server")
	}
}

func TestPageAssets(t *testing.T) {
	server := start(t, web.Options{})
	body := send(t, http.MethodGet, server.URL+"/", nil).body
	assets := map[string]string{"": "text/html; charset=utf-8"}
	for _, m := range regexp.MustCompile(`(?:src|href)="([^"]+)"`).FindAllStringSubmatch(body, -1) {
		switch name := m[1]; {
		case strings.HasSuffix(name, ".js"):
			assets[name] = "text/javascript; charset=utf-8"
			script := send(t, http.MethodGet, server.URL+"/"+name, nil).body
			for _, m := range regexp.MustCompile(`from "\./([^"]+)"`).FindAllStringSubmatch(script, -1) {
				assets[m[1]] = "text/javascript; charset=utf-8"
			}
		case strings.HasSuffix(name, ".css"):
			assets[name] = "text/css; charset=utf-8"
		default:
			assets[name] = "image/svg+xml"
		}
	}
	if len(assets) < 8 {
		t.Errorf("found only %v", assets)
	}
	for name, kind := range assets {
		resp := send(t, http.MethodGet, server.URL+"/"+name, nil)
		etag := resp.header.Get("ETag")
		if resp.status != 200 || resp.header.Get("Content-Type") != kind || etag == "" || resp.header.Get("Cache-Control") != "no-cache" {
			t.Errorf("/%s: %d %v", name, resp.status, resp.header)
		}
		if strings.HasSuffix(name, ".js") && strings.Contains(resp.body, "innerHTML") {
			t.Errorf("/%s puts text in as markup", name)
		}
		if again := send(t, http.MethodGet, server.URL+"/"+name, nil, "If-None-Match: "+etag); again.status != 304 || again.body != "" {
			t.Errorf("/%s: %d although it is the same", name, again.status)
		}
		if head := send(t, http.MethodHead, server.URL+"/"+name, nil); head.status != 200 || head.body != "" {
			t.Errorf("HEAD /%s: %d", name, head.status)
		}
	}
}
