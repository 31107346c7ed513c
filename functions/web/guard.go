package web

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"github.com/naru-rag/naru/access"
)

// state is what the server knows about a request besides the request.
type state struct {
	id     string
	status int           // for the log
	began  bool          // whether the response has been started
	caller access.Caller // once it is known
}

type stateKey struct{}

func stateOf(r *http.Request) *state {
	return r.Context().Value(stateKey{}).(*state)
}

// tracked notes what is answered. Unwrap lets http.ResponseController through to
// the connection.
type tracked struct {
	http.ResponseWriter
	*state
}

func (t *tracked) Unwrap() http.ResponseWriter { return t.ResponseWriter }

func (t *tracked) WriteHeader(status int) {
	if !t.began {
		t.began, t.status = true, status
	}
	t.ResponseWriter.WriteHeader(status)
}

func (t *tracked) Write(p []byte) (int, error) {
	if !t.began {
		t.began, t.status = true, http.StatusOK
	}
	return t.ResponseWriter.Write(p)
}

const contentSecurityPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; " +
	"connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// guard is what every request passes: it gets an id, deadlines and a line in
// the log, is refused when it comes from where it should not, and cannot take
// the server down with it.
func (h *Handler) guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		began := h.opt.Clock()
		st := &state{id: h.opt.NewID()}
		w := &tracked{rw, st}
		ctx, cancel := context.WithTimeout(context.WithValue(r.Context(), stateKey{}, st), h.opt.Timeout)
		defer cancel()
		r = r.WithContext(ctx)
		defer func() {
			// The path only: a query string may hold a question.
			h.opt.Logger.LogAttrs(ctx, slog.LevelInfo, "request", slog.String("id", st.id),
				slog.String("method", r.Method), slog.String("path", r.URL.Path),
				slog.Int("status", st.status), slog.String("caller", st.caller.ID), slog.Duration("took", h.opt.Clock().Sub(began)))
		}()
		defer h.survive(w, r)

		header := w.Header()
		header.Set("X-Request-Id", st.id)
		header.Set("Content-Security-Policy", contentSecurityPolicy)
		header.Set("X-Content-Type-Options", "nosniff")
		header.Set("Referrer-Policy", "no-referrer")
		header.Set("Cross-Origin-Resource-Policy", "same-origin")
		setDeadlines(w, r)

		if !h.hostAllowed(r.Host) {
			h.fail(w, r, newProblem(http.StatusMisdirectedRequest, "misdirected", "Misdirected request",
				"This server does not answer for the host name it was addressed by."))
			return
		}
		if h.share(w, r) {
			return
		}
		if err := h.origin.Check(r); err != nil {
			h.fail(w, r, newProblem(http.StatusForbidden, "cross-origin", "Forbidden",
				"Requests from pages of another origin are refused."))
			return
		}
		next.ServeHTTP(w, r)
	})
}

// survive answers a panic with a 500. A response that has begun can only be
// broken off, so that nobody takes it for a whole one.
func (h *Handler) survive(w *tracked, r *http.Request) {
	v := recover()
	if v == nil {
		return
	}
	if err, ok := v.(error); ok && errors.Is(err, http.ErrAbortHandler) {
		panic(http.ErrAbortHandler)
	}
	err := panicked(v)
	if w.began {
		_ = h.problem(r, err) // for its line in the log
		panic(http.ErrAbortHandler)
	}
	h.fail(w, r, err)
}

func panicked(v any) error { return fmt.Errorf("panic: %v\n%s", v, debug.Stack()) }

// hostAllowed keeps a page out whose own name was made to resolve to this
// machine: its requests count as same-origin, but they carry that name.
func (h *Handler) hostAllowed(host string) bool {
	if len(h.opt.Hosts) == 0 {
		return true
	}
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	host = strings.Trim(host, "[]")
	return slices.ContainsFunc(h.opt.Hosts, func(allowed string) bool {
		return strings.EqualFold(host, strings.Trim(allowed, "[]"))
	})
}

// LoopbackHosts returns the names a listener on addr is rightly called by where
// addr is a loopback address, and nil, for any, where it is not.
func LoopbackHosts(addr net.Addr) []string {
	tcp, ok := addr.(*net.TCPAddr)
	if !ok || !tcp.IP.IsLoopback() {
		return nil
	}
	return []string{"localhost", "127.0.0.1", "::1", tcp.IP.String()}
}

// writeGrace is how long writing may take after the work is over, and one event
// of a stream by itself.
const writeGrace = 10 * time.Second

// setDeadlines bounds a slow caller. A reading deadline is set only while there
// is a body to read: net/http also reads in order to notice that a caller left,
// and would take the deadline for that.
func setDeadlines(w http.ResponseWriter, r *http.Request) {
	deadline, _ := r.Context().Deadline()
	rc := http.NewResponseController(w)
	// Where there is no connection, as on Lambda, there is nothing to bound.
	_ = rc.SetWriteDeadline(deadline.Add(writeGrace))
	if r.ContentLength != 0 {
		_ = rc.SetReadDeadline(deadline)
	} else {
		_ = rc.SetReadDeadline(time.Time{})
	}
}
