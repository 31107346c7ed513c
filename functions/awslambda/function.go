package awslambda

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/naru-rag/naru/audit"
	"github.com/naru-rag/naru/config"
	"github.com/naru-rag/naru/embed"
	"github.com/naru-rag/naru/functions/backend"
	"github.com/naru-rag/naru/functions/web"
	"github.com/naru-rag/naru/indexer"
	"github.com/naru-rag/naru/rag"
	"github.com/naru-rag/naru/store"
)

// notKept is why the embedded engine does not work here.
const notKept = "a Lambda's folder is not kept, and another instance cannot read it"

// Bundled is what is in the program. Both may be nil, where it has none.
type Bundled struct {
	// Model opens the model.
	Model func() (embed.Embedder, error)
	// Plugins finds plugins.
	Plugins backend.Bundled
}

// Function is a function's configuration and its way to the store. It is safe
// for concurrent use.
type Function struct {
	Config *config.Config
	Log    *slog.Logger
	// Audit is the log that is configured, or nil.
	Audit *audit.Log

	stream  bool
	bundled Bundled

	mu      sync.Mutex
	backend *backend.Backend // nil until an invocation has reached the store
}

var _ rag.Searcher = (*Function)(nil)

// New reads the configuration from environ, which has the form of os.Environ, and
// from the file that it names. It connects to nothing.
func New(environ []string, log *slog.Logger, bundled Bundled) (*Function, error) {
	c, err := config.Load("", environ)
	if err != nil {
		return nil, err
	}
	table, err := backend.Residency(context.Background(), c)
	backend.LogResidency(context.Background(), log, table)
	if err != nil {
		return nil, err
	}
	f := &Function{Config: c, Log: log, bundled: bundled}
	if f.stream, err = streams(environ); err != nil {
		return nil, err
	}
	if c.Store.URL == "" {
		_, err := backend.Open(context.Background(), c, backend.Options{Remote: notKept, Bundled: bundled.Model, Plugins: bundled.Plugins})
		return nil, err
	}
	c.Store.PoolSize = 1
	if c.Audit.On && c.State.Table == "" {
		return nil, fmt.Errorf("audit.on asks for a log, and state.table names no table for it: %s", notKept)
	}
	f.Audit, err = backend.OpenAudit(context.Background(), c, log)
	return f, err
}

// open opens the store where no invocation has done so yet. It is not done at the
// start, which would make a function that cannot reach its store end and start
// again instead of saying so.
func (f *Function) open(ctx context.Context) (*backend.Backend, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.backend == nil {
		parts := newParts(time.Now)
		b, err := backend.Open(ctx, f.Config, backend.Options{Remote: notKept, Audit: f.Audit, Logger: f.Log, Bundled: f.bundled.Model, Plugins: f.bundled.Plugins, Opened: parts.done})
		if err != nil {
			return nil, err
		}
		f.Log.InfoContext(ctx, "opened", parts.took...)
		f.backend = b
	}
	return f.backend, nil
}

// Store is the index of a tenant.
func (f *Function) Store(ctx context.Context, tenant string) (*store.Store, error) {
	b, err := f.open(ctx)
	if err != nil {
		return nil, err
	}
	return b.Store(ctx, tenant)
}

// Indexer writes to the index of the tenant that access names.
func (f *Function) Indexer(ctx context.Context, access rag.Access) (*indexer.Indexer, error) {
	b, err := f.open(ctx)
	if err != nil {
		return nil, err
	}
	return b.Indexer(ctx, access, nil)
}

// Search implements [rag.Searcher]. Of a store that cannot be reached now it says
// so in a way that the web handler passes on.
func (f *Function) Search(ctx context.Context, q rag.Query) (rag.Results, error) {
	found, err := f.search(ctx, q)
	if err != nil {
		return rag.Results{}, storeError(ctx, err)
	}
	return found, nil
}

// storeError is an error of the store in a form that the web handler passes on.
func storeError(ctx context.Context, err error) error {
	switch {
	case ctx.Err() != nil:
		return fmt.Errorf("%w: %w", ctx.Err(), err)
	case errors.Is(err, context.DeadlineExceeded):
		// The store may notice the end of the invocation's time before we do.
		return err
	case Passing(err):
		return fmt.Errorf("%w: %w", web.Explain(web.ErrBusy, "The documents cannot be reached at the moment. Try again soon."), err)
	}
	return err
}

func (f *Function) search(ctx context.Context, q rag.Query) (rag.Results, error) {
	b, err := f.open(ctx)
	if err != nil {
		return rag.Results{}, err
	}
	return b.Search(ctx, q)
}

// Close lets go of the store.
func (f *Function) Close() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.backend == nil {
		return nil
	}
	return f.backend.Close()
}
