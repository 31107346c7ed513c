package rag

import (
	"context"
	"fmt"

	"github.com/naru-rag/naru/lang"
)

// Between languages a question and the sentence that answers it have no words in
// common but names and numbers. Then meaning decides which sentences answer, and
// whether any does.

const (
	// acrossCovered is the share of the question that the passages may cover with
	// words and still count as of another language: above it, words tell more.
	acrossCovered = .5
	// acrossSure is the lead in cosine that is as sure as can be. It was chosen so
	// that three of four questions of the XQuAD sets that can be answered are, at
	// DefaultMeaningThreshold.
	acrossSure = .27
)

// Nearness tells, for each text, the cosine between what it and the question mean.
type Nearness func(ctx context.Context, texts []string) ([]float64, error)

// across tells whether the best passage is in another language than the question,
// and was found by what it means.
func (e *Evidence) across() bool {
	if len(e.passages) == 0 {
		return false
	}
	best := e.passages[0]
	known := func(language string) bool { return language != "" && language != "und" }
	return best.Meaning > 0 && known(best.Language) && known(e.asked.language) &&
		best.Language != e.asked.language && e.covered() < acrossCovered
}

// weighMeaning has the meaning of the best passages' sentences decide.
func (e *Evidence) weighMeaning(ctx context.Context, nearness Nearness) error {
	var texts []string
	spans := make([][]lang.Span, min(judged, len(e.Passages())))
	for i := range spans {
		p := e.passages[i]
		spans[i] = lang.Sentences(p.Text, p.Language)
		for _, s := range spans[i] {
			texts = append(texts, p.Text[s.Start:s.End])
		}
	}
	if len(texts) == 0 {
		return nil
	}
	cosines, err := nearness(ctx, texts)
	if err != nil {
		return err
	}
	if len(cosines) != len(texts) {
		return fmt.Errorf("%d sentences have %d cosines", len(texts), len(cosines))
	}
	lowest, highest := cosines[0], cosines[0]
	for _, c := range cosines {
		lowest, highest = min(lowest, c), max(highest, c)
	}
	e.near = make([][]float64, len(spans))
	for i := range spans {
		for range spans[i] {
			near := 1.
			if highest > lowest {
				near = (cosines[0] - lowest) / (highest - lowest)
			}
			e.near[i], cosines = append(e.near[i], near), cosines[1:]
		}
	}
	e.confidence = e.judgeMeaning()
	return nil
}

// judgeMeaning is how sure it is that the best passage answers: how far it is
// nearer than the next document, and than what is there by chance.
func (e *Evidence) judgeMeaning() float64 {
	first, last := e.passages[0], e.passages[len(e.passages)-1]
	next := last
	for _, p := range e.passages[1:] {
		if p.Document != first.Document && p.Text != first.Text {
			next = p
			break
		}
	}
	return min(1, max(0, (2*first.Meaning-next.Meaning-last.Meaning)/acrossSure))
}
