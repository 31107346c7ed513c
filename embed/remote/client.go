package remote

import (
	"fmt"
	"io"
	"net/http"

	"github.com/naru-rag/naru/region"
)

// guard has connections go to the service at url alone, where nothing else was given.
func (o *Options) guard(url string) error {
	if o.Dial != nil {
		return nil
	}
	e, err := region.EndpointOf(url, "embedder.url")
	if err != nil {
		return err
	}
	o.Dial = region.New(region.Options{Endpoints: []region.Endpoint{e}}).DialContext
	return nil
}

// httpClient is what services are asked with, through a transport of its own.
func httpClient(o *Options, transport *http.Transport) *http.Client {
	transport.MaxIdleConnsPerHost = o.Concurrency
	if o.TLS != nil {
		transport.TLSClientConfig = o.TLS
	}
	transport.Proxy, transport.DialContext = nil, o.Dial
	return &http.Client{
		Transport: bounded{transport},
		// Texts go where they are configured to go, and nowhere else.
		CheckRedirect: func(r *http.Request, _ []*http.Request) error {
			return fmt.Errorf("it redirects to %s, which is not followed: set embedder.url", r.URL.Redacted())
		},
	}
}

// mostAnswer is the longest answer that is read, in bytes: some thousand vectors.
const mostAnswer = 64 << 20

// bounded lets no answer fill the memory.
type bounded struct{ next http.RoundTripper }

// RoundTrip implements http.RoundTripper.
func (b bounded) RoundTrip(r *http.Request) (*http.Response, error) {
	response, err := b.next.RoundTrip(r)
	if err == nil {
		response.Body = &boundedBody{ReadCloser: response.Body, left: mostAnswer}
	}
	return response, err
}

type boundedBody struct {
	io.ReadCloser
	left int64
}

// Read implements io.Reader.
func (b *boundedBody) Read(p []byte) (int, error) {
	if b.left <= 0 {
		return 0, fmt.Errorf("the answer has more than %d MiB", mostAnswer>>20)
	}
	n, err := b.ReadCloser.Read(p[:min(int64(len(p)), b.left)])
	b.left -= int64(n)
	return n, err
}
