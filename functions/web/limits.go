package web

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"
	"time"
)

// slots bounds how many requests are at work, and how many wait for their turn.
type slots struct {
	taken, waiting chan struct{}
	wait           time.Duration
}

func newSlots(n, queue int, wait time.Duration) *slots {
	return &slots{make(chan struct{}, n), make(chan struct{}, queue), wait}
}

// take waits its turn, which comes in the order of arrival. Who finds the queue full is
// told so at once, and who has waited too long then. The returned function gives the
// slot back, once.
func (s *slots) take(ctx context.Context) (release func(), err error) {
	release = sync.OnceFunc(func() { <-s.taken })
	select {
	case s.taken <- struct{}{}: // not while anybody waits: a slot that gets free is theirs
		return release, nil
	default:
	}
	select {
	case s.waiting <- struct{}{}:
		defer func() { <-s.waiting }()
	default:
		return nil, tooMany()
	}
	timer := time.NewTimer(s.wait)
	defer timer.Stop()
	select {
	case s.taken <- struct{}{}:
		return release, nil
	case <-timer.C:
		return nil, tooMany()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// comeBack is after how many seconds there may be room again.
const comeBack = 5

func tooMany() *problem {
	p := newProblem(http.StatusTooManyRequests, "too-many-requests", "Too many requests",
		"The server is answering as many requests as it can. Try again soon.")
	p.retryAfter = comeBack
	return p
}

// limitBody makes r.Body end with an error after limit bytes. A body that says
// that it is longer is refused unread.
func limitBody(w http.ResponseWriter, r *http.Request, limit int64) error {
	if r.ContentLength > limit {
		w.Header().Set("Connection", "close")
		return &http.MaxBytesError{Limit: limit}
	}
	if encoding := r.Header.Get("Content-Encoding"); encoding != "" && encoding != "identity" {
		return unsupported("The body must not be compressed: leave out Content-Encoding.")
	}
	r.Body = http.MaxBytesReader(w, r.Body, limit)
	return nil
}

func readBody(w http.ResponseWriter, r *http.Request, limit int64) ([]byte, error) {
	if err := limitBody(w, r, limit); err != nil {
		return nil, err
	}
	data, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, bodyError(w, err)
	}
	bodyRead(w)
	return data, nil
}

// bodyRead lifts the reading deadline, which was for the body; see setDeadlines.
func bodyRead(w http.ResponseWriter) {
	_ = http.NewResponseController(w).SetReadDeadline(time.Time{})
}

// bodyError says what went wrong in reading a body: too much, too slow, or
// broken off.
func bodyError(w http.ResponseWriter, err error) error {
	w.Header().Set("Connection", "close") // what is left of the body is not waited for
	var (
		tooMany *http.MaxBytesError
		network net.Error
	)
	switch {
	case errors.As(err, &tooMany):
		return err
	case errors.As(err, &network) && network.Timeout():
		return newProblem(http.StatusRequestTimeout, "request-timeout", "Request timeout",
			"The body did not arrive in time.")
	default:
		p := invalid("", "The body could not be read to its end.")
		p.cause = fmt.Errorf("read body: %w", err)
		return p
	}
}
