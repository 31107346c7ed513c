package awslambda

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/aws/aws-lambda-go/lambda/messages"
	"github.com/aws/aws-lambda-go/lambdacontext"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// The types of the errors that an invocation ends with, as its errorType.
const (
	// TypeInvalidEvent: the event is wrong, and will be when it is sent again.
	TypeInvalidEvent = "InvalidEvent"
	// TypeUnavailable: the same event may succeed later.
	TypeUnavailable = "Unavailable"
	// TypeInternal: the log has the cause.
	TypeInternal = "Internal"
)

// InvalidEvent is an error that tells the caller what is wrong with the event.
func InvalidEvent(format string, args ...any) error {
	return messages.InvokeResponse_Error{Type: TypeInvalidEvent, Message: fmt.Sprintf(format, args...)}
}

// Unavailable is an error that tells the caller to try later.
func Unavailable(message string) error {
	return messages.InvokeResponse_Error{Type: TypeUnavailable, Message: message}
}

// told is the error that the caller reads. Those above are for callers; of any
// other the log has the cause.
func (f *Function) told(ctx context.Context, err error) error {
	if public, ok := errors.AsType[messages.InvokeResponse_Error](err); ok {
		return public
	}
	id := RequestID(ctx)
	f.Log.ErrorContext(ctx, "invocation failed", "request_id", id, "error", err.Error())
	return messages.InvokeResponse_Error{Type: TypeInternal, Message: "internal error; the log has it under request " + id}
}

// RequestID is Lambda's id of the invocation.
func RequestID(ctx context.Context) string {
	if lc, ok := lambdacontext.FromContext(ctx); ok {
		return lc.AwsRequestID
	}
	return ""
}

// passing are the codes of a store's failures that may be over the next time.
var passing = []codes.Code{codes.Unavailable, codes.DeadlineExceeded, codes.ResourceExhausted, codes.Aborted, codes.Canceled}

// Passing tells whether err is a store's failure, or the end of the time, after
// which the same may succeed later.
func Passing(err error) bool {
	return errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) || slices.Contains(passing, status.Code(err))
}
