package web

import (
	"context"
	"errors"
	"math"
	"net/http"
	"strings"

	"github.com/naru-rag/naru/access"
)

// Callers tells who sends a request, by its bearer token, which may be empty. Of who is
// not known the error is [access.ErrUnknown], and of who cannot be told now,
// [access.ErrUnreachable].
type Callers interface {
	Caller(ctx context.Context, bearer string) (access.Caller, error)
}

// Open lets everybody in who reaches the listener: all are one caller.
type Open access.Caller

// Caller implements [Callers].
func (o Open) Caller(context.Context, string) (access.Caller, error) { return access.Caller(o), nil }

// Who is on whose behalf a context is, and the id of their request; zero outside of a
// request.
func Who(ctx context.Context) (caller access.Caller, request string) {
	if st, ok := ctx.Value(stateKey{}).(*state); ok {
		return st.caller, st.id
	}
	return access.Caller{}, ""
}

// as has an endpoint answer callers of a role alone, and none too often.
func (h *Handler) as(role access.Role, next endpoint) endpoint {
	return func(w http.ResponseWriter, r *http.Request) error {
		caller, err := h.caller(r)
		if err != nil {
			return err
		}
		st := stateOf(r)
		st.caller = caller
		if !caller.Role.Allows(role) {
			return newProblem(http.StatusForbidden, "forbidden", "Forbidden", "Your key or token does not allow this.")
		}
		if wait := h.rates.Wait(caller); wait > 0 {
			p := newProblem(http.StatusTooManyRequests, "rate-limited", "Too many requests", "You have come as often as you may. Try again later.")
			p.retryAfter = int(math.Ceil(wait.Seconds()))
			return p
		}
		return next(w, r)
	}
}

func (h *Handler) caller(r *http.Request) (access.Caller, error) {
	bearer := ""
	switch given := r.Header.Values("Authorization"); {
	case len(given) > 1:
		return access.Caller{}, invalid("Authorization", "There must be one Authorization header.")
	case len(given) == 1:
		// The scheme's name has no case (RFC 9110, section 11.1).
		scheme, token, _ := strings.Cut(given[0], " ")
		if bearer = strings.TrimSpace(token); !strings.EqualFold(scheme, "Bearer") {
			bearer = ""
		}
	}
	caller, err := h.opt.Callers.Caller(r.Context(), bearer)
	switch {
	case errors.Is(err, access.ErrUnknown):
		p := newProblem(http.StatusUnauthorized, "unauthorized", "Unauthorized", "Send a key or token that is valid: Authorization: Bearer …")
		p.cause, p.challenge = err, "Bearer"
		if bearer != "" {
			p.challenge = `Bearer error="invalid_token"` // RFC 6750, section 3.1
		}
		return access.Caller{}, p
	case errors.Is(err, access.ErrUnreachable):
		p := unavailable(err)
		p.retryAfter = 5
		return access.Caller{}, p
	}
	return caller, err
}
