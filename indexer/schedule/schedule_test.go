package schedule_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/naru-rag/naru/indexer/schedule"
)

func parse(t testing.TB, text, zone string) *schedule.Schedule {
	t.Helper()
	in, err := schedule.Zone(zone)
	if err != nil {
		t.Fatal(err)
	}
	s, err := schedule.Parse(text, in)
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return s
}

const shown = "01-02 15:04 -0700"

// times are those of a schedule from one time of a zone's clock to another.
func times(t *testing.T, s *schedule.Schedule, from, to string) (all []string) {
	t.Helper()
	at := moment(t, from, s.Zone()).Add(-1)
	for until := moment(t, to, s.Zone()); ; {
		if at = s.Next(at); at.IsZero() || at.After(until) {
			return all
		}
		all = append(all, at.Format(shown))
	}
}

func moment(t *testing.T, text string, zone *time.Location) time.Time {
	t.Helper()
	at, err := time.ParseInLocation("2006-01-02 15:04", text, zone)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

// TestDaylightSaving: where hours are named, what the clock leaps over comes right
// after, and what it shows twice comes once; where every hour counts, each real hour does.
func TestDaylightSaving(t *testing.T) {
	for _, tt := range []struct {
		zone, text, from, to string
		want                 string
	}{
		// Paris: 29 March 2 → 3, 25 October 3 → 2.
		{"Europe/Paris", "30 2 * * *", "2026-03-28 00:00", "2026-03-30 12:00", "03-28 02:30 +0100, 03-29 03:00 +0200, 03-30 02:30 +0200"},
		{"Europe/Paris", "*/20 2 * * *", "2026-03-29 00:00", "2026-03-29 12:00", "03-29 03:00 +0200"},
		{"Europe/Paris", "0 2,3 * * *", "2026-03-29 00:00", "2026-03-29 12:00", "03-29 03:00 +0200"},
		{"Europe/Paris", "30 1-3 * * *", "2026-03-29 00:00", "2026-03-29 12:00", "03-29 01:30 +0100, 03-29 03:00 +0200, 03-29 03:30 +0200"},
		{"Europe/Paris", "30 2 * * *", "2026-10-24 00:00", "2026-10-26 12:00", "10-24 02:30 +0200, 10-25 02:30 +0200, 10-26 02:30 +0100"},
		{"Europe/Paris", "0,30 2 * * *", "2026-10-25 00:00", "2026-10-25 12:00", "10-25 02:00 +0200, 10-25 02:30 +0200"},
		{"Europe/Paris", "0 2,3 * * *", "2026-10-25 00:00", "2026-10-25 12:00", "10-25 02:00 +0200, 10-25 03:00 +0100"},
		{"Europe/Paris", "@daily", "2026-10-25 00:00", "2026-10-26 12:00", "10-25 00:00 +0200, 10-26 00:00 +0100"},
		{"Europe/Paris", "30 * * * *", "2026-03-29 01:00", "2026-03-29 04:00", "03-29 01:30 +0100, 03-29 03:30 +0200"},
		{"Europe/Paris", "@hourly", "2026-03-29 01:00", "2026-03-29 04:00", "03-29 01:00 +0100, 03-29 03:00 +0200, 03-29 04:00 +0200"},
		{"Europe/Paris", "@hourly", "2026-10-25 01:00", "2026-10-25 03:00", "10-25 01:00 +0200, 10-25 02:00 +0200, 10-25 02:00 +0100, 10-25 03:00 +0100"},
		{"Europe/Paris", "0 */2 * * *", "2026-10-25 00:00", "2026-10-25 04:00", "10-25 00:00 +0200, 10-25 02:00 +0200, 10-25 02:00 +0100, 10-25 04:00 +0100"},
		{"Europe/Paris", "@every 1h30m", "2026-03-29 00:00", "2026-03-29 06:00", "03-29 01:00 +0100, 03-29 03:30 +0200, 03-29 05:00 +0200"},
		// New York: 8 March 2 → 3, 1 November 2 → 1.
		{"America/New_York", "15 2 * * sun", "2026-03-07 00:00", "2026-03-15 12:00", "03-08 03:00 -0400, 03-15 02:15 -0400"},
		{"America/New_York", "15 1 * * *", "2026-11-01 00:00", "2026-11-02 12:00", "11-01 01:15 -0400, 11-02 01:15 -0500"},
		{"America/New_York", "15 * * * *", "2026-11-01 00:00", "2026-11-01 02:30", "11-01 00:15 -0400, 11-01 01:15 -0400, 11-01 01:15 -0500, 11-01 02:15 -0500"},
		// Seoul has none.
		{"Asia/Seoul", "30 2 29 3 *", "2026-01-01 00:00", "2026-12-31 00:00", "03-29 02:30 +0900"},
		// Lord Howe: half an hour; 4 October 2:00 → 2:30, 5 April 2:00 → 1:30.
		{"Australia/Lord_Howe", "15 2 * * *", "2026-10-03 00:00", "2026-10-05 12:00", "10-03 02:15 +1030, 10-04 02:30 +1100, 10-05 02:15 +1100"},
		{"Australia/Lord_Howe", "45 1 * * *", "2026-04-05 00:00", "2026-04-06 12:00", "04-05 01:45 +1100, 04-06 01:45 +1030"},
		{"Australia/Lord_Howe", "45 * * * *", "2026-04-05 01:00", "2026-04-05 03:00", "04-05 01:45 +1100, 04-05 01:45 +1030, 04-05 02:45 +1030"},
		{"Australia/Lord_Howe", "0,30 * * * *", "2026-10-04 01:00", "2026-10-04 03:00", "10-04 01:00 +1030, 10-04 01:30 +1030, 10-04 02:30 +1100, 10-04 03:00 +1100"},
		// Casablanca goes back for Ramadan: 15 February 3 → 2, 22 March 2 → 3.
		{"Africa/Casablanca", "30 2 * * *", "2026-02-14 00:00", "2026-02-16 12:00", "02-14 02:30 +0100, 02-15 02:30 +0100, 02-16 02:30 +0000"},
		{"Africa/Casablanca", "30 2 * * *", "2026-03-21 00:00", "2026-03-23 12:00", "03-21 02:30 +0000, 03-22 03:00 +0100, 03-23 02:30 +0100"},
		// São Paulo had no midnight on 4 November 2018, Apia no 30 December 2011.
		{"America/Sao_Paulo", "@daily", "2018-11-03 00:00", "2018-11-05 12:00", "11-03 00:00 -0300, 11-04 01:00 -0200, 11-05 00:00 -0200"},
		{"Pacific/Apia", "0 6,12 * * *", "2011-12-29 10:00", "2011-12-31 12:00", "12-29 12:00 -1000, 12-31 00:00 +1400, 12-31 06:00 +1400, 12-31 12:00 +1400"},
		// Without any of it.
		{"UTC", "0 0 29 2 *", "2096-01-01 00:00", "2105-01-01 00:00", "02-29 00:00 +0000, 02-29 00:00 +0000"},
		{"UTC", "0 0 13 * fri", "2026-11-01 00:00", "2026-11-20 00:00", "11-06 00:00 +0000, 11-13 00:00 +0000, 11-20 00:00 +0000"},
		{"UTC", "0 0 */12 * fri", "2026-01-01 00:00", "2026-12-31 00:00", "02-13 00:00 +0000, 03-13 00:00 +0000, 05-01 00:00 +0000, 09-25 00:00 +0000, 11-13 00:00 +0000, 12-25 00:00 +0000"},
		{"UTC", "@monthly", "2026-11-02 00:00", "2027-01-01 00:00", "12-01 00:00 +0000, 01-01 00:00 +0000"},
	} {
		if got := strings.Join(times(t, parse(t, tt.text, tt.zone), tt.from, tt.to), ", "); got != tt.want {
			t.Errorf("%s, %q\n got %s\nwant %s", tt.zone, tt.text, got, tt.want)
		}
	}
}

func TestParseSaysWhatIsWrong(t *testing.T) {
	for text, want := range map[string]string{
		"":                             "empty",
		"@reboot":                      "unrecognized descriptor",
		"0 3 * *":                      "expected exactly 5 fields, found 4",
		"0 0 3 * * *":                  "expected exactly 5 fields, found 6",
		"0 24 * * *":                   "above maximum (23)",
		"0 3 * * 7":                    "above maximum (6)",
		"*/0 3 * * *":                  "step of range should be a positive number",
		", 3 * * *":                    "a field is empty",
		"0 3 31 2 *":                   "it never comes",
		"0 3 L * *":                    "failed to parse int",
		"TZ=":                          "the time zone has a key of its own",
		"CRON_TZ=Asia/Seoul @daily":    "the time zone has a key of its own",
		"@every 10":                    "@every takes whole seconds",
		"@every 0s":                    "from 1s to 8784h0m0s",
		"@every -1h":                   "@every takes",
		"@every 1.5s":                  "@every takes",
		"@every 9000h":                 "@every takes",
		strings.Repeat("0", 257):       "at most 256 are taken",
		"0 99999999999999999999 * * *": "failed to parse int",
	} {
		if _, err := schedule.Parse(text, time.UTC); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: error is %v, want %s", text, err, want)
		}
	}
	for _, name := range []string{"", "Local", "Mars/Olympus", "../../etc/passwd", "+09:00"} {
		if _, err := schedule.Zone(name); err == nil || !strings.Contains(err.Error(), "IANA") {
			t.Errorf("%q is a zone: %v", name, err)
		}
	}
}

// field draws a field of an expression, and what it stands for.
func field(t *rapid.T, name string, from, to int) (string, []int) {
	low := rapid.IntRange(from, to).Draw(t, name)
	high := rapid.IntRange(low, to).Draw(t, name+" to")
	step := rapid.IntRange(1, to).Draw(t, name+" step")
	values := func(from, to, step int) (all []int) {
		for i := from; i <= to; i += step {
			all = append(all, i)
		}
		return all
	}
	switch rapid.IntRange(0, 5).Draw(t, name+" form") {
	case 0:
		return fmt.Sprint(low), []int{low}
	case 1:
		return fmt.Sprintf("%d-%d", low, high), values(low, high, 1)
	case 2:
		return fmt.Sprintf("%d-%d/%d", low, high, step), values(low, high, step)
	case 3:
		return fmt.Sprintf("*/%d", step), values(from, to, step)
	case 4:
		return fmt.Sprintf("%d,%d", low, high), []int{low, high}
	}
	return "*", values(from, to, 1)
}

// TestNothingIsLostOrDoubled steps through a year minute by minute, with nothing but a
// clock on the wall and the expression, and finds what Next gives, for random
// expressions in zones of all kinds.
func TestNothingIsLostOrDoubled(t *testing.T) {
	zones := []string{"Europe/Paris", "America/New_York", "Asia/Seoul", "Australia/Lord_Howe", "Africa/Casablanca", "America/St_Johns", "Pacific/Chatham", "Asia/Kathmandu", "UTC"}
	rapid.Check(t, func(t *rapid.T) {
		zone, err := schedule.Zone(rapid.SampledFrom(zones).Draw(t, "zone"))
		if err != nil {
			t.Fatal(err)
		}
		minute, minutes := field(t, "minute", 0, 59)
		hour, hours := field(t, "hour", 0, 23)
		day, days := field(t, "day", 1, 31)
		month, months := field(t, "month", 1, 12)
		weekday, weekdays := field(t, "weekday", 0, 6)
		text := strings.Join([]string{minute, hour, day, month, weekday}, " ")
		s, err := schedule.Parse(text, zone)
		if err != nil {
			if !strings.Contains(err.Error(), "never comes") {
				t.Fatalf("%s: %v", text, err)
			}
			return
		}
		// What the clock shows as a number of minutes, and whether that is a time.
		due := func(wall time.Time) bool {
			byDay, byWeekday := slices.Contains(days, wall.Day()), slices.Contains(weekdays, int(wall.Weekday()))
			either := byDay || byWeekday
			if day[0] == '*' || weekday[0] == '*' {
				either = byDay && byWeekday
			}
			return either && slices.Contains(minutes, wall.Minute()) && slices.Contains(hours, wall.Hour()) && slices.Contains(months, int(wall.Month()))
		}
		at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
		next := s.Next(at.Add(-time.Minute))
		_, offset := at.Add(-time.Minute).In(zone).Zone()
		reached := at.Add(time.Duration(offset)*time.Second - time.Minute)
		before, changed := offset, at
		for ; at.Year() == 2026; at = at.Add(time.Minute) {
			_, offset := at.In(zone).Zone()
			wall := at.Add(time.Duration(offset) * time.Second)
			want := hour[0] == '*' && due(wall)
			if hour[0] != '*' {
				for ; reached.Before(wall); reached = reached.Add(time.Minute) {
					want = want || due(reached.Add(time.Minute))
				}
			}
			if got := next.Equal(at); got != want {
				t.Fatalf("%s in %s: at %s the next is %v; it is due now: %v", text, zone, at.In(zone), next, want)
			}
			if want {
				if last := s.Last(at.Add(-time.Hour), at.Add(time.Second)); !last.Equal(at) {
					t.Fatalf("%s in %s: the last until %s is %s", text, zone, at.In(zone), last)
				}
				next = s.Next(at)
			}
			// Whoever asks in between is told the same, whatever the clock shows again.
			if offset != before {
				before, changed = offset, at
			}
			if at.Sub(changed) < 3*time.Hour && at.Minute()%5 == 2 {
				if got := s.Next(at.Add(time.Second)); !got.Equal(next) {
					t.Fatalf("%s in %s: after %s comes %v, want %v", text, zone, at.In(zone), got, next)
				}
			}
		}
	})
}

func FuzzParse(f *testing.F) {
	for _, text := range []string{"0 3 * * *", "*/5 0-6,22 1 jan-dec mon,fri", "@hourly", "@every 90s", "TZ=UTC 0 3 * * *", "TZ=", ", , , , ,", "0 0 29 2 */6", "? ? ? ? ?"} {
		f.Add(text, int64(1_774_746_000))
	}
	zone, err := schedule.Zone("Australia/Lord_Howe")
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, text string, at int64) {
		s, err := schedule.Parse(text, zone)
		if err != nil {
			return
		}
		from := time.Unix(at%(1<<32), 0)
		next := s.Next(from)
		if !next.After(from) {
			t.Fatalf("%q: after %v comes %v", text, from, next)
		}
		if again := s.Next(next.Add(-1)); !again.Equal(next) {
			t.Fatalf("%q: after %v comes %v, and just before that %v", text, from, next, again)
		}
		if last := s.Last(from, next); !last.Equal(next) {
			t.Fatalf("%q: the last after %v and until %v is %v", text, from, next, last)
		}
	})
}
