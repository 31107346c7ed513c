package eval

import (
	"context"

	"github.com/naru-rag/naru/embed"
	"github.com/naru-rag/naru/rag"
)

// Mode is what passages are searched by.
type Mode string

// The modes.
const (
	ModeLexical Mode = "lexical" // words alone
	ModeDense   Mode = "dense"   // meaning alone
	ModeHybrid  Mode = "hybrid"  // both
)

func (o Options) mode() Mode {
	switch {
	case o.Embedder == nil:
		return ModeLexical
	case o.Mode == "":
		return ModeHybrid
	}
	return o.Mode
}

// searcher gives each question its vector, all of them made beforehand.
func (o Options) searcher(ctx context.Context, by rag.Searcher, questions []Question) (rag.Searcher, error) {
	if o.mode() == ModeLexical {
		return by, nil
	}
	s := meaning{Searcher: by, embedder: o.Embedder, vectors: map[string][]float32{}, alone: o.mode() == ModeDense}
	batch := o.Embedder.Model().Batch
	for from := 0; from < len(questions); from += batch {
		var texts []string
		for _, q := range questions[from:min(from+batch, len(questions))] {
			texts = append(texts, q.Text)
		}
		r, err := o.Embedder.Embed(ctx, embed.Query, texts)
		if err != nil {
			return nil, err
		}
		for i, text := range texts {
			s.vectors[text] = r.Vectors[i]
		}
	}
	return s, nil
}

// meaning is a searcher whose questions have vectors.
type meaning struct {
	rag.Searcher
	embedder embed.Embedder
	vectors  map[string][]float32
	alone    bool
}

func (m meaning) Search(ctx context.Context, q rag.Query) (rag.Results, error) {
	q.Vector = m.vectors[q.Text]
	if m.alone {
		q.Text = ""
	}
	found, err := m.Searcher.Search(ctx, q)
	found.Nearness = func(ctx context.Context, texts []string) ([]float64, error) {
		return embed.Nearness(ctx, m.embedder, q.Vector, texts)
	}
	return found, err
}
