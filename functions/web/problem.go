package web

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strconv"

	"github.com/naru-rag/naru/rag"
)

// problem is an error as a caller reads it (RFC 9457). Nothing is put into one
// that came from below without [Explain].
type problem struct {
	Type     string `json:"type"`
	Title    string `json:"title"`
	Status   int    `json:"status"`
	Detail   string `json:"detail"`
	Instance string `json:"instance"`
	// Field names what in the request is wrong.
	Field     string `json:"field,omitempty"`
	RequestID string `json:"request_id"`

	retryAfter int    // seconds; zero sends no header
	challenge  string // how to say who one is; empty sends no header
	cause      error  // for the log only
}

func (p *problem) Error() string {
	return fmt.Sprintf("%d %s: %s", p.Status, p.Title, p.Detail)
}

func (p *problem) Unwrap() error { return p.cause }

func newProblem(status int, code, title, detail string) *problem {
	return &problem{Type: "urn:naru:problem:" + code, Title: title, Status: status, Detail: detail}
}

func invalid(field, detail string) *problem {
	p := newProblem(http.StatusBadRequest, "invalid-request", "Invalid request", detail)
	p.Field = field
	return p
}

func notFound(detail string) *problem {
	return newProblem(http.StatusNotFound, "not-found", "Not found", detail)
}

func methodNotAllowed(allow string) *problem {
	return newProblem(http.StatusMethodNotAllowed, "method-not-allowed", "Method not allowed",
		"This address answers "+allow+".")
}

func unsupported(detail string) *problem {
	return newProblem(http.StatusUnsupportedMediaType, "unsupported-media-type", "Unsupported media type", detail)
}

func tooLarge(detail string) *problem {
	return newProblem(http.StatusRequestEntityTooLarge, "too-large", "Too large", detail)
}

func unavailable(cause error) *problem {
	p := newProblem(http.StatusServiceUnavailable, "unavailable", "Unavailable", "The server cannot do its work at the moment.")
	p.cause = cause
	return p
}

// problemFor says what a caller is told about err.
func problemFor(err error) *problem {
	var (
		p       *problem
		tooMany *http.MaxBytesError
		asked   *rag.QuestionError
	)
	switch {
	case errors.As(err, &p):
		shown := *p
		return &shown
	case errors.As(err, &asked):
		return invalid(asked.Field, fmt.Sprintf("The %s %s.", asked.Field, asked.Reason))
	case errors.As(err, &tooMany):
		return tooLarge(fmt.Sprintf("The body may have up to %d bytes.", tooMany.Limit))
	case errors.Is(err, ErrNotFound):
		return notFound(detailOf(err, "There is no such document."))
	case errors.Is(err, ErrUnsupported):
		return unsupported(detailOf(err, "This type of document is not supported."))
	case errors.Is(err, ErrTooLarge):
		return tooLarge(detailOf(err, "The document is too large."))
	case errors.Is(err, ErrInvalid):
		return invalid("", detailOf(err, "The request cannot be carried out as it is."))
	case errors.Is(err, ErrBusy):
		p := newProblem(http.StatusServiceUnavailable, "busy", "Busy", detailOf(err, "The server is busy. Try again soon."))
		p.retryAfter = 5
		return p
	case errors.Is(err, context.DeadlineExceeded):
		return newProblem(http.StatusGatewayTimeout, "timeout", "Timeout", "This took too long and was stopped.")
	default:
		return newProblem(http.StatusInternalServerError, "internal", "Internal error", "Internal error.")
	}
}

func detailOf(err error, otherwise string) string {
	var e *explained
	if errors.As(err, &e) {
		return e.detail
	}
	return otherwise
}

// statusClientGone is logged for a caller who left; nobody receives it.
const statusClientGone = 499

// fail answers a request with the problem that err is.
func (h *Handler) fail(w http.ResponseWriter, r *http.Request, err error) {
	// Whatever the work failed with, it was stopped because the caller left. A
	// problem was found before there was work, and is sent in any case: net/http
	// also cancels when a body comes too slowly.
	var found *problem
	if r.Context().Err() == context.Canceled && !errors.As(err, &found) {
		stateOf(r).status = statusClientGone
		return
	}
	p := h.problem(r, err)
	body, marshalErr := json.Marshal(p)
	if marshalErr != nil { // strings and numbers only: cannot happen
		panic(marshalErr)
	}
	header := w.Header()
	header.Set("Content-Type", "application/problem+json")
	header.Set("Cache-Control", "no-store")
	if p.retryAfter > 0 {
		header.Set("Retry-After", strconv.Itoa(p.retryAfter))
	}
	if p.challenge != "" {
		header.Set("WWW-Authenticate", p.challenge)
	}
	w.WriteHeader(p.Status)
	_, _ = w.Write(append(body, '\n')) // a caller who left is nothing to act on
}

// problem completes the problem that err is for this request, and logs the
// cause of one that is the server's fault.
func (h *Handler) problem(r *http.Request, err error) *problem {
	p := problemFor(err)
	st := stateOf(r)
	p.Instance = r.URL.EscapedPath()
	p.RequestID = st.id
	if p.Status >= http.StatusInternalServerError {
		cause := err
		if p.cause != nil {
			cause = p.cause
		}
		h.opt.Logger.LogAttrs(r.Context(), slog.LevelError, "request failed",
			slog.String("id", st.id), slog.Int("status", p.Status), slog.Any("err", cause))
	}
	return p
}

// writeJSON encodes before it writes, so that a value that cannot be encoded is
// still an error with a status of its own.
func writeJSON(w http.ResponseWriter, status int, v any) error {
	body, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("encode response: %w", err)
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = w.Write(append(body, '\n')) // a caller who left is nothing to act on
	return nil
}
