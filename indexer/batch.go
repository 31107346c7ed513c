package indexer

import (
	"context"
	"fmt"

	"github.com/naru-rag/naru/store"
)

const (
	// batchPassages and batchBytes bound what is written at once: large enough
	// that the disk's sync is shared, small enough to lose little to a kill and
	// to stay under a server's message limit.
	batchPassages = 256
	batchBytes    = 1 << 20
)

// batch collects documents and writes them together. Counts enter the report
// when the write has returned, so that a report never claims what is not on disk.
type batch struct {
	ix             *Indexer
	report         *Report
	entries        []store.Entry
	passages, size int
	// added and updated are of the sources whose entries these are.
	added, updated []*Counts
}

func (b *batch) add(ctx context.Context, of *Counts, entry store.Entry, replaces bool) error {
	b.entries = append(b.entries, entry)
	b.passages += len(entry.Passages)
	b.size += len(entry.Document.Text)
	if replaces {
		b.updated = append(b.updated, of)
	} else {
		b.added = append(b.added, of)
	}
	if b.passages < batchPassages && b.size < batchBytes && len(b.entries) < batchPassages {
		return nil
	}
	return b.flush(ctx)
}

func (b *batch) flush(ctx context.Context) error {
	if len(b.entries) == 0 {
		return nil
	}
	if err := b.ix.store.Put(ctx, b.entries...); err != nil {
		return fmt.Errorf("write %d documents, the first being %s: %w", len(b.entries), b.entries[0].Document.URI, err)
	}
	b.report.Added += len(b.added)
	b.report.Updated += len(b.updated)
	for _, of := range b.added {
		of.Added++
	}
	for _, of := range b.updated {
		of.Updated++
	}
	*b = batch{ix: b.ix, report: b.report}
	return nil
}
