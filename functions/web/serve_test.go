package web_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"testing"
	"time"

	"github.com/naru-rag/naru/functions/web"
)

func TestServeLetsRequestsEnd(t *testing.T) {
	var log logs
	entered, let := make(chan struct{}), make(chan struct{})
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		close(entered)
		<-let
		if err := r.Context().Err(); err != nil {
			t.Errorf("the request was ended by the shutdown: %v", err)
		}
		_, _ = io.WriteString(w, "whole")
	})
	ctx, stop := context.WithCancel(t.Context())
	ln, err := web.Listen(ctx, "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	served := make(chan error, 1)
	go func() { served <- web.Serve(ctx, ln, handler, log.logger()) }()
	got := make(chan string, 1)
	go func() {
		resp, err := http.Get("http://" + ln.Addr().String())
		if err != nil {
			got <- err.Error()
			return
		}
		defer resp.Body.Close()
		body, _ := io.ReadAll(resp.Body)
		got <- string(body)
	}()
	<-entered
	stop()
	select {
	case err := <-served:
		t.Fatalf("Serve returned with a request at work: %v", err)
	case <-time.After(50 * time.Millisecond):
	}
	close(let)
	if body := <-got; body != "whole" {
		t.Errorf("the request got %q", body)
	}
	if err := <-served; err != nil {
		t.Errorf("Serve: %v", err)
	}
}

func TestServeSaysWhyItFailed(t *testing.T) {
	var log logs
	ln, err := web.Listen(t.Context(), "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := web.Listen(t.Context(), ln.Addr().String()); err == nil {
		t.Error("listening twice on one address works")
	}
	ln.Close()
	if err := web.Serve(t.Context(), ln, http.NotFoundHandler(), log.logger()); err == nil || errors.Is(err, http.ErrServerClosed) {
		t.Errorf("Serve on a closed listener: %v", err)
	}
}
