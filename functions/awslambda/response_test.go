package awslambda

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-lambda-go/lambdacontext"
)

var discard = slog.New(slog.DiscardHandler)

func TestResponse(t *testing.T) {
	get := map[string]any{"requestContext.http.method": "GET"}
	tests := []struct {
		name    string
		with    map[string]any
		handler http.HandlerFunc
		want    string
	}{
		{"status, headers and text", get, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			w.Header().Add("Vary", "Accept")
			w.Header().Add("Vary", "Origin")
			w.WriteHeader(http.StatusTeapot)
			w.Header().Set("X-Late", "1")
			w.WriteHeader(http.StatusOK)
			_, _ = io.WriteString(w, `{"답":"`)
			_, _ = io.WriteString(w, `예"}`)
		}, `{"statusCode":418,"headers":{"Content-Type":"application/json","Vary":"Accept, Origin"},"body":"{\"답\":\"예\"}","isBase64Encoded":false,"cookies":null}`},
		{"cookies", get, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Add("Set-Cookie", "a=1, 2")
			w.Header().Add("Set-Cookie", "b=3")
			w.WriteHeader(http.StatusNoContent)
		}, `{"statusCode":204,"headers":{},"body":"","isBase64Encoded":false,"cookies":["a=1, 2","b=3"]}`},
		{"bytes", get, func(w http.ResponseWriter, _ *http.Request) {
			_, _ = w.Write([]byte{0xff, 0x00})
		}, `{"statusCode":200,"headers":{},"body":"/wA=","isBase64Encoded":true,"cookies":null}`},
		{"nothing written", get, func(http.ResponseWriter, *http.Request) {},
			`{"statusCode":200,"headers":{},"body":"","isBase64Encoded":false,"cookies":null}`},
		{"HEAD has no body", map[string]any{"requestContext.http.method": "HEAD"}, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/plain")
			_, _ = io.WriteString(w, "body")
		}, `{"statusCode":200,"headers":{"Content-Type":"text/plain"},"body":"","isBase64Encoded":false,"cookies":null}`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f := &Function{Log: discard}
			answer, err := f.HTTP(tt.handler)(t.Context(), edited(t, "functionurl-ask.json", tt.with))
			if err != nil {
				t.Fatal(err)
			}
			var got bytes.Buffer
			encoder := json.NewEncoder(&got)
			encoder.SetEscapeHTML(false)
			if err := encoder.Encode(answer); err != nil {
				t.Fatal(err)
			}
			if strings.TrimSpace(got.String()) != tt.want {
				t.Errorf("got\n%s\nwant\n%s", got.String(), tt.want)
			}
		})
	}
}

func TestStream(t *testing.T) {
	first := make(chan bool)
	f := &Function{Log: discard, stream: true}
	answer, err := f.HTTP(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		w.Header().Add("Set-Cookie", "a=1")
		w.WriteHeader(http.StatusAccepted)
		_, _ = io.WriteString(w, r.URL.Path+"\n")
		<-first // the rest is not written before that was read
		_, _ = io.WriteString(w, "rest\n")
		panic("broken off")
	}))(t.Context(), readEvent(t, "functionurl-events.json"))
	if err != nil {
		t.Fatal(err)
	}
	s := answer.(*events.LambdaFunctionURLStreamingResponse)
	if s.StatusCode != http.StatusAccepted || s.Headers["Content-Type"] != "text/event-stream" || len(s.Cookies) != 1 {
		t.Errorf("the response begins with %d %v %v", s.StatusCode, s.Headers, s.Cookies)
	}
	begun := make([]byte, len("/v1/ask\n"))
	if _, err := io.ReadFull(s.Body, begun); err != nil || string(begun) != "/v1/ask\n" {
		t.Fatalf("read %q, %v", begun, err)
	}
	close(first)
	rest, err := io.ReadAll(s.Body)
	if err != nil || string(rest) != "rest\n" {
		t.Errorf("then %q, %v", rest, err)
	}
}

// Nobody outside reads what went wrong inside.
func TestInternalErrorsStayInside(t *testing.T) {
	const secret = "dial 10.0.0.7: key=hunter2"
	handlers := map[string]Handler{
		"error":   func(context.Context, json.RawMessage) (any, error) { return "half", errors.New(secret) },
		"panic":   func(context.Context, json.RawMessage) (any, error) { panic(secret) },
		"handler": (&Function{Log: discard}).HTTP(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic(secret) })),
	}
	for name, handle := range handlers {
		t.Run(name, func(t *testing.T) {
			var log bytes.Buffer
			f := &Function{Log: slog.New(slog.NewTextHandler(&log, nil))}
			ctx := lambdacontext.NewContext(t.Context(), &lambdacontext.LambdaContext{AwsRequestID: "r-1"})
			answer, err := f.guard(handle)(ctx, readEvent(t, "functionurl-ask.json"))
			if answer != nil {
				t.Errorf("the answer is %v", answer)
			}
			if got, want := summary(t, answer, err), "Internal: internal error; the log has it under request r-1"; got != want {
				t.Errorf("the caller reads %q, want %q", got, want)
			}
			if !strings.Contains(log.String(), secret) || !strings.Contains(log.String(), "r-1") {
				t.Errorf("the log has only %s", log.String())
			}
		})
	}
}

// The handler's time ends before that of the function.
func TestWithin(t *testing.T) {
	ends := time.Now().Add(time.Hour)
	ctx, cancel := context.WithDeadline(t.Context(), ends)
	defer cancel()
	f := &Function{Log: discard}
	_, err := f.HTTP(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		if deadline, ok := r.Context().Deadline(); !ok || !deadline.Equal(ends.Add(-margin)) {
			t.Errorf("the deadline is %v, want %v", deadline, ends.Add(-margin))
		}
	}))(ctx, readEvent(t, "functionurl-ask.json"))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel = Within(t.Context())
	defer cancel()
	if deadline, ok := ctx.Deadline(); ok {
		t.Errorf("a deadline of %v came from nowhere", deadline)
	}
}
