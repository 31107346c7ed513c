package ingest

import (
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-lambda-go/lambda/messages"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"github.com/naru-rag/naru/config"
	"github.com/naru-rag/naru/functions/awslambda"
	"github.com/naru-rag/naru/state/embedded"
)

// FuzzHandlers: whatever the functions are invoked with, they say what is wrong with it, and
// to callers nothing else.
func FuzzHandlers(f *testing.F) {
	f.Chdir(f.TempDir())
	log := slog.New(slog.DiscardHandler)
	made, err := awslambda.New([]string{"NARU_STORE_URL=127.0.0.1:1", "NARU_STORE_RETRIES_ATTEMPTS=1", "NARU_EMBEDDER_KIND=none"}, log, awslambda.Bundled{})
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { _ = made.Close() })
	index, reindex := Index(made), Reindex(made)
	f.Add([]byte(`{"documents":[{"uri":"a.md","text":"x"},{"path":"../../etc/passwd"},{"path":"a/./b"},{"uri":"` + "가" + `","data":"eA=="}]}`))
	f.Add([]byte(`{"Records":[{"messageId":"1","body":"{}","eventSource":"aws:sqs"}]}`))
	f.Add([]byte(`{"Records":[{"eventSource":"aws:s3","s3":{"bucket":{"name":"notices"},"object":{"key":"a.md"}}}]}`))
	f.Add([]byte(`{"Records":[{"EventSource":"aws:sns","Sns":{"Message":"{}"}}]}`))
	f.Add([]byte(`{"version":"2.0","rawPath":"/","requestContext":{"http":{"method":"GET"}}}`))
	f.Fuzz(func(t *testing.T, event []byte) {
		if !json.Valid(event) {
			return // as aws-lambda-go does
		}
		_, toQueue := batchOf(event)
		answered, err := index(t.Context(), event)
		_, public := err.(messages.InvokeResponse_Error)
		if err == nil {
			a, ok := answered.(answer)
			if !ok || len(a.Documents) != a.Failed {
				t.Errorf("%s: %+v", event, answered)
			}
			for _, d := range a.Documents {
				if d.Retry || d.Error == "" || strings.Contains(d.Error, "internal error") {
					t.Errorf("%s: %+v", event, d)
				}
			}
		} else if public == toQueue {
			t.Errorf("%s: %v", event, err)
		}
		// Without queues nothing can be begun, and the log says what to set.
		if _, err := reindex(t.Context(), event); err == nil || !strings.Contains(err.Error(), "NARU_QUEUES_INDEX") {
			t.Errorf("%s: %v", event, err)
		}
	})
}

// FuzzBatch: while no queue takes anything, nothing is taken as done that was not.
func FuzzBatch(f *testing.F) {
	down := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusForbidden) }))
	transport := &http.Transport{}
	f.Cleanup(func() {
		transport.CloseIdleConnections()
		down.Close()
	})
	client := sqs.New(sqs.Options{Region: "ap-northeast-2", BaseEndpoint: &down.URL, RetryMaxAttempts: 1, HTTPClient: &http.Client{Transport: transport},
		Credentials: credentials.NewStaticCredentialsProvider("test", "test", "")})
	w := &worker{state: embedded.Open(filepath.Join(f.TempDir(), "state.db"), embedded.Options{}), clock: time.Now, log: slog.New(slog.DiscardHandler),
		newID: func() string { return "1" }, queues: queues{client, config.Queues{Index: down.URL + "/1/index", Reindex: down.URL + "/1/reindex", Dead: down.URL + "/1/dead"}}}
	for _, body := range []string{s3Event("a+b%2B.md", "c.md"), about("a.md"), `{"naru":1,"reindex":{}}`, `{"naru":1,"walk":{"source":"s3:a/","run":"r","step":2,"phase":"objects","begun":"2026-11-28T09:00:00Z"},"attempt":3}`,
		`{"Event":"s3:TestEvent"}`, `{"Type":"Notification","Message":"{}"}`, `{"detail-type":"Object Created","source":"aws.s3"}`, `{"event":"x"}`, ``} {
		f.Add(body)
	}
	f.Fuzz(func(t *testing.T, body string) {
		if strings.Contains(body, "vectors") {
			return // which ask a store
		}
		records := []events.SQSMessage{{MessageId: "1", Body: body}, {MessageId: "2", Body: body}}
		answer := w.batch(t.Context(), events.SQSEvent{Records: records})
		parts, err := read(body)
		done := err == nil && len(parts) == 0
		for _, r := range records {
			if failed := slices.Contains(answer.BatchItemFailures, events.SQSBatchItemFailure{ItemIdentifier: r.MessageId}); failed == done {
				t.Errorf("%q: done is %v, and %+v come again", body, done, answer)
			}
		}
		if done && !strings.Contains(body, "TestEvent") {
			t.Errorf("%q is done", body)
		}
	})
}
