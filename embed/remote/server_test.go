package remote_test

import (
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/naru-rag/naru/embed"
	"github.com/naru-rag/naru/embed/embedtest"
	"github.com/naru-rag/naru/embed/remote"
)

// server is a service with OpenAI's embeddings endpoint. It checks what it is sent.
type server struct {
	*httptest.Server
	t *testing.T
	// before may answer in the place of the service; it then returns true.
	before func(w http.ResponseWriter, sent request) bool

	mu   sync.Mutex
	sent []request
}

// request is a body that a service is sent.
type request struct {
	Input      []string `json:"input"`
	Model      string   `json:"model"`
	Format     string   `json:"encoding_format"`
	Dimensions *int     `json:"dimensions"`
	InputType  *string  `json:"input_type"`
}

const key = "sk-test"

func newServer(t *testing.T) *server {
	s := &server{t: t}
	s.Server = httptest.NewServer(s)
	t.Cleanup(s.Close)
	return s
}

// ServeHTTP implements http.Handler.
func (s *server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		s.t.Errorf("read a request: %v", err)
	}
	var sent request
	decoder := json.NewDecoder(strings.NewReader(string(body)))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&sent); err != nil {
		s.t.Errorf("request %s: %v", body, err)
	}
	if r.Method != http.MethodPost || r.URL.Path != "/v1/embeddings" || r.Header.Get("Content-Type") != "application/json" ||
		r.Header.Get("Authorization") != "Bearer "+key || sent.Format != "float" || len(sent.Input) == 0 {
		s.t.Errorf("request is %s %s %v %s", r.Method, r.URL, r.Header, body)
	}
	s.mu.Lock()
	s.sent = append(s.sent, sent)
	s.mu.Unlock()
	if s.before != nil && s.before(w, sent) {
		return
	}
	answer(w, vectors(s.t, sent.Input))
}

// requests are those that were sent.
func (s *server) requests() []request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.sent
}

// vectors are those that the service has for texts.
func vectors(t *testing.T, texts []string) [][]float32 {
	r, err := new(embedtest.Fake).Embed(t.Context(), embed.Passage, texts)
	if err != nil {
		t.Error(err)
	}
	return r.Vectors
}

func answer(w http.ResponseWriter, vectors [][]float32) {
	data := []map[string]any{}
	for i, v := range vectors {
		data = append(data, map[string]any{"object": "embedding", "index": i, "embedding": v})
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(map[string]any{
		"object": "list", "data": data, "model": "m", "usage": map[string]int{"prompt_tokens": 3 * len(vectors), "total_tokens": 3 * len(vectors)},
	})
}

// fail answers with an error as OpenAI does.
func fail(w http.ResponseWriter, status int, code, message string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]any{"error": map[string]any{"message": message, "type": "t", "param": nil, "code": code}})
}

// options are those of an embedder that asks the server and never waits between
// attempts.
func (s *server) options() remote.Options {
	return remote.Options{
		Kind: remote.OpenAI, URL: s.URL + "/v1", APIKey: key, Model: "m", Dimensions: embedtest.Dimensions,
		Timeout: 5 * time.Second, Logger: slog.New(slog.DiscardHandler), Random: func() float64 { return 0 },
	}
}

func open(t *testing.T, o remote.Options) *remote.Embedder {
	t.Helper()
	e, err := remote.Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	return e
}
