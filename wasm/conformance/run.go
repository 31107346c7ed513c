package conformance

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/naru-rag/naru/wasm/abi"
	"github.com/naru-rag/naru/wasm/host"
)

// Run makes calls at hooks of a plugin, and returns what is wrong with it: nothing
// where it conforms. The error is the context's.
func Run(ctx context.Context, p *host.Plugin, hooks []abi.Hook) (wrong []string, err error) {
	for _, hook := range hooks {
		requests := Requests(hook)
		responses := make([][]byte, len(requests))
		for i, r := range requests {
			said, _, err := p.Call(ctx, host.Call{Hook: hook, Request: r.Data, Audience: "one", Search: search})
			if ctx.Err() != nil {
				return wrong, ctx.Err()
			}
			if err == nil {
				err = decode(said, r)
			}
			if err != nil {
				wrong = append(wrong, fmt.Sprintf("%s, %s: %v", hook, r.Name, err))
			}
			responses[i] = said
		}
		// Another instance, asked the other way round, says the same: nothing that a
		// plugin keeps may matter.
		for i, r := range slices.Backward(requests) {
			said, _, err := p.Call(ctx, host.Call{Hook: hook, Request: r.Data, Audience: "other", Search: search})
			if ctx.Err() != nil {
				return wrong, ctx.Err()
			}
			if err == nil && !bytes.Equal(said, responses[i]) {
				wrong = append(wrong, fmt.Sprintf("%s, %s: it says %.200q and then %.200q", hook, r.Name, responses[i], said))
			}
		}
		wrong = append(wrong, grows(ctx, p, requests)...)
	}
	return wrong, ctx.Err()
}

// grows makes the same calls again and again, and tells whether memory does: a leak
// grows in each part of them, where a garbage collector grows at some moments, and
// mostly at first.
func grows(ctx context.Context, p *host.Plugin, requests []Request) []string {
	const parts, first, rounds = 8, 3, 10
	var memory [parts]int
	started := 0
	for part := range parts {
		for range rounds {
			for _, r := range requests {
				_, usage, err := p.Call(ctx, host.Call{Hook: r.Hook, Request: r.Data, Audience: "one", Search: search})
				if err != nil {
					return []string{fmt.Sprintf("%s, %s, again and again: %v", r.Hook, r.Name, err)}
				}
				if usage.Started {
					started++
				}
				memory[part] = max(memory[part], usage.Memory)
			}
		}
	}
	calls, before, after := parts*rounds*len(requests), memory[first], memory[parts-1]
	if steadily := slices.IsSortedFunc(memory[first:], func(a, b int) int { return cmp.Compare(a, b+1) }); steadily && after > before+before/5 {
		return []string{fmt.Sprintf("%s: its memory goes on growing, from %d to %d bytes in %d calls", requests[0].Hook, before, after, calls)}
	}
	if started > 2 {
		return []string{fmt.Sprintf("%s: it fills its memory, so that it had to be started %d times in %d calls", requests[0].Hook, started, calls)}
	}
	return nil
}

func decode(said []byte, r Request) error {
	if len(said) == 0 {
		return nil
	}
	switch r.Hook {
	case abi.Document:
		return abi.Decode(said, &abi.DocumentResponse{}, r.Message)
	case abi.Query:
		return abi.Decode(said, &abi.QueryResponse{}, r.Message)
	case abi.Passages:
		return abi.Decode(said, &abi.PassagesResponse{}, r.Message)
	}
	return abi.Decode(said, &abi.AnswerResponse{}, r.Message)
}

// search finds a passage that says what was asked for.
func search(_ context.Context, text string, limit int) ([]abi.Passage, error) {
	return []abi.Passage{{ID: "found", Document: "found", Headings: []string{}, Annotations: map[string][]string{}, Text: text}}[:min(1, limit)], nil
}
