package web_test

import (
	"context"
	"net"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/naru-rag/naru/functions/web"
)

func TestForeignPagesAreRefused(t *testing.T) {
	server := start(t, web.Options{Library: &library{}, Hosts: []string{"localhost", "127.0.0.1", "::1"}})
	host := strings.TrimPrefix(server.URL, "http://")
	tests := []struct {
		method, path, header string
		status               int
	}{
		{"POST", "/v1/ask", "Origin: http://evil.example", 403},
		{"POST", "/v1/ask", "Origin: null", 403},
		{"POST", "/v1/ask", "Sec-Fetch-Site: cross-site", 403},
		{"POST", "/v1/ask", "Sec-Fetch-Site: same-site", 403},
		{"DELETE", "/v1/documents/d0", "Origin: http://localhost:1", 403},
		{"POST", "/v1/documents", "Sec-Fetch-Site: cross-site", 403},
		{"POST", "/v1/ask", "Origin: http://" + host, 415},
		{"POST", "/v1/ask", "Sec-Fetch-Site: same-origin", 415},
		{"GET", "/", "Sec-Fetch-Site: cross-site", 200},
		{"GET", "/", "Host: evil.example", 421},
		{"GET", "/v1/documents", "Host: evil.example:8080", 421},
		{"GET", "/", "Host: localhost.evil.example", 421},
		{"GET", "/", "Host: LOCALHOST:99", 200},
		{"GET", "/", "Host: [::1]:99", 200},
		{"GET", "/", "Host: [::1]", 200},
	}
	for _, tt := range tests {
		resp := send(t, tt.method, server.URL+tt.path, nil, tt.header)
		if resp.status != tt.status {
			t.Errorf("%s %s with %s: %d, want %d", tt.method, tt.path, tt.header, resp.status, tt.status)
		}
		if resp.status >= 400 {
			resp.problem(t)
		}
	}
}

func TestLoopbackHosts(t *testing.T) {
	if got := web.LoopbackHosts(&net.TCPAddr{IP: net.IPv4(127, 0, 0, 2)}); !slices.Contains(got, "127.0.0.2") || !slices.Contains(got, "localhost") {
		t.Errorf("loopback: %v", got)
	}
	if got := web.LoopbackHosts(&net.TCPAddr{IP: net.IPv4zero}); got != nil {
		t.Errorf("all addresses: %v", got)
	}
}

func TestUnknownAddressesAndMethods(t *testing.T) {
	server := start(t, web.Options{Library: &library{}})
	readOnly := start(t, web.Options{})
	tests := []struct {
		method, url string
		status      int
		allow       string
	}{
		{"GET", server.URL + "/nowhere", 404, ""},
		{"GET", server.URL + "/v1/ask/", 404, ""},
		{"GET", server.URL + "/page/app.js", 404, ""},
		{"GET", server.URL + "/v1/ask", 405, "POST"},
		{"OPTIONS", server.URL + "/v1/ask", 405, "POST"},
		{"PUT", server.URL + "/v1/documents", 405, "GET, HEAD, POST"},
		{"POST", server.URL + "/v1/documents/d0", 405, "DELETE, GET, HEAD"},
		{"POST", server.URL + "/", 405, "GET, HEAD"},
		{"DELETE", server.URL + "/healthz", 405, "GET, HEAD"},
		{"GET", readOnly.URL + "/v1/documents", 404, ""},
		{"POST", readOnly.URL + "/v1/documents", 404, ""},
		{"DELETE", readOnly.URL + "/v1/documents/d0", 404, ""},
	}
	for _, tt := range tests {
		resp := send(t, tt.method, tt.url, nil)
		if p := resp.problem(t); p.Status != tt.status || resp.header.Get("Allow") != tt.allow {
			t.Errorf("%s %s: %d, Allow %q; want %d, %q", tt.method, tt.url, p.Status, resp.header.Get("Allow"), tt.status, tt.allow)
		}
	}
}

func TestEveryResponseIsGuarded(t *testing.T) {
	server := start(t, web.Options{})
	for _, path := range []string{"/", "/app.js", "/healthz", "/nowhere", "/v1/ask"} {
		h := send(t, http.MethodGet, server.URL+path, nil).header
		csp := h.Get("Content-Security-Policy")
		if !strings.Contains(csp, "default-src 'none'") || !strings.Contains(csp, "frame-ancestors 'none'") || strings.Contains(csp, "unsafe") {
			t.Errorf("%s: policy %q", path, csp)
		}
		if h.Get("X-Content-Type-Options") != "nosniff" || h.Get("Referrer-Policy") != "no-referrer" || h.Get("X-Request-Id") == "" {
			t.Errorf("%s: headers %v", path, h)
		}
	}
}

func TestPanicDoesNotEndTheServer(t *testing.T) {
	var log logs
	server := start(t, web.Options{Logger: log.logger(), Health: func(context.Context) (web.Health, error) { panic("secret") }})
	for range 2 {
		if resp := send(t, http.MethodGet, server.URL+"/healthz", nil); resp.problem(t).Status != 500 || strings.Contains(resp.body, "secret") {
			t.Errorf("%d %s", resp.status, resp.body)
		}
	}
	eventually(t, "the panic is logged with its stack", func() bool {
		return strings.Contains(log.String(), "panic: secret") && strings.Contains(log.String(), "guard_test.go")
	})
}

func TestQueryStringsAreNotLogged(t *testing.T) {
	var log logs
	send(t, http.MethodGet, start(t, web.Options{Logger: log.logger()}).URL+"/?q=sensitive", nil)
	eventually(t, "the request is logged", func() bool { return strings.Contains(log.String(), "path=/ ") })
	if strings.Contains(log.String(), "sensitive") {
		t.Errorf("logged: %s", log.String())
	}
}

func TestNewRefuses(t *testing.T) {
	if _, err := web.New(web.Options{}); err == nil {
		t.Error("no answerer, no error")
	}
	if _, err := web.New(web.Options{Answerer: answerFunc(answerNothing)}); err == nil {
		t.Error("no callers, no error")
	}
}
