package awslambda

import (
	"context"

	"github.com/naru-rag/naru/rag"
)

// Hooks are the plugins that the configuration uses; nil where there are none. They
// are loaded with the first question.
func (f *Function) Hooks() rag.Hooks {
	if len(f.Config.Plugins.Use) == 0 {
		return nil
	}
	return plugins{f}
}

// plugins are those of a backend that is opened when it is first needed.
type plugins struct{ *Function }

func (p plugins) hooks(ctx context.Context) (rag.Hooks, error) {
	b, err := p.open(ctx)
	if err != nil {
		return nil, storeError(ctx, err)
	}
	return b.Hooks(), nil
}

// Query implements [rag.Hooks].
func (p plugins) Query(ctx context.Context, asked rag.Asked) (rag.Refinement, error) {
	h, err := p.hooks(ctx)
	if err != nil {
		return rag.Refinement{}, err
	}
	return h.Query(ctx, asked)
}

// Passages implements [rag.Hooks].
func (p plugins) Passages(ctx context.Context, asked rag.Asked, found []rag.Passage) (rag.Selection, error) {
	h, err := p.hooks(ctx)
	if err != nil {
		return rag.Selection{}, err
	}
	return h.Passages(ctx, asked, found)
}

// Review implements [rag.Hooks].
func (p plugins) Review(ctx context.Context, asked rag.Asked, answer rag.Answer) (rag.Review, error) {
	h, err := p.hooks(ctx)
	if err != nil {
		return rag.Review{}, err
	}
	return h.Review(ctx, asked, answer)
}
