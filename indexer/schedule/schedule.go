package schedule

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	_ "time/tzdata" // machines without a network, and containers, may have no zones

	"github.com/robfig/cron/v3"
)

// Schedule is a sequence of instants. The zero value has none.
type Schedule struct {
	text string
	zone *time.Location
	// every is set for @every, and fields for all else.
	every time.Duration
	// fields are what the clock on the wall has to show, which they take for UTC.
	fields *cron.SpecSchedule
	// wild is set where every hour counts, so that the clock may show a time twice.
	wild bool
}

// Bounds of @every.
const (
	shortest = time.Second
	longest  = 366 * 24 * time.Hour
)

// maxText is far beyond what anybody writes.
const maxText = 256

// star is how the library marks a field that has a star in it.
const star = 1 << 63

var parser = cron.NewParser(cron.Minute | cron.Hour | cron.Dom | cron.Month | cron.Dow | cron.Descriptor)

// Zone finds a time zone by its IANA name, such as "Asia/Seoul".
func Zone(name string) (*time.Location, error) {
	zone, err := time.LoadLocation(name)
	// Those names mean something else on each machine, or nothing that was written.
	if err != nil || name == "" || name == "Local" {
		return nil, fmt.Errorf("must be the IANA name of a time zone, such as Asia/Seoul, Europe/Paris or UTC")
	}
	return zone, nil
}

// Parse reads an expression: five fields (minute, hour, day of the month, month, day
// of the week), or one of @hourly, @daily, @weekly, @monthly, @yearly, or @every and a
// duration, counted from midnight of 1 January of the year 1, UTC. Where both days are
// given, either will do, but where one has a star in it.
func Parse(text string, zone *time.Location) (*Schedule, error) {
	s := &Schedule{text: text, zone: zone}
	if len(text) > maxText {
		return nil, fmt.Errorf("has %d bytes, and at most %d are taken", len(text), maxText)
	}
	if duration, ok := strings.CutPrefix(text, "@every "); ok {
		var err error
		if s.every, err = time.ParseDuration(duration); err != nil || s.every < shortest || s.every > longest || s.every%time.Second != 0 {
			return nil, fmt.Errorf("@every takes whole seconds from %v to %v, such as @every 10m", shortest, longest)
		}
		return s, nil
	}
	if strings.Contains(text, "=") {
		return nil, errors.New("the time zone has a key of its own")
	}
	parsed, err := parser.Parse(text)
	if err != nil {
		return nil, err
	}
	fields, ok := parsed.(*cron.SpecSchedule)
	if !ok {
		return nil, errors.New("it is no time of a clock")
	}
	fields.Location = time.UTC
	s.fields, s.wild = fields, text == "@hourly"
	if written := strings.Fields(text); len(written) == 5 {
		s.wild = starred(written[1])
		// The library takes */2 for a list of days, and cron for a star.
		if starred(written[2]) {
			fields.Dom |= star
		}
		if starred(written[4]) {
			fields.Dow |= star
		}
	}
	if slices.Contains([]uint64{fields.Minute, fields.Hour, fields.Dom &^ star, fields.Month, fields.Dow &^ star}, 0) {
		return nil, errors.New("a field is empty")
	}
	if s.after(time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)).IsZero() {
		return nil, errors.New("it never comes: no month that is named has such a day")
	}
	return s, nil
}

func starred(field string) bool { return strings.ContainsAny(field, "*?") }

// String is the expression as it was written.
func (s *Schedule) String() string { return s.text }

// Zone is the time zone that it is read in.
func (s *Schedule) Zone() *time.Location { return s.zone }

// Next is the first instant after another.
func (s *Schedule) Next(after time.Time) time.Time {
	switch {
	case s.every > 0:
		return after.Round(0).Truncate(s.every).Add(s.every).In(s.zone)
	case s.fields == nil:
		return time.Time{}
	case s.wild:
		return s.nextShown(after)
	}
	return s.nextReached(after)
}

// Last is the last instant after one and not after another, or zero.
func (s *Schedule) Last(after, until time.Time) time.Time {
	// From ever further back, so that it takes few steps whatever lies between.
	for back := time.Minute; back < 60*year; back *= 2 {
		from := until.Add(-back)
		if from.Before(after) {
			from = after
		}
		next := s.Next(from)
		if found := !next.IsZero() && !next.After(until); found {
			for {
				following := s.Next(next)
				if following.IsZero() || following.After(until) {
					return next
				}
				next = following
			}
		}
		if from.Equal(after) {
			break
		}
	}
	return time.Time{}
}

// year is one at most.
const year = 366 * 24 * time.Hour
