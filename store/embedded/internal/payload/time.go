package payload

import (
	"strings"
	"time"
	"unicode"
)

// Time reads a datetime the way Qdrant does: RFC 3339 in a relaxed form (T, t
// or a space between date and time, spaces inside, years with a sign), a zone
// with or without colon and minutes, none for UTC, no seconds, or a date alone.
// The result is in UTC and cut to the microsecond.
func Time(s string) (time.Time, bool) {
	for _, f := range timeForms {
		if t, ok := f.read(s); ok {
			return t, true
		}
	}
	return time.Time{}, false
}

// timeForm is one way to write a datetime. Numbers may have spaces before them
// in each.
type timeForm struct {
	// relaxed allows spaces before hyphens, colons and the end, t for T, and
	// UTC for a zone, of which it wants the minutes.
	relaxed bool
	// time is what follows the date.
	time timePart
	// separator lies between date and time, a space standing for any number of
	// them; relaxed forms take both.
	separator byte
}

type timePart int

const (
	noTime timePart = iota
	minutes
	seconds
	secondsAndZone
)

var timeForms = []timeForm{
	{relaxed: true, time: secondsAndZone},
	{time: secondsAndZone, separator: 'T'},
	{time: secondsAndZone, separator: ' '},
	{time: seconds, separator: 'T'},
	{time: seconds, separator: ' '},
	{time: minutes, separator: 'T'},
	{time: minutes, separator: ' '},
	{time: noTime},
}

func (f timeForm) read(text string) (time.Time, bool) {
	s := timeScanner{rest: text, relaxed: f.relaxed}
	year := s.year()
	s.literal('-')
	month := s.number(2)
	s.literal('-')
	day := s.number(2)
	var hour, minute, second, nanosecond, offset int
	if f.time != noTime {
		s.separator(f.separator)
		hour = s.number(2)
		s.literal(':')
		minute = s.number(2)
	}
	if f.time >= seconds {
		s.literal(':')
		second = s.number(2)
		nanosecond = s.fraction()
	}
	if f.time == secondsAndZone {
		offset = s.zone()
	}
	if s.relaxed {
		s.space()
	}
	if s.failed || s.rest != "" || hour > 23 || minute > 59 || second > 60 {
		return time.Time{}, false
	}
	date := time.Date(year, time.Month(month), day, 0, 0, 0, 0, time.UTC)
	if month < 1 || month > 12 || day < 1 || date.Day() != day {
		return time.Time{}, false
	}
	// A second numbered 60, a leap second, is the same instant as the next
	// minute to everything that counts microseconds.
	t := time.Date(year, time.Month(month), day, hour, minute, second-offset, nanosecond, time.UTC)
	return time.UnixMicro(t.UnixMicro()).UTC(), true
}

// timeScanner takes a datetime apart from the left. After it failed, what its
// methods return means nothing.
type timeScanner struct {
	rest    string
	relaxed bool
	failed  bool
}

func (s *timeScanner) space() { s.rest = strings.TrimLeftFunc(s.rest, unicode.IsSpace) }

func (s *timeScanner) literal(c byte) {
	if s.relaxed {
		s.space()
	}
	if s.rest == "" || s.rest[0] != c {
		s.failed = true
		return
	}
	s.rest = s.rest[1:]
}

func (s *timeScanner) separator(c byte) {
	switch {
	case s.relaxed && s.rest != "" && strings.IndexByte("Tt ", s.rest[0]) >= 0:
		s.rest = s.rest[1:]
	case s.relaxed:
		s.failed = true
	case c == ' ':
		s.space()
	default:
		s.literal(c)
	}
}

// minYear and maxYear are the first and the last year of the times that Qdrant
// can hold.
const (
	minYear = -262143
	maxYear = 262142
)

// number takes one digit up to width; what it returns stops growing beyond any
// year.
func (s *timeScanner) number(width int) int {
	s.space()
	n, digits := 0, 0
	for digits < width && digits < len(s.rest) && isDigit(s.rest[digits]) {
		n = min(n*10+int(s.rest[digits]-'0'), 2*maxYear)
		digits++
	}
	s.failed = s.failed || digits == 0
	s.rest = s.rest[digits:]
	return n
}

// year takes up to four digits or, after a sign, any number of them.
func (s *timeScanner) year() int {
	s.space()
	sign, width := 1, 4
	if s.rest != "" && (s.rest[0] == '+' || s.rest[0] == '-') {
		if s.rest[0] == '-' {
			sign = -1
		}
		s.rest = s.rest[1:]
		width = len(s.rest)
		s.failed = s.failed || s.rest == "" || !isDigit(s.rest[0])
	}
	year := sign * s.number(width)
	s.failed = s.failed || year < minYear || year > maxYear
	return year
}

// fraction takes a point and the digits after it, where there is a point, and
// returns them as nanoseconds.
func (s *timeScanner) fraction() int {
	if !strings.HasPrefix(s.rest, ".") {
		return 0
	}
	s.rest = s.rest[1:]
	n, digits := 0, 0
	for ; digits < len(s.rest) && isDigit(s.rest[digits]); digits++ {
		if digits < 9 {
			n = n*10 + int(s.rest[digits]-'0')
		}
	}
	s.failed = s.failed || digits == 0
	s.rest = s.rest[digits:]
	for ; digits < 9; digits++ {
		n *= 10
	}
	return n
}

// zone takes Z or an offset and returns the seconds east of UTC.
func (s *timeScanner) zone() int {
	s.space()
	if s.relaxed && len(s.rest) >= 3 && strings.EqualFold(s.rest[:3], "UTC") {
		s.rest = s.rest[3:]
		return 0
	}
	if s.rest != "" && s.rest[0]|0x20 == 'z' {
		s.rest = s.rest[1:]
		return 0
	}
	sign := 1
	switch {
	case strings.HasPrefix(s.rest, "+"):
		s.rest = s.rest[1:]
	case strings.HasPrefix(s.rest, "-"):
		s.rest, sign = s.rest[1:], -1
	case strings.HasPrefix(s.rest, "\u2212"):
		s.rest, sign = s.rest[len("\u2212"):], -1
	default:
		s.failed = true
		return 0
	}
	hours := s.twoDigits()
	s.rest = strings.TrimLeftFunc(s.rest, func(r rune) bool { return r == ':' || unicode.IsSpace(r) })
	minutes := 0
	if s.rest != "" || s.relaxed {
		minutes = s.twoDigits()
	}
	s.failed = s.failed || hours > 23 || minutes > 59
	return sign * (hours*3600 + minutes*60)
}

func (s *timeScanner) twoDigits() int {
	if len(s.rest) < 2 || !isDigit(s.rest[0]) || !isDigit(s.rest[1]) {
		s.failed = true
		return 0
	}
	n := int(s.rest[0]-'0')*10 + int(s.rest[1]-'0')
	s.rest = s.rest[2:]
	return n
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }
