package abi

import (
	"fmt"
	"regexp"
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

var (
	// property is the name of an annotation.
	property = regexp.MustCompile(`^[a-z][a-z0-9_]{0,31}$`)
	field    = regexp.MustCompile(`^(language|document|modified|annotations\.[a-z][a-z0-9-]{0,39}\.[a-z][a-z0-9_]{0,31})$`)
	kind     = regexp.MustCompile(`^[a-z][a-z0-9-]{0,31}$`)
)

func (c Condition) check() error {
	switch {
	case !field.MatchString(c.Field):
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
