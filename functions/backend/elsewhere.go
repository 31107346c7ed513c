package backend

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/naru-rag/naru/config"
	"github.com/naru-rag/naru/rag"
	"github.com/naru-rag/naru/store"
	"github.com/naru-rag/naru/store/remote"
)

// elsewhere is another region's store, which questions are searched in and nothing is
// written to.
type elsewhere struct {
	region  string
	config  *config.Store
	timeout time.Duration
	conn    *remote.Conn

	mu     sync.Mutex
	stores map[string]*store.Store // by collection, those that are there
}

// dialElsewhere prepares the connections to other regions' stores. None is made before a
// question is asked: that one cannot be reached must keep nobody here from starting.
func (b *Backend) dialElsewhere(ctx context.Context) error {
	for i := range b.config.Residency.Regions {
		r := &b.config.Residency.Regions[i]
		if r.Store.URL == "" {
			continue
		}
		opt, err := r.Store.Remote()
		if err != nil {
			return fmt.Errorf("residency.regions[%d].store.tls: %w", i, err)
		}
		guard, err := Guard(ctx, b.config, b.log, connections(b.audit))
		if err != nil {
			return err
		}
		opt.Dial = guard.Dial
		conn, err := remote.Dial(opt)
		if err != nil {
			return fmt.Errorf("residency.regions[%d].store: %w", i, err)
		}
		b.elsewhere = append(b.elsewhere, &elsewhere{region: r.Name, config: r.Store.Store(), timeout: r.Store.Timeout, conn: conn, stores: map[string]*store.Store{}})
	}
	return nil
}

func (b *Backend) closeElsewhere() error {
	var all []error
	for _, e := range b.elsewhere {
		all = append(all, e.conn.Close())
	}
	return errors.Join(all...)
}

// everywhere searches here and in the other regions at once, and puts what is found in
// one order. s is the store here; nil where the tenant has no index in it. A region that
// cannot be searched is named in what is returned; only the store here is an error.
func (b *Backend) everywhere(ctx context.Context, q rag.Query, s *store.Store) (rag.Results, error) {
	if len(b.elsewhere) == 0 {
		return s.Search(ctx, q)
	}
	ctx, cancel := context.WithCancel(ctx)
	var wait sync.WaitGroup
	// What fails here waits for nobody else.
	defer wait.Wait()
	defer cancel()
	others := make([]rag.Results, len(b.elsewhere))
	failed := make([]error, len(b.elsewhere))
	for i, e := range b.elsewhere {
		wait.Go(func() { others[i], failed[i] = e.search(ctx, q, b.options) })
	}
	found := rag.Results{Empty: true}
	if s != nil {
		var err error
		if found, err = s.Search(ctx, q); err != nil {
			return found, err
		}
	}
	wait.Wait()
	if ctx.Err() != nil {
		return rag.Results{}, ctx.Err()
	}
	passages := [][]rag.Passage{found.Passages}
	var indexes []string
	if found.Index != "" {
		indexes = append(indexes, found.Index)
	}
	for i, e := range b.elsewhere {
		if failed[i] != nil {
			b.log.Warn("a region could not be searched", "region", e.region, "error", failed[i])
			found.Degraded = append(found.Degraded, e.missing(failed[i]))
			found.Empty = false // who knows
			continue
		}
		passages = append(passages, others[i].Passages)
		found.Empty = found.Empty && others[i].Empty
		for _, d := range others[i].Degraded {
			found.Degraded = append(found.Degraded, "region "+e.region+": "+d)
		}
		if others[i].Index != "" {
			indexes = append(indexes, e.region+":"+others[i].Index)
		}
	}
	found.Passages, found.Index = store.Merge(q.Limit, passages...), strings.Join(indexes, ", ")
	return found, nil
}

// missing is what an asker hears of a region that could not be searched.
func (e *elsewhere) missing(err error) string {
	if errors.Is(err, context.DeadlineExceeded) || status.Code(err) == codes.DeadlineExceeded {
		return fmt.Sprintf("region %s: its documents could not be searched: it did not answer in %v", e.region, e.timeout)
	}
	return fmt.Sprintf("region %s: its documents could not be searched", e.region)
}

// search asks the store for documents of its region and of no other. Where the tenant has
// no index over there, nothing is found; for who may not see the region's documents,
// nothing is asked.
func (e *elsewhere) search(ctx context.Context, q rag.Query, options func(collection string) store.Options) (rag.Results, error) {
	if len(q.Asker.Regions) > 0 && !slices.Contains(q.Asker.Regions, e.region) {
		return rag.Results{Empty: true}, nil
	}
	ctx, cancel := context.WithTimeout(ctx, e.timeout)
	defer cancel()
	s, err := e.index(ctx, q.Asker.Tenant, options)
	if err != nil || s == nil {
		return rag.Results{Empty: s == nil}, err
	}
	return s.Search(ctx, q)
}

// index is the index of a tenant over there; nil where there is none.
func (e *elsewhere) index(ctx context.Context, tenant string, options func(string) store.Options) (*store.Store, error) {
	name := Collection(e.config, tenant)
	e.mu.Lock()
	s := e.stores[name]
	e.mu.Unlock()
	if s != nil {
		return s, nil
	}
	opt := options(name)
	opt.Regions = []string{e.region}
	s = store.New(e.conn, opt)
	if exists, err := s.Exists(ctx); err != nil || !exists {
		return nil, err
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	e.stores[name] = s
	return s, nil
}
