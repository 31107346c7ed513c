package schedule

import "time"

// A time of a wall clock is written as if it were UTC: such times can be counted and
// compared, and none is missing or there twice.

// wall is what the clock on the wall shows at an instant.
func (s *Schedule) wall(t time.Time) time.Time {
	_, offset := t.In(s.zone).Zone()
	return t.UTC().Add(time.Duration(offset) * time.Second)
}

// after is the first time of the expression after one of the wall clock, or zero.
func (s *Schedule) after(wall time.Time) time.Time {
	// The library gives up after five years. A 29 February on a Sunday is up to
	// forty away.
	for range 8 {
		if next := s.fields.Next(wall); !next.IsZero() {
			return next
		}
		wall = time.Date(wall.Year()+6, 1, 1, 0, 0, 0, 0, time.UTC).Add(-time.Second)
	}
	return time.Time{}
}

// nextReached is the first instant after one at which the clock has come to a time of
// the expression, or leapt over it.
func (s *Schedule) nextReached(after time.Time) time.Time {
	for wall := s.wall(after); ; {
		if wall = s.after(wall); wall.IsZero() {
			return wall
		}
		// What the clock shows a second time was reached before.
		if t := s.reached(wall); t.After(after) {
			return t
		}
	}
}

// reached is the first instant at which the clock shows a time or a later one.
func (s *Schedule) reached(wall time.Time) time.Time {
	from := wall.Add(-24 * time.Hour).In(s.zone) // no zone is so far from UTC
	for {
		offset, end := bounds(from)
		t := wall.Add(-offset).In(s.zone)
		if t.Before(from) {
			t = from // leapt over
		}
		if end.IsZero() || t.Before(end) {
			return t
		}
		from = end
	}
}

// nextShown is the first instant after one at which the clock shows a time of the
// expression.
func (s *Schedule) nextShown(after time.Time) time.Time {
	from := after.In(s.zone)
	for {
		offset, end := bounds(from)
		wall := s.after(from.UTC().Add(offset))
		if wall.IsZero() {
			return wall
		}
		if t := wall.Add(-offset).In(s.zone); end.IsZero() || t.Before(end) {
			return t
		}
		// The clock changes before: it may show such a time as it does.
		if offset, _ := bounds(end); s.matches(end.UTC().Add(offset)) {
			return end
		}
		from = end
	}
}

// matches tells whether a time of the wall clock is one of the expression.
func (s *Schedule) matches(wall time.Time) bool {
	return s.after(wall.Add(-time.Second)).Equal(wall)
}

// bounds are the offset of a time's zone from UTC, and when that changes; zero is never.
func bounds(t time.Time) (offset time.Duration, end time.Time) {
	_, seconds := t.Zone()
	_, end = t.ZoneBounds()
	return time.Duration(seconds) * time.Second, end
}
