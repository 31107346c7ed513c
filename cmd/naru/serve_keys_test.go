package main

import (
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// keyOf makes a key as an operator does, beside a server that runs.
func keyOf(t *testing.T, data string, args ...string) string {
	t.Helper()
	out, err := exec.Command("naru", append([]string{"--data", data, "key", "add"}, args...)...).Output()
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(out))
}

func (s *server) as(token, method, path, body string) (int, string) {
	s.t.Helper()
	r, err := http.NewRequestWithContext(s.t.Context(), method, s.url+path, strings.NewReader(body))
	if err != nil {
		s.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	resp, err := s.client.Do(r)
	if err != nil {
		s.t.Fatal(err)
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	return resp.StatusCode, string(answer)
}

// TestServeKnowsKeys: a server that asks for keys answers those who have one, each from
// the documents of their own tenant, and of a key that is gone soon no more.
func TestServeKnowsKeys(t *testing.T) {
	t.Setenv("NARU_ACCESS_REQUIRED", "true")
	dir := t.TempDir()
	data := filepath.Join(dir, "data")
	s := serve(t, data, "")
	if !strings.Contains(s.said(), "Nobody may ask yet") {
		t.Errorf("it says %s", s.said())
	}
	const question, document = `{"question":"When does the ferry leave?"}`, `{"uri":"ferry.md","text":"The ferry leaves at nine."}`
	if status, _ := s.as("", "POST", "/v1/ask", question); status != http.StatusUnauthorized {
		t.Errorf("without a key: %d", status)
	}
	ours, theirs, reader := keyOf(t, data, "--role", "editor"), keyOf(t, data, "--role", "editor", "--tenant", "other"), keyOf(t, data)
	if status, body := s.as(ours, "POST", "/v1/documents", document); status != http.StatusCreated {
		t.Fatalf("%d %s", status, body)
	}
	if status, body := s.as(reader, "POST", "/v1/ask", question); status != 200 || !strings.Contains(body, "leaves at nine") {
		t.Errorf("a reader of the same tenant: %d %s", status, body)
	}
	if status, body := s.as(reader, "POST", "/v1/documents", document); status != http.StatusForbidden {
		t.Errorf("a reader writes: %d %s", status, body)
	}
	// Another tenant's editor finds, lists and deletes nothing of it, and writes their own.
	if status, body := s.as(theirs, "POST", "/v1/ask", question); status != 200 || strings.Contains(body, "nine") {
		t.Errorf("another tenant asks: %d %s", status, body)
	}
	if _, body := s.as(theirs, "GET", "/v1/documents", ""); !strings.Contains(body, `"documents":[]`) {
		t.Errorf("another tenant lists %s", body)
	}
	_, list := s.as(ours, "GET", "/v1/documents", "")
	id := strings.Split(strings.SplitN(list, `"id":"`, 2)[1], `"`)[0]
	for _, method := range []string{"GET", "DELETE"} {
		if status, _ := s.as(theirs, method, "/v1/documents/"+id, ""); status != http.StatusNotFound {
			t.Errorf("another tenant's %s: %d", method, status)
		}
	}
	if status, _ := s.as(theirs, "POST", "/v1/documents", strings.ReplaceAll(document, "nine", "ten")); status != http.StatusCreated {
		t.Errorf("another tenant writes the same name: %d", status)
	}
	if _, body := s.as(ours, "POST", "/v1/ask", question); !strings.Contains(body, "at nine") || strings.Contains(body, "at ten") {
		t.Errorf("what another tenant wrote changed ours: %s", body)
	}
	if out, err := exec.Command("naru", "--data", data, "key", "remove", strings.Split(ours, "_")[1]).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	for start := time.Now(); ; time.Sleep(100 * time.Millisecond) {
		if status, _ := s.as(ours, "GET", "/v1/documents", ""); status == http.StatusUnauthorized {
			break
		}
		if time.Since(start) > patience {
			t.Fatal("a key that was removed goes on working")
		}
	}
	if files, err := os.ReadFile(filepath.Join(data, "state.db")); err != nil || strings.Contains(string(files), strings.Split(theirs, "_")[2]) {
		t.Errorf("the secret is kept, %v", err)
	}
}
