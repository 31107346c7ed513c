package web_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/naru-rag/naru/access"
	"github.com/naru-rag/naru/functions/web"
	"github.com/naru-rag/naru/rag"
)

// answerFunc is an answerer made of a function.
type answerFunc func(ctx context.Context, q rag.Question) (rag.Answer, error)

func (f answerFunc) Answer(ctx context.Context, q rag.Question) (rag.Answer, error) { return f(ctx, q) }

func answerNothing(context.Context, rag.Question) (rag.Answer, error) {
	return rag.Answer{Answer: "x", Language: "en"}, nil
}

// library keeps documents in memory, in the order they came.
type library struct {
	mu      sync.Mutex
	ups     []web.Upload
	tenants []string
}

func (l *library) info(i int) web.DocumentInfo {
	return web.DocumentInfo{ID: fmt.Sprint("d", i), URI: l.ups[i].URI, Title: l.ups[i].Title, Language: "ko", Passages: 1, Hash: "h"}
}

func (l *library) Put(_ context.Context, up web.Upload) (web.DocumentInfo, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case strings.HasSuffix(up.URI, ".exe"):
		return web.DocumentInfo{}, fmt.Errorf("/secret/path: %w", web.Explain(web.ErrUnsupported, "Programs are not documents."))
	case up.URI == "busy":
		return web.DocumentInfo{}, fmt.Errorf("queue: %w", web.ErrBusy)
	case up.URI == "broken":
		return web.DocumentInfo{}, fmt.Errorf("disk /secret/path failed")
	}
	for i := range l.ups {
		if l.ups[i].URI == up.URI {
			info := l.info(i)
			info.Status = web.StatusUpdated
			l.ups[i] = up
			return info, nil
		}
	}
	l.ups = append(l.ups, up)
	info := l.info(len(l.ups) - 1)
	info.Status = web.StatusAdded
	return info, nil
}

func (l *library) List(_ context.Context, asker rag.Asker, after string, limit int) ([]web.DocumentInfo, string, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.tenants = append(l.tenants, asker.Tenant)
	var docs []web.DocumentInfo
	for i := range l.ups {
		info := l.info(i)
		if info.ID <= after {
			continue
		}
		if len(docs) == limit {
			return docs, docs[limit-1].ID, nil
		}
		docs = append(docs, info)
	}
	return docs, "", nil
}

func (l *library) Get(_ context.Context, asker rag.Asker, id string) (web.DocumentDetail, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.tenants = append(l.tenants, asker.Tenant)
	for i := range l.ups {
		if info := l.info(i); info.ID == id {
			return web.DocumentDetail{DocumentInfo: info, Text: string(l.ups[i].Data)}, nil
		}
	}
	return web.DocumentDetail{}, fmt.Errorf("get %s: %w", id, web.ErrNotFound)
}

func (l *library) Delete(ctx context.Context, asker rag.Asker, id string) error {
	if _, err := l.Get(ctx, asker, id); err != nil {
		return err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.ups = l.ups[:len(l.ups)-1]
	return nil
}

// patience is how long anything may take before a test gives up. Nothing waits
// for it that goes well.
const patience = time.Minute

// handler is one with what opt leaves out filled in.
func handler(t *testing.T, opt web.Options) *web.Handler {
	t.Helper()
	if opt.Answerer == nil {
		opt.Answerer = answerFunc(answerNothing)
	}
	if opt.Callers == nil {
		opt.Callers = web.Open{Asker: rag.Asker{Tenant: "acme", Principals: []string{"staff"}}, Role: access.Editor}
	}
	if opt.NewID == nil {
		opt.NewID = func() string { return "id-1" }
	}
	h, err := web.New(opt)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// start serves such a handler.
func start(t *testing.T, opt web.Options) *httptest.Server {
	t.Helper()
	server := httptest.NewServer(handler(t, opt))
	t.Cleanup(server.Close)
	return server
}

// askHandler asks without a connection in between, which synctest could not
// follow.
func askHandler(h http.Handler, body, accept string) reply {
	request := httptest.NewRequest(http.MethodPost, "/v1/ask", strings.NewReader(body))
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Accept", accept)
	got := httptest.NewRecorder()
	h.ServeHTTP(got, request)
	return reply{got.Code, got.Header(), got.Body.String()}
}

type reply struct {
	status int
	header http.Header
	body   string
}

// problem is the problem document as a caller sees it.
type problem struct {
	Type, Title, Detail, Instance, Field string
	Status                               int
	RequestID                            string `json:"request_id"`
}

func (r reply) problem(t *testing.T) problem {
	t.Helper()
	if got := r.header.Get("Content-Type"); got != "application/problem+json" {
		t.Fatalf("Content-Type %q is no problem: %d %s", got, r.status, r.body)
	}
	var p problem
	if err := json.Unmarshal([]byte(r.body), &p); err != nil {
		t.Fatalf("problem is not JSON: %v: %s", err, r.body)
	}
	if p.Status != r.status || p.RequestID == "" || p.Title == "" || p.Detail == "" || p.Type == "" || p.Instance == "" {
		t.Errorf("incomplete problem with status %d: %s", r.status, r.body)
	}
	return p
}

// send makes a request; headers are "Name: value".
func send(t *testing.T, method, url string, body io.Reader, headers ...string) reply {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, url, body)
	if err != nil {
		t.Fatal(err)
	}
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ": ")
		if name == "Host" {
			req.Host = value
		}
		req.Header.Set(name, value)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return reply{resp.StatusCode, resp.Header, string(data)}
}

func ask(t *testing.T, server *httptest.Server, body string, headers ...string) reply {
	t.Helper()
	headers = append([]string{"Content-Type: application/json"}, headers...)
	return send(t, http.MethodPost, server.URL+"/v1/ask", strings.NewReader(body), headers...)
}

// logger collects log lines.
type logs struct {
	mu sync.Mutex
	b  strings.Builder
}

func (l *logs) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *logs) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

func (l *logs) logger() *slog.Logger { return slog.New(slog.NewTextHandler(l, nil)) }

// eventually waits for something that another goroutine is about to do.
func eventually(t *testing.T, what string, done func() bool) {
	t.Helper()
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		if done() {
			return
		}
	}
	t.Fatalf("never happened: %s", what)
}
