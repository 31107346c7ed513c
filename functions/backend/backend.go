package backend

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"regexp"
	"sync"
	"time"

	"google.golang.org/grpc"

	"github.com/naru-rag/naru/audit"
	"github.com/naru-rag/naru/config"
	"github.com/naru-rag/naru/embed"
	"github.com/naru-rag/naru/indexer"
	"github.com/naru-rag/naru/rag"
	"github.com/naru-rag/naru/region"
	"github.com/naru-rag/naru/store"
	"github.com/naru-rag/naru/store/embedded"
	"github.com/naru-rag/naru/store/remote"
	"github.com/naru-rag/naru/wasm/hooks"
)

// Options are what the configuration does not say.
type Options struct {
	// Address is where this process answers, for those who find the data folder
	// locked; see embedded.Options.
	Address string
	// LockTimeout is how long to wait for the data folder; zero is the engine's
	// own.
	LockTimeout time.Duration
	// Existing refuses a data folder that nothing was indexed into.
	Existing bool
	// Mend opens collections that are not as configured, for what puts that
	// right; otherwise one with which searches or writes would fail is an error.
	Mend bool
	// Bundled opens the model in the program; nil where it has none.
	Bundled func() (embed.Embedder, error)
	// Plugins finds the plugins in the program; nil where it has none.
	Plugins Bundled
	// Remote refuses the embedded engine, for a place whose folder is not kept.
	// It says why.
	Remote string
	// Audit is the log that deletions and connections are recorded in; nil where there is
	// none.
	Audit *audit.Log
	// Logger hears of drift and of background work; nil means slog.Default.
	Logger *slog.Logger
	// Opened is told of each part when it is there: the store, those of other regions,
	// the embedder, the plugins. Nil is not told.
	Opened func(part string)
}

// Backend is where passages are kept. It is safe for concurrent use.
type Backend struct {
	config *config.Config
	conn   grpc.ClientConnInterface
	close  func() error
	where  string
	mend   bool
	log    *slog.Logger
	audit  *audit.Log // nil where nothing is recorded
	// embedder is nil where passages are searched by words alone.
	embedder embed.Embedder
	// plugins is nil where none takes part.
	plugins *hooks.Set
	// policy is nil where there is none; elsewhere are other regions' stores that it
	// lets be searched from here.
	policy    *region.Policy
	elsewhere []*elsewhere

	mu     sync.Mutex
	stores map[string]*store.Store // by collection
}

var _ rag.Searcher = (*Backend)(nil)

// Open opens the store that a configuration names. A server is asked for its
// version, and for nothing else: the collections are looked at when they are
// first used. Where a policy refuses what the configuration asks for, nothing is opened.
func Open(ctx context.Context, c *config.Config, opt Options) (*Backend, error) {
	b := &Backend{config: c, mend: opt.Mend, log: opt.Logger, audit: opt.Audit, stores: map[string]*store.Store{}}
	if b.log == nil {
		b.log = slog.Default()
	}
	opened := opt.Opened
	if opened == nil {
		opened = func(string) {}
	}
	if _, err := Residency(ctx, c); err != nil {
		return nil, err
	}
	var err error
	if b.policy, err = c.Policy(); err != nil {
		return nil, err
	}
	if err := b.open(ctx, opt); err != nil {
		return nil, err
	}
	opened("store")
	if err := b.dialElsewhere(ctx); err != nil {
		return nil, errors.Join(err, b.closeElsewhere(), b.close())
	}
	opened("regions")
	if b.embedder, err = OpenEmbedder(ctx, c, opt); err != nil {
		return nil, errors.Join(err, b.closeElsewhere(), b.close())
	}
	opened("embedder")
	if b.plugins, err = openPlugins(ctx, c, b, b.embedder, opt.Plugins, b.log); err != nil {
		return nil, errors.Join(err, b.Close())
	}
	opened("plugins")
	return b, nil
}

func (b *Backend) open(ctx context.Context, opt Options) error {
	c := b.config
	if c.Store.URL != "" {
		return b.dial(ctx)
	}
	if opt.Remote != "" {
		return fmt.Errorf("store.url is empty, which asks for the embedded engine: %s; set store.url or NARU_STORE_URL to a Qdrant server", opt.Remote)
	}
	if opt.Existing {
		switch exists, err := embedded.Exists(c.Data); {
		case err != nil:
			return fmt.Errorf("data folder %s: %w", c.Data, err)
		case !exists:
			return fmt.Errorf("nothing is indexed in %s yet: run `naru index PATH` first, or name another folder with --data", c.Data)
		}
	}
	engine, err := embedded.Open(c.Data, embedded.Options{
		LockTimeout: opt.LockTimeout, Address: opt.Address, Memory: int64(c.Store.Memory), Logger: b.log,
	})
	if err != nil {
		return err
	}
	b.conn, b.close, b.where = engine.Conn(), engine.Close, "embedded"
	return nil
}

func (b *Backend) dial(ctx context.Context) error {
	options, err := b.config.Store.Remote()
	if err != nil {
		return err
	}
	guard, err := Guard(ctx, b.config, b.log, connections(b.audit))
	if err != nil {
		return err
	}
	options.Dial = guard.Dial
	conn, err := remote.Dial(options)
	if err != nil {
		return err
	}
	if _, err := conn.Check(ctx); err != nil {
		return errors.Join(err, conn.Close())
	}
	b.conn, b.close, b.where = conn, conn.Close, conn.Address().String()
	return nil
}

// Where says what the store is: "embedded", or a server's address.
func (b *Backend) Where() string { return b.where }

// Close lets go of the plugins, the stores and the model.
func (b *Backend) Close() error {
	return errors.Join(b.closePlugins(), b.closeElsewhere(), b.close(), b.closeEmbedder())
}

// Store returns the index of a tenant, creating it where it is missing.
func (b *Backend) Store(ctx context.Context, tenant string) (*store.Store, error) {
	if tenant == "" {
		return nil, rag.ErrNoTenant
	}
	name := Collection(&b.config.Store, tenant)
	if s := b.opened(name); s != nil {
		return s, nil
	}
	s := store.New(b.conn, b.options(name))
	if err := s.Ensure(ctx); err != nil {
		return nil, err
	}
	if err := b.compare(ctx, s); err != nil {
		return nil, err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if first := b.stores[name]; first != nil {
		return first, nil // another was quicker: one store, so that its writes wait for one gate
	}
	b.stores[name] = s
	return s, nil
}

// opened is the store of a collection that was opened before, or nil.
func (b *Backend) opened(name string) *store.Store {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.stores[name]
}

// exists tells whether a tenant has an index. It makes none.
func (b *Backend) exists(ctx context.Context, tenant string) (bool, error) {
	name := Collection(&b.config.Store, tenant)
	if b.opened(name) != nil {
		return true, nil
	}
	return store.New(b.conn, b.options(name)).Exists(ctx)
}

func (b *Backend) options(name string) store.Options {
	opt := store.Options{Collection: name, Rules: indexer.Rules(indexer.DefaultChunking, b.documentHooks()), Fusion: b.config.Store.Fusion}
	if b.policy != nil {
		opt.Regions = b.policy.Visible()
	}
	if b.embedder != nil {
		m := b.embedder.Model()
		opt.Vectors = store.Vectors{Model: m.ID, Dimensions: m.Dimensions}
	}
	if b.config.Store.URL != "" {
		opt.Settings = b.config.Store.Settings
		opt.MaxBatchBytes = int(b.config.Store.Batch)
	}
	return opt
}

// compare reports how a server's collection differs from what is configured.
func (b *Backend) compare(ctx context.Context, s *store.Store) error {
	if b.config.Store.URL == "" || b.mend {
		return nil
	}
	drift, err := s.Drift(ctx, b.config.Store.Settings)
	if err != nil {
		return err
	}
	for _, d := range drift {
		if d.Breaks {
			return fmt.Errorf("the collection is not as configured: %s", d)
		}
		b.log.Warn("the collection is not as configured", "difference", d.String())
	}
	return nil
}

// plain are tenants whose names can be part of a collection's. An index is an
// alias on a collection name-vN, so that a name which ends like that could be
// the version of another.
var (
	plain     = regexp.MustCompile(`^[a-zA-Z0-9][a-zA-Z0-9_-]{0,63}$`)
	versioned = regexp.MustCompile(`-v[0-9]+$`)
)

// Collection is the name of the index of a tenant: one for all or, where they
// are to be apart, one for each.
func Collection(c *config.Store, tenant string) string {
	name := c.Collection
	switch {
	case !c.CollectionPerTenant:
		return name
	case plain.MatchString(tenant) && !versioned.MatchString(tenant):
		return name + "@" + tenant
	}
	sum := sha256.Sum256([]byte(tenant))
	return name + "@~" + hex.EncodeToString(sum[:16])
}

// Search implements rag.Searcher over the index of whoever asks, by words and by
// meaning, and over those of the regions that may be searched from here. Where a tenant
// has none, nothing is found, and none is made.
func (b *Backend) Search(ctx context.Context, q rag.Query) (rag.Results, error) {
	if q.Asker.Tenant == "" {
		return rag.Results{}, fmt.Errorf("search: %w", rag.ErrNoTenant)
	}
	exists, err := b.exists(ctx, q.Asker.Tenant)
	switch {
	case err != nil:
		return rag.Results{}, fmt.Errorf("search: %w", err)
	case !exists && len(b.elsewhere) == 0:
		return rag.Results{Empty: true}, nil
	}
	var s *store.Store
	if exists {
		if s, err = b.Store(ctx, q.Asker.Tenant); err != nil {
			return rag.Results{}, fmt.Errorf("search: %w", err)
		}
	}
	degraded, err := b.embed(ctx, &q)
	if err != nil {
		return rag.Results{}, fmt.Errorf("search: %w", err)
	}
	found, err := b.everywhere(ctx, q, s)
	found.Degraded = append(found.Degraded, degraded...)
	if q.Vector != nil && b.embedder != nil {
		found.Nearness = func(ctx context.Context, texts []string) ([]float64, error) {
			return embed.Nearness(ctx, b.embedder, q.Vector, texts)
		}
	}
	return found, err
}
