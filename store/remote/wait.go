package remote

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
)

// pause is how long to wait after attempt n has failed, and how much of that
// the server asked for. The rest is random from nothing to a bound that doubles
// ("full jitter": Brooker, Exponential Backoff and Jitter, 2015), on top of
// what was asked for, since all clients were asked for the same.
func (c *Conn) pause(n int, err error, a answer) (d, asked time.Duration) {
	bound, longest := c.opt.Retry.First, c.opt.Retry.Longest
	for range n - 1 {
		if bound > longest/2 {
			bound = longest
			break
		}
		bound *= 2
	}
	bound = min(bound, longest)
	asked = max(retryInfo(err), c.retryAfter(a.header), c.retryAfter(a.trailer))
	return asked + time.Duration(c.opt.Random()*float64(bound)), asked
}

// retryInfo is what the details of a status ask for, or zero.
func retryInfo(err error) time.Duration {
	for _, detail := range status.Convert(err).Details() {
		if info, ok := detail.(*errdetails.RetryInfo); ok && info.GetRetryDelay().IsValid() {
			return max(0, info.GetRetryDelay().AsDuration())
		}
	}
	return 0
}

// retryAfter is what a retry-after header asks for, or zero: seconds or an HTTP
// date (RFC 9110, section 10.2.3).
func (c *Conn) retryAfter(md metadata.MD) time.Duration {
	var longest time.Duration
	for _, value := range md.Get("retry-after") {
		value = strings.TrimSpace(value)
		if seconds, err := strconv.ParseUint(value, 10, 31); err == nil {
			longest = max(longest, time.Duration(seconds)*time.Second)
		} else if at, err := http.ParseTime(value); err == nil {
			longest = max(longest, at.Sub(c.opt.Now()))
		}
	}
	return longest
}
