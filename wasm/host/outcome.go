package host

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/tetratelabs/wazero/sys"
)

// Outcome is what became of a call, in a word that may be shown to anybody.
type Outcome string

const (
	OK         Outcome = "ok"
	NoFuel     Outcome = "out of fuel"
	NoTime     Outcome = "out of time"
	NoMemory   Outcome = "out of memory"
	TooDeep    Outcome = "calls too deep"
	TooLong    Outcome = "response too long"
	OutOfRange Outcome = "response out of range"
	Trapped    Outcome = "trapped"
	Canceled   Outcome = "canceled"
	// Invalid: the response is none, or breaks a rule; see package hooks.
	Invalid Outcome = "invalid response"
	// Failed: the plugin said that it could not do its work.
	Failed Outcome = "failed"
)

// Error is a call that failed. Its text is for the operator; a caller is shown the
// Outcome.
type Error struct {
	Plugin  string
	Outcome Outcome
	cause   error
}

func (e *Error) Error() string {
	text := fmt.Sprintf("plugin %s: %s", e.Plugin, e.Outcome)
	if e.cause != nil {
		text += ": " + e.cause.Error()
	}
	return text
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.cause }

var errExit = errors.New("it called proc_exit")

// ended is what a function of the host's ends a call with.
type ended struct {
	outcome Outcome
	cause   error
}

func (e *ended) Error() string {
	if e.cause != nil {
		return e.cause.Error()
	}
	return string(e.outcome)
}

func (e *ended) Unwrap() error { return e.cause }

// failure is the error of a call or a start that ended with err.
func (r *run) failure(err error) *Error {
	failed := &Error{Plugin: r.plugin.name, Outcome: Trapped, cause: err}
	if end, ok := errors.AsType[*ended](err); ok {
		failed.Outcome = end.outcome
		failed.cause = end.cause
		return failed
	}
	if _, exited := errors.AsType[*sys.ExitError](err); exited && errors.Is(err, context.Canceled) {
		failed.Outcome = Canceled
		return failed
	}
	if r.stack != nil && int32(r.stack.Get()) < 0 {
		failed.Outcome = TooDeep
	}
	// The stack of the module has the names that somebody gave its functions: they
	// stay inside.
	first, _, _ := strings.Cut(err.Error(), "\n")
	failed.cause = errors.New(strings.TrimSuffix(first, " (recovered by wazero)"))
	return failed
}
