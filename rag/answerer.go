package rag

import (
	"context"
	"fmt"
	"time"
)

const (
	// DefaultPassages is how many passages an answer shows when not told.
	DefaultPassages = 5
	// MaxPassages is the most passages an answer shows.
	MaxPassages = 50
	// searched is how many passages are looked at to judge the evidence,
	// however few are shown: rarity is estimated over them.
	searched = 30
)

// Options of an [Answerer]. The zero value works.
type Options struct {
	// Generator writes the answer from its evidence; nil means an [Extractor].
	Generator Generator
	// Threshold is the confidence below which the answer abstains; zero means
	// [DefaultThreshold] or [DefaultMeaningThreshold], a negative value never
	// abstains for low coverage.
	Threshold float64
	// Clock tells the time for Timings; nil means time.Now.
	Clock Clock
}

// Answerer answers questions. It is safe for concurrent use.
type Answerer struct {
	searcher  Searcher
	generator Generator
	threshold float64
	clock     Clock
}

// NewAnswerer returns an Answerer that searches with s.
func NewAnswerer(s Searcher, opt Options) *Answerer {
	a := &Answerer{searcher: s, generator: opt.Generator, threshold: opt.Threshold, clock: opt.Clock}
	if a.generator == nil {
		a.generator = Extractor{}
	}
	if a.clock == nil {
		a.clock = time.Now
	}
	return a
}

// Answer takes a question to its answer. A question that cannot be understood
// is a [*QuestionError]; a search that fails is an error; evidence that does
// not suffice is an answer that abstains.
func (a *Answerer) Answer(ctx context.Context, q Question) (Answer, error) {
	watch := newStopwatch(a.clock)

	asked, err := understand(q)
	if err != nil {
		return Answer{}, err
	}
	answer := Answer{Language: asked.language, Sentences: []Sentence{}, Passages: []Hit{}, Degraded: []string{}}
	answer.Timings.Understand = watch.lap()
	if len(asked.terms) == 0 {
		return a.abstain(answer, ReasonNoTerms, watch), nil
	}

	found, err := a.searcher.Search(ctx, Query{
		Text:     q.Text,
		Language: asked.language,
		Limit:    max(asked.limit, searched),
		Asker:    q.Asker,
	})
	if err != nil {
		return Answer{}, fmt.Errorf("search: %w", err)
	}
	answer.Index = found.Index
	answer.Degraded = append(answer.Degraded, found.Degraded...)
	for _, p := range found.Passages[:min(asked.limit, len(found.Passages))] {
		answer.Passages = append(answer.Passages, hit(p))
	}
	answer.Timings.Search = watch.lap()
	if found.Empty {
		return a.abstain(answer, ReasonEmptyIndex, watch), nil
	}
	if len(found.Passages) == 0 {
		return a.abstain(answer, ReasonNothingFound, watch), nil
	}

	evidence, err := weigh(ctx, asked, found.Passages[:min(searched, len(found.Passages))])
	if err != nil {
		return Answer{}, err
	}
	if found.Nearness != nil && evidence.across() {
		if err := evidence.weighMeaning(ctx, found.Nearness); err != nil {
			if ctx.Err() != nil {
				return Answer{}, ctx.Err()
			}
			answer.Degraded = append(answer.Degraded, "meaning: sentences in another language than the question's could not be compared with it")
		}
	}
	answer.Confidence = evidence.confidence
	threshold := a.threshold
	if threshold == 0 {
		threshold = evidence.threshold()
	}
	if evidence.confidence < threshold {
		return a.abstain(answer, ReasonLowCoverage, watch), nil
	}
	drafts, err := a.generator.Generate(ctx, evidence)
	if err != nil {
		return Answer{}, fmt.Errorf("generate: %w", err)
	}
	answer.Sentences = attribute(drafts, evidence.Passages())
	if len(answer.Sentences) == 0 {
		return a.abstain(answer, ReasonLowCoverage, watch), nil
	}
	answer.Answer = join(answer.Sentences)
	answer.Timings.Ground = watch.lap()
	answer.Timings.Total = watch.total()
	return answer, nil
}

// abstain ends the path with a sentence that says so in the asker's language.
func (a *Answerer) abstain(answer Answer, reason Reason, watch *stopwatch) Answer {
	answer.Abstained = true
	answer.Reason = reason
	answer.Answer = abstention(answer.Language, reason)
	answer.Timings.Ground = watch.lap()
	answer.Timings.Total = watch.total()
	return answer
}

func hit(p Passage) Hit {
	return Hit{
		ID: p.ID, Document: p.Document, Title: p.Title, URI: p.URI, Language: p.Language,
		Score: p.Score, Text: p.Text, Start: p.Start, End: p.End,
	}
}

// stopwatch measures stages in milliseconds.
type stopwatch struct {
	clock       Clock
	began, last time.Time
}

func newStopwatch(clock Clock) *stopwatch {
	now := clock()
	return &stopwatch{clock, now, now}
}

func (s *stopwatch) lap() float64 {
	now := s.clock()
	defer func() { s.last = now }()
	return milliseconds(now.Sub(s.last))
}

func (s *stopwatch) total() float64 { return milliseconds(s.clock().Sub(s.began)) }

func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
