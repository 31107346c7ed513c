package embedded

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// errFault is the fault of memory that a file is mapped to: the disk does not
// give what is in it.
var errFault = errors.New("a mapped file cannot be read")

// panicError is a panic: a mistake in the code.
type panicError struct {
	value any
	stack []byte
}

func (p *panicError) Error() string { return fmt.Sprintf("panic: %v", p.value) }

// Unwrap returns what was thrown, where that was an error.
func (p *panicError) Unwrap() error {
	err, _ := p.value.(error)
	return err
}

// guard turns a panic into a *panicError, and a fault of mapped memory into an
// errFault.
func guard(f func() error) (err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		switch r := recover().(type) {
		case nil:
		case interface {
			error
			Addr() uintptr // what package runtime gives a fault, and no other panic
		}:
			err = fmt.Errorf("%w: %w", errFault, r)
		default:
			err = &panicError{value: r, stack: debug.Stack()}
		}
	}()
	return f()
}

// guarded returns a service none of whose methods panics, and whose errors all
// have a code.
func (e *Engine) guarded(desc *grpc.ServiceDesc) *grpc.ServiceDesc {
	out := *desc
	out.Methods = make([]grpc.MethodDesc, len(desc.Methods))
	for i, m := range desc.Methods {
		out.Methods[i] = grpc.MethodDesc{
			MethodName: m.MethodName,
			Handler: func(server any, ctx context.Context, decode func(any) error, interceptor grpc.UnaryServerInterceptor) (any, error) {
				var reply any
				err := guard(func() (err error) {
					reply, err = m.Handler(server, ctx, decode, interceptor)
					return err
				})
				switch _, ok := status.FromError(err); {
				case ok:
					return reply, err
				case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
					return nil, status.FromContextError(err).Err()
				}
				return nil, e.internalError(m.MethodName, err)
			},
		}
	}
	return &out
}

// internalError logs an error that says nothing to a caller.
func (e *Engine) internalError(what string, err error) error {
	e.logger(err).Error("embedded engine: internal error", "in", what)
	return status.Errorf(codes.Internal, "%s: internal error: the log says more; please report it", what)
}

// logger says with each message that err happened, and where, if it is a panic.
func (e *Engine) logger(err error) *slog.Logger {
	log := e.opt.Logger.With("error", err)
	if p, ok := errors.AsType[*panicError](err); ok {
		log = log.With("stack", string(p.stack))
	}
	return log
}
