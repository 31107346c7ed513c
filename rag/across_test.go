package rag_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/naru-rag/naru/rag"
)

// foreign is a searcher of passages in another language than the questions', with
// cosines for passages and sentences.
type foreign struct {
	passages []rag.Passage
	near     func(text string) float64
	err      error
}

func newForeign(cosines ...float64) *foreign {
	f := &foreign{near: func(text string) float64 {
		if strings.Contains(text, "7시") {
			return .9
		}
		return .8
	}}
	texts := []string{"나루 배는 갑판이 넓다. 마지막 배는 7시에 떠난다. 표는 창구에서 판다.", "박물관은 월요일에 쉰다.", "은행은 4시에 닫는다."}
	for i, c := range cosines {
		f.passages = append(f.passages, rag.Passage{
			ID: string(rune('a' + i)), Document: string(rune('A' + i)), Language: "ko", Text: texts[i], End: len(texts[i]), Score: c, Meaning: c,
		})
	}
	return f
}

// Search implements rag.Searcher.
func (f *foreign) Search(_ context.Context, q rag.Query) (rag.Results, error) {
	return rag.Results{Passages: f.passages, Nearness: func(_ context.Context, texts []string) ([]float64, error) {
		if f.err != nil {
			return nil, f.err
		}
		var cosines []float64
		for _, text := range texts {
			cosines = append(cosines, f.near(text))
		}
		return cosines, nil
	}}, nil
}

func TestAcrossLanguages(t *testing.T) {
	const question = "When does the last ferry leave?"
	first := func(f *foreign) rag.Answer {
		t.Helper()
		return ask(t, rag.NewAnswerer(f, rag.Options{Clock: stopped, Generator: rag.Extractor{Sentences: 1}}), question)
	}
	near := newForeign(.9, .8, .78)
	if a := first(near); a.Abstained || a.Answer != "마지막 배는 7시에 떠난다." || a.Sentences[0].Citations[0].Document != "A" {
		t.Errorf("the nearest sentence does not answer: %+v", a)
	}
	// Nothing stands out: all are as near as the next.
	if a := first(newForeign(.8, .799, .79)); !a.Abstained || a.Reason != rag.ReasonLowCoverage || len(a.Passages) != 3 {
		t.Errorf("what is there by chance answers: %+v", a)
	}
	// A question whose words are there needs no sentences compared.
	words := newForeign(.9, .8, .78)
	words.passages[0].Text, words.passages[0].Language = question, "de"
	words.near = func(string) float64 { t.Error("sentences are compared"); return 0 }
	first(words)
	// Without the model the passages are shown, and the answer says why there is none.
	near.err = errors.New("the embedder is down")
	if a := first(near); !a.Abstained || len(a.Degraded) != 1 || !strings.Contains(a.Degraded[0], "another language") || strings.Contains(a.Degraded[0], "down") {
		t.Errorf("without a model: %+v", a)
	}
	// One passage alone leads nothing.
	if a := first(newForeign(.9)); !a.Abstained {
		t.Errorf("the only passage answers: %+v", a)
	}
}
