package awslambda

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"runtime/debug"
	"time"

	"github.com/aws/aws-lambda-go/lambda"
)

// Handler handles an invocation: the event as it came, to what is sent back. What
// it returns is encoded as JSON or, where it is a reader, streamed.
type Handler func(ctx context.Context, event json.RawMessage) (any, error)

// Start builds a handler and gives it invocations. It does not return: where the
// function cannot start, the log says why and the process ends.
func Start(bundled Bundled, build func(*Function) (Handler, error)) {
	parts := newParts(time.Now)
	log := slog.New(slog.NewJSONHandler(os.Stderr, nil))
	f, err := New(os.Environ(), log, bundled)
	parts.done("configuration")
	var handle Handler
	if err == nil {
		handle, err = build(f)
	}
	if err != nil {
		log.Error("the function cannot start", "error", err.Error())
		os.Exit(1)
	}
	parts.done("handler")
	log.Info("started", parts.took...)
	lambda.Start(f.guard(handle))
}

// parts are those of a start, which come one after another, and how long each took.
type parts struct {
	clock func() time.Time
	last  time.Time
	took  []any // for a line in the log
}

func newParts(clock func() time.Time) *parts { return &parts{clock: clock, last: clock()} }

// done says that a part has ended, and that the next begins.
func (p *parts) done(part string) {
	now := p.clock()
	p.took = append(p.took, slog.Duration(part, now.Sub(p.last)))
	p.last = now
}

// guard keeps what went wrong inside from the caller.
func (f *Function) guard(handle Handler) Handler {
	return func(ctx context.Context, event json.RawMessage) (answer any, err error) {
		defer func() {
			if v := recover(); v != nil {
				err = fmt.Errorf("panic: %v\n%s", v, debug.Stack())
			}
			if err != nil {
				answer, err = nil, f.told(ctx, err)
			}
		}()
		return handle(ctx, event)
	}
}

// margin is what is kept of an invocation's time to say what came of it.
const margin = 500 * time.Millisecond

// Within is the context for the work of an invocation. It ends a margin before
// Lambda ends the process.
func Within(ctx context.Context) (context.Context, context.CancelFunc) {
	deadline, ok := ctx.Deadline()
	if !ok {
		return context.WithCancel(ctx)
	}
	return context.WithDeadline(ctx, deadline.Add(-margin))
}
