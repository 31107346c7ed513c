package rag

import "context"

// Generator writes an answer from its evidence. Each draft names the places
// that support it; what [Answerer] cannot verify there is dropped.
// An implementation must be safe for concurrent use.
type Generator interface {
	Generate(ctx context.Context, e *Evidence) ([]Draft, error)
}

// Draft is a sentence on its way into an answer.
type Draft struct {
	Text string
	// Support are the places that the sentence rests on.
	Support []Place
}

// Place is a range of one of the evidence's passages.
type Place struct {
	// Passage is an index into [Evidence.Passages].
	Passage int
	// Start and End are byte offsets into the passage's Text.
	Start, End int
}
