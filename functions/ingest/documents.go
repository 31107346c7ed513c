package ingest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"runtime/debug"
	"strings"

	"github.com/naru-rag/naru/functions/awslambda"
	"github.com/naru-rag/naru/indexer"
	"github.com/naru-rag/naru/indexer/extract"
	"github.com/naru-rag/naru/indexer/source"
	"github.com/naru-rag/naru/rag"
)

// result is what became of one document.
type result struct {
	// URI or Path is what the event calls it, where that can be read.
	URI  string `json:"uri,omitempty"`
	Path string `json:"path,omitempty"`
	// ID is the document's; empty where it failed.
	ID string `json:"id,omitempty"`
	// Status is added, updated, unchanged or failed.
	Status string `json:"status"`
	// Error says why it failed.
	Error string `json:"error,omitempty"`
	// Retry is set where the same document may succeed later.
	Retry bool `json:"retry,omitempty"`
}

const statusFailed = "failed"

// answer is what an invocation returns.
type answer struct {
	Documents []result `json:"documents"`
	// Failed is how many of them failed.
	Failed int `json:"failed"`
}

// documents indexes what events name.
type documents struct{ f *awslambda.Function }

// index is the handler of the function.
func (d *documents) index(ctx context.Context, event json.RawMessage) (any, error) {
	all, err := readEvent(event)
	if err != nil {
		return nil, err
	}
	ctx, cancel := awslambda.Within(ctx)
	defer cancel()
	a := answer{Documents: make([]result, len(all))}
	var done int
	var hindered string // why no further document is tried
	for i, raw := range all {
		doc, err := readDocument(raw)
		r := result{URI: doc.upload.URI, Path: doc.path, Status: statusFailed}
		switch {
		case err == nil && hindered == "":
			var o outcome
			if o = d.aside(ctx, doc); o.err == nil {
				r.ID, r.Status = o.id, string(o.status)
				done++
				break
			}
			err = o.err
			fallthrough
		case err != nil:
			if r.Error, r.Retry = d.explain(ctx, r, err); r.Retry {
				hindered = r.Error
			}
		default:
			r.Error, r.Retry = hindered, true
		}
		if r.Status == statusFailed {
			a.Failed++
		}
		a.Documents[i] = r
	}
	if done == 0 && hindered != "" {
		return nil, awslambda.Unavailable("nothing was indexed: " + hindered)
	}
	return a, nil
}

// outcome is what became of an attempt.
type outcome struct {
	id     string
	status indexer.Status
	err    error
}

// aside puts a document on a goroutine, so that the caller hears in time of one
// that takes too long to read. That one's writes fail with the context.
func (d *documents) aside(ctx context.Context, doc document) outcome {
	done := make(chan outcome, 1)
	go func() {
		var o outcome
		defer func() {
			if v := recover(); v != nil {
				o.err = fmt.Errorf("panic: %v\n%s", v, debug.Stack())
			}
			done <- o
		}()
		o = d.put(ctx, doc)
	}()
	select {
	case o := <-done:
		return o
	case <-ctx.Done():
		return outcome{err: ctx.Err()}
	}
}

func (d *documents) put(ctx context.Context, doc document) outcome {
	if doc.path != "" {
		return d.putFile(ctx, doc.path)
	}
	ix, err := d.indexer(ctx, rag.Access{Tenant: d.f.Config.Asker.Tenant})
	if err != nil {
		return outcome{err: err}
	}
	outcomes, err := ix.Put(ctx, doc.upload)
	if err != nil {
		return outcome{err: err}
	}
	d.embed(ctx, ix)
	return outcome{id: outcomes[0].Document, status: outcomes[0].Status}
}

// embed gives the document's passages their vectors. Until they have them they are
// found by their words, and what is left without is made good by whoever indexes
// for the tenant next: it is no reason to refuse the document.
func (d *documents) embed(ctx context.Context, ix *indexer.Indexer) {
	if _, err := ix.Embed(ctx); err != nil {
		d.f.Log.Warn("passages are left without vectors", "error", err)
	}
}

// putFile indexes a file as a run over its source would.
func (d *documents) putFile(ctx context.Context, path string) outcome {
	file, err := findFile(ctx, d.f.Config, path)
	if err != nil {
		return outcome{err: err}
	}
	ix, err := d.indexer(ctx, file.access)
	if err != nil {
		return outcome{err: err}
	}
	report, err := ix.Run(ctx, []source.Source{file.source}, nil)
	if errors.Is(err, indexer.ErrEmbedding) {
		d.f.Log.Warn("passages are left without vectors", "error", err)
		err = nil
	}
	switch {
	case err != nil:
		return outcome{err: err}
	case len(report.Failed) > 0:
		return outcome{err: errors.New(report.Failed[0].Error)}
	case len(report.Skipped) > 0:
		return outcome{err: &indexer.SkippedError{Reason: report.Skipped[0].Reason}}
	case report.Added > 0:
		return outcome{id: ix.DocumentID(source.KindFolder, file.key), status: indexer.StatusAdded}
	case report.Updated > 0:
		return outcome{id: ix.DocumentID(source.KindFolder, file.key), status: indexer.StatusUpdated}
	}
	return outcome{id: ix.DocumentID(source.KindFolder, file.key), status: indexer.StatusUnchanged}
}

func (d *documents) indexer(ctx context.Context, access rag.Access) (*indexer.Indexer, error) {
	return d.f.Indexer(ctx, access)
}

// explain is what the caller reads of an error. What is the document's matter is
// told; of anything else the log has the cause.
func (d *documents) explain(ctx context.Context, r result, err error) (text string, retry bool) {
	if refused, ok := errors.AsType[*refusal](err); ok {
		return refused.reason, false
	}
	if skipped, ok := errors.AsType[*indexer.SkippedError](err); ok {
		return skipped.Reason, false
	}
	for _, known := range []error{extract.ErrUnsupported, extract.ErrNotText, extract.ErrTooLarge} {
		if errors.Is(err, known) {
			return err.Error(), false
		}
	}
	text = err.Error()
	ofDocument := strings.HasPrefix(text, "extract ") || strings.HasPrefix(text, "read ") && strings.Contains(text, ": its front matter ")
	if ofDocument && !awslambda.Passing(err) {
		return text, false
	}
	id := awslambda.RequestID(ctx)
	d.f.Log.ErrorContext(ctx, "a document was not indexed", "request_id", id, "uri", r.URI, "path", r.Path, "error", text)
	if awslambda.Passing(err) {
		return hindrance(ctx), true
	}
	return "internal error; the log has it under request " + id, false
}

// hindrance says what keeps documents from being indexed for now.
func hindrance(ctx context.Context) string {
	if ctx.Err() != nil {
		return "the time of the function was over"
	}
	return "the store cannot be reached at the moment"
}
