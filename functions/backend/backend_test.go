package backend_test

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/qdrant/go-client/qdrant"
	"go.uber.org/goleak"
	"google.golang.org/grpc"

	"github.com/naru-rag/naru/config"
	"github.com/naru-rag/naru/functions/backend"
	"github.com/naru-rag/naru/indexer"
	"github.com/naru-rag/naru/rag"
	"github.com/naru-rag/naru/store"
	"github.com/naru-rag/naru/store/embedded"
)

// words is the configuration of a store that is searched by words alone.
func words() *config.Config {
	c := config.Default()
	c.Embedder.Kind = config.EmbedderNone
	return c
}

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// place is where passages are kept: a configuration of it, and a look at which
// collections there are.
type place struct {
	config      *config.Config
	collections func(t *testing.T) []string
}

// places are one embedded and one remote store, both empty.
func places(t *testing.T) map[string]place {
	t.Helper()
	local := words()
	local.Data = filepath.Join(t.TempDir(), "data")
	remote := words()
	remote.Data = filepath.Join(t.TempDir(), "not used")
	url, engine := server(t)
	remote.Store.URL = url
	return map[string]place{
		"embedded": {local, func(t *testing.T) []string {
			t.Helper()
			engine, err := embedded.Open(local.Data, embedded.Options{})
			if err != nil {
				t.Fatal(err)
			}
			defer closed(t, engine.Close)
			return collections(t, engine)
		}},
		"remote": {remote, func(t *testing.T) []string { return collections(t, engine) }},
	}
}

func collections(t *testing.T, engine *embedded.Engine) []string {
	t.Helper()
	list, err := qdrant.NewCollectionsClient(engine.Conn()).List(t.Context(), &qdrant.ListCollectionsRequest{})
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, c := range list.GetCollections() {
		names = append(names, c.GetName())
	}
	slices.Sort(names)
	return names
}

// server serves an engine over gRPC until the test ends.
func server(t *testing.T) (url string, engine *embedded.Engine) {
	t.Helper()
	engine, err := embedded.Open(t.TempDir(), embedded.Options{})
	if err != nil {
		t.Fatal(err)
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := grpc.NewServer()
	engine.Register(s)
	served := make(chan error, 1)
	go func() { served <- s.Serve(ln) }()
	t.Cleanup(func() {
		s.Stop()
		closed(t, func() error { return errors.Join(<-served, engine.Close()) })
	})
	return ln.Addr().String(), engine
}

func closed(t *testing.T, close func() error) {
	t.Helper()
	if err := close(); err != nil {
		t.Error(err)
	}
}

func open(t *testing.T, c *config.Config, opt backend.Options) *backend.Backend {
	t.Helper()
	b, err := backend.Open(t.Context(), c, opt)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// put indexes one sentence as a document of a tenant.
func put(t *testing.T, b *backend.Backend, tenant, text string) {
	t.Helper()
	s, err := b.Store(t.Context(), tenant)
	if err != nil {
		t.Fatal(err)
	}
	ix, err := indexer.New(s, indexer.Options{Access: rag.Access{Tenant: tenant}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := ix.Put(t.Context(), indexer.Upload{URI: "ferry.txt", Data: []byte(text)}); err != nil {
		t.Fatal(err)
	}
}

// found are the texts that a tenant finds.
func found(t *testing.T, b *backend.Backend, tenant string) []string {
	t.Helper()
	r, err := b.Search(t.Context(), rag.Query{Text: "ferry", Language: "en", Limit: 10, Asker: rag.Asker{Tenant: tenant}})
	if err != nil {
		t.Fatal(err)
	}
	texts := []string{}
	for _, p := range r.Passages {
		texts = append(texts, p.Text)
	}
	return texts
}

func TestWhatIsPutIsFoundAfterOpeningAgain(t *testing.T) {
	for name, p := range places(t) {
		t.Run(name, func(t *testing.T) {
			b := open(t, p.config, backend.Options{})
			if where := b.Where(); name == "embedded" && where != "embedded" || name == "remote" && !strings.Contains(where, p.config.Store.URL) {
				t.Errorf("it says that it is at %q", where)
			}
			put(t, b, "acme", "The ferry leaves at nine.")
			put(t, b, "bank", "The bank's ferry leaves at ten.")
			closed(t, b.Close)
			b = open(t, p.config, backend.Options{Existing: true})
			defer closed(t, b.Close)
			if got := found(t, b, "acme"); !slices.Equal(got, []string{"The ferry leaves at nine."}) {
				t.Errorf("acme finds %q", got)
			}
			if got := found(t, b, "bank"); !slices.Equal(got, []string{"The bank's ferry leaves at ten."}) {
				t.Errorf("bank finds %q", got)
			}
			// A tenant that nobody has heard of finds nothing.
			if got := found(t, b, "stranger"); len(got) != 0 {
				t.Errorf("a stranger finds %q", got)
			}
		})
		// All in one index, and a question has made no other.
		if got := p.collections(t); !slices.Equal(got, []string{"naru-v1"}) {
			t.Errorf("%s: there are collections %q", name, got)
		}
	}
}

func TestNobodyIsNoTenant(t *testing.T) {
	for name, p := range places(t) {
		t.Run(name, func(t *testing.T) {
			b := open(t, p.config, backend.Options{})
			defer closed(t, b.Close)
			if _, err := b.Store(t.Context(), ""); !errors.Is(err, rag.ErrNoTenant) {
				t.Errorf("Store returns %v", err)
			}
			if _, err := b.Search(t.Context(), rag.Query{Text: "ferry", Limit: 1}); !errors.Is(err, rag.ErrNoTenant) {
				t.Errorf("Search returns %v", err)
			}
		})
		if got := p.collections(t); len(got) != 0 {
			t.Errorf("%s: there are collections %q", name, got)
		}
	}
}

func TestTenantsApart(t *testing.T) {
	// Names that would be the same, or another's, if they were put together carelessly.
	tenants := []string{"acme", "Acme", "acme-v1", "acme@bank", "a/b", "은행", "은행 ", "~0", strings.Repeat("x", 64), strings.Repeat("x", 65)}
	for name, p := range places(t) {
		p.config.Store.CollectionPerTenant = true
		t.Run(name, func(t *testing.T) {
			b := open(t, p.config, backend.Options{})
			defer closed(t, b.Close)
			for _, tenant := range tenants {
				put(t, b, tenant, "The ferry of "+tenant+".")
			}
			for _, tenant := range tenants {
				if got := found(t, b, tenant); len(got) != 1 || strings.TrimSpace(got[0]) != "The ferry of "+tenant+"." {
					t.Errorf("%q finds %q", tenant, got)
				}
				s, err := b.Store(t.Context(), tenant)
				if err != nil {
					t.Fatal(err)
				}
				for _, other := range tenants {
					if n, _, err := s.Count(t.Context(), other); err != nil || (n == 1) != (other == tenant) {
						t.Errorf("the index of %q has %d documents of %q, %v", tenant, n, other, err)
					}
				}
			}
		})
		if got := p.collections(t); len(got) != len(tenants) {
			t.Errorf("%s: there are collections %q", name, got)
		}
	}
}

// A question of a tenant that has nothing makes no index of its own for it.
func TestAskingCreatesNothing(t *testing.T) {
	for name, p := range places(t) {
		p.config.Store.CollectionPerTenant = true
		t.Run(name, func(t *testing.T) {
			b := open(t, p.config, backend.Options{})
			defer closed(t, b.Close)
			put(t, b, "acme", "The ferry leaves at nine.")
			if got := found(t, b, "stranger"); len(got) != 0 {
				t.Errorf("a stranger finds %q", got)
			}
			// It is found once it is there.
			put(t, b, "later", "The later ferry.")
			if got := found(t, b, "later"); len(got) != 1 {
				t.Errorf("then it finds %q", got)
			}
		})
		if got := p.collections(t); !slices.Equal(got, []string{"naru@acme-v1", "naru@later-v1"}) {
			t.Errorf("%s: there are collections %q", name, got)
		}
	}
}

// Several callers that open a tenant's index at once have one store, whose writes
// wait for one another where they must.
func TestOneStoreForAll(t *testing.T) {
	for name, p := range places(t) {
		t.Run(name, func(t *testing.T) {
			b := open(t, p.config, backend.Options{})
			defer closed(t, b.Close)
			var (
				callers sync.WaitGroup
				stores  [8]*store.Store
			)
			for i := range stores {
				callers.Go(func() {
					var err error
					if stores[i], err = b.Store(context.WithoutCancel(t.Context()), "acme"); err != nil {
						t.Error(err)
					}
				})
			}
			callers.Wait()
			for _, s := range stores {
				if s != stores[0] {
					t.Fatal("two stores write to one index")
				}
			}
		})
	}
}

func TestCloseLetsGoOfTheFolder(t *testing.T) {
	c := words()
	c.Data = t.TempDir()
	first := open(t, c, backend.Options{Address: "http://127.0.0.1:7117"})
	_, err := backend.Open(t.Context(), c, backend.Options{LockTimeout: time.Millisecond})
	locked, ok := errors.AsType[*embedded.LockedError](err)
	if !ok || locked.Holder.PID != os.Getpid() || locked.Holder.Address != "http://127.0.0.1:7117" {
		t.Errorf("a second one gets %v", err)
	}
	closed(t, first.Close)
	second := open(t, c, backend.Options{LockTimeout: time.Millisecond})
	closed(t, second.Close)
}

// What cannot be opened says which key to look at, and leaves nothing behind.
func TestOpenSaysWhatIsWrong(t *testing.T) {
	nobody, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	closed(t, nobody.Close)
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for name, tt := range map[string]struct {
		change func(c *config.Config)
		opt    backend.Options
		says   []string
	}{
		"no server":      {func(c *config.Config) { c.Store.URL = nobody.Addr().String() }, backend.Options{}, []string{nobody.Addr().String(), "nothing listens"}},
		"no such CA":     {func(c *config.Config) { c.Store.URL, c.Store.TLS.CA = "https://q.example", file+".pem" }, backend.Options{}, []string{"store.tls", file + ".pem"}},
		"key in clear":   {func(c *config.Config) { c.Store.URL, c.Store.APIKey = "http://q.example", "geheim" }, backend.Options{}, []string{"allow_key_without_tls"}},
		"not embedded":   {func(*config.Config) {}, backend.Options{Remote: "this place keeps no folder"}, []string{"store.url", "NARU_STORE_URL", "this place keeps no folder"}},
		"nothing there":  {func(*config.Config) {}, backend.Options{Existing: true}, []string{"nothing is indexed", "--data"}},
		"folder is none": {func(c *config.Config) { c.Data = file }, backend.Options{}, []string{file}},
	} {
		t.Run(name, func(t *testing.T) {
			c := words()
			c.Data = filepath.Join(t.TempDir(), "data")
			c.Store.Retries.Attempts = 1
			tt.change(c)
			b, err := backend.Open(t.Context(), c, tt.opt)
			if err == nil {
				closed(t, b.Close)
				t.Fatal("it opens")
			}
			for _, part := range tt.says {
				if !strings.Contains(err.Error(), part) {
					t.Errorf("%q does not say %q", err, part)
				}
			}
			if strings.Contains(err.Error(), "geheim") {
				t.Errorf("a secret is told: %v", err)
			}
			if _, err := os.Stat(filepath.Join(c.Data)); c.Data != file && !os.IsNotExist(err) {
				t.Errorf("the folder was made: %v", err)
			}
		})
	}
}

// A collection in which searches would fail is refused, but for mending it; other
// differences are only told.
func TestDrift(t *testing.T) {
	url, engine := server(t)
	c := words()
	c.Store.URL = url
	b := open(t, c, backend.Options{})
	put(t, b, "acme", "The ferry leaves at nine.")
	closed(t, b.Close)

	var log strings.Builder
	logger := slog.New(slog.NewTextHandler(&log, nil))
	c.Store.Settings.Shards = 2
	b = open(t, c, backend.Options{Logger: logger})
	if got := found(t, b, "acme"); len(got) != 1 {
		t.Errorf("found %q", got)
	}
	closed(t, b.Close)
	if !strings.Contains(log.String(), "shards is 1 and should be 2") || !strings.Contains(log.String(), "naru index --rebuild") {
		t.Errorf("the log says %q", log.String())
	}

	collections := qdrant.NewCollectionsClient(engine.Conn())
	if _, err := collections.Create(t.Context(), &qdrant.CreateCollection{CollectionName: "other-v1"}); err != nil {
		t.Fatal(err)
	}
	if _, err := collections.UpdateAliases(t.Context(), &qdrant.ChangeAliases{Actions: []*qdrant.AliasOperations{{
		Action: &qdrant.AliasOperations_CreateAlias{CreateAlias: &qdrant.CreateAlias{CollectionName: "other-v1", AliasName: "other"}},
	}}}); err != nil {
		t.Fatal(err)
	}
	c.Store.Collection = "other"
	b = open(t, c, backend.Options{})
	if _, err := b.Store(t.Context(), "acme"); err == nil || !strings.Contains(err.Error(), "vector terms is none and should be sparse with IDF: run `naru index --rebuild`") {
		t.Errorf("Store returns %v", err)
	}
	closed(t, b.Close)
	b = open(t, c, backend.Options{Mend: true})
	s, err := b.Store(t.Context(), "acme")
	if err != nil {
		t.Fatal(err)
	}
	build, err := s.Rebuild(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := build.Finish(t.Context()); err != nil {
		t.Fatal(err)
	}
	closed(t, b.Close)
	b = open(t, c, backend.Options{})
	defer closed(t, b.Close)
	if _, err := b.Store(t.Context(), "acme"); err != nil {
		t.Errorf("after the rebuild Store returns %v", err)
	}
}
