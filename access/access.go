package access

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/naru-rag/naru/rag"
)

// Role is what a caller may do.
type Role string

const (
	// Reader asks, and reads documents that the caller may see.
	Reader Role = "reader"
	// Editor also adds, replaces and deletes them.
	Editor Role = "editor"
)

// Roles are all of them, the least first.
var Roles = []Role{Reader, Editor}

// Allows tells whether who has the role may do what another may.
func (r Role) Allows(other Role) bool {
	return slices.Contains(Roles, r) && slices.Index(Roles, r) >= slices.Index(Roles, other)
}

// Caller is who sends a request.
type Caller struct {
	// ID names the caller in logs, and tells one from another.
	ID    string
	Asker rag.Asker
	Role  Role
	// PerMinute is how often they may come; zero is without limit.
	PerMinute int
}

var (
	// ErrUnknown: whoever it is, they are not known: no key or token, or one that is
	// wrong, removed or expired. The error's text is for the operator.
	ErrUnknown = errors.New("not known")
	// ErrUnreachable: it cannot be told now who it is.
	ErrUnreachable = errors.New("who asks cannot be told now")
)

// Access tells who sends a request. It is safe for concurrent use.
type Access struct {
	// Keys knows API keys. Nil where there are none.
	Keys *Keys
	// Tokens knows tokens of identity providers. Nil where there are none.
	Tokens *Tokens
}

// Caller is who has a bearer token (RFC 6750): an API key, or a token. The error is
// [ErrUnknown], [ErrUnreachable], or the context's.
func (a *Access) Caller(ctx context.Context, bearer string) (Caller, error) {
	switch {
	case bearer == "":
		return Caller{}, fmt.Errorf("%w: no key or token was sent", ErrUnknown)
	case strings.HasPrefix(bearer, prefix) && a.Keys != nil:
		return a.Keys.Caller(ctx, bearer)
	case strings.Count(bearer, ".") == 2 && a.Tokens != nil:
		return a.Tokens.Caller(ctx, bearer)
	}
	return Caller{}, fmt.Errorf("%w: it is neither a key nor a token", ErrUnknown)
}
