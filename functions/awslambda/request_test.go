package awslambda

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-lambda-go/lambda/messages"
)

func readEvent(t *testing.T, name string) json.RawMessage {
	t.Helper()
	event, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return event
}

// edited is an event of testdata with some of its fields replaced; a name such as
// requestContext.stage reaches inside.
func edited(t *testing.T, name string, with map[string]any) json.RawMessage {
	t.Helper()
	var event map[string]any
	if err := json.Unmarshal(readEvent(t, name), &event); err != nil {
		t.Fatal(err)
	}
	for path, value := range with {
		in := event
		names := strings.Split(path, ".")
		for _, name := range names[:len(names)-1] {
			in = in[name].(map[string]any)
		}
		in[names[len(names)-1]] = value
	}
	raw, err := json.Marshal(event)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

func TestRequest(t *testing.T) {
	tests := []struct {
		name, event string
		with        map[string]any
		// want is the method, host, target and body.
		want   string
		header map[string]string
	}{
		{
			name: "HTTP API", event: "httpapi-ask.json",
			want: `POST a1b2c3d4e5.execute-api.eu-west-3.amazonaws.com /v1/ask {"question":"평일에 은가람역에서 달무리마을로 가는 막차는 몇 시에 떠나나요?"}`,
			header: map[string]string{
				"Content-Type": "application/json; charset=utf-8", "X-Forwarded-For": "203.0.113.7", "Host": "", "Cookie": "",
			},
		},
		{
			name: "function URL, base64", event: "functionurl-ask.json",
			want: `POST k3jq7example.lambda-url.eu-west-3.on.aws /v1/ask {"question": "متى تغادر العبّارة الأخيرة من مرسى اللؤلؤ؟"}`,
		},
		{
			name: "a named stage is no part of the path", event: "httpapi-stage.json",
			want:   "GET a1b2c3d4e5.execute-api.eu-west-3.amazonaws.com /healthz ",
			header: map[string]string{"Cookie": "theme=dark; session=abc", "X-Forwarded-For": "203.0.113.7,198.51.100.9"},
		},
		{
			name: "only where it leads the path", event: "httpapi-stage.json", with: map[string]any{"rawPath": "/production/x"},
			want: "GET a1b2c3d4e5.execute-api.eu-west-3.amazonaws.com /production/x ",
		},
		{
			name: "query and escapes stay", event: "functionurl-ask.json",
			with: map[string]any{"rawPath": "/v1/documents/a%2Fb", "rawQueryString": "limit=2&after=%ED%95%9C", "body": nil, "isBase64Encoded": false},
			want: "POST k3jq7example.lambda-url.eu-west-3.on.aws /v1/documents/a%2Fb?limit=2&after=%ED%95%9C ",
		},
		{
			name: "two slashes are no host", event: "functionurl-ask.json",
			with: map[string]any{"rawPath": "//evil.example/v1/ask", "body": "", "isBase64Encoded": false},
			want: "POST k3jq7example.lambda-url.eu-west-3.on.aws //evil.example/v1/ask ",
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r, err := newRequest(t.Context(), edited(t, tt.event, tt.with))
			if err != nil {
				t.Fatal(err)
			}
			body, err := io.ReadAll(r.Body)
			if err != nil {
				t.Fatal(err)
			}
			if got := fmt.Sprintf("%s %s %s %s", r.Method, r.Host, r.RequestURI, body); got != tt.want {
				t.Errorf("the request is\n%s\nwant\n%s", got, tt.want)
			}
			if r.URL.RequestURI() != r.RequestURI || r.ContentLength != int64(len(body)) {
				t.Errorf("URL %s, RequestURI %s; length %d of %d", r.URL.RequestURI(), r.RequestURI, r.ContentLength, len(body))
			}
			for name, want := range tt.header {
				if got := r.Header.Get(name); got != want {
					t.Errorf("%s is %q, want %q", name, got, want)
				}
			}
		})
	}
}

// What is no HTTP event is an error of the invocation; what a caller sent wrongly
// is answered like any request.
func TestMalformed(t *testing.T) {
	tests := []struct {
		name  string
		event func(t *testing.T) json.RawMessage
		want  string
	}{
		{"payload format 1.0", file("malformed-format-1.json"), `InvalidEvent: the event is not an HTTP request of payload format 2.0: its version is "1.0"; set PayloadFormatVersion of the integration`},
		{"another trigger", file("malformed-other-trigger.json"), `InvalidEvent: the event is not an HTTP request of payload format 2.0: its version is ""; set PayloadFormatVersion of the integration`},
		{"method", file("malformed-method.json"), "InvalidEvent: the event is not an HTTP request: requestContext.http.method is no method"},
		{"no method", text(`{"version":"2.0","rawPath":"/"}`), "InvalidEvent: the event is not an HTTP request: requestContext.http.method is no method"},
		{"list", text(`[]`), "InvalidEvent: the event is not an HTTP request of payload format 2.0"},
		{"null", text(`null`), `InvalidEvent: the event is not an HTTP request of payload format 2.0: its version is ""; set PayloadFormatVersion of the integration`},
		{"wrong type", text(`{"version":2}`), "InvalidEvent: the event is not an HTTP request of payload format 2.0"},
		{"long version", text(`{"version":"` + strings.Repeat("x", 5000) + `"}`), `InvalidEvent: the event is not an HTTP request of payload format 2.0: its version is "xxxxxxxxxxxxxxxxxxxx"; set PayloadFormatVersion of the integration`},
		{"path", file("malformed-path.json"), "400 The address cannot be read."},
		{"no path", text(`{"version":"2.0","requestContext":{"http":{"method":"GET"}}}`), "400 The address cannot be read."},
		{"whole address for a path", text(`{"version":"2.0","rawPath":"http://x/","requestContext":{"http":{"method":"GET"}}}`), "400 The address cannot be read."},
		{"base64", file("malformed-base64.json"), "400 The body is not base64, and the event says that it is."},
	}
	unreached := http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("the handler was reached") })
	f := &Function{Log: discard}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			answer, err := f.guard(f.HTTP(unreached))(t.Context(), tt.event(t))
			if got := summary(t, answer, err); got != tt.want {
				t.Errorf("got\n%s\nwant\n%s", got, tt.want)
			}
		})
	}
}

func file(name string) func(*testing.T) json.RawMessage {
	return func(t *testing.T) json.RawMessage { return readEvent(t, name) }
}

func text(event string) func(*testing.T) json.RawMessage {
	return func(*testing.T) json.RawMessage { return json.RawMessage(event) }
}

// summary is what a caller learns: an error's type and text, or a problem's status
// and detail.
func summary(t *testing.T, answer any, err error) string {
	t.Helper()
	if err != nil {
		public := err.(messages.InvokeResponse_Error)
		return public.Type + ": " + public.Message
	}
	response := answer.(events.LambdaFunctionURLResponse)
	var problem struct{ Detail string }
	if err := json.Unmarshal([]byte(response.Body), &problem); err != nil {
		t.Fatalf("%v: %s", err, response.Body)
	}
	return fmt.Sprintf("%d %s", response.StatusCode, problem.Detail)
}

// The events in testdata have the form of real ones: whatever is in them has a
// place in AWS's own types, and survives being decoded and encoded.
func TestEventsRoundTrip(t *testing.T) {
	for _, name := range []string{"httpapi-ask.json", "httpapi-stage.json", "functionurl-ask.json", "functionurl-events.json"} {
		t.Run(name, func(t *testing.T) {
			var typed events.APIGatewayV2HTTPRequest
			if err := json.Unmarshal(readEvent(t, name), &typed); err != nil {
				t.Fatal(err)
			}
			encoded, err := json.Marshal(typed)
			if err != nil {
				t.Fatal(err)
			}
			var before, after any
			if err := json.Unmarshal(readEvent(t, name), &before); err != nil {
				t.Fatal(err)
			}
			if err := json.Unmarshal(encoded, &after); err != nil {
				t.Fatal(err)
			}
			lost(t, "event", before, after)
		})
	}
}

// lost reports what of a value is not in another.
func lost(t *testing.T, at string, before, after any) {
	t.Helper()
	object, ok := before.(map[string]any)
	if !ok {
		if before != nil && !reflect.DeepEqual(before, after) {
			t.Errorf("%s was %v and is %v", at, before, after)
		}
		return
	}
	in, _ := after.(map[string]any)
	for name, value := range object {
		lost(t, at+"."+name, value, in[name])
	}
}

func FuzzRequest(f *testing.F) {
	names, err := filepath.Glob("testdata/*.json")
	if err != nil || len(names) == 0 {
		f.Fatal(names, err)
	}
	for _, name := range names {
		event, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(event)
	}
	f.Fuzz(func(t *testing.T, event []byte) {
		r, err := newRequest(t.Context(), event)
		if err != nil {
			return
		}
		if r.URL == nil || r.Body == nil || r.URL.Host != "" || !strings.HasPrefix(r.RequestURI, "/") {
			t.Errorf("%s is read as %+v", event, r)
		}
	})
}
