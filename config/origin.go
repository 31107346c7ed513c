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
	for at := key; ; {
		if variable, ok := o.byName[at]; ok {
			o.wrongIn(variable, key, format, args...)
			return
		}
		if line, ok := o.lines[at]; ok {
			o.wrongAt(line, key, format, args...)
			return
		}
		i := strings.LastIndexAny(at, ".[")
		if i < 0 {
			o.wrongAt(1, key, format, args...)
			return
		}
		at = at[:i]
	}
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
