package hooks

import (
	"context"

	"github.com/naru-rag/naru/rag"
	"github.com/naru-rag/naru/wasm/abi"
)

// Passages implements rag.Hooks. Each plugin chooses from what those before it have
// left.
func (s *Set) Passages(ctx context.Context, asked rag.Asked, found []rag.Passage) (rag.Selection, error) {
	selection := rag.Selection{Passages: found, Notes: map[string][]rag.Note{}}
	for _, m := range s.at(abi.Passages) {
		if len(selection.Passages) == 0 {
			break
		}
		request := &abi.PassagesRequest{Header: s.header(abi.Passages), Question: asked.Text, Language: asked.Language, Passages: passages(selection.Passages)}
		var response abi.PassagesResponse
		taken, ok, err := ask(ctx, s, m, s.question(abi.Passages, asked), request, &response)
		add(&selection.Taken, taken)
		if err != nil {
			return selection, err
		}
		if !ok {
			continue
		}
		for _, n := range response.Notes {
			id := selection.Passages[n.Passage].ID
			selection.Notes[id] = append(selection.Notes[id], rag.Note{Plugin: m.Name(), Note: n.Note})
		}
		if response.Order != nil {
			ordered := make([]rag.Passage, len(response.Order))
			for i, n := range response.Order {
				ordered[i] = selection.Passages[n]
			}
			selection.Passages = ordered
		}
	}
	return selection, nil
}
