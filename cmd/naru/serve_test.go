package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// patience is how long anything may take before a test gives up. Nothing waits
// for it that goes well.
const patience = 60 * time.Second

// server is a real naru serve.
type server struct {
	t      *testing.T
	cmd    *exec.Cmd
	url    string
	client *http.Client
	ended  chan error

	mu     sync.Mutex
	stderr strings.Builder
}

// serve starts a server on a free port and waits until it says where it is.
// It runs beside the folder, so that URIs begin with its name; an empty one
// means none.
func serve(t *testing.T, data, folder string) *server {
	t.Helper()
	args := []string{"--data", data, "serve", "--addr", "127.0.0.1:0"}
	if folder != "" {
		args = append(args, filepath.Base(folder))
	}
	s := started(t, filepath.Dir(folder), args...)
	for start := time.Now(); folder != "" && !strings.Contains(s.ask("everything read?").body, `"degraded":[]`); time.Sleep(10 * time.Millisecond) {
		if time.Since(start) > patience {
			t.Fatalf("the first run does not end\n%s", s.said())
		}
	}
	return s
}

// started starts a server in a folder and waits until it says where it is.
func started(t *testing.T, dir string, args ...string) *server {
	t.Helper()
	s := &server{t: t, cmd: exec.Command("naru", args...), ended: make(chan error, 1)}
	s.cmd.Dir = dir
	transport := &http.Transport{}
	s.client = &http.Client{Transport: transport, Timeout: patience}
	pipe, err := s.cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	addresses := make(chan string, 1)
	go func() {
		lines := bufio.NewScanner(pipe)
		for lines.Scan() {
			s.mu.Lock()
			fmt.Fprintln(&s.stderr, lines.Text())
			s.mu.Unlock()
			if rest, ok := strings.CutPrefix(lines.Text(), "Answering at "); ok {
				addresses <- strings.Fields(rest)[0]
			}
		}
		s.ended <- s.cmd.Wait()
	}()
	t.Cleanup(func() {
		transport.CloseIdleConnections()
		s.stop()
	})
	select {
	case s.url = <-addresses:
	case err := <-s.ended:
		s.ended <- err
		t.Fatalf("the server ended with %v\n%s", err, s.said())
	case <-time.After(patience):
		t.Fatalf("the server did not say where it is\n%s", s.said())
	}
	return s
}

func (s *server) said() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.stderr.String()
}

// stop asks the server to end, as systemd and Docker do, and expects that it
// does so cleanly. Stopping twice is no error.
func (s *server) stop() {
	s.t.Helper()
	if s.cmd.ProcessState != nil {
		return
	}
	_ = s.cmd.Process.Signal(syscall.SIGTERM) // where it is gone, Wait tells
	select {
	case err := <-s.ended:
		if err != nil {
			s.t.Errorf("after SIGTERM the server ended with %v\n%s", err, s.said())
		}
	case <-time.After(patience):
		_ = s.cmd.Process.Kill()
		<-s.ended
		s.t.Errorf("the server did not end\n%s", s.said())
	}
}

// response is what came back for a request.
type response struct {
	status int
	header http.Header
	body   string
}

func (r response) json(t *testing.T, path string) string {
	t.Helper()
	value, err := lookUp([]byte(r.body), path)
	if err != nil {
		t.Fatalf("%d %s: %v", r.status, r.body, err)
	}
	return fmt.Sprint(value)
}

// do sends a request. Headers are pairs of name and value.
func (s *server) do(method, path, body string, headers ...string) response {
	s.t.Helper()
	request, err := http.NewRequestWithContext(s.t.Context(), method, s.url+path, strings.NewReader(body))
	if err != nil {
		s.t.Fatal(err)
	}
	for i := 0; i < len(headers); i += 2 {
		request.Header.Set(headers[i], headers[i+1])
	}
	r, err := s.client.Do(request)
	if err != nil {
		s.t.Fatal(err)
	}
	defer r.Body.Close()
	data, err := io.ReadAll(r.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	return response{r.StatusCode, r.Header, string(data)}
}

func (s *server) ask(question string) response {
	s.t.Helper()
	body, err := json.Marshal(map[string]any{"question": question})
	if err != nil {
		s.t.Fatal(err)
	}
	return s.do("POST", "/v1/ask", string(body), "Content-Type", "application/json")
}

// until asks until the answer is as wanted.
func (s *server) until(what, question string, wanted func(answer response) bool) {
	s.t.Helper()
	var last response
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); time.Sleep(50 * time.Millisecond) {
		if last = s.ask(question); wanted(last) {
			return
		}
	}
	s.t.Fatalf("%s: the answer is still %s\n%s", what, last.body, s.said())
}

func mentions(text string) func(response) bool {
	return func(r response) bool { return strings.Contains(r.body, text) }
}

func silentOn(text string) func(response) bool {
	return func(r response) bool { return r.status == http.StatusOK && !strings.Contains(r.body, text) }
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func TestServeAnswers(t *testing.T) {
	t.Parallel()
	docs := filepath.Join(t.TempDir(), "docs")
	write(t, filepath.Join(docs, "ferry.md"), "# 나루 여객선\n\n마지막 배는 오후 7시 40분에 떠납니다.\n")
	s := serve(t, t.TempDir(), docs)

	health := s.do("GET", "/healthz", "")
	if health.status != http.StatusOK || health.json(t, "documents") != "1" || health.json(t, "passages") != "1" || health.json(t, "status") != "ok" {
		t.Errorf("health is %d %s", health.status, health.body)
	}
	if page := s.do("GET", "/", ""); page.status != http.StatusOK || !strings.Contains(page.header.Get("Content-Type"), "text/html") {
		t.Errorf("the page is %d %s", page.status, page.header.Get("Content-Type"))
	}

	answer := s.ask("마지막 배는 언제 떠나나요?")
	for path, want := range map[string]string{
		"answer": "마지막 배는 오후 7시 40분에 떠납니다.", "language": "ko", "abstained": "false", "reason": "", "degraded.len": "0",
		"sentences.0.citations.0.uri": "docs/ferry.md", "passages.0.uri": "docs/ferry.md",
		"sentences.0.citations.0.quote": "마지막 배는 오후 7시 40분에 떠납니다.",
	} {
		if got := answer.json(t, path); got != want {
			t.Errorf("%s is %q, want %q", path, got, want)
		}
	}
	for _, path := range []string{"timings.total", "passages.0.id", "passages.0.document", "passages.0.score", "passages.0.text",
		"passages.0.start", "passages.0.end", "sentences.0.citations.0.document", "sentences.0.citations.0.title",
		"sentences.0.citations.0.passage", "sentences.0.citations.0.start", "sentences.0.citations.0.end"} {
		answer.json(t, path)
	}
	if none := s.ask("Wer hat die Oper gebaut?"); none.json(t, "abstained") != "true" || none.json(t, "sentences.len") != "0" || none.json(t, "language") != "de" {
		t.Errorf("without evidence the answer is %s", none.body)
	}
}

func TestServeStreamsEvents(t *testing.T) {
	t.Parallel()
	docs := filepath.Join(t.TempDir(), "docs")
	write(t, filepath.Join(docs, "ferry.md"), "The ferry leaves at nine.\n")
	s := serve(t, t.TempDir(), docs)
	stream := s.do("POST", "/v1/ask", `{"question":"When does the ferry leave?"}`, "Content-Type", "application/json", "Accept", "text/event-stream")
	if got := stream.header.Get("Content-Type"); stream.status != http.StatusOK || got != "text/event-stream" {
		t.Fatalf("the stream is %d %s", stream.status, got)
	}
	var events []string
	data := map[string]string{}
	for frame := range strings.SplitSeq(strings.TrimSpace(stream.body), "\n\n") {
		if strings.HasPrefix(frame, ":") {
			continue // a sign of life, on a slow machine
		}
		event, value, ok := strings.Cut(frame, "\ndata: ")
		if !ok {
			t.Fatalf("a frame is %q", frame)
		}
		event = strings.TrimPrefix(event, "event: ")
		events = append(events, event)
		data[event] = value
	}
	if strings.Join(events, " ") != "passages sentence done" {
		t.Errorf("the events are %q", events)
	}
	done := response{body: data["done"]}
	if done.json(t, "answer") != "The ferry leaves at nine." || done.json(t, "abstained") != "false" {
		t.Errorf("the last event is %s", data["done"])
	}
}

func TestServeTakesAndDropsDocuments(t *testing.T) {
	t.Parallel()
	data := t.TempDir()
	s := serve(t, data, "")
	const question = "등대는 언제 세워졌습니까?"
	added := s.do("POST", "/v1/documents?uri=notes/lighthouse.md", "# 등대\n\n등대는 1905년에 세워졌습니다.\n", "Content-Type", "text/markdown")
	if added.status != http.StatusCreated || added.json(t, "status") != "added" || added.json(t, "uri") != "notes/lighthouse.md" {
		t.Fatalf("the upload is %d %s", added.status, added.body)
	}
	if answer := s.ask(question); !mentions("1905년")(answer) || answer.json(t, "sentences.0.citations.0.document") != added.json(t, "id") {
		t.Errorf("after the upload the answer is %s", answer.body)
	}
	list := s.do("GET", "/v1/documents", "")
	if list.json(t, "documents.len") != "1" || list.json(t, "documents.0.hash") != added.json(t, "hash") {
		t.Errorf("the list is %s", list.body)
	}
	path := "/v1/documents/" + added.json(t, "id")
	if detail := s.do("GET", path, ""); !strings.Contains(detail.json(t, "text"), "등대는 1905년에 세워졌습니다.") {
		t.Errorf("the document is %s", detail.body)
	}
	again := s.do("POST", "/v1/documents", `{"uri":"notes/lighthouse.md","text":"등대는 1911년에 세워졌습니다."}`, "Content-Type", "application/json")
	if again.status != http.StatusOK || again.json(t, "status") != "updated" || again.json(t, "id") != added.json(t, "id") {
		t.Errorf("the second upload is %d %s", again.status, again.body)
	}
	if answer := s.ask(question); !mentions("1911년")(answer) || mentions("1905년")(answer) {
		t.Errorf("after the second upload the answer is %s", answer.body)
	}

	// What was uploaded is there after a restart, and folders do not touch it.
	s.stop()
	docs := filepath.Join(t.TempDir(), "notes")
	write(t, filepath.Join(docs, "other.md"), "The ferry leaves at nine.\n")
	s = serve(t, data, docs)
	if answer := s.ask(question); !mentions("1911년")(answer) {
		t.Errorf("after a restart the answer is %s", answer.body)
	}
	if gone := s.do("DELETE", path, ""); gone.status != http.StatusNoContent {
		t.Errorf("deleting is %d %s", gone.status, gone.body)
	}
	if answer := s.ask(question); !silentOn("1911년")(answer) {
		t.Errorf("after deleting the answer is %s", answer.body)
	}
	for _, method := range []string{"GET", "DELETE"} {
		if r := s.do(method, path, ""); r.status != http.StatusNotFound {
			t.Errorf("%s of what is deleted is %d %s", method, r.status, r.body)
		}
	}
}

func TestServeWatches(t *testing.T) {
	t.Parallel()
	docs := filepath.Join(t.TempDir(), "docs")
	write(t, filepath.Join(docs, "ferry.md"), "The ferry leaves at nine.\n")
	s := serve(t, t.TempDir(), docs)

	write(t, filepath.Join(docs, "deep", "er", "tower.md"), "The tower has ninety steps.\n")
	s.until("a document was added", "How many steps has the tower?", mentions("ninety steps"))
	write(t, filepath.Join(docs, "ferry.md"), "The ferry leaves at eleven.\n")
	s.until("a document was changed", "When does the ferry leave?", mentions("leaves at eleven"))
	if r := s.ask("When does the ferry leave?"); mentions("at nine")(r) {
		t.Errorf("the former text is still there: %s", r.body)
	}
	if err := os.RemoveAll(filepath.Join(docs, "deep")); err != nil {
		t.Fatal(err)
	}
	s.until("a document was removed", "How many steps has the tower?", silentOn("ninety"))
	if health := s.do("GET", "/healthz", ""); health.json(t, "documents") != "1" {
		t.Errorf("health is %s", health.body)
	}

	// What changed while nobody looked is seen at the next start.
	data := s.cmd.Args[2]
	s.stop()
	write(t, filepath.Join(docs, "mill.md"), "The mill grinds on Friday.\n")
	s = serve(t, data, docs)
	if r := s.ask("When does the mill grind?"); !mentions("on Friday")(r) {
		t.Errorf("after a restart the answer is %s", r.body)
	}
}

func TestServeRefusesBadRequests(t *testing.T) {
	t.Parallel()
	s := serve(t, t.TempDir(), "")
	const asJSON = "application/json"
	for name, c := range map[string]struct {
		method, path, media, body string
		status                    int
		field                     string
	}{
		"unknown field":          {"POST", "/v1/ask", asJSON, `{"question":"a","model":"x"}`, 400, "model"},
		"question of wrong type": {"POST", "/v1/ask", asJSON, `{"question":7}`, 400, "question"},
		"limit of wrong type":    {"POST", "/v1/ask", asJSON, `{"question":"a","limit":"5"}`, 400, "limit"},
		"negative limit":         {"POST", "/v1/ask", asJSON, `{"question":"a","limit":-1}`, 400, "limit"},
		"huge limit":             {"POST", "/v1/ask", asJSON, `{"question":"a","limit":1e99}`, 400, "limit"},
		"empty question":         {"POST", "/v1/ask", asJSON, `{"question":""}`, 400, "question"},
		"blank question":         {"POST", "/v1/ask", asJSON, `{"question":" \u3000\n"}`, 400, "question"},
		"question of 1 MB":       {"POST", "/v1/ask", asJSON, `{"question":"` + strings.Repeat("a", 1<<20) + `"}`, 413, ""},
		"question too long":      {"POST", "/v1/ask", asJSON, `{"question":"` + strings.Repeat("나", 4001) + `"}`, 422, "question"},
		"question not UTF-8":     {"POST", "/v1/ask", asJSON, "{\"question\":\"a\xff\"}", 400, ""},
		"no JSON":                {"POST", "/v1/ask", asJSON, `{"question":`, 400, ""},
		"no body":                {"POST", "/v1/ask", asJSON, ``, 400, ""},
		"list for an object":     {"POST", "/v1/ask", asJSON, `["a"]`, 400, ""},
		"wrong media type":       {"POST", "/v1/ask", "text/plain", `{"question":"a"}`, 415, ""},
		"wrong method":           {"GET", "/v1/ask", "", ``, 405, ""},
		"no such address":        {"GET", "/v2/ask", "", ``, 404, ""},
		"list with bad limit":    {"GET", "/v1/documents?limit=-1", "", ``, 400, "limit"},
		"list with bad mark":     {"GET", "/v1/documents?after=nonsense", "", ``, 400, ""},
		"list with a parameter":  {"GET", "/v1/documents?sort=uri", "", ``, 400, "sort"},
		"upload without a name":  {"POST", "/v1/documents", "text/plain", `text`, 400, "uri"},
		"empty upload":           {"POST", "/v1/documents?uri=a.txt", "text/plain", ``, 400, ""},
		"binary upload":          {"POST", "/v1/documents?uri=a.txt", "text/plain", "\x7fELF\x02\x01\x01\x00", 400, ""},
		"upload of a PDF":        {"POST", "/v1/documents?uri=a.pdf", "application/pdf", "%PDF-1.7", 415, ""},
		"upload of 9 MB":         {"POST", "/v1/documents?uri=a.txt", "text/plain", strings.Repeat("a", 9<<20), 413, ""},
	} {
		r := s.do(c.method, c.path, c.body, "Content-Type", c.media)
		if r.status != c.status || r.header.Get("Content-Type") != "application/problem+json" {
			t.Errorf("%s: answered with %d %s %.200s, want problem %d", name, r.status, r.header.Get("Content-Type"), r.body, c.status)
			continue
		}
		var problem struct {
			Type, Title, Detail, Instance, Field string
			Status                               int
			RequestID                            string `json:"request_id"`
		}
		if err := json.Unmarshal([]byte(r.body), &problem); err != nil {
			t.Errorf("%s: %v in %s", name, err, r.body)
			continue
		}
		if problem.Status != c.status || problem.Field != c.field || problem.Type == "" || problem.Title == "" || problem.Detail == "" ||
			problem.Instance == "" || problem.RequestID == "" {
			t.Errorf("%s: the problem is %s, want field %q", name, r.body, c.field)
		}
	}
	if health := s.do("GET", "/healthz", ""); health.json(t, "documents") != "0" {
		t.Errorf("after bad requests health is %s", health.body)
	}
	if strings.Contains(s.said(), "panic") {
		t.Errorf("the server panicked:\n%s", s.said())
	}
}

// A data folder has one user at a time, and the others are told who it is.
func TestSecondProcessIsToldWhoHoldsTheData(t *testing.T) {
	t.Parallel()
	docs := filepath.Join(t.TempDir(), "docs")
	write(t, filepath.Join(docs, "ferry.md"), "The ferry leaves at nine.\n")
	data := t.TempDir()
	s := serve(t, data, docs)
	for name, args := range map[string][]string{
		"serve": {"serve", "--addr", "127.0.0.1:0"}, "index": {"index", docs},
	} {
		cmd := exec.Command("naru", append([]string{"--data", data}, args...)...)
		var stdout, stderr bytes.Buffer
		cmd.Stdout, cmd.Stderr = &stdout, &stderr
		err := cmd.Run()
		holder := fmt.Sprintf("in use by process %d (naru --data %s serve", s.cmd.Process.Pid, data)
		if cmd.ProcessState.ExitCode() != 1 || !strings.Contains(stderr.String(), holder) || !strings.Contains(stderr.String(), "stop it or use another --data folder") {
			t.Errorf("%s ended with %v and says %q, want %q", name, err, &stderr, holder)
		}
		if stdout.Len() > 0 {
			t.Errorf("%s wrote %q", name, &stdout)
		}
	}
	if r := s.ask("When does the ferry leave?"); !mentions("leaves at nine")(r) {
		t.Errorf("the holder answers %s", r.body)
	}

	// A killed holder leaves its note behind and holds nothing.
	if err := s.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	<-s.ended
	if report := indexedBy(t, "naru", data, docs); report.Unchanged != 1 {
		t.Errorf("after the holder was killed the report is %+v", report)
	}
}

// While a server holds the data, naru ask has that process answer.
func TestAskGoesToTheServer(t *testing.T) {
	t.Parallel()
	docs := filepath.Join(t.TempDir(), "docs")
	write(t, filepath.Join(docs, "ferry.md"), "The ferry leaves at nine.\n")
	data := t.TempDir()
	s := serve(t, data, docs)
	for name, c := range map[string]struct {
		args []string
		code int
		says string
	}{
		"an answer":      {[]string{"When does the ferry leave?"}, 0, "The ferry leaves at nine."},
		"an abstention":  {[]string{"Wer hat die Oper gebaut?"}, 0, "In den Dokumenten wurde keine Antwort"},
		"a language":     {[]string{"--language", "de", "ferry opera"}, 0, ""},
		"blank":          {[]string{" "}, 2, "question"},
		"negative limit": {[]string{"--limit", "-1", "ferry"}, 2, "limit"},
		"too long":       {[]string{strings.Repeat("나", 4001)}, 2, "4000"},
		"its JSON":       {[]string{"--json", "When does the ferry leave?"}, 0, `"uri": "docs/ferry.md"`},
	} {
		cmd := exec.Command("naru", append([]string{"--data", data, "ask"}, c.args...)...)
		out, err := cmd.CombinedOutput()
		if cmd.ProcessState.ExitCode() != c.code || !strings.Contains(string(out), c.says) {
			t.Errorf("%s: ended with %v and says %s, want %d and %q", name, err, out, c.code, c.says)
		}
	}
	if asks := strings.Count(s.said(), "path=/v1/ask"); asks < 4 {
		t.Errorf("the server was asked %d times\n%s", asks, s.said())
	}
}

func TestServeSaysWhyItCannotStart(t *testing.T) {
	t.Parallel()
	s := serve(t, t.TempDir(), "")
	for name, c := range map[string]struct {
		args []string
		says string
	}{
		"address in use": {[]string{"--addr", strings.TrimPrefix(s.url, "http://")}, "address already in use"},
		"no address":     {[]string{"--addr", "nonsense"}, "nonsense"},
		"no such folder": {[]string{filepath.Join(t.TempDir(), "nowhere")}, "no such file"},
	} {
		cmd := exec.Command("naru", append([]string{"--data", t.TempDir(), "serve"}, c.args...)...)
		out, err := cmd.CombinedOutput()
		if cmd.ProcessState.ExitCode() != 1 || !strings.Contains(string(out), c.says) {
			t.Errorf("%s: ended with %v and says %s, want %q", name, err, out, c.says)
		}
	}
}

func TestServeBindsToLoopback(t *testing.T) {
	flag := newServe(&globals{}).Flags().Lookup("addr")
	if !strings.HasPrefix(flag.DefValue, "127.0.0.1:") {
		t.Errorf("the default address is %s", flag.DefValue)
	}
}
