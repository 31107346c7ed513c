package remote

import (
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// retryAfter is how long an answer asks to be left alone, or zero: seconds or a
// date (RFC 9110, section 10.2.3), or OpenAI's milliseconds.
func retryAfter(h http.Header, now time.Time) time.Duration {
	for _, known := range []struct {
		header string
		unit   time.Duration
	}{{"Retry-After-Ms", time.Millisecond}, {"Retry-After", time.Second}} {
		value := strings.TrimSpace(h.Get(known.header))
		if n, err := strconv.ParseFloat(value, 64); err == nil && n >= 0 {
			return time.Duration(min(n*float64(known.unit), math.MaxInt64/2))
		}
		if at, err := http.ParseTime(value); err == nil {
			return max(0, at.Sub(now))
		}
	}
	return 0
}
