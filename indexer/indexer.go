package indexer

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

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
	// Clock tells the time; nil means time.Now.
	Clock rag.Clock
}

// Indexer writes documents to a store. It is safe for concurrent use, but two
// runs over the same source at once do the work twice.
type Indexer struct {
	store    *store.Store
	access   rag.Access
	chunking Chunking
	clock    rag.Clock
}

// New returns an Indexer that writes to s.
func New(s *store.Store, opt Options) (*Indexer, error) {
	if opt.Access.Tenant == "" {
		return nil, rag.ErrNoTenant
	}
	ix := &Indexer{store: s, access: opt.Access, chunking: opt.Chunking, clock: opt.Clock}
	if ix.chunking == (Chunking{}) {
		ix.chunking = DefaultChunking
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

	Added     int       `json:"added"`
	Updated   int       `json:"updated"`
	Unchanged int       `json:"unchanged"`
	Deleted   int       `json:"deleted"`
	Failed    []Failure `json:"failed"`
	Seconds   float64   `json:"seconds"`
}

// Failure is a document that could not be indexed.
type Failure struct {
	URI   string `json:"uri"`
	Error string `json:"error"`
}

// Progress is told how far a run is: done of total documents are on disk, and
// uri is the one that was read last. It is called from one goroutine at a time.
type Progress func(done, total int, uri string)

// Run brings the store into agreement with the sources: new and changed
// documents are indexed, unchanged ones left alone, and those that the sources
// no longer have are deleted. A document that fails is in the report and does
// not end the run; an error does, and leaves what was done until then.
//
// Where the index that answers was made by other rules, all of this happens in
// its next version, which takes over the documents of other sources too, is
// checked, and only then answers. The next run goes on with one that was cut
// short.
func (ix *Indexer) Run(ctx context.Context, sources []source.Source, progress Progress) (Report, error) {
	began := ix.clock()
	report, err := ix.renew(ctx, sources, progress)
	if err != nil {
		return report, err
	}
	serving, err := ix.store.Serving(ctx)
	if err != nil {
		return report, err
	}
	report.Index = serving.Collection
	report.Seconds = ix.clock().Sub(began).Seconds()
	return report, nil
}

// renew runs into the version that answers or, where that was made by other
// rules, into the next.
func (ix *Indexer) renew(ctx context.Context, sources []source.Source, progress Progress) (Report, error) {
	build, err := ix.store.Build(ctx)
	if err != nil {
		return Report{Failed: []Failure{}}, err
	}
	if build == nil {
		return ix.run(ctx, sources, progress)
	}
	carried := func(done, total int) {
		if progress != nil {
			progress(done, total, "taken over into "+build.Version.String())
		}
	}
	if err := build.Carry(ctx, carried); err != nil {
		return Report{Failed: []Failure{}}, err
	}
	next := *ix
	next.store = build.Store
	report, err := next.run(ctx, sources, progress)
	if err != nil {
		return report, err
	}
	return report, build.Finish(ctx)
}

func (ix *Indexer) run(ctx context.Context, sources []source.Source, progress Progress) (Report, error) {
	report := Report{Failed: []Failure{}}
	batch := batch{ix: ix, report: &report}

	var items []source.Item
	seen := map[string]bool{}
	var unseen []*source.WalkError
	for _, src := range sources {
		err := src.Walk(ctx, func(item source.Item, err error) error {
			if err != nil {
				report.fail(item.URI, err)
				if walk, ok := errors.AsType[*source.WalkError](err); ok && walk.Unknown() {
					unseen = append(unseen, walk)
				}
				return ctx.Err()
			}
			if !seen[item.Key] { // sources may lie inside one another
				seen[item.Key] = true
				items = append(items, item)
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
		id := ix.documentID(sourceFolder, item.Key)
		before := known[id]
		delete(known, id)
		if err := ix.index(ctx, &batch, item, before); err != nil {
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
		if !slices.ContainsFunc(unseen, func(e *source.WalkError) bool { return e.Covers(info.Key) }) {
			gone = append(gone, id)
		}
	}
	if err := ix.store.Delete(ctx, ix.access.Tenant, gone...); err != nil {
		return report, fmt.Errorf("delete what disappeared: %w", err)
	}
	report.Deleted += len(gone)
	if report.Documents, report.Passages, err = ix.store.Count(ctx, ix.access.Tenant); err != nil {
		return report, err
	}
	return report, nil
}

func (r *Report) fail(uri string, err error) {
	if walk, ok := errors.AsType[*source.WalkError](err); ok {
		err = walk.Err // the failure names the document already
	}
	r.Failed = append(r.Failed, Failure{URI: uri, Error: err.Error()})
}

// known returns the documents that the store has of the sources, by ID.
func (ix *Indexer) known(ctx context.Context, sources []source.Source) (map[string]store.DocumentInfo, error) {
	known := map[string]store.DocumentInfo{}
	for info, err := range ix.store.Documents(ctx, ix.access.Tenant, sourceFolder) {
		if err != nil {
			return nil, fmt.Errorf("list what is indexed: %w", err)
		}
		for _, src := range sources {
			if src.Holds(info.Key) {
				known[info.ID] = info
				break
			}
		}
	}
	return known, nil
}

// index reads one item and, where it changed, adds it to the batch. Only a
// failure of the store is an error.
func (ix *Indexer) index(ctx context.Context, batch *batch, item source.Item, before store.DocumentInfo) error {
	data, err := read(item)
	if err != nil {
		// What cannot be read now may be the same as before: keep it.
		batch.report.fail(item.URI, err)
		return nil
	}
	up := upload{Upload{URI: item.URI, Data: data, Modified: item.Modified}, sourceFolder, item.Key}
	if before.Hash != "" && before.Hash == ix.hash(up) {
		batch.report.Unchanged++
		return nil
	}
	entry, err := ix.prepare(up)
	if err != nil {
		// Its former text is no longer what the source says.
		batch.report.fail(item.URI, err)
		if before.Hash == "" {
			return nil
		}
		batch.report.Deleted++
		return ix.store.Delete(ctx, ix.access.Tenant, before.ID)
	}
	return batch.add(ctx, entry, before.Hash != "")
}

func read(item source.Item) ([]byte, error) {
	file, err := item.Open()
	if err != nil {
		return nil, err
	}
	defer file.Close()
	return io.ReadAll(file)
}
