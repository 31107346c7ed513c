package access

import (
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// Rates bounds how often callers come: in a minute as often as they may, and in a
// moment a sixth of that. It is safe for concurrent use.
type Rates struct {
	clock func() time.Time

	mu       sync.Mutex
	limiters map[string]*limiter
}

type limiter struct {
	*rate.Limiter
	perMinute int
}

// NewRates returns rates by a clock; nil is time.Now.
func NewRates(clock func() time.Time) *Rates {
	if clock == nil {
		clock = time.Now
	}
	return &Rates{clock: clock, limiters: map[string]*limiter{}}
}

// Wait is how long a caller has to wait before they come again: zero where they may
// come now, which is counted.
func (r *Rates) Wait(c Caller) time.Duration {
	if c.PerMinute <= 0 {
		return 0
	}
	now := r.clock()
	r.mu.Lock()
	defer r.mu.Unlock()
	l := r.limiters[c.ID]
	if l == nil || l.perMinute != c.PerMinute {
		r.forget(now)
		l = &limiter{rate.NewLimiter(rate.Limit(float64(c.PerMinute)/60), max(1, (c.PerMinute+5)/6)), c.PerMinute}
		r.limiters[c.ID] = l
	}
	turn := l.ReserveN(now, 1)
	wait := turn.DelayFrom(now)
	if wait > 0 {
		turn.CancelAt(now) // who is refused has not come
	}
	return wait
}

// forget makes room: who may come as often as at first need not be remembered.
func (r *Rates) forget(now time.Time) {
	if len(r.limiters) < most {
		return
	}
	for id, l := range r.limiters {
		if l.TokensAt(now) >= float64(l.Burst()) {
			delete(r.limiters, id)
		}
	}
	if len(r.limiters) >= most {
		clear(r.limiters)
	}
}
