package remote

import (
	"cmp"
	"context"
	"crypto/tls"
	"math/rand/v2"
	"net"
	"time"
)

// What the zero values of [Options] and [Retry] mean.
const (
	DefaultTimeout    = 10 * time.Second
	DefaultAttempts   = 5
	DefaultFirst      = 200 * time.Millisecond
	DefaultLongest    = 10 * time.Second
	DefaultPoolSize   = 2
	DefaultMaxMessage = 64 << 20
)

// Options say what to connect to and how. All but URL may be left out.
type Options struct {
	// URL is the server's gRPC address; see [ParseURL].
	URL string
	// APIKey is sent with every call, as the header api-key.
	APIKey string
	// AllowKeyWithoutTLS sends the key unencrypted to another machine.
	AllowKeyWithoutTLS bool
	// TLS is how the server is recognised; see [LoadTLS]. With an https URL nil
	// means the system's certificates; with a URL without scheme it means no TLS.
	TLS *tls.Config
	// Timeout bounds each attempt at a call; zero means DefaultTimeout.
	Timeout time.Duration
	// Retry says how calls that failed are repeated.
	Retry Retry
	// PoolSize is the number of connections, which take turns; zero means
	// DefaultPoolSize.
	PoolSize int
	// MaxMessageBytes is the largest message sent or received; zero means
	// DefaultMaxMessage.
	MaxMessageBytes int
	// Dial opens a connection to host:port, never by way of a proxy; nil means a guard
	// (package region) that lets through to URL alone.
	Dial func(ctx context.Context, address string) (net.Conn, error)

	// Now is the time; nil means time.Now.
	Now func() time.Time
	// Wait returns after d, or with the error of a context that ends sooner; nil
	// means a timer.
	Wait func(ctx context.Context, d time.Duration) error
	// Random is a number from 0 to below 1; nil means math/rand/v2.
	Random func() float64
}

// Retry says how calls that failed are repeated.
type Retry struct {
	// Attempts is how many there are, with the first; zero means
	// DefaultAttempts, and one never repeats.
	Attempts int
	// First bounds the wait before the second attempt; zero means DefaultFirst.
	// It doubles with each attempt.
	First time.Duration
	// Longest bounds every wait; zero means DefaultLongest. A server that asks
	// for a longer one is not asked again: the call fails and says so.
	Longest time.Duration
}

func (o *Options) fill() {
	o.Timeout = cmp.Or(o.Timeout, DefaultTimeout)
	o.Retry.Attempts = cmp.Or(o.Retry.Attempts, DefaultAttempts)
	o.Retry.First = cmp.Or(o.Retry.First, DefaultFirst)
	o.Retry.Longest = cmp.Or(o.Retry.Longest, DefaultLongest)
	o.PoolSize = cmp.Or(o.PoolSize, DefaultPoolSize)
	o.MaxMessageBytes = cmp.Or(o.MaxMessageBytes, DefaultMaxMessage)
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Wait == nil {
		o.Wait = wait
	}
	if o.Random == nil {
		o.Random = rand.Float64
	}
}
