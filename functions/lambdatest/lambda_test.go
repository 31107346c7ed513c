package lambdatest

import (
	"encoding/json"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

func read(t *testing.T, path ...string) []byte {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(path...))
	if err != nil {
		t.Fatal(err)
	}
	return content
}

// event is one of those that package awslambda is tested with.
func event(t *testing.T, name string) []byte {
	t.Helper()
	return read(t, "..", "awslambda", "testdata", name)
}

// decode reads a payload, in which nothing may be that the type does not know.
func decode[T any](t *testing.T, payload []byte) T {
	t.Helper()
	var v T
	decoder := json.NewDecoder(strings.NewReader(string(payload)))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&v); err != nil {
		t.Fatalf("%v: %s", err, payload)
	}
	return v
}

type indexed struct {
	Documents []struct {
		URI, Path, ID, Status, Error string
		Retry                        bool
	}
	Failed int
}

type response struct {
	StatusCode      int
	Headers         map[string]string
	Body            string
	IsBase64Encoded bool
	Cookies         []string
}

type failure struct{ ErrorMessage, ErrorType string }

type answered struct {
	Answer, Language, Index string
	Abstained               bool
	Sentences               []struct {
		Text      string
		Citations []struct{ Document, URI, Quote string }
	}
}

// check compares an answer with the sentence that it must consist of and cite.
func (a answered) check(t *testing.T, language, document, uri, sentence string) {
	t.Helper()
	if a.Abstained || a.Language != language || a.Index != "naru-v1" || !strings.Contains(a.Answer, sentence) {
		t.Errorf("the answer is %+v, want %q", a, sentence)
	}
	for _, s := range a.Sentences {
		for _, c := range s.Citations {
			if c.Document == document && c.URI == uri && strings.Contains(c.Quote, sentence) {
				return
			}
		}
	}
	t.Errorf("nothing cites %q in %s: %+v", sentence, uri, a.Sentences)
}

// Documents that index is invoked with are what ask answers from, in each form
// that questions come in.
func TestIndexAndAsk(t *testing.T) {
	built := binaries(t)
	samples, err := filepath.Abs(filepath.Join("..", "..", "samples"))
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "naru.yaml"), fmt.Appendf(nil, "sources:\n  - path: %q\n", samples), 0o600); err != nil {
		t.Fatal(err)
	}
	server := "NARU_STORE_URL=" + qdrant(t, built.naru)

	writer := deploy(t, built.index, dir, 30, server)
	_, payload := writer.invoke(read(t, "testdata", "index.json"))
	first := decode[indexed](t, payload)
	if len(first.Documents) != 4 || first.Failed != 1 {
		t.Fatalf("index answers %s", payload)
	}
	for i, want := range []string{"added", "added", "added", "failed"} {
		if d := first.Documents[i]; d.Status != want || (d.ID == "") != (want == "failed") || d.Retry {
			t.Errorf("document %d is %+v, want it %s", i, d, want)
		}
	}
	if got := first.Documents[3].Error; !strings.Contains(got, "PDF") {
		t.Errorf("the PDF failed with %q", got)
	}
	_, payload = writer.invoke(read(t, "testdata", "index.json"))
	for i, d := range decode[indexed](t, payload).Documents[:3] {
		if d.Status != "unchanged" || d.ID != first.Documents[i].ID {
			t.Errorf("the second time document %d is %+v", i, d)
		}
	}

	ids := [3]string{first.Documents[0].ID, first.Documents[1].ID, first.Documents[2].ID}
	const (
		korean  = "평일에 은가람역에서 달무리마을로 가는 막차는 밤 9시 50분에 떠납니다."
		english = "A lost locker key costs 18 crowns, to be paid at the till."
		arabic  = "تغادر العبّارة الأخيرة من مرسى اللؤلؤ في الساعة التاسعة والنصف مساءً."
	)
	reader := deploy(t, built.ask, t.TempDir(), 30, server)
	t.Run("HTTP API", func(t *testing.T) {
		a := answerTo(t, reader, "httpapi-ask.json")
		a.check(t, "ko", ids[0], samples+"/ko/버스-시간표.md", korean)
	})
	t.Run("function URL", func(t *testing.T) {
		a := answerTo(t, reader, "functionurl-ask.json")
		a.check(t, "ar", ids[2], "marsa/مواعيد.txt", arabic)
	})
	t.Run("events in one piece", func(t *testing.T) {
		_, payload := reader.invoke(event(t, "functionurl-events.json"))
		r := decode[response](t, payload)
		if r.StatusCode != 200 || r.Headers["Content-Type"] != "text/event-stream" {
			t.Fatalf("the answer is %s", payload)
		}
		last(t, r.Body).check(t, "en", ids[1], "pool/rules.md", english)
	})
	t.Run("events streamed", func(t *testing.T) {
		streaming := deploy(t, built.ask, t.TempDir(), 30, server, "FUNCTION_URL_INVOKE_MODE=RESPONSE_STREAM")
		_, payload := streaming.invoke(event(t, "functionurl-events.json"))
		prelude, body, ok := strings.Cut(string(payload), strings.Repeat("\x00", 8))
		if r := decode[response](t, []byte(prelude)); !ok || r.StatusCode != 200 || r.Headers["Content-Type"] != "text/event-stream" {
			t.Fatalf("the answer is %q", payload)
		}
		last(t, body).check(t, "en", ids[1], "pool/rules.md", english)
	})
	t.Run("health", func(t *testing.T) {
		_, payload := reader.invoke(event(t, "httpapi-stage.json"))
		r := decode[response](t, payload)
		if r.StatusCode != 200 || !strings.Contains(r.Body, `"status":"ok","documents":3`) {
			t.Errorf("the health is %s", payload)
		}
	})
	t.Run("malformed", func(t *testing.T) {
		for name, want := range map[string]int{
			"malformed-base64.json": 400, "malformed-path.json": 400,
			"malformed-method.json": 0, "malformed-format-1.json": 0, "malformed-other-trigger.json": 0,
		} {
			_, payload := reader.invoke(event(t, name))
			if want == 0 {
				if f := decode[failure](t, payload); f.ErrorType != "InvalidEvent" || !strings.HasPrefix(f.ErrorMessage, "the event is not an HTTP request") {
					t.Errorf("%s is answered with %s", name, payload)
				}
			} else if r := decode[response](t, payload); r.StatusCode != want {
				t.Errorf("%s is answered with %s", name, payload)
			}
		}
		for _, bad := range []string{`{"documents":[{"uri":"a","text":"x"}],"tenant":"other"}`, `[]`, `{}`} {
			_, payload := writer.invoke([]byte(bad))
			if f := decode[failure](t, payload); f.ErrorType != "InvalidEvent" {
				t.Errorf("%s is answered with %s", bad, payload)
			}
		}
		// And it still answers.
		answerTo(t, reader, "httpapi-ask.json").check(t, "ko", ids[0], samples+"/ko/버스-시간표.md", korean)
	})
}

func answerTo(t *testing.T, f *function, name string) answered {
	t.Helper()
	_, payload := f.invoke(event(t, name))
	r := decode[response](t, payload)
	if r.StatusCode != 200 || r.Headers["Content-Type"] != "application/json" || r.IsBase64Encoded {
		t.Fatalf("the answer is %s", payload)
	}
	return asAnswer(t, r.Body)
}

func asAnswer(t *testing.T, body string) (a answered) {
	t.Helper()
	if err := json.Unmarshal([]byte(body), &a); err != nil {
		t.Fatalf("%v: %s", err, body)
	}
	return a
}

// last is the answer that a stream of events ends with.
func last(t *testing.T, stream string) answered {
	t.Helper()
	_, data, ok := strings.Cut(stream, "event: done\ndata: ")
	if !ok || !strings.HasSuffix(data, "\n\n") {
		t.Fatalf("the stream is %q", stream)
	}
	return asAnswer(t, data)
}

func TestEmbeddedIsRefused(t *testing.T) {
	built := binaries(t)
	for name, bootstrap := range map[string]string{"ask": built.ask, "index": built.index, "reindex": built.reindex} {
		t.Run(name, func(t *testing.T) {
			f := deploy(t, bootstrap, t.TempDir(), 10)
			if status, payload := f.invoke([]byte(`{}`)); status != 502 || strings.Contains(string(payload), "store") {
				t.Errorf("it answers %d %s", status, payload)
			}
			for _, part := range []string{"the function cannot start", "store.url is empty", "folder is not kept", "NARU_STORE_URL"} {
				if !strings.Contains(f.log(), part) {
					t.Errorf("the log does not say %q", part)
				}
			}
		})
	}
}

// A store that is away, or slow, or hangs, is told in time and without what is
// inside.
func TestStoreThatDoesNotAnswer(t *testing.T) {
	built := binaries(t)
	hangs, err := net.Listen("tcp", "127.0.0.1:0") // connections are taken, and nothing is said
	if err != nil {
		t.Fatal(err)
	}
	defer hangs.Close()
	tests := []struct {
		name, address string
		seconds       int
		status        int
	}{
		{"away", freeAddress(t), 30, 503},
		{"hangs", hangs.Addr().String(), 2, 504},
		{"slow", slow(t), 2, 504},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			server := "NARU_STORE_URL=" + tt.address
			_, payload := deploy(t, built.ask, t.TempDir(), tt.seconds, server).invoke(event(t, "httpapi-ask.json"))
			if r := decode[response](t, payload); r.StatusCode != tt.status || r.Headers["Content-Type"] != "application/problem+json" {
				t.Errorf("ask answers %s", payload)
			}
			inside(t, payload, tt.address)
			_, payload = deploy(t, built.index, t.TempDir(), tt.seconds, server).invoke([]byte(`{"documents":[{"uri":"a.md","text":"x"}]}`))
			if f := decode[failure](t, payload); f.ErrorType != "Unavailable" || !strings.HasPrefix(f.ErrorMessage, "nothing was indexed: ") {
				t.Errorf("index answers %s", payload)
			}
			inside(t, payload, tt.address)
		})
	}
}

// inside fails where a caller reads something of the inside.
func inside(t *testing.T, payload []byte, address string) {
	t.Helper()
	for _, word := range []string{address, "127.0.0.1", "Qdrant", "rpc error", "Unavailable:", "DeadlineExceeded", "goroutine", ".go:"} {
		if strings.Contains(string(payload), word) {
			t.Errorf("the caller reads %q: %s", word, payload)
		}
	}
}

// slow is the address of a server that takes every call, and answers when it is
// too late.
func slow(t *testing.T) string {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := grpc.NewServer(grpc.UnknownServiceHandler(func(_ any, stream grpc.ServerStream) error {
		<-stream.Context().Done()
		return status.Error(codes.Canceled, "too late")
	}))
	served := make(chan error, 1)
	go func() { served <- server.Serve(ln) }()
	t.Cleanup(func() {
		server.Stop()
		<-served
	})
	return ln.Addr().String()
}
