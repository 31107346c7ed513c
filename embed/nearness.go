package embed

import (
	"context"
	"fmt"
)

// Nearness returns the cosine between a question's vector and each text. A text
// that cannot be embedded is at 0.
func Nearness(ctx context.Context, e Embedder, question []float32, texts []string) ([]float64, error) {
	r, err := e.Embed(ctx, Passage, texts)
	if err != nil {
		return nil, fmt.Errorf("embed sentences: %w", err)
	}
	cosines := make([]float64, len(texts))
	for i, v := range r.Vectors {
		for j, x := range v {
			cosines[i] += float64(x) * float64(question[j])
		}
	}
	return cosines, nil
}
