package main

import (
	"context"
	"log/slog"
	"time"

	"github.com/naru-rag/naru/indexer"
)

// embedding gives vectors to what was uploaded, one run at a time, while others go
// on uploading and asking.
type embedding struct {
	indexer *indexer.Indexer
	log     *slog.Logger
	wake    chan struct{}
}

func newEmbedding(ix *indexer.Indexer, log *slog.Logger) *embedding {
	e := &embedding{indexer: ix, log: log, wake: make(chan struct{}, 1)}
	e.more() // an earlier process may have left something
	return e
}

// more says that there is something to embed.
func (e *embedding) more() {
	select {
	case e.wake <- struct{}{}:
	default:
	}
}

// embeddingRetry is how long to wait after a failure.
const embeddingRetry = 30 * time.Second

// run embeds until ctx ends.
func (e *embedding) run(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-e.wake:
		}
		_, err := e.indexer.Embed(ctx)
		if err == nil || ctx.Err() != nil {
			continue
		}
		e.log.Error("embed", "error", err)
		select {
		case <-ctx.Done():
		case <-time.After(embeddingRetry):
			e.more()
		}
	}
}
