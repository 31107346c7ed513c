package abi

import (
	"fmt"
	"strings"
	"time"
)

// Condition is what passages are found by: a field has one of some values, or a
// time lies in a range.
type Condition struct {
	// Field is "language", "document", "modified", or "annotations." with the name of
	// a plugin, a dot and a property that it gave to documents.
	Field string `json:"field"`
	// Any are the values of which a passage has to have one. Not for modified.
	Any []string `json:"any,omitempty"`
	// From (inclusive) and Before (exclusive) bound modified, in RFC 3339.
	From   string `json:"from,omitempty"`
	Before string `json:"before,omitempty"`
}

// Range is a condition's range of time; the zero time is no bound.
func (c Condition) Range() (from, before time.Time, err error) {
	for _, bound := range []struct {
		text string
		to   *time.Time
	}{{c.From, &from}, {c.Before, &before}} {
		if bound.text == "" {
			continue
		}
		if *bound.to, err = time.Parse(time.RFC3339, bound.text); err != nil {
			return time.Time{}, time.Time{}, fmt.Errorf("%.40q is no time in RFC 3339", bound.text)
		}
	}
	return from, before, nil
}

// name is what a name consists of. It is no regular expression: plugins in Go have
// this package in them, and would compile one each time that they are started.
type name struct {
	most  int  // bytes
	extra byte // that it may have beside letters and digits
}

var (
	property = name{32, '_'} // the name of an annotation
	kind     = name{32, '-'} // of what was redacted
	plugin   = name{40, '-'}
)

// MatchString tells whether s is such a name: a letter, and then more of them.
func (n name) MatchString(s string) bool {
	if s == "" || len(s) > n.most || s[0] < 'a' || s[0] > 'z' {
		return false
	}
	for _, c := range []byte(s) {
		if !('a' <= c && c <= 'z' || '0' <= c && c <= '9' || c == n.extra) {
			return false
		}
	}
	return true
}

func (n name) String() string { return fmt.Sprintf("[a-z][a-z0-9%c]{0,%d}", n.extra, n.most-1) }

func isField(s string) bool {
	if s == "language" || s == "document" || s == "modified" {
		return true
	}
	of, ok := strings.CutPrefix(s, "annotations.")
	by, what, ok2 := strings.Cut(of, ".")
	return ok && ok2 && plugin.MatchString(by) && property.MatchString(what)
}

func (c Condition) check() error {
	switch {
	case !isField(c.Field):
		return fmt.Errorf("there is no field %.80q: there are language, document, modified and annotations.PLUGIN.PROPERTY", c.Field)
	case c.Field == "modified":
		if len(c.Any) > 0 || c.From == "" && c.Before == "" {
			return fmt.Errorf("a condition on modified takes from, before or both, and no values")
		}
		_, _, err := c.Range()
		return err
	case c.From != "" || c.Before != "":
		return fmt.Errorf("a condition on %s takes values, not a range", c.Field)
	case len(c.Any) == 0 || len(c.Any) > MaxConditionValues:
		return fmt.Errorf("a condition on %s has %d values: it takes 1 to %d", c.Field, len(c.Any), MaxConditionValues)
	}
	return nil
}
