package ingest

import (
	"context"
	"encoding/json"

	"github.com/naru-rag/naru/functions/awslambda"
)

// Index is the handler of function index: a batch of its queue, or documents that are
// given with the event.
func Index(f *awslambda.Function) awslambda.Handler {
	given, workers := documents{f}, opener{f: f}
	return func(ctx context.Context, event json.RawMessage) (any, error) {
		batch, ok := batchOf(event)
		if !ok {
			return given.index(ctx, event)
		}
		w, err := workers.open(ctx)
		if err != nil {
			return nil, err
		}
		return w.batch(ctx, batch), nil
	}
}

// Reindex is the handler of function reindex: a batch of its queue, which goes on with
// walks, or anything else, which begins one over each bucket.
func Reindex(f *awslambda.Function) awslambda.Handler {
	workers := opener{f: f}
	return func(ctx context.Context, event json.RawMessage) (any, error) {
		w, err := workers.open(ctx)
		if err != nil {
			return nil, err
		}
		if batch, ok := batchOf(event); ok {
			return w.batch(ctx, batch), nil
		}
		ctx, cancel := awslambda.Within(ctx)
		defer cancel()
		if err := w.begin(ctx); err != nil {
			return nil, err
		}
		return map[string]int{"walks": len(w.buckets)}, nil
	}
}
