package web

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"
)

// shutdownTime is how long requests at work may take to end after Serve was
// told to stop.
const shutdownTime = 10 * time.Second

// Listen opens addr, such as "127.0.0.1:8080". It is apart from [Serve] so that
// the address can be shown and [LoopbackHosts] asked before the handler is made.
func Listen(ctx context.Context, addr string) (net.Listener, error) {
	var config net.ListenConfig
	ln, err := config.Listen(ctx, "tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("web: listen: %w", err)
	}
	return ln, nil
}

// Serve answers on ln until ctx ends, lets the requests at work end for ten
// seconds, and returns nil. It closes ln.
//
// The handler bounds bodies and responses itself, by request, because a stream
// may rightly take longer than any limit for all.
func Serve(ctx context.Context, ln net.Listener, handler http.Handler, logger *slog.Logger) error {
	// Requests outlive ctx by the time they are given to end.
	base, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	server := &http.Server{
		Handler:           handler,
		BaseContext:       func(net.Listener) context.Context { return base },
		ReadHeaderTimeout: 10 * time.Second,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    32 << 10,
		ErrorLog:          slog.NewLogLogger(logger.Handler(), slog.LevelWarn),
	}
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(ln) }()
	select {
	case err := <-failed:
		return fmt.Errorf("web: serve %s: %w", ln.Addr(), err)
	case <-ctx.Done():
	}
	within, stop := context.WithTimeout(base, shutdownTime)
	defer stop()
	if err := server.Shutdown(within); err != nil {
		logger.Warn("requests were cut off at shutdown", "err", err)
		cancel()
		if err := server.Close(); err != nil && !errors.Is(err, net.ErrClosed) {
			return fmt.Errorf("web: close %s: %w", ln.Addr(), err)
		}
	}
	return nil
}
