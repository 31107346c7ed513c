package awslambda

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/aws/aws-lambda-go/events"
)

// payloadFormat is the format of HTTP events: that of HTTP APIs and of function
// URLs.
const payloadFormat = "2.0"

// defaultStage is the stage whose name is no part of the path.
const defaultStage = "$default"

// newRequest reads an HTTP event as the request it came from. The error is a
// [malformedRequest] where the event is right and the request is not.
func newRequest(ctx context.Context, event json.RawMessage) (*http.Request, error) {
	var e events.APIGatewayV2HTTPRequest
	if err := json.Unmarshal(event, &e); err != nil {
		return nil, InvalidEvent("the event is not an HTTP request of payload format %s", payloadFormat)
	}
	if e.Version != payloadFormat {
		return nil, InvalidEvent("the event is not an HTTP request of payload format %s: its version is %.20q; set PayloadFormatVersion of the integration", payloadFormat, e.Version)
	}
	// The target is set afterwards: a path may begin with two slashes, which in a
	// whole address would be a host.
	r, err := http.NewRequestWithContext(ctx, e.RequestContext.HTTP.Method, "/", nil)
	if err != nil || e.RequestContext.HTTP.Method == "" {
		return nil, InvalidEvent("the event is not an HTTP request: requestContext.http.method is no method")
	}
	target := path(&e)
	if e.RawQueryString != "" {
		target += "?" + e.RawQueryString
	}
	u, err := url.ParseRequestURI(target)
	if err != nil || !strings.HasPrefix(target, "/") {
		return nil, &malformedRequest{r, "The address cannot be read."}
	}
	r.URL, r.RequestURI = u, target
	body := []byte(e.Body)
	if e.IsBase64Encoded {
		if body, err = base64.StdEncoding.DecodeString(e.Body); err != nil {
			return nil, &malformedRequest{r, "The body is not base64, and the event says that it is."}
		}
	}
	r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
	for name, value := range e.Headers {
		r.Header.Set(name, value)
	}
	r.Host = r.Header.Get("Host")
	r.Header.Del("Host") // as a server does
	if len(e.Cookies) > 0 {
		r.Header.Set("Cookie", strings.Join(e.Cookies, "; "))
	}
	return r, nil
}

// path is the path without the stage, which an HTTP API puts before it where it
// is a named one.
func path(e *events.APIGatewayV2HTTPRequest) string {
	if stage := e.RequestContext.Stage; stage != "" && stage != defaultStage {
		if rest, ok := strings.CutPrefix(e.RawPath, "/"+stage+"/"); ok {
			return "/" + rest
		}
	}
	return e.RawPath
}

// malformedRequest answers a request that cannot be handed on, in the form that
// package web has for what is wrong with a request.
type malformedRequest struct {
	request *http.Request
	detail  string
}

func (m *malformedRequest) Error() string { return m.detail }

// ServeHTTP implements [http.Handler].
func (m *malformedRequest) ServeHTTP(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(http.StatusBadRequest)
	_ = json.NewEncoder(w).Encode(map[string]any{ // a caller who left is nothing to act on
		"type": "urn:naru:problem:invalid-request", "title": "Invalid request",
		"status": http.StatusBadRequest, "detail": m.detail,
	})
}
