package remote

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/backoff"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/keepalive"
	"google.golang.org/grpc/status"

	"github.com/naru-rag/naru/region"
)

// Conn is a connection to a Qdrant server. It is safe for concurrent use.
type Conn struct {
	opt      Options
	address  Address
	secure   bool
	greeting greeting
	pool     []*grpc.ClientConn
	turn     atomic.Uint64
}

var _ grpc.ClientConnInterface = (*Conn)(nil)

// Dial returns a connection. It checks the options and does no I/O: the first
// call connects.
func Dial(opt Options) (*Conn, error) {
	opt.fill()
	address, err := ParseURL(opt.URL)
	if err != nil {
		return nil, err
	}
	if opt.Dial == nil {
		opt.Dial = region.New(region.Options{Endpoints: []region.Endpoint{address.Endpoint()}}).Dial
	}
	if address.Scheme == "http" && opt.TLS != nil {
		return nil, fmt.Errorf("the server's URL %q is without TLS, and TLS is configured: write https://", opt.URL)
	}
	c := &Conn{opt: opt, address: address, secure: address.Scheme == "https" || opt.TLS != nil}
	if opt.APIKey != "" && !c.secure && !opt.AllowKeyWithoutTLS && !address.Loopback() {
		return nil, fmt.Errorf("the key would go unencrypted to %s: write https:// in store.url, or set store.allow_key_without_tls if the network is trusted", address)
	}
	options := c.dialOptions()
	for range opt.PoolSize {
		// The address is passed through and not resolved by gRPC, so that the
		// dialer decides by name, and so that no service config comes from DNS.
		conn, err := grpc.NewClient("passthrough:///"+address.String(), options...)
		if err != nil {
			return nil, errors.Join(fmt.Errorf("connect to %s: %w", address, err), c.Close())
		}
		c.pool = append(c.pool, conn)
	}
	return c, nil
}

const (
	// reconnect bounds how long a connection waits to be made again. Calls have
	// waits of their own, and should find it tried anew.
	reconnect = time.Second
	// idle is after how long an unused connection is closed: sooner than load
	// balancers forget it, which they do without a word.
	idle = 4 * time.Minute
	// pings are sent on a connection that was silent so long with a call in
	// progress, and must be answered within pong. Unanswered data ends a
	// connection after pong too, where the system knows TCP_USER_TIMEOUT.
	ping = 30 * time.Second
	pong = 10 * time.Second
)

func (c *Conn) dialOptions() []grpc.DialOption {
	transport := insecure.NewCredentials()
	if c.secure {
		config := c.opt.TLS
		if config == nil {
			config = &tls.Config{MinVersion: tls.VersionTLS12}
		}
		transport = credentials.NewTLS(config)
	}
	options := []grpc.DialOption{
		grpc.WithTransportCredentials(listening{transport, &c.greeting}),
		grpc.WithContextDialer(c.opt.Dial),
		grpc.WithNoProxy(),
		grpc.WithDisableServiceConfig(),
		grpc.WithDisableRetry(), // see package doc
		grpc.WithUserAgent("naru"),
		grpc.WithIdleTimeout(idle),
		grpc.WithKeepaliveParams(keepalive.ClientParameters{Time: ping, Timeout: pong}),
		grpc.WithConnectParams(grpc.ConnectParams{
			Backoff: backoff.Config{BaseDelay: reconnect / 10, Multiplier: 1.6, Jitter: 0.2, MaxDelay: reconnect},
			// Sooner than the call: a server that cannot be reached shall not look
			// like one that is slow.
			MinConnectTimeout: c.opt.Timeout / 2,
		}),
		grpc.WithDefaultCallOptions(
			grpc.MaxCallRecvMsgSize(c.opt.MaxMessageBytes),
			grpc.MaxCallSendMsgSize(c.opt.MaxMessageBytes),
		),
	}
	if c.opt.APIKey != "" {
		options = append(options, grpc.WithPerRPCCredentials(apiKey(c.opt.APIKey)))
	}
	return options
}

// apiKey sends the key with every call. [Dial] has decided that it may be sent.
type apiKey string

func (k apiKey) GetRequestMetadata(context.Context, ...string) (map[string]string, error) {
	return map[string]string{"api-key": string(k)}, nil
}

func (k apiKey) RequireTransportSecurity() bool { return false }

// next is the connection whose turn it is.
func (c *Conn) next() *grpc.ClientConn {
	return c.pool[(c.turn.Add(1)-1)%uint64(len(c.pool))]
}

// Invoke makes a call, and makes it again where that may help. The error is an
// [Error].
func (c *Conn) Invoke(ctx context.Context, method string, args, reply any, opts ...grpc.CallOption) error {
	return c.retry(ctx, method, args, func() (answer, error) {
		var a answer
		attempt, cancel := context.WithTimeout(ctx, c.opt.Timeout)
		defer cancel()
		ends, _ := attempt.Deadline()
		sooner, ok := ctx.Deadline()
		a.callersTime = ok && ends.Equal(sooner)
		// The slice is copied: attempts must not share what is appended.
		all := append(opts[:len(opts):len(opts)], grpc.Header(&a.header), grpc.Trailer(&a.trailer))
		err := c.next().Invoke(attempt, method, args, reply, all...)
		return a, err
	})
}

// Address is where the server is.
func (c *Conn) Address() Address { return c.address }

// Encrypted tells whether the connection uses TLS.
func (c *Conn) Encrypted() bool { return c.secure }

// NewStream refuses: no method of Qdrant streams.
func (c *Conn) NewStream(_ context.Context, _ *grpc.StreamDesc, method string, _ ...grpc.CallOption) (grpc.ClientStream, error) {
	return nil, status.Errorf(codes.Unimplemented, "%s: streams are not carried", method)
}

// Close ends the connection. Calls in progress fail with codes.Canceled.
func (c *Conn) Close() error {
	var all []error
	for _, conn := range c.pool {
		all = append(all, conn.Close())
	}
	return errors.Join(all...)
}
