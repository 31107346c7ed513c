package main

import (
	"context"
	"fmt"
	"io"
	"sync/atomic"

	"github.com/naru-rag/naru/indexer"
	"github.com/naru-rag/naru/rag"
)

// firstRun is a searcher that says, while the folders are read for the first
// time since the start, that not everything can be found yet.
type firstRun struct {
	rag.Searcher
	state atomic.Pointer[string]
}

// Search implements [rag.Searcher].
func (f *firstRun) Search(ctx context.Context, q rag.Query) (rag.Results, error) {
	found, err := f.Searcher.Search(ctx, q)
	if state := f.state.Load(); err == nil && state != nil {
		found.Degraded = append(found.Degraded, *state)
	}
	return found, err
}

// index runs the indexer once, showing its progress on w and to askers.
func (f *firstRun) index(ctx context.Context, d *data, from []group, w io.Writer) (indexer.Report, error) {
	shown, embedding := newProgress(w, "Indexing"), newProgress(w, "Embedding")
	defer shown.finish()
	defer embedding.finish()
	f.begin()
	defer f.state.Store(nil)
	return d.runs(ctx, from, false, func(done, total int, uri string) {
		f.say(fmt.Sprintf("index: %d of %d documents are up to date so far", done, total))
		shown.step(done, total, uri)
	}, func(done, total int, id string) {
		f.state.Store(nil) // the search itself says what lacks its vectors
		embedding.step(done, total, id)
	})
}

// begin says that nothing has been read yet.
func (f *firstRun) begin() { f.say("index: the documents are being listed") }

func (f *firstRun) say(state string) { f.state.Store(&state) }
