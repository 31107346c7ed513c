package web_test

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/naru-rag/naru/functions/web"
	"github.com/naru-rag/naru/rag"
)

func TestStreamOrder(t *testing.T) {
	server := start(t, web.Options{Answerer: answerFunc(func(context.Context, rag.Question) (rag.Answer, error) {
		return rag.Answer{Answer: "하나.\n둘.", Language: "ko",
			Sentences: []rag.Sentence{{Text: "하나.\n"}, {Text: "둘."}}, Passages: []rag.Hit{{ID: "p"}}}, nil
	})})
	resp := ask(t, server, `{"question":"a"}`, "Accept: text/event-stream")
	if got := resp.header.Get("Content-Type"); got != "text/event-stream" {
		t.Fatalf("Content-Type %q", got)
	}
	var names, data []string
	for frame := range strings.SplitSeq(strings.TrimSuffix(resp.body, "\n\n"), "\n\n") {
		lines := strings.Split(frame, "\n")
		if len(lines) != 2 {
			t.Fatalf("frame %q has %d lines", frame, len(lines))
		}
		names = append(names, strings.TrimPrefix(lines[0], "event: "))
		data = append(data, strings.TrimPrefix(lines[1], "data: "))
	}
	if want := []string{"passages", "sentence", "sentence", "done"}; !slices.Equal(names, want) {
		t.Fatalf("events %v, want %v", names, want)
	}
	var sentence rag.Sentence
	var whole rag.Answer
	if err := errors.Join(json.Unmarshal([]byte(data[1]), &sentence), json.Unmarshal([]byte(data[3]), &whole)); err != nil {
		t.Fatal(err)
	}
	if sentence.Text != "하나.\n" || sentence.Citations == nil || whole.Answer != "하나.\n둘." || !strings.Contains(data[0], `{"passages":[{"id":"p"`) {
		t.Errorf("data = %q", data)
	}
}

func TestStreamShowsThatItIsAlive(t *testing.T) {
	let := make(chan error)
	server := start(t, web.Options{Heartbeat: 10 * time.Millisecond, Answerer: answerFunc(func(context.Context, rag.Question) (rag.Answer, error) {
		return rag.Answer{}, <-let
	})})
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, server.URL+"/v1/ask", strings.NewReader(`{"question":"a"}`))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Accept", "text/event-stream")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	lines := bufio.NewScanner(resp.Body)
	if !lines.Scan() || !strings.HasPrefix(lines.Text(), ":") {
		t.Fatalf("first line %q is no heartbeat", lines.Text())
	}
	// A failure after the start cannot change the status any more.
	let <- errors.New("secret")
	for lines.Scan() && lines.Text() != "event: error" {
	}
	lines.Scan()
	var p problem
	if err := json.Unmarshal([]byte(strings.TrimPrefix(lines.Text(), "data: ")), &p); err != nil {
		t.Fatal(err)
	}
	if p.Status != 500 || p.RequestID != "id-1" || strings.Contains(lines.Text(), "secret") {
		t.Errorf("error event: %s", lines.Text())
	}
}

func TestLeavingCancels(t *testing.T) {
	for _, accept := range []string{"application/json", "text/event-stream"} {
		t.Run(accept, func(t *testing.T) {
			entered, ended := make(chan struct{}), make(chan error, 1)
			var log logs
			server := start(t, web.Options{Logger: log.logger(), Answerer: answerFunc(func(ctx context.Context, _ rag.Question) (rag.Answer, error) {
				close(entered)
				<-ctx.Done()
				ended <- ctx.Err()
				return rag.Answer{}, ctx.Err()
			})})
			ctx, leave := context.WithCancel(t.Context())
			req, err := http.NewRequestWithContext(ctx, http.MethodPost, server.URL+"/v1/ask", strings.NewReader(`{"question":"a"}`))
			if err != nil {
				t.Fatal(err)
			}
			req.Header.Set("Content-Type", "application/json")
			req.Header.Set("Accept", accept)
			go func() {
				<-entered
				leave()
			}()
			if resp, err := http.DefaultClient.Do(req); err == nil {
				resp.Body.Close()
			}
			select {
			case err := <-ended:
				if !errors.Is(err, context.Canceled) {
					t.Errorf("the work ended with %v", err)
				}
			case <-time.After(patience):
				t.Fatal("the work goes on")
			}
			eventually(t, "the log says that the caller left", func() bool { return strings.Contains(log.String(), "status=499") })
			if strings.Contains(log.String(), "request failed") {
				t.Errorf("leaving was logged as a failure: %s", log.String())
			}
		})
	}
}
