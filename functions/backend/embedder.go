package backend

import (
	"cmp"
	"context"
	"errors"
	"io"

	"github.com/naru-rag/naru/config"
	"github.com/naru-rag/naru/embed"
	"github.com/naru-rag/naru/embed/remote"
	"github.com/naru-rag/naru/indexer"
	"github.com/naru-rag/naru/rag"
)

// OpenEmbedder opens the model that a configuration names; nil is none.
func OpenEmbedder(ctx context.Context, whole *config.Config, opt Options) (embed.Embedder, error) {
	c := &whole.Embedder
	switch {
	case c.Kind == config.EmbedderOpenAI || c.Kind == config.EmbedderBedrock:
		o, err := c.Remote()
		if err != nil {
			return nil, err
		}
		guard, err := Guard(ctx, whole, opt.Logger, connections(opt.Audit))
		if err != nil {
			return nil, err
		}
		o.Logger, o.Dial = opt.Logger, guard.DialContext
		return remote.Open(ctx, o)
	case c.Kind == config.EmbedderFile:
		return embed.Open(c.File)
	case c.Kind == config.EmbedderNone:
		return nil, nil
	case opt.Bundled == nil:
		return nil, errors.New("embedder.kind is bundled, and this program has no model in it: set embedder.kind to another")
	}
	return opt.Bundled()
}

func (b *Backend) closeEmbedder() error {
	if c, ok := b.embedder.(io.Closer); ok {
		return c.Close()
	}
	return nil
}

// embed gives a question its vector. An embedder that fails degrades the search
// to one by words; the error is the context's.
func (b *Backend) embed(ctx context.Context, q *rag.Query) (degraded []string, err error) {
	if b.embedder == nil || q.Vector != nil {
		return nil, nil
	}
	r, err := b.embedder.Embed(ctx, embed.Query, []string{q.Text})
	switch {
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case err == nil && len(r.Refused) > 0:
		err = r.Refused[0].Err
	}
	if err != nil {
		b.log.Error("embed a question", "error", err)
		return []string{"meaning: the question could not be embedded, and was searched for by its words alone"}, nil
	}
	q.Vector = r.Vectors[0]
	return nil, nil
}

// Indexer writes to the index of the tenant that access names. Under a policy, what has
// no region belongs to that of this process. embedding is told how far it is with
// vectors; it may be nil.
func (b *Backend) Indexer(ctx context.Context, access rag.Access, embedding indexer.Progress) (*indexer.Indexer, error) {
	if b.policy != nil {
		access.Region = cmp.Or(access.Region, b.policy.Here())
	}
	s, err := b.Store(ctx, access.Tenant)
	if err != nil {
		return nil, err
	}
	return indexer.New(s, indexer.Options{Access: access, Hooks: b.documentHooks(), Embedder: b.embedder, Embedding: embedding, Deleting: b.deleting})
}
