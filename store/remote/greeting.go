package remote

import (
	"context"
	"net"
	"sync/atomic"

	"google.golang.org/grpc/credentials"
)

// greeting notices whether a server has ever begun to speak HTTP/2. Where it
// has not, no call can have reached it, and what it did instead tells why: gRPC
// itself reports only what it notices first, which may be that it cannot write.
type greeting struct {
	heard atomic.Bool
	// ended is how the last connection ended that had not been greeted.
	ended atomic.Pointer[string]
}

// ending is how the last connection ended that had not been greeted, or empty.
func (g *greeting) ending() string {
	if text := g.ended.Load(); text != nil {
		return *text
	}
	return ""
}

// listening are credentials that listen for the greeting on each connection.
type listening struct {
	credentials.TransportCredentials
	greeting *greeting
}

func (l listening) ClientHandshake(ctx context.Context, authority string, raw net.Conn) (net.Conn, credentials.AuthInfo, error) {
	conn, info, err := l.TransportCredentials.ClientHandshake(ctx, authority, raw)
	if err != nil {
		return nil, nil, err
	}
	return &greeted{Conn: conn, greeting: l.greeting}, info, nil
}

func (l listening) Clone() credentials.TransportCredentials {
	return listening{l.TransportCredentials.Clone(), l.greeting}
}

// greeted is a connection whose beginning is listened to. One goroutine reads.
type greeted struct {
	net.Conn
	greeting *greeting
	read     int
}

// A server's first frame is SETTINGS (RFC 9113, sections 3.4 and 6.5): the
// fourth byte of a frame is its type, and 4 is that one's.
const (
	typeOffset    = 3
	settingsFrame = 4
)

func (c *greeted) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	if c.read > typeOffset {
		return n, err
	}
	if at := typeOffset - c.read; n > at && p[at] == settingsFrame {
		c.greeting.heard.Store(true)
	}
	c.read += n
	if err != nil {
		text := err.Error()
		c.greeting.ended.Store(&text)
	}
	return n, err
}
