package indexer

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/naru-rag/naru/embed"
	"github.com/naru-rag/naru/indexer/source"
	"github.com/naru-rag/naru/rag"
	"github.com/naru-rag/naru/store"
)

// Options of an [Indexer]. Tenant is required; the rest has defaults.
type Options struct {
	// Access is given to every document. Its Tenant is required.
	Access rag.Access
	// Chunking decides how texts are cut; zero means [DefaultChunking].
	Chunking Chunking
	// Hooks decide what becomes of documents, in this order.
	Hooks []Hook
	// Embedder makes the vectors of passages; nil makes none. Its model has to be
	// that of the store's Options.Vectors.
	Embedder embed.Embedder
	// Embedding is told how far a run is with the vectors; nil is not told.
	Embedding Progress
	// Deleting is told of documents before they are deleted, and why; where it returns an
	// error, they are not. Nil is not told.
	Deleting func(ctx context.Context, documents []string, why Why) error
	// Clock tells the time; nil means time.Now.
	Clock rag.Clock
}

// Why is why documents are deleted.
type Why string

// The reasons.
const (
	Removed     Why = "removed"     // somebody asked for it
	Forgotten   Why = "forgotten"   // with all that was below a path
	Disappeared Why = "disappeared" // their source has them no longer
	Unreadable  Why = "unreadable"  // it still has them, and they cannot be read any more
	Skipped     Why = "skipped"     // a plugin does not want them any more
)

// Indexer writes documents to a store. It is safe for concurrent use, but two
// runs over the same source at once do the work twice.
type Indexer struct {
	store    *store.Store
	access   rag.Access
	chunking Chunking
	hooks    []Hook
	embedder embed.Embedder
	// embedding is told how many passages have their vectors.
	embedding Progress
	deleting  func(ctx context.Context, documents []string, why Why) error
	clock     rag.Clock
	// build is the version that is being built, where store is its.
	build *store.Build
}

// New returns an Indexer that writes to s.
func New(s *store.Store, opt Options) (*Indexer, error) {
	if opt.Access.Tenant == "" {
		return nil, rag.ErrNoTenant
	}
	ix := &Indexer{store: s, access: opt.Access, chunking: opt.Chunking, hooks: opt.Hooks, embedder: opt.Embedder, embedding: opt.Embedding, deleting: opt.Deleting, clock: opt.Clock}
	if ix.chunking == (Chunking{}) {
		ix.chunking = DefaultChunking
	}
	if ix.deleting == nil {
		ix.deleting = func(context.Context, []string, Why) error { return nil }
	}
	if ix.clock == nil {
		ix.clock = time.Now
	}
	return ix, nil
}

// Report is what a run did. Its JSON form is extended over time, never broken.
type Report struct {
	// Documents and Passages are what the tenant has in the store afterwards.
	Documents int `json:"documents"`
	Passages  int `json:"passages"`

	// Index is the version of the index that was written to, and now answers.
	Index string `json:"index"`
	// Built are the versions that the run has built: none, or that in Index.
	Built []string `json:"built"`

	Added     int       `json:"added"`
	Updated   int       `json:"updated"`
	Unchanged int       `json:"unchanged"`
	Deleted   int       `json:"deleted"`
	Embedded  Embedded  `json:"embedded"`
	Failed    []Failure `json:"failed"`
	// Skipped are documents that plugins did not want indexed.
	Skipped []Skip  `json:"skipped"`
	Seconds float64 `json:"seconds"`

	// Sources are the parts that each source has in it, by its ID. What several
	// sources hold counts for the first.
	Sources map[string]*Counts `json:"-"`
}

// Counts are what a run did of one source.
type Counts struct {
	Added     int `json:"added"`
	Updated   int `json:"updated"`
	Unchanged int `json:"unchanged"`
	Deleted   int `json:"deleted"`
	Failed    int `json:"failed"`
	// Failure is the first of those that failed.
	Failure *Failure `json:"failure,omitempty"`
}

// Failure is a document that could not be indexed.
type Failure struct {
	URI   string `json:"uri"`
	Error string `json:"error"`
}

// Skip is a document that a plugin did not want indexed, with what it said.
type Skip struct {
	URI    string `json:"uri"`
	Reason string `json:"reason"`
}

// Progress is told how far a run is: done of total documents are on disk, and
// uri is the one that was read last. It is called from one goroutine at a time.
type Progress func(done, total int, uri string)

// Run brings the store into agreement with the sources: new and changed
// documents are indexed, unchanged ones left alone, and those that the sources
// no longer have are deleted. Then passages that have no vector are given one, and
// an interrupted run leaves the rest to the next. A document that fails is in the report and does
// not end the run; an error does, and leaves what was done until then.
//
// Where the index that answers was made by other rules, all of this happens in
// its next version, which takes over the documents of other sources too, is
// checked, and only then answers. The next run goes on with one that was cut
// short.
func (ix *Indexer) Run(ctx context.Context, sources []source.Source, progress Progress) (Report, error) {
	return ix.timed(func() (Report, error) {
		build, err := ix.store.Build(ctx)
		if err != nil {
			return newReport(), err
		}
		return ix.into(ctx, build, sources, progress)
	})
}

// Rebuild is [Indexer.Run] into the next version of the index although the rules
// are the same, as is needed where the settings of the store have changed. One
// that was cut short is finished by the next Run or Rebuild.
func (ix *Indexer) Rebuild(ctx context.Context, sources []source.Source, progress Progress) (Report, error) {
	return ix.timed(func() (Report, error) {
		build, err := ix.store.Rebuild(ctx)
		if err != nil {
			return newReport(), err
		}
		return ix.into(ctx, build, sources, progress)
	})
}

func (ix *Indexer) timed(run func() (Report, error)) (Report, error) {
	began := ix.clock()
	report, err := run()
	report.Seconds = ix.clock().Sub(began).Seconds()
	return report, err
}

// newReport is a report whose lists are lists in its JSON, even empty.
func newReport() Report {
	return Report{Built: []string{}, Failed: []Failure{}, Skipped: []Skip{}, Sources: map[string]*Counts{}}
}

// into runs into a build or, where there is none, into the version that answers.
func (ix *Indexer) into(ctx context.Context, build *store.Build, sources []source.Source, progress Progress) (Report, error) {
	if build == nil {
		report, err := ix.run(ctx, sources, progress)
		if err != nil {
			return report, err
		}
		if report.Embedded, err = ix.Embed(ctx); err != nil {
			return report, err
		}
		serving, err := ix.store.Serving(ctx)
		report.Index = serving.Collection
		return report, err
	}
	carried := func(done, total int) {
		if progress != nil {
			progress(done, total, "taken over into "+build.Version.String())
		}
	}
	if err := build.Carry(ctx, carried); err != nil {
		return newReport(), err
	}
	next := *ix
	next.store, next.build = build.Store, build
	report, err := next.run(ctx, sources, progress)
	if err != nil {
		return report, err
	}
	tenants, err := build.Tenants(ctx)
	if err != nil {
		return report, err
	}
	// The version before answers as long as this one lacks vectors.
	if report.Embedded, err = next.embed(ctx, tenants...); err != nil {
		return report, err
	}
	if err := build.Finish(ctx); err != nil {
		return report, err
	}
	report.Index = build.Version.Collection
	report.Built = []string{report.Index}
	return report, nil
}

func (ix *Indexer) run(ctx context.Context, sources []source.Source, progress Progress) (Report, error) {
	report := newReport()
	batch := batch{ix: ix, report: &report}

	type found struct {
		source.Item
		kind string
		of   *Counts
	}
	var items []found
	seen := map[[2]string]bool{}
	unseen := map[string][]*source.WalkError{} // by kind
	for _, src := range sources {
		kind, of := src.Kind(), report.Sources[src.ID()]
		if of == nil {
			of = &Counts{}
			report.Sources[src.ID()] = of
		}
		err := src.Walk(ctx, func(item source.Item, err error) error {
			if err != nil {
				report.fail(of, item.URI, err)
				if walk, ok := errors.AsType[*source.WalkError](err); ok && walk.Unknown() {
					unseen[kind] = append(unseen[kind], walk)
				}
				return ctx.Err()
			}
			if key := [2]string{kind, item.Key}; !seen[key] { // sources may lie inside one another
				seen[key] = true
				items = append(items, found{item, kind, of})
			}
			return nil
		})
		if err != nil {
			return report, fmt.Errorf("walk %s: %w", src.ID(), err)
		}
	}

	known, err := ix.known(ctx, sources)
	if err != nil {
		return report, err
	}
	for i, item := range items {
		if err := ctx.Err(); err != nil {
			return report, errors.Join(err, batch.flush(context.WithoutCancel(ctx)))
		}
		id := ix.DocumentID(item.kind, item.Key)
		before := known[id].DocumentInfo
		delete(known, id)
		if err := ix.index(ctx, &batch, item.of, item.kind, item.Item, before); err != nil {
			return report, err
		}
		if progress != nil {
			progress(i+1-len(batch.entries), len(items), item.URI)
		}
	}
	if err := batch.flush(ctx); err != nil {
		return report, err
	}
	if progress != nil && len(items) > 0 {
		progress(len(items), len(items), items[len(items)-1].URI)
	}

	var gone []string
	for id, info := range known {
		if !slices.ContainsFunc(unseen[info.Source], func(e *source.WalkError) bool { return e.Covers(info.Key) }) {
			gone = append(gone, id)
		}
	}
	slices.Sort(gone)
	if err := ix.drop(ctx, Disappeared, gone...); err != nil {
		return report, fmt.Errorf("delete what disappeared: %w", err)
	}
	report.Deleted += len(gone)
	for _, id := range gone {
		report.Sources[known[id].of].Deleted++
	}
	if report.Documents, report.Passages, err = ix.store.Count(ctx, ix.access.Tenant); err != nil {
		return report, err
	}
	return report, nil
}

func (r *Report) fail(of *Counts, uri string, err error) {
	if walk, ok := errors.AsType[*source.WalkError](err); ok {
		err = walk.Err // the failure names the document already
	}
	failure := Failure{URI: uri, Error: err.Error()}
	r.Failed = append(r.Failed, failure)
	if of.Failed++; of.Failure == nil {
		of.Failure = &failure
	}
}

// stored is a document that the store has, and the ID of the source that holds it.
type stored struct {
	store.DocumentInfo
	of string
}

// known returns the documents that the store has of the sources, by ID.
func (ix *Indexer) known(ctx context.Context, sources []source.Source) (map[string]stored, error) {
	known := map[string]stored{}
	var kinds []string
	for _, src := range sources {
		kinds = append(kinds, src.Kind())
	}
	if kinds == nil {
		return known, nil
	}
	for info, err := range ix.store.Documents(ctx, ix.access.Tenant, kinds...) {
		if err != nil {
			return nil, fmt.Errorf("list what is indexed: %w", err)
		}
		for _, src := range sources {
			if src.Kind() == info.Source && src.Holds(info.Key) {
				known[info.ID] = stored{info, src.ID()}
				break
			}
		}
	}
	return known, nil
}

// index reads one item and, where it changed, adds it to the batch. Only a
// failure of the store is an error.
func (ix *Indexer) index(ctx context.Context, batch *batch, of *Counts, kind string, item source.Item, before store.DocumentInfo) error {
	if item.Revision != "" && unchanged(before, ix.hash(uploadOf(kind, item, nil))) {
		batch.report.Unchanged++
		of.Unchanged++
		return nil
	}
	data, err := read(ctx, item)
	if err != nil {
		// What cannot be read now may be the same as before: keep it.
		batch.report.fail(of, item.URI, err)
		return nil
	}
	up := uploadOf(kind, item, data)
	if unchanged(before, ix.hash(up)) {
		batch.report.Unchanged++
		of.Unchanged++
		return nil
	}
	entry, err := ix.prepare(ctx, up)
	if err != nil {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if later(err) {
			batch.report.fail(of, item.URI, err)
			return nil
		}
		// Its former text is no longer what the source says.
		why := Skipped
		if !batch.report.skip(item.URI, err) {
			why = Unreadable
			batch.report.fail(of, item.URI, err)
		}
		if before.Hash == "" {
			return nil
		}
		batch.report.Deleted++
		of.Deleted++
		return ix.drop(ctx, why, before.ID)
	}
	return batch.add(ctx, of, entry, before.Hash != "")
}

// drop deletes documents that their source has no longer.
func (ix *Indexer) drop(ctx context.Context, why Why, documents ...string) error {
	if len(documents) > 0 {
		if err := ix.deleting(ctx, documents, why); err != nil {
			return err
		}
	}
	if ix.build != nil {
		return ix.build.Drop(ctx, ix.access.Tenant, documents...)
	}
	return ix.store.Delete(ctx, ix.access.Tenant, documents...)
}

func read(ctx context.Context, item source.Item) ([]byte, error) {
	file, err := item.Open(ctx)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	return io.ReadAll(file)
}
