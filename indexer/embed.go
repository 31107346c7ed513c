package indexer

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/naru-rag/naru/embed"
	"github.com/naru-rag/naru/store"
)

// ErrEmbedding is in the errors of a run whose documents are all indexed, and found
// by their words, and whose passages do not all have vectors.
var ErrEmbedding = errors.New("not all passages have vectors yet")

// ErrOtherModel is in the errors of an embedding whose index has vectors of another model,
// with which these could not be compared: a run builds the next version.
var ErrOtherModel = errors.New("the index that answers has vectors of another model")

// Embedded is what became of passages that had no vector.
type Embedded struct {
	// Passages is how many have one now, and Refused how many cannot have one.
	Passages int `json:"passages"`
	Refused  int `json:"refused"`
	// Tokens is what the embedder counted, where it does, and Cost what it asks for
	// them, where that is configured.
	Tokens   int     `json:"tokens"`
	Cost     float64 `json:"cost,omitempty"`
	Currency string  `json:"currency,omitempty"`
}

// Add adds what became of others.
func (e *Embedded) Add(other Embedded) {
	e.Passages += other.Passages
	e.Refused += other.Refused
	e.Tokens += other.Tokens
	e.Cost += other.Cost
	e.Currency = cmp.Or(e.Currency, other.Currency)
}

// Embed gives vectors to the passages of the indexer's tenant that have none,
// those of the documents that were modified last first. Stopped at any point, the
// next call goes on. Several at once do the same work twice, and harm nothing.
func (ix *Indexer) Embed(ctx context.Context) (Embedded, error) {
	if ix.embedder == nil {
		return Embedded{}, nil
	}
	serving, err := ix.store.Serving(ctx)
	if err != nil {
		return Embedded{}, fmt.Errorf("%w: %w", ErrEmbedding, err)
	}
	if model := ix.embedder.Model().ID; serving.Model != model {
		return Embedded{}, fmt.Errorf("%w: %w (%q, and the embedder is %q): `naru index` builds its next version", ErrEmbedding, ErrOtherModel, serving.Model, model)
	}
	return ix.embed(ctx, ix.access.Tenant)
}

func (ix *Indexer) embed(ctx context.Context, tenants ...string) (Embedded, error) {
	if ix.embedder == nil {
		return Embedded{}, nil
	}
	sum, err := ix.embedAll(ctx, tenants)
	if err != nil {
		err = fmt.Errorf("%w; the next run goes on: %w", ErrEmbedding, err)
	}
	return sum, err
}

func (ix *Indexer) embedAll(ctx context.Context, tenants []string) (sum Embedded, err error) {
	total := 0
	for _, tenant := range tenants {
		n, err := ix.store.CountLacking(ctx, tenant)
		if err != nil {
			return sum, err
		}
		total += n
	}
	for _, tenant := range tenants {
		err := ix.embedTenant(ctx, tenant, &sum, func(last string) {
			if done := sum.Passages + sum.Refused; ix.embedding != nil {
				ix.embedding(done, max(done, total), last)
			}
		})
		if err != nil {
			return sum, err
		}
	}
	return sum, nil
}

func (ix *Indexer) embedTenant(ctx context.Context, tenant string, sum *Embedded, progress func(last string)) error {
	var before []store.Lacking
	for {
		batch, err := ix.store.Lacking(ctx, tenant, ix.embedder.Model().Batch)
		if err != nil || len(batch) == 0 {
			return err
		}
		if slices.Equal(batch, before) {
			return fmt.Errorf("%d passages of tenant %s keep having no vector, the first of them %s: index their documents again", len(batch), tenant, batch[0].ID)
		}
		before = batch
		if err := ix.embedBatch(ctx, tenant, batch, sum); err != nil {
			return err
		}
		progress(batch[len(batch)-1].URI)
	}
}

// embedBatch gives each passage its vector; what several say is embedded once.
func (ix *Indexer) embedBatch(ctx context.Context, tenant string, batch []store.Lacking, sum *Embedded) error {
	var texts []string
	place := map[string]int{}
	for _, p := range batch {
		if _, there := place[p.Digest]; !there {
			place[p.Digest] = len(texts)
			texts = append(texts, p.Text)
		}
	}
	result, err := ix.embedder.Embed(ctx, embed.Passage, texts)
	if err != nil {
		return fmt.Errorf("embed passages: %w", err)
	}
	refused := map[int]string{}
	for _, r := range result.Refused {
		refused[r.Text] = r.Err.Error()
	}
	made := 0
	vectors := make([]store.Vector, len(batch))
	for i, p := range batch {
		at := place[p.Digest]
		vectors[i] = store.Vector{ID: p.ID, Digest: p.Digest, Values: result.Vectors[at], Refused: refused[at]}
		if result.Vectors[at] != nil {
			made++
		}
	}
	sum.Tokens += result.Tokens
	if price := ix.embedder.Model().Price; price.PerMillion > 0 {
		sum.Cost, sum.Currency = sum.Cost+price.Of(result.Tokens), price.Currency
	}
	if err := ix.store.SetVectors(ctx, tenant, vectors); err != nil {
		return err
	}
	sum.Passages += made
	sum.Refused += len(batch) - made
	return nil
}
