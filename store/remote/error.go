package remote

import (
	"context"
	"fmt"
	"path"
	"slices"
	"strings"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// Error is a call that failed. status.Code tells the code that the server, or
// gRPC in its place, gave it.
type Error struct {
	// Address is the server's host and port.
	Address string
	// Method is the full name of the method, such as "/qdrant.Points/Query".
	Method string
	// Attempts is how many there were.
	Attempts int
	// Unknown is set where the call would write, and may have written: the
	// answer was lost or did not come in time. Writing the same again is safe.
	Unknown bool
	// Advice says what to do; it may be empty.
	Advice string

	cause error
	// callersTime is set where the caller's deadline ended the call, whichever side
	// of the connection noticed first.
	callersTime bool
}

func (e *Error) Error() string {
	s := status.Convert(e.cause)
	text := fmt.Sprintf("Qdrant at %s, %s: %s: %s", e.Address, strings.TrimPrefix(e.Method, "/qdrant."), s.Code(), s.Message())
	if e.Attempts > 1 {
		text += fmt.Sprintf(" (after %d attempts)", e.Attempts)
	}
	if e.Unknown {
		text += "; whether it was written is unknown, and writing it again is safe"
	}
	if e.Advice != "" {
		text += ": " + e.Advice
	}
	return text
}

// Unwrap returns what gRPC returned, and the error of the context where that
// ended the call or a wait.
func (e *Error) Unwrap() []error {
	if e.callersTime {
		return []error{e.cause, context.DeadlineExceeded}
	}
	return []error{e.cause}
}

// writePrefixes begin the names of the methods that write.
var writePrefixes = []string{"Upsert", "Delete", "Set", "Overwrite", "Clear", "Update", "Create", "Recover"}

func writes(method string) bool {
	name := path.Base(method)
	return slices.ContainsFunc(writePrefixes, func(p string) bool { return strings.HasPrefix(name, p) })
}

// mayBeDone tells whether a failed call may have reached the server and been
// carried out.
func (c *Conn) mayBeDone(err error) bool {
	if !c.greeting.heard.Load() {
		return false
	}
	switch status.Code(err) {
	case codes.DeadlineExceeded, codes.Canceled:
		return !strings.Contains(status.Convert(err).Message(), notConnected)
	case codes.Unavailable:
		return !strings.HasPrefix(status.Convert(err).Message(), connecting)
	default:
		return false
	}
}

// What grpc-go (v1.85) says where a call had no connection to be sent on.
const (
	connecting   = "connection error: "
	notConnected = "while waiting for connections to become ready"
)
