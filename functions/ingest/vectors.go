package ingest

import (
	"context"
	"errors"
	"time"

	"github.com/naru-rag/naru/indexer"
	"github.com/naru-rag/naru/rag"
	"github.com/naru-rag/naru/state"
)

const (
	// embeddingWait is how long is waited where another embeds for the tenant, and
	// refusedWait where the embedder does not.
	embeddingWait = 20 * time.Second
	refusedWait   = time.Minute
	// apart is how far the clocks of two functions may be apart.
	apart = time.Second
)

// due has the passages of a tenant embedded that lack vectors then. Many ask for that at
// once: while a message waits that will see to all that there is by now, none is sent.
func (w *worker) due(ctx context.Context, tenant string, in time.Duration) error {
	// It has expired by everybody's clock when the message is read.
	e, err := w.state.Put(ctx, state.Entry{Key: "due/" + tenant, Expires: w.clock().Add(in).Truncate(time.Second)})
	if errors.Is(err, state.ErrConflict) {
		return nil
	}
	if err == nil {
		if err = w.queues.send(ctx, w.queues.Index, in+apart, message{Vectors: &vectors{tenant}}.body()); err != nil {
			ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), releaseWithin)
			defer cancel()
			_ = w.state.Delete(ctx, e) // or it expires
		}
	}
	return err
}

// vectors embeds as long as there is time; the rest is due at once.
func (i *invocation) vectors(tenant string) error {
	release, err := i.claim(i.work, "vectors/"+tenant)
	if errors.Is(err, errHeld) {
		return i.due(i.ctx, tenant, embeddingWait)
	}
	if err != nil {
		return err
	}
	defer release()
	ix, err := i.indexer(i.work, rag.Access{Tenant: tenant})
	if err != nil {
		return err
	}
	made, err := ix.Embed(i.work)
	i.log.Info("passages were embedded", "tenant", tenant, "passages", made.Passages, "refused", made.Refused)
	switch {
	case i.work.Err() != nil && made.Passages+made.Refused > 0:
		return i.due(i.ctx, tenant, time.Second)
	case errors.Is(err, indexer.ErrOtherModel):
		i.log.Error("passages stay without vectors", "tenant", tenant, "error", err)
		return nil // who builds the next version makes them
	case i.work.Err() != nil:
		return i.work.Err() // or it would go on for ever, with nothing done
	case errors.Is(err, indexer.ErrEmbedding):
		i.log.Warn("passages are left without vectors", "tenant", tenant, "error", err)
		return i.due(i.ctx, tenant, refusedWait)
	}
	return err
}
