// Package schedule says when something is due: by a cron expression, on the clock of a
// time zone.
//
// Start with [Parse] and [Schedule.Next]. schedule.go has what can be written, wall.go
// how clocks on walls become instants. Who runs when is package ledger's business.
//
// What it promises: Next depends on nothing but its argument, so that whoever
// remembers the last time has all that is needed to go on, after any pause, without
// losing or doubling one. The zones' rules come with the program; those of the system
// are preferred where it has them, for they may be newer.
//
// # Daylight saving
//
// As with cron (crontab(5)), it is the field of hours that decides. Where it names
// hours, a time is due when the clock on the wall first shows it or, where that
// clock leaps over it, what comes after it: a time that is skipped is due right after the gap, and
// one that comes twice is due the first time. Several that are skipped together
// become one. Where it is * or */n, whenever the clock shows a time it is due, so that what
// comes every hour comes an hour later when clocks go back. @every knows no clocks at all.
//
// What it does not: seconds, L, W and #, and 7 for Sunday, which is 0.
package schedule
