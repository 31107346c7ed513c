package awslambda

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"strings"
	"unicode/utf8"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-lambda-go/lambdaurl"
)

// modeVariable says how the function URL calls the function.
const modeVariable = "FUNCTION_URL_INVOKE_MODE"

// streams tells whether the environment asks for streamed answers.
func streams(environ []string) (bool, error) {
	mode := "BUFFERED"
	for _, entry := range environ {
		if value, ok := strings.CutPrefix(entry, modeVariable+"="); ok {
			mode = value
		}
	}
	switch mode {
	case "BUFFERED":
		return false, nil
	case "RESPONSE_STREAM":
		return true, nil
	}
	return false, fmt.Errorf("%s is %q: must be BUFFERED or RESPONSE_STREAM, as InvokeMode of the function URL is", modeVariable, mode)
}

// HTTP gives the requests of an HTTP API or a function URL to a handler.
func (f *Function) HTTP(handler http.Handler) Handler {
	return func(ctx context.Context, event json.RawMessage) (any, error) {
		to := handler
		r, err := newRequest(ctx, event)
		if malformed, ok := errors.AsType[*malformedRequest](err); ok {
			r, to = malformed.request, malformed
		} else if err != nil {
			return nil, err
		}
		if !f.stream {
			w := &response{header: http.Header{}}
			serve(to, w, r)
			return w.event(r.Method), nil
		}
		// The request was read above like any other: of lambdaurl only the way back
		// is needed. It serves on a goroutine of its own, where a panic would end
		// the process.
		stream := lambdaurl.Wrap(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			defer func() {
				if v := recover(); v != nil {
					f.Log.ErrorContext(ctx, "the answer was broken off", "request_id", RequestID(ctx), "panic", fmt.Sprint(v))
				}
			}()
			serve(to, w, r)
		}))
		return stream(ctx, &events.LambdaFunctionURLRequest{})
	}
}

func serve(handler http.Handler, w http.ResponseWriter, r *http.Request) {
	ctx, cancel := Within(r.Context())
	defer cancel()
	handler.ServeHTTP(w, r.WithContext(ctx))
}

// response collects what a handler writes.
type response struct {
	header http.Header
	status int
	sent   http.Header // the header as it was when the status was written
	body   bytes.Buffer
}

func (w *response) Header() http.Header { return w.header }

func (w *response) WriteHeader(status int) {
	if w.status == 0 {
		w.status, w.sent = status, maps.Clone(w.header)
	}
}

func (w *response) Write(p []byte) (int, error) {
	w.WriteHeader(http.StatusOK)
	return w.body.Write(p)
}

// event is the response in payload format 2.0, which is the same for HTTP APIs and
// function URLs.
func (w *response) event(method string) events.LambdaFunctionURLResponse {
	w.WriteHeader(http.StatusOK)
	e := events.LambdaFunctionURLResponse{StatusCode: w.status, Headers: map[string]string{}, Cookies: w.sent.Values("Set-Cookie")}
	for name, values := range w.sent {
		if name != "Set-Cookie" {
			e.Headers[name] = strings.Join(values, ", ")
		}
	}
	switch body := w.body.Bytes(); {
	case method == http.MethodHead:
	case utf8.Valid(body):
		e.Body = string(body)
	default:
		e.Body, e.IsBase64Encoded = base64.StdEncoding.EncodeToString(body), true
	}
	return e
}
