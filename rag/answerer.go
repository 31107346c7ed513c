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
	// Hooks take part in every question's way; nil where nobody does.
	Hooks Hooks
	// Clock tells the time for Timings; nil means time.Now.
	Clock Clock
}

// Answerer answers questions. It is safe for concurrent use.
type Answerer struct {
	searcher  Searcher
	generator Generator
	threshold float64
	hooks     Hooks
	clock     Clock
}

// NewAnswerer returns an Answerer that searches with s.
func NewAnswerer(s Searcher, opt Options) *Answerer {
	a := &Answerer{searcher: s, generator: opt.Generator, threshold: opt.Threshold, hooks: opt.Hooks, clock: opt.Clock}
	if a.generator == nil {
		a.generator = Extractor{}
	}
	if a.clock == nil {
		a.clock = time.Now
	}
	return a
}

// Answer takes a question to its answer. A question that cannot be understood
// is a [*QuestionError]; a search that fails is an error, and so is a hook that
// does; evidence that does not suffice is an answer that abstains.
func (a *Answerer) Answer(ctx context.Context, q Question) (Answer, error) {
	watch := newStopwatch(a.clock)

	asked, err := understand(q)
	if err != nil {
		return Answer{}, err
	}
	answer := Answer{Language: asked.language, Sentences: []Sentence{}, Passages: []Hit{}, Degraded: []string{}}
	answer.Timings.Understand = watch.lap()
	if len(asked.terms) == 0 {
		answer.abstain(ReasonNoTerms)
	} else if err := a.find(ctx, asked, &answer, watch); err != nil {
		return Answer{}, err
	}
	if err := a.review(ctx, asked, &answer); err != nil {
		return Answer{}, err
	}
	answer.Timings.Ground = watch.lap()
	answer.Timings.Total = watch.total()
	return answer, nil
}

// find searches, and grounds an answer in what is found.
func (a *Answerer) find(ctx context.Context, asked understood, answer *Answer, watch *stopwatch) error {
	refined, err := a.refine(ctx, asked, answer)
	if err != nil {
		return err
	}
	found, err := a.searcher.Search(ctx, Query{
		Text:     asked.text,
		Variants: refined.Variants,
		Narrow:   refined.Narrow,
		Language: asked.language,
		Limit:    max(asked.limit, searched),
		Asker:    asked.asker,
	})
	if err != nil {
		return fmt.Errorf("search: %w", err)
	}
	answer.Index = found.Index
	answer.Degraded = append(answer.Degraded, found.Degraded...)
	if found.Passages, err = a.choose(ctx, asked, boosted(found.Passages, refined.Boosts), answer); err != nil {
		return err
	}
	answer.Timings.Search = watch.lap()
	if found.Empty {
		answer.abstain(ReasonEmptyIndex)
		return nil
	}
	if len(found.Passages) == 0 {
		answer.abstain(ReasonNothingFound)
		return nil
	}
	return a.ground(ctx, asked, refined.Variants, found, answer)
}

// ground answers from the passages that were found, or abstains.
func (a *Answerer) ground(ctx context.Context, asked understood, variants []string, found Results, answer *Answer) error {
	evidence, err := a.weigh(ctx, asked, variants, found.Passages[:min(searched, len(found.Passages))])
	if err != nil {
		return err
	}
	if found.Nearness != nil && evidence.across() {
		if err := evidence.weighMeaning(ctx, found.Nearness); err != nil {
			if ctx.Err() != nil {
				return ctx.Err()
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
		answer.abstain(ReasonLowCoverage)
		return nil
	}
	drafts, err := a.generator.Generate(ctx, evidence)
	if err != nil {
		return fmt.Errorf("generate: %w", err)
	}
	answer.Sentences = attribute(drafts, evidence.Passages())
	if len(answer.Sentences) == 0 {
		answer.abstain(ReasonLowCoverage)
	}
	return nil
}

// weigh is the evidence for the question or, where that is more, for what is the
// same in other words.
func (a *Answerer) weigh(ctx context.Context, asked understood, variants []string, found []Passage) (*Evidence, error) {
	wordings := []understood{asked}
	for _, text := range variants {
		if variant := asked.variant(text); len(variant.terms) > 0 {
			wordings = append(wordings, variant)
		}
	}
	terms := vocabularyOf(wordings)
	in, err := analyze(ctx, terms, found)
	if err != nil {
		return nil, err
	}
	best := weigh(asked, found, terms, in)
	for _, variant := range wordings[1:] {
		if e := weigh(variant, found, terms, in); e.confidence > best.confidence {
			best = e
		}
	}
	return best, nil
}

// abstain has the answer say, in the asker's language, that there is none.
func (answer *Answer) abstain(reason Reason) {
	answer.Abstained = true
	answer.Reason = reason
}

// refine asks the hooks how to search.
func (a *Answerer) refine(ctx context.Context, asked understood, answer *Answer) (Refinement, error) {
	if a.hooks == nil {
		return Refinement{}, nil
	}
	r, err := a.hooks.Query(ctx, asked.toHooks())
	answer.took(r.Taken)
	return r, err
}

// choose asks the hooks which passages to use, and has the answer show the first.
func (a *Answerer) choose(ctx context.Context, asked understood, found []Passage, answer *Answer) ([]Passage, error) {
	selection := Selection{Passages: found}
	if a.hooks != nil && len(found) > 0 {
		var err error
		if selection, err = a.hooks.Passages(ctx, asked.toHooks(), found); err != nil {
			return nil, err
		}
		answer.took(selection.Taken)
	}
	for _, p := range selection.Passages[:min(asked.limit, len(selection.Passages))] {
		shown := hit(p)
		shown.Notes = selection.Notes[p.ID]
		answer.Passages = append(answer.Passages, shown)
	}
	return selection.Passages, nil
}

// review asks the hooks what of the answer may be shown, and puts it together.
func (a *Answerer) review(ctx context.Context, asked understood, answer *Answer) error {
	if a.hooks != nil && len(answer.Passages) > 0 {
		r, err := a.hooks.Review(ctx, asked.toHooks(), *answer)
		if err != nil {
			return err
		}
		answer.took(r.Taken)
		answer.Sentences, answer.Passages = r.Sentences, r.Passages
		if !answer.Abstained && len(answer.Sentences) == 0 {
			answer.abstain(ReasonWithheld)
		}
	}
	if answer.Abstained {
		answer.Answer = abstention(answer.Language, answer.Reason)
		return nil
	}
	answer.Answer = join(answer.Sentences)
	return nil
}

// took notes what taking part came to.
func (answer *Answer) took(t Taken) {
	answer.Timings.Plugins = append(answer.Timings.Plugins, t.Runs...)
	answer.Degraded = append(answer.Degraded, t.Degraded...)
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
