package config

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Error is one thing that is wrong with the configuration.
type Error struct {
	// Place is where: a file and line, such as "naru.yaml:12", or a variable.
	Place string
	// Key is the setting, such as "store.retries.attempts"; empty where it is
	// not one that is wrong.
	Key string
	// Problem says what is wrong and what is allowed.
	Problem string

	line int
}

func (e *Error) Error() string {
	if e.Key == "" {
		return e.Place + ": " + e.Problem
	}
	return e.Place + ": " + e.Key + " " + e.Problem
}

// origins remembers where each setting was given, and collects what is wrong.
type origins struct {
	file   string
	lines  map[string]int    // key → line in the file
	byName map[string]string // key → variable
	wrong  []*Error
}

func (o *origins) wrongAt(line int, key, format string, args ...any) {
	o.wrong = append(o.wrong, &Error{Place: fmt.Sprintf("%s:%d", o.file, line), Key: key, Problem: fmt.Sprintf(format, args...), line: line})
}

func (o *origins) wrongIn(variable, key, format string, args ...any) {
	o.wrong = append(o.wrong, &Error{Place: variable, Key: key, Problem: fmt.Sprintf(format, args...)})
}

// wrongKey reports a setting where it was given, which for one that was not
// given is where its section was.
func (o *origins) wrongKey(key, format string, args ...any) {
	o.wrong = append(o.wrong, o.error(key, format, args...))
}

func (o *origins) error(key, format string, args ...any) *Error {
	e := &Error{Key: key, Problem: fmt.Sprintf(format, args...)}
	for at := key; ; {
		if variable, ok := o.byName[at]; ok {
			e.Place = variable
			return e
		}
		i := strings.LastIndexAny(at, ".[")
		line, ok := o.lines[at]
		if ok || i < 0 {
			e.line = max(1, line)
			e.Place = fmt.Sprintf("%s:%d", o.file, e.line)
			return e
		}
		at = at[:i]
	}
}

// Wrong is an error about a setting whose value turned out to be wrong after the file was
// read, with where it was given. key may also be what stands for one, such as a variable
// of the environment.
func (c *Config) Wrong(key, format string, args ...any) error {
	if c.given == nil || !strings.Contains(key, ".") {
		return fmt.Errorf("%s %s", key, fmt.Sprintf(format, args...))
	}
	return c.given.error(key, format, args...)
}

// err is all that is wrong: variables first, then the file from top to bottom.
func (o *origins) err() error {
	slices.SortStableFunc(o.wrong, func(a, b *Error) int { return cmp.Compare(a.line, b.line) })
	all := make([]error, len(o.wrong))
	for i, e := range o.wrong {
		all[i] = e
	}
	return errors.Join(all...)
}
