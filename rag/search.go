package rag

import "context"

// Query is what a [Searcher] is asked for: the question after it has been
// understood.
type Query struct {
	// Text is the question as typed; the searcher analyses it the way it
	// analysed the passages.
	Text string
	// Variants are the question in other words; what is found for one is found for
	// the question.
	Variants []string
	// Narrow are conditions that all hold for what is found.
	Narrow []Condition
	// Vector is the question's meaning, of length 1; nil searches by words alone.
	Vector []float32
	// Language is the detected language, a BCP 47 primary subtag or "und".
	Language string
	// Limit is how many passages to return, at least one.
	Limit int
	// Asker becomes a filter that cannot be left out.
	Asker Asker
}

// Results are what a search found.
type Results struct {
	// Passages are the best first; equal scores are ordered by ID. Each carries
	// its whole text, offsets and score.
	Passages []Passage
	// Empty is set where there is nothing at all that the asker may see, whatever
	// the query's conditions.
	Empty bool
	// Index is the version of the index that was searched; empty where the
	// searcher has none.
	Index string
	// Nearness compares texts with the question; nil where the question has no
	// vector.
	Nearness Nearness
	// Degraded names what could not take part in the search, and why.
	Degraded []string
}

// Searcher finds passages. An implementation must
//   - never return a passage that the query's asker may not see,
//   - return an error, not everything, when the asker has no tenant,
//   - return no passage and no error when nothing matches,
//   - order equal scores by passage ID,
//   - be safe for concurrent use.
type Searcher interface {
	Search(ctx context.Context, q Query) (Results, error)
}
