package hooks

import (
	"context"

	"github.com/naru-rag/naru/rag"
	"github.com/naru-rag/naru/wasm/abi"
)

// Query implements rag.Hooks. Each plugin is asked of the question as it was asked;
// what they say adds up.
func (s *Set) Query(ctx context.Context, asked rag.Asked) (rag.Refinement, error) {
	refined := rag.Refinement{Taken: rag.Taken{Degraded: s.opt.Degraded}}
	for _, m := range s.at(abi.Query) {
		request := &abi.QueryRequest{Header: s.header(abi.Query), Question: asked.Text, Language: asked.Language}
		var response abi.QueryResponse
		taken, ok, err := ask(ctx, s, m, s.question(abi.Query, asked), request, &response)
		add(&refined.Taken, taken)
		if err != nil {
			return refined, err
		}
		if !ok {
			continue
		}
		refined.Variants = append(refined.Variants, response.Variants...)
		for _, f := range response.Filters {
			refined.Narrow = append(refined.Narrow, condition(f))
		}
		for _, b := range response.Boosts {
			refined.Boosts = append(refined.Boosts, rag.Boost{When: condition(b.When), Factor: b.Factor})
		}
	}
	return refined, nil
}

func condition(c abi.Condition) rag.Condition {
	from, before, _ := c.Range() // abi.Decode has checked it
	return rag.Condition{Field: c.Field, Any: c.Any, From: from, Before: before}
}
