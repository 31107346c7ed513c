package web_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/naru-rag/naru/functions/web"
	"github.com/naru-rag/naru/rag"
)

// unsized hides a reader's length, so that the body is sent in chunks.
type unsized struct{ io.Reader }

func TestChunkedBodyIsBounded(t *testing.T) {
	server := start(t, web.Options{MaxQuestionBody: 1000})
	body := `{"question":"` + strings.Repeat("a", 5000) + `"}`
	resp := send(t, "POST", server.URL+"/v1/ask", unsized{strings.NewReader(body)}, "Content-Type: application/json")
	if p := resp.problem(t); p.Status != 413 || !strings.Contains(p.Detail, "1000") {
		t.Errorf("got %d %s", p.Status, p.Detail)
	}
	body = `{"question":"a"}`
	if resp := send(t, "POST", server.URL+"/v1/ask", unsized{strings.NewReader(body)}, "Content-Type: application/json"); resp.status != 200 {
		t.Errorf("a short one: %d", resp.status)
	}
}

// speak writes raw bytes to the server and returns the connection and a reader.
func speak(t *testing.T, addr, raw string) (net.Conn, *bufio.Reader) {
	t.Helper()
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	if err := conn.SetDeadline(time.Now().Add(patience)); err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(conn, raw); err != nil {
		t.Fatal(err)
	}
	return conn, bufio.NewReader(conn)
}

func TestContentLengthThatLies(t *testing.T) {
	answerer := answerFunc(func(_ context.Context, q rag.Question) (rag.Answer, error) {
		t.Errorf("answerer was asked %q", q.Text)
		return rag.Answer{}, nil
	})
	const head = "POST /v1/ask HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s"
	tests := []struct {
		name    string
		length  int
		timeout time.Duration
		status  int
	}{
		{"too long to be let in", 1 << 30, patience, 413},
		{"longer than what comes", 100, 300 * time.Millisecond, 408}, // only the timeout can end it
		{"shorter than what comes", 10, patience, 400},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			server := start(t, web.Options{Timeout: tt.timeout, Answerer: answerer})
			_, r := speak(t, server.Listener.Addr().String(), fmt.Sprintf(head, tt.length, `{"question":"a"}`))
			resp, err := http.ReadResponse(r, nil)
			if err != nil {
				t.Fatal(err)
			}
			defer resp.Body.Close()
			if resp.StatusCode != tt.status || resp.Header.Get("Content-Type") != "application/problem+json" {
				t.Errorf("status %d, want %d", resp.StatusCode, tt.status)
			}
		})
	}
}

func TestSlowBodyEndsAtTheTimeout(t *testing.T) {
	server := start(t, web.Options{Timeout: 300 * time.Millisecond, Library: &library{}})
	for _, head := range []string{
		"POST /v1/ask HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n",
		"POST /v1/documents?uri=a HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\nContent-Length: 1000\r\n\r\n",
		"POST /v1/documents HTTP/1.1\r\nHost: x\r\nContent-Type: multipart/form-data; boundary=b\r\nContent-Length: 1000\r\n\r\n",
		"POST /nowhere HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n",
	} {
		conn, r := speak(t, server.Listener.Addr().String(), head)
		// A byte now and then, until the connection ends: nothing but the timeout
		// can end the request.
		go func() {
			for {
				if _, err := io.WriteString(conn, " "); err != nil {
					return
				}
				time.Sleep(20 * time.Millisecond)
			}
		}()
		resp, err := http.ReadResponse(r, nil)
		if err != nil {
			t.Fatal(err)
		}
		want := http.StatusRequestTimeout
		if strings.Contains(head, "nowhere") {
			want = http.StatusNotFound
		}
		if resp.StatusCode != want {
			t.Errorf("%q: status %d, want %d", head, resp.StatusCode, want)
		}
		if _, err := io.Copy(io.Discard, r); err == nil {
			continue // closed
		} else if ne, ok := err.(net.Error); ok && ne.Timeout() {
			t.Errorf("%q: the connection stays open", head)
		}
	}
}

// TestConnectionIsReused: the deadlines of one request must not outlast it and
// end the next one on the same connection.
func TestConnectionIsReused(t *testing.T) {
	t.Parallel()
	const timeout = time.Second // long enough for a request on a machine that is busy
	server := start(t, web.Options{Timeout: timeout})
	const raw = "POST /v1/ask HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 16\r\n\r\n{\"question\":\"a\"}"
	conn, r := speak(t, server.Listener.Addr().String(), raw)
	for range 2 {
		resp, err := http.ReadResponse(r, nil)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.Copy(io.Discard, resp.Body); err != nil || resp.StatusCode != 200 {
			t.Fatalf("status %d, %v", resp.StatusCode, err)
		}
		time.Sleep(timeout + timeout/10) // beyond the deadline of the request before
		if _, err := io.WriteString(conn, raw); err != nil {
			t.Fatal(err)
		}
	}
}
