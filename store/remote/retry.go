package remote

import (
	"context"
	"errors"
	"slices"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
)

// answer is what came with an attempt besides its reply.
type answer struct {
	header, trailer metadata.MD
	// callersTime is set where the caller's deadline bounded the attempt.
	callersTime bool
}

// repeated are the codes after which a call may succeed when it is made again.
var repeated = []codes.Code{codes.Unavailable, codes.ResourceExhausted, codes.Aborted}

// retry makes attempts until one succeeds, fails for good, or none is left.
func (c *Conn) retry(ctx context.Context, method string, request any, attempt func() (answer, error)) error {
	failed := &Error{Address: c.address.String(), Method: method}
	for failed.Attempts = 1; ; failed.Attempts++ {
		a, err := attempt()
		if err == nil {
			return nil
		}
		failed.cause = err
		failed.callersTime = a.callersTime && status.Code(err) == codes.DeadlineExceeded
		failed.Unknown = failed.Unknown || writes(method) && c.mayBeDone(err)
		if !slices.Contains(repeated, status.Code(err)) || sizeError(err) || ctx.Err() != nil || failed.Attempts >= c.opt.Retry.Attempts {
			failed.Advice = c.advice(failed, a, request)
			return failed
		}
		d, asked := c.pause(failed.Attempts, err, a)
		if asked > c.opt.Retry.Longest {
			failed.Advice = "it asks to be left alone for " + asked.Round(time.Second).String() +
				", which is longer than store.retries.longest (" + c.opt.Retry.Longest.String() + "): try later"
			return failed
		}
		if deadline, ok := ctx.Deadline(); ok && c.opt.Now().Add(d).After(deadline) {
			failed.Advice = "there was no time left for another attempt; " + c.advice(failed, a, request)
			return failed
		}
		if stopped := c.opt.Wait(ctx, d); stopped != nil {
			failed.cause = errors.Join(err, stopped)
			failed.Advice = "stopped before another attempt"
			return failed
		}
	}
}

// wait waits, or returns the error of a context that ends sooner.
func wait(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
