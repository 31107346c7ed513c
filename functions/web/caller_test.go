package web_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/naru-rag/naru/access"
	"github.com/naru-rag/naru/functions/web"
	"github.com/naru-rag/naru/rag"
)

// callersFunc knows callers by their tokens.
type callersFunc func(bearer string) (access.Caller, error)

func (f callersFunc) Caller(_ context.Context, bearer string) (access.Caller, error) {
	return f(bearer)
}

func some(bearer string) (access.Caller, error) {
	caller := access.Caller{ID: "key:" + bearer, Asker: rag.Asker{Tenant: "acme", Principals: []string{bearer}}, Role: access.Reader}
	switch bearer {
	case "reader":
		return caller, nil
	case "editor":
		caller.Role = access.Editor
		return caller, nil
	case "often":
		caller.PerMinute = 6
		return caller, nil
	case "down":
		return access.Caller{}, fmt.Errorf("%w: table secret-7", access.ErrUnreachable)
	}
	return access.Caller{}, fmt.Errorf("%w: %q", access.ErrUnknown, bearer)
}

func do(h http.Handler, method, path, body string, headers ...string) reply {
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	for i := 0; i < len(headers); i += 2 {
		r.Header.Add(headers[i], headers[i+1])
	}
	got := httptest.NewRecorder()
	h.ServeHTTP(got, r)
	return reply{got.Code, got.Header(), got.Body.String()}
}

// TestCallers: who is not known gets nothing, whatever else they send; who is known
// asks as themselves.
func TestCallers(t *testing.T) {
	var askers []rag.Asker
	h := handler(t, web.Options{Callers: callersFunc(some), Library: &library{},
		Health: func(context.Context) (web.Health, error) { return web.Health{Documents: 7}, nil },
		Answerer: answerFunc(func(_ context.Context, q rag.Question) (rag.Answer, error) {
			askers = append(askers, q.Asker)
			return rag.Answer{Answer: "x", Language: "en"}, nil
		})})
	const question = `{"question":"a"}`
	for _, tt := range []struct {
		name, method, path, body, authorization string
		status                                  int
		challenge                               string
	}{
		{"nobody asks", "POST", "/v1/ask", question, "", 401, "Bearer"},
		{"nobody asks, with other headers", "POST", "/v1/ask", question, "Basic cmVhZGVyOg==", 401, "Bearer"},
		{"a wrong key", "POST", "/v1/ask", question, "Bearer wrong", 401, `Bearer error="invalid_token"`},
		{"a key in the address", "GET", "/v1/documents?access_token=reader&token=reader&key=reader&api_key=reader&authorization=Bearer%20reader", "", "", 401, "Bearer"},
		{"two keys, as gateways join them", "GET", "/v1/documents", "", "Bearer reader,Bearer reader", 401, `Bearer error="invalid_token"`},
		{"nobody lists", "GET", "/v1/documents", "", "", 401, "Bearer"},
		{"nobody reads", "GET", "/v1/documents/d0", "", "", 401, "Bearer"},
		{"nobody writes", "POST", "/v1/documents", `{"uri":"a","text":"b"}`, "", 401, "Bearer"},
		{"nobody deletes", "DELETE", "/v1/documents/d0", "", "", 401, "Bearer"},
		{"a reader asks", "POST", "/v1/ask", question, "Bearer reader", 200, ""},
		{"a reader in other letters", "POST", "/v1/ask", question, "bearer  reader", 200, ""},
		{"a reader lists", "GET", "/v1/documents", "", "Bearer reader", 200, ""},
		{"a reader writes", "POST", "/v1/documents", `{"uri":"a","text":"b"}`, "Bearer reader", 403, ""},
		{"a reader deletes", "DELETE", "/v1/documents/d0", "", "Bearer reader", 403, ""},
		{"an editor writes", "POST", "/v1/documents", `{"uri":"a","text":"b"}`, "Bearer editor", 201, ""},
		{"nobody can tell", "POST", "/v1/ask", question, "Bearer down", 503, ""},
		{"the page is for all", "GET", "/", "", "", 200, ""},
		{"unknown addresses are unknown to all", "GET", "/v1/none", "", "", 404, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var headers []string
			if tt.authorization != "" {
				headers = []string{"Authorization", tt.authorization}
			}
			got := do(h, tt.method, tt.path, tt.body, append(headers, "Cookie", "access_token=reader; token=reader", "X-Api-Key", "reader", "X-Tenant", "other", "X-Forwarded-User", "admin", "X-Amzn-Oidc-Identity", "admin")...)
			if got.header.Get("Cache-Control") != "no-store" && got.status != 204 && tt.path != "/" {
				t.Errorf("it may be kept on the way: %v", got.header)
			}
			if got.status != tt.status || got.header.Get("WWW-Authenticate") != tt.challenge || strings.Contains(got.body, "secret-7") {
				t.Errorf("%d %q %s", got.status, got.header.Get("WWW-Authenticate"), got.body)
			}
		})
	}
	for _, a := range askers {
		if a.Tenant != "acme" || len(a.Principals) != 1 || a.Principals[0] != "reader" {
			t.Errorf("asked as %+v", a)
		}
	}
	if got := do(h, "POST", "/v1/ask", question, "Authorization", "Bearer reader", "Authorization", "Bearer editor"); got.status != 400 {
		t.Errorf("two keys: %d", got.status)
	}
	if got := do(h, "GET", "/healthz", ""); got.status != 200 || strings.Contains(got.body, "7") {
		t.Errorf("nobody reads how much there is: %d %s", got.status, got.body)
	}
	if got := do(h, "GET", "/healthz", "", "Authorization", "Bearer reader"); !strings.Contains(got.body, `"documents":7`) {
		t.Errorf("a reader does not: %s", got.body)
	}
}

func TestRateOfCaller(t *testing.T) {
	h := handler(t, web.Options{Callers: callersFunc(some)})
	if got := do(h, "POST", "/v1/ask", `{"question":"a"}`, "Authorization", "Bearer often"); got.status != 200 {
		t.Fatalf("%d %s", got.status, got.body)
	}
	got := do(h, "POST", "/v1/ask", `{"question":"a"}`, "Authorization", "Bearer often")
	if got.status != 429 || got.header.Get("Retry-After") != "10" || !strings.Contains(got.body, "rate-limited") {
		t.Errorf("%d %v %s", got.status, got.header, got.body)
	}
	if got := do(h, "POST", "/v1/ask", `{"question":"a"}`, "Authorization", "Bearer reader"); got.status != 200 {
		t.Errorf("another: %d", got.status)
	}
}

func TestOrigins(t *testing.T) {
	const ours, other = "https://intranet.example.kr", "https://evil.example"
	h := handler(t, web.Options{Callers: callersFunc(some), Origins: []string{ours}})
	ask := []string{"Authorization", "Bearer reader", "Sec-Fetch-Site", "cross-site"}
	got := do(h, "OPTIONS", "/v1/ask", "", "Origin", ours, "Access-Control-Request-Method", "POST", "Access-Control-Request-Headers", "authorization,content-type")
	if got.status != 204 || got.header.Get("Access-Control-Allow-Origin") != ours || !strings.Contains(got.header.Get("Access-Control-Allow-Headers"), "Authorization") || !strings.Contains(strings.Join(got.header.Values("Vary"), ","), "Origin") {
		t.Errorf("asked whether it may: %d %v", got.status, got.header)
	}
	got = do(h, "POST", "/v1/ask", `{"question":"a"}`, append(ask, "Origin", ours)...)
	if got.status != 200 || got.header.Get("Access-Control-Allow-Origin") != ours || got.header.Get("Access-Control-Allow-Credentials") != "" {
		t.Errorf("%d %v", got.status, got.header)
	}
	for _, method := range []string{"OPTIONS", "POST"} {
		got = do(h, method, "/v1/ask", `{"question":"a"}`, append(ask, "Origin", other, "Access-Control-Request-Method", "POST")...)
		if got.status/100 != 4 || got.header.Get("Access-Control-Allow-Origin") != "" {
			t.Errorf("%s from elsewhere: %d %v", method, got.status, got.header)
		}
	}
	if _, err := web.New(web.Options{Answerer: answerFunc(answerNothing), Callers: callersFunc(some), Origins: []string{"not an origin"}}); err == nil {
		t.Error("what is no origin is taken for one")
	}
}
