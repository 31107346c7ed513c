package lambdatest

import (
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
)

// The roles of template.yaml, and who has none of them.
const (
	askRole      = "AskRole"
	indexRole    = "IndexRole"
	reindexRole  = "ReindexRole"
	scheduleRole = "ScheduleRole"
	operator     = "an operator"
)

// recorder stands before AWS and notes for which actions IAM would be asked.
type recorder struct {
	url string

	mu   sync.Mutex
	seen map[string]bool
}

func newRecorder(t *testing.T, endpoint string) *recorder {
	t.Helper()
	to, err := url.Parse(endpoint)
	if err != nil {
		t.Fatal(err)
	}
	r := &recorder{seen: map[string]bool{}}
	// Rewrite leaves the path as it was encoded.
	proxy := &httputil.ReverseProxy{Rewrite: func(p *httputil.ProxyRequest) {
		p.Out.URL.Scheme, p.Out.URL.Host = to.Scheme, to.Host
	}}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, request *http.Request) {
		r.add(action(request))
		proxy.ServeHTTP(w, request)
	}))
	t.Cleanup(server.Close)
	r.url = server.URL
	return r
}

func (r *recorder) add(actions ...string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, a := range actions {
		r.seen[a] = true
	}
}

func (r *recorder) actions() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Sorted(maps.Keys(r.seen))
}

// action is what IAM calls a request, as AWS's service authorization reference has it.
func action(r *http.Request) string {
	if target := r.Header.Get("X-Amz-Target"); target != "" {
		service, name, _ := strings.Cut(target, ".")
		switch {
		case strings.HasPrefix(service, "DynamoDB"):
			return "dynamodb:" + name
		case service == "AmazonSQS":
			return "sqs:" + strings.TrimSuffix(name, "Batch") // IAM does not tell them apart
		}
		return target
	}
	_, object, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	switch {
	case object == "" && (r.Method == http.MethodGet && r.URL.Query().Get("list-type") == "2" || r.Method == http.MethodHead):
		return "s3:ListBucket"
	case object != "" && (r.Method == http.MethodGet || r.Method == http.MethodHead):
		return "s3:GetObject"
	}
	return fmt.Sprintf("%s %s", r.Method, r.URL)
}

// grants are the actions that template.yaml allows each role, without what Lambda itself
// does for a function: its log and traces.
func (tpl *template) grants() map[string][]string {
	all := map[string][]string{}
	for name, r := range tpl.Resources {
		if r.Type == "AWS::IAM::Role" {
			all[name] = slices.Compact(slices.Sorted(slices.Values(allowed(r.Properties))))
		}
	}
	return all
}

// allowed collects the actions of the policies in a value.
func allowed(v any) (actions []string) {
	switch v := v.(type) {
	case []any:
		for _, e := range v {
			actions = append(actions, allowed(e)...)
		}
	case map[string]any:
		if _, isPolicy := v["AssumeRolePolicyDocument"]; isPolicy {
			return allowed(v["Policies"])
		}
		switch a := v["Action"].(type) {
		case string:
			actions = append(actions, a)
		case []any:
			for _, e := range a {
				actions = append(actions, fmt.Sprint(e))
			}
		}
		for key, e := range v {
			if key != "Action" {
				actions = append(actions, allowed(e)...)
			}
		}
	}
	return slices.DeleteFunc(actions, func(a string) bool { return strings.HasPrefix(a, "logs:") || strings.HasPrefix(a, "xray:") })
}
