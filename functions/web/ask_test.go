package web_test

import (
	"context"
	"encoding/json"
	"errors"
	"math"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/naru-rag/naru/access"
	"github.com/naru-rag/naru/functions/web"
	"github.com/naru-rag/naru/rag"
)

func TestAskPassesTheQuestionOn(t *testing.T) {
	asker := rag.Asker{Tenant: "acme", Principals: []string{"hr"}, Regions: []string{"kr"}}
	want := rag.Answer{Answer: "15일입니다.", Language: "ko", Confidence: 0.5,
		Sentences: []rag.Sentence{{Text: "15일입니다.", Citations: []rag.Citation{{Document: "d", Passage: "p", Start: 3, End: 9, Quote: "15일"}}}},
		Passages:  []rag.Hit{{ID: "p", Text: "연차는 15일"}}, Degraded: []string{}}
	var got rag.Question
	server := start(t, web.Options{Callers: web.Open{Asker: asker, Role: access.Reader}, Answerer: answerFunc(func(_ context.Context, q rag.Question) (rag.Answer, error) {
		got = q
		return want, nil
	})})
	resp := ask(t, server, `{"question":"연차는 며칠?","language":"ko","limit":7}`)
	if resp.status != http.StatusOK || resp.header.Get("Content-Type") != "application/json" {
		t.Fatalf("status %d, type %q", resp.status, resp.header.Get("Content-Type"))
	}
	if q := (rag.Question{Text: "연차는 며칠?", Language: "ko", Limit: 7, Asker: asker}); !reflect.DeepEqual(got, q) {
		t.Errorf("answerer was asked %+v, want %+v", got, q)
	}
	var answer rag.Answer
	if err := json.Unmarshal([]byte(resp.body), &answer); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(answer, want) {
		t.Errorf("answer = %+v, want %+v", answer, want)
	}
}

func TestAskAnswersListsNotNull(t *testing.T) {
	resp := ask(t, start(t, web.Options{}), `{"question":"?"}`)
	for _, want := range []string{`"sentences":[]`, `"passages":[]`, `"degraded":[]`} {
		if !strings.Contains(resp.body, want) {
			t.Errorf("no %s in %s", want, resp.body)
		}
	}
}

func TestAskRefuses(t *testing.T) {
	server := start(t, web.Options{MaxQuestion: 10, MaxQuestionBody: 200})
	const asJSON = "Content-Type: application/json"
	tests := []struct {
		name, body, header string
		status             int
		field, detail      string
	}{
		{"empty body", ``, asJSON, 400, "", "JSON object"},
		{"not JSON", `{"question":`, asJSON, 400, "", "JSON object"},
		{"array", `["question"]`, asJSON, 400, "", "JSON object"},
		{"null", `null`, asJSON, 400, "", "JSON object"},
		{"trailing data", `{"question":"a"} {}`, asJSON, 400, "", "byte 18"},
		{"byte order mark", "\ufeff{\"question\":\"a\"}", asJSON, 400, "", "JSON"},
		{"invalid UTF-8", "{\"question\":\"a\xff\"}", asJSON, 400, "", "UTF-8"},
		{"unknown field", `{"question":"a","tenant":"other"}`, asJSON, 400, "tenant", "language, limit, question"},
		{"name in other case", `{"Question":"a"}`, asJSON, 400, "Question", "allowed are"},
		{"repeated field", `{"question":"a","question":"b"}`, asJSON, 400, "question", "more than once"},
		{"no question", `{}`, asJSON, 400, "question", "not empty"},
		{"blank question", `{"question":" \u3000\n"}`, asJSON, 400, "question", "not empty"},
		{"question a number", `{"question":1}`, asJSON, 400, "question", "string"},
		{"question null", `{"question":null}`, asJSON, 400, "question", "string"},
		{"long question", `{"question":"가나다라마바사아자차카"}`, asJSON, 422, "question", "up to 10"},
		{"limit a string", `{"question":"a","limit":"5"}`, asJSON, 400, "limit", "whole number"},
		{"limit a fraction", `{"question":"a","limit":1.5}`, asJSON, 400, "limit", "whole number"},
		{"limit huge", `{"question":"a","limit":99999999999999999999}`, asJSON, 400, "limit", "whole number"},
		{"limit zero", `{"question":"a","limit":0}`, asJSON, 400, "limit", "between 1 and 50"},
		{"limit negative", `{"question":"a","limit":-1}`, asJSON, 400, "limit", "between 1 and 50"},
		{"limit too large", `{"question":"a","limit":51}`, asJSON, 400, "limit", "between 1 and 50"},
		{"language empty", `{"question":"a","language":""}`, asJSON, 400, "language", "BCP 47"},
		{"language odd", `{"question":"a","language":"../ko"}`, asJSON, 400, "language", "BCP 47"},
		{"no type", `{"question":"a"}`, "", 415, "", "application/json"},
		{"form type", `question=a`, "Content-Type: application/x-www-form-urlencoded", 415, "", "application/json"},
		{"text type", `{"question":"a"}`, "Content-Type: text/plain", 415, "", "application/json"},
		{"other charset", `{"question":"a"}`, "Content-Type: application/json; charset=euc-kr", 415, "", "UTF-8"},
		{"too many bytes", `{"question":"` + strings.Repeat("a", 300) + `"}`, asJSON, 413, "", "200 bytes"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var headers []string
			if tt.header != "" {
				headers = []string{tt.header}
			}
			resp := send(t, http.MethodPost, server.URL+"/v1/ask", strings.NewReader(tt.body), headers...)
			p := resp.problem(t)
			if resp.status != tt.status || p.Field != tt.field || !strings.Contains(p.Detail, tt.detail) {
				t.Errorf("got %d, field %q: %s; want %d, field %q, %q", resp.status, p.Field, p.Detail, tt.status, tt.field, tt.detail)
			}
			if p.Instance != "/v1/ask" || p.RequestID != "id-1" || resp.header.Get("X-Request-Id") != "id-1" {
				t.Errorf("request is not named: %s", resp.body)
			}
		})
	}
	for header, status := range map[string]int{"Content-Encoding: gzip": 415, "Accept: text/html": 406, "Accept: application/json;q=0": 406} {
		if resp := ask(t, server, `{"question":"a"}`, header); resp.status != status {
			t.Errorf("%s: got %d, want %d", header, resp.status, status)
		}
	}
	if resp := send(t, http.MethodPost, server.URL+"/v1/ask?tenant=x", strings.NewReader(`{}`)); resp.problem(t).Field != "tenant" {
		t.Errorf("unknown parameter passed: %d %s", resp.status, resp.body)
	}
}

func TestAskFailures(t *testing.T) {
	tests := []struct {
		name   string
		answer answerFunc
		status int
		detail string
	}{
		{"error", func(context.Context, rag.Question) (rag.Answer, error) {
			return rag.Answer{}, errors.New("secret: qdrant at 10.0.0.1")
		}, 500, "Internal error."},
		{"panic", func(context.Context, rag.Question) (rag.Answer, error) { panic("secret: nil map") }, 500, "Internal error."},
		{"no JSON", func(context.Context, rag.Question) (rag.Answer, error) {
			return rag.Answer{Confidence: math.NaN()}, nil
		}, 500, "Internal error."},
		{"busy", func(context.Context, rag.Question) (rag.Answer, error) { return rag.Answer{}, web.ErrBusy }, 503, "busy"},
	}
	for _, tt := range tests {
		for _, accept := range []string{"Accept: application/json", "Accept: text/event-stream"} {
			t.Run(tt.name+" "+accept, func(t *testing.T) {
				var log logs
				server := start(t, web.Options{Answerer: tt.answer, Logger: log.logger()})
				resp := ask(t, server, `{"question":"비밀 질문"}`, accept)
				if p := resp.problem(t); p.Status != tt.status || !strings.Contains(p.Detail, tt.detail) {
					t.Errorf("got %d %s, want %d %s", p.Status, p.Detail, tt.status, tt.detail)
				}
				if strings.Contains(resp.body, "secret") {
					t.Errorf("a cause reached the caller: %s", resp.body)
				}
				eventually(t, "the cause is logged under the id", func() bool {
					return strings.Contains(log.String(), "request failed") && strings.Contains(log.String(), "id=id-1")
				})
				if strings.Contains(log.String(), "비밀") {
					t.Errorf("the question was logged: %s", log.String())
				}
				if resp := send(t, http.MethodGet, server.URL+"/healthz", nil); resp.status != 200 {
					t.Errorf("server is not well afterwards: %d", resp.status)
				}
			})
		}
	}
}

// An answer that does not come is waited for until the timeout and no longer,
// whether the answerer hears of that or not. Only the timeout can end these
// requests, and the clock is synctest's.
func TestAskTimesOut(t *testing.T) {
	for name, deaf := range map[string]bool{"slow": false, "slow and deaf": true} {
		for _, accept := range []string{"application/json", "text/event-stream"} {
			t.Run(name+" "+accept, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					ends := make(chan struct{})
					defer close(ends)
					var log logs
					began := time.Now()
					h := handler(t, web.Options{Timeout: time.Minute, Heartbeat: time.Hour, Logger: log.logger(),
						Answerer: answerFunc(func(ctx context.Context, _ rag.Question) (rag.Answer, error) {
							if deaf {
								ctx = context.WithoutCancel(ctx)
							}
							select {
							case <-ctx.Done():
							case <-ends:
							}
							return rag.Answer{}, ctx.Err()
						})})
					resp := askHandler(h, `{"question":"비밀 질문"}`, accept)
					if p := resp.problem(t); p.Status != 504 || !strings.Contains(p.Detail, "too long") {
						t.Errorf("got %d %s, want 504", p.Status, p.Detail)
					}
					if took := time.Since(began); took != time.Minute {
						t.Errorf("it ended after %v", took)
					}
					if got := log.String(); !strings.Contains(got, "request failed") || !strings.Contains(got, "id=id-1") || strings.Contains(got, "비밀") {
						t.Errorf("the log is %s", got)
					}
				})
			})
		}
	}
}

func TestAskSaysWhatTheAnswererMinds(t *testing.T) {
	server := start(t, web.Options{Answerer: answerFunc(func(context.Context, rag.Question) (rag.Answer, error) {
		return rag.Answer{}, &rag.QuestionError{Field: "language", Reason: "is not known"}
	})})
	if p := ask(t, server, `{"question":"a"}`).problem(t); p.Status != 400 || p.Field != "language" || p.Detail != "The language is not known." {
		t.Errorf("got %+v", p)
	}
}

// TestQueueIsInOrder: nobody who comes later overtakes, and who leaves makes room.
func TestQueueIsInOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		let := make(chan struct{})
		asked := make(chan string, 9)
		h := handler(t, web.Options{MaxConcurrent: 1, MaxQueue: 3,
			Answerer: answerFunc(func(_ context.Context, q rag.Question) (rag.Answer, error) {
				asked <- q.Text
				<-let
				return rag.Answer{}, nil
			})})
		var asking sync.WaitGroup
		ask := func(ctx context.Context, question string) {
			asking.Go(func() {
				r := httptest.NewRequestWithContext(ctx, http.MethodPost, "/v1/ask", strings.NewReader(`{"question":"`+question+`"}`))
				r.Header.Set("Content-Type", "application/json")
				h.ServeHTTP(httptest.NewRecorder(), r)
			})
			synctest.Wait()
		}
		ctx, leave := context.WithCancel(t.Context())
		ask(t.Context(), "a")
		ask(t.Context(), "b")
		ask(ctx, "gone")
		ask(t.Context(), "c")
		leave()
		synctest.Wait()
		ask(t.Context(), "d")
		for _, want := range []string{"a", "b", "c", "d"} {
			if got := <-asked; got != want {
				t.Errorf("asked is %s, and %s came before", got, want)
			}
			let <- struct{}{}
		}
		asking.Wait()
	})
}

func TestAskLimitsConcurrency(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		let := make(chan struct{})
		h := handler(t, web.Options{MaxConcurrent: 2, MaxQueue: 1, MaxWait: time.Second,
			Answerer: answerFunc(func(context.Context, rag.Question) (rag.Answer, error) {
				<-let
				return rag.Answer{}, nil
			})})
		ask := func() reply { return askHandler(h, `{"question":"a"}`, "application/json") }
		results := make(chan int, 2)
		for range 2 {
			go func() { results <- ask().status }()
		}
		synctest.Wait() // until both are at work
		refused := func(who string, after time.Duration) {
			began := time.Now()
			resp := ask()
			if p := resp.problem(t); p.Status != 429 || resp.header.Get("Retry-After") != "5" || time.Since(began) != after {
				t.Errorf("the %s got %d, Retry-After %q after %s", who, p.Status, resp.header.Get("Retry-After"), time.Since(began))
			}
		}
		var third sync.WaitGroup
		third.Go(func() { refused("third", time.Second) })
		synctest.Wait() // until it is in the queue
		refused("fourth", 0)
		third.Wait()
		health := httptest.NewRecorder()
		h.ServeHTTP(health, httptest.NewRequest(http.MethodGet, "/healthz", nil))
		if health.Code != 200 {
			t.Errorf("a busy server is not healthy: %d", health.Code)
		}
		close(let)
		for range 2 {
			if status := <-results; status != 200 {
				t.Errorf("one of the first two got %d", status)
			}
		}
		if resp := ask(); resp.status != 200 {
			t.Errorf("slots were not given back: %d", resp.status)
		}
	})
}
