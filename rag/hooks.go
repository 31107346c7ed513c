package rag

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"
)

// Hooks are what an [Answerer] lets others decide: plugins, which nobody has to
// trust. An implementation must return only what it may: what it returns is used as
// it is. It must be safe for concurrent use. An error fails the question; what fails
// and is skipped is in the [Taken] part instead.
type Hooks interface {
	// Query may say how to search better.
	Query(ctx context.Context, asked Asked) (Refinement, error)
	// Passages may reorder, drop and annotate what was found, and nothing else.
	Passages(ctx context.Context, asked Asked, found []Passage) (Selection, error)
	// Review may drop, redact and flag what an answer shows, and nothing else.
	Review(ctx context.Context, asked Asked, answer Answer) (Review, error)
}

// Asked is a question as hooks see it.
type Asked struct {
	Text     string
	Language string
	Asker    Asker
}

// Taken is what taking part came to.
type Taken struct {
	// Runs are the calls of plugins, in their order.
	Runs []PluginRun
	// Degraded names each plugin that could not do its work.
	Degraded []string
}

// PluginRun is one call of a plugin.
type PluginRun struct {
	Plugin string `json:"plugin"`
	Hook   string `json:"hook"`
	// Milliseconds is how long it took, Fuel what it computed, and Memory how many
	// bytes it had.
	Milliseconds float64 `json:"ms"`
	Fuel         int64   `json:"fuel"`
	Memory       int     `json:"memory"`
	// Outcome is "ok", or what went wrong in a few words.
	Outcome string `json:"outcome"`
}

// Refinement is how to search for a question.
type Refinement struct {
	Taken
	// Variants are the question in other words.
	Variants []string
	// Narrow are conditions that all hold for what is found. They come on top of
	// what the asker may see.
	Narrow []Condition
	Boosts []Boost
}

// Condition is a condition on passages: a field has one of some values or, for
// FieldModified, a time is in a range.
type Condition struct {
	// Field is one of the Field constants, or [FieldAnnotations] with the name of a
	// plugin, a dot, and a property.
	Field string
	Any   []string
	// From (inclusive) and Before (exclusive) are zero where there is no bound.
	From, Before time.Time
}

// The fields of a [Condition].
const (
	FieldLanguage    = "language"
	FieldDocument    = "document"
	FieldModified    = "modified"
	FieldAnnotations = "annotations."
)

// Holds tells whether a condition holds for a passage: the rule that a store's
// filter follows.
func (c Condition) Holds(p *Passage) bool {
	switch c.Field {
	case FieldLanguage:
		return slices.Contains(c.Any, p.Language)
	case FieldDocument:
		return slices.Contains(c.Any, p.Document)
	case FieldModified:
		return !p.Modified.IsZero() && (c.From.IsZero() || !p.Modified.Before(c.From)) && (c.Before.IsZero() || p.Modified.Before(c.Before))
	}
	name, ok := strings.CutPrefix(c.Field, FieldAnnotations)
	return ok && slices.ContainsFunc(p.Annotations[name], func(v string) bool { return slices.Contains(c.Any, v) })
}

// Boost multiplies the score of passages that a condition holds for.
type Boost struct {
	When   Condition
	Factor float64
}

// boosted puts passages in the order that boosts give them.
func boosted(passages []Passage, boosts []Boost) []Passage {
	if len(boosts) == 0 {
		return passages
	}
	passages = slices.Clone(passages)
	for i := range passages {
		p := &passages[i]
		for _, b := range boosts {
			if !b.When.Holds(p) {
				continue
			}
			if p.Strength == 0 {
				p.Strength = p.Score // a boost is no evidence
			}
			if p.Score >= 0 {
				p.Score *= b.Factor
			} else {
				p.Score /= b.Factor
			}
		}
	}
	slices.SortStableFunc(passages, func(a, b Passage) int {
		return cmp.Or(cmp.Compare(b.Score, a.Score), strings.Compare(a.ID, b.ID))
	})
	return passages
}

// Selection is which passages are used.
type Selection struct {
	Taken
	// Passages are some of those found, the best first, as they were found.
	Passages []Passage
	// Notes are remarks on passages, by their IDs.
	Notes map[string][]Note
}

// Note is a plugin's remark on a passage or a sentence.
type Note struct {
	Plugin string `json:"plugin"`
	Note   string `json:"note"`
}

// Review is what an answer may show.
type Review struct {
	Taken
	// Sentences and Passages are those of the answer, some dropped or redacted.
	Sentences []Sentence
	Passages  []Hit
}
