package main

import (
	"net/http"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"go.etcd.io/bbolt"
)

// auditShow is what `naru audit show` prints while a server runs.
func auditShow(t *testing.T, data string, args ...string) string {
	t.Helper()
	out, err := exec.Command("naru", append([]string{"--data", data, "audit", "show"}, args...)...).CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return string(out)
}

// TestServeRecords: a server records who asks and deletes what, and does neither where it
// cannot.
func TestServeRecords(t *testing.T) {
	t.Setenv("NARU_ACCESS_REQUIRED", "true")
	t.Setenv("NARU_AUDIT_ON", "true")
	data := filepath.Join(t.TempDir(), "data")
	s := serve(t, data, "")
	editor, reader := keyOf(t, data, "--role", "editor"), keyOf(t, data)
	idOf := func(token string) string { return "key:" + strings.Split(token, "_")[1] }
	const question, document = `{"question":"When does the ferry leave?"}`, `{"uri":"ferry.md","text":"The ferry leaves at nine."}`
	status, body := s.as(editor, "POST", "/v1/documents", document)
	if status != http.StatusCreated {
		t.Fatalf("%d %s", status, body)
	}
	id := strings.Split(strings.SplitN(body, `"id":"`, 2)[1], `"`)[0]
	if status, body := s.as(reader, "POST", "/v1/ask", question); status != 200 || !strings.Contains(body, "leaves at nine") {
		t.Fatalf("%d %s", status, body)
	}
	if got := auditShow(t, data, "--caller", idOf(reader)); strings.Count(got, "\n") != 1 || !strings.Contains(got, `"request":"`) || !strings.Contains(got, id) {
		t.Errorf("of the reader is recorded %s", got)
	}
	if status, body := s.as(reader, "GET", "/v1/documents/"+id, ""); status != 200 {
		t.Errorf("%d %s", status, body)
	}
	if got := auditShow(t, data, "--caller", idOf(reader), "--kind", "reading"); strings.Count(got, "\n") != 1 || !strings.Contains(got, `"reading":{"document":"`+id+`"}`) {
		t.Errorf("of the reader is recorded %s", got)
	}
	if got := auditShow(t, data); strings.Contains(got, idOf(reader)) || strings.Contains(got, "ferry") {
		t.Errorf("it names somebody or something: %s", got)
	}

	// Somebody else holds the log: nothing is answered and nothing deleted.
	held, err := bbolt.Open(filepath.Join(data, "audit.db"), 0o600, nil)
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan int)
	go func() {
		status, body := s.as(editor, "DELETE", "/v1/documents/"+id, "")
		if !strings.Contains(body, "cannot be recorded") {
			t.Errorf("it is not deleted: %s", body)
		}
		done <- status
	}()
	status, body = s.as(reader, "POST", "/v1/ask", question)
	if status != http.StatusServiceUnavailable || !strings.Contains(body, "cannot be recorded") || strings.Contains(body, "nine") || strings.Contains(body, "audit.db") {
		t.Errorf("%d %s", status, body)
	}
	if status := <-done; status != http.StatusServiceUnavailable {
		t.Errorf("it is not deleted: %d", status)
	}
	if err := held.Close(); err != nil {
		t.Fatal(err)
	}
	if status, body := s.as(reader, "POST", "/v1/ask", question); status != 200 || !strings.Contains(body, "leaves at nine") {
		t.Errorf("afterwards: %d %s", status, body)
	}
	if status, body := s.as(editor, "DELETE", "/v1/documents/"+id, ""); status != http.StatusNoContent {
		t.Errorf("afterwards: %d %s", status, body)
	}
	if got := auditShow(t, data, "--caller", idOf(editor), "--kind", "deletion"); strings.Count(got, "\n") < 1 || !strings.Contains(got, `"documents":["`+id+`"],"why":"removed"`) {
		t.Errorf("of the editor is recorded %s", got)
	}
	if out, err := exec.Command("naru", "--data", data, "audit", "verify").CombinedOutput(); err != nil {
		t.Errorf("%v: %s", err, out)
	}
}
