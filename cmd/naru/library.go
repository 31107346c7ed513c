package main

import (
	"context"
	"errors"
	"log/slog"
	"sync"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/naru-rag/naru/functions/web"
	"github.com/naru-rag/naru/indexer"
	"github.com/naru-rag/naru/indexer/extract"
	"github.com/naru-rag/naru/rag"
	"github.com/naru-rag/naru/store"
)

// library is the documents of a data folder as the HTTP API manages them, of every
// tenant whose callers come.
type library struct {
	data *data
	log  *slog.Logger
	// Vectors are made in the background, until run ends.
	run     context.Context
	running *sync.WaitGroup

	mu      sync.Mutex
	shelves map[string]*shelf
}

var _ web.Library = (*library)(nil)

// shelf is the documents of a tenant.
type shelf struct {
	store   *store.Store
	indexer *indexer.Indexer
	vectors *embedding
}

// newLibrary begins with the shelf of the tenant that is configured: an earlier process
// may have left vectors of it to be made.
func newLibrary(run context.Context, running *sync.WaitGroup, d *data, log *slog.Logger) (*library, error) {
	l := &library{data: d, log: log, run: run, running: running, shelves: map[string]*shelf{}}
	_, err := l.shelf(run, d.config.Asker.Tenant)
	return l, err
}

func (l *library) shelf(ctx context.Context, tenant string) (*shelf, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if s := l.shelves[tenant]; s != nil {
		return s, nil
	}
	of, err := l.data.Store(ctx, tenant)
	if err != nil {
		return nil, err
	}
	ix, err := l.data.Indexer(ctx, rag.Access{Tenant: tenant}, nil)
	if err != nil {
		return nil, err
	}
	s := &shelf{of, ix, newEmbedding(ix, l.log)}
	l.shelves[tenant] = s
	l.running.Go(func() { s.vectors.run(l.run) })
	return s, nil
}

func (l *library) Put(ctx context.Context, up web.Upload) (web.DocumentInfo, error) {
	media := up.MediaType
	if media != "" && up.Charset != "" {
		media += "; charset=" + up.Charset
	}
	s, err := l.shelf(ctx, up.Asker.Tenant)
	if err != nil {
		return web.DocumentInfo{}, err
	}
	outcomes, err := s.indexer.Put(ctx, indexer.Upload{URI: up.URI, Title: up.Title, MediaType: media, Data: up.Data})
	skipped, isSkipped := errors.AsType[*indexer.SkippedError](err)
	access, isAccess := errors.AsType[*indexer.AccessError](err)
	switch {
	case isAccess:
		return web.DocumentInfo{}, web.Explain(web.ErrInvalid, access.Error())
	case isSkipped:
		return web.DocumentInfo{}, web.Explain(web.ErrInvalid, "The document is not wanted: "+skipped.Reason)
	case errors.Is(err, extract.ErrUnsupported):
		return web.DocumentInfo{}, web.Explain(web.ErrUnsupported, err.Error())
	case errors.Is(err, extract.ErrNotText):
		return web.DocumentInfo{}, web.Explain(web.ErrInvalid, err.Error())
	case errors.Is(err, extract.ErrTooLarge):
		return web.DocumentInfo{}, web.Explain(web.ErrTooLarge, err.Error())
	case status.Code(err) == codes.ResourceExhausted:
		return web.DocumentInfo{}, web.Explain(web.ErrBusy, "The disk that holds the documents is full.")
	case err != nil:
		return web.DocumentInfo{}, err
	}
	s.vectors.more()
	info, err := s.store.Info(ctx, up.Asker.Tenant, outcomes[0].Document)
	if err != nil {
		return web.DocumentInfo{}, err
	}
	shown := infoOf(info)
	shown.Status = web.Status(outcomes[0].Status)
	return shown, nil
}

func (l *library) List(ctx context.Context, asker rag.Asker, after string, limit int) ([]web.DocumentInfo, string, error) {
	s, err := l.shelf(ctx, asker.Tenant)
	if err != nil {
		return nil, "", err
	}
	infos, next, err := s.store.Page(ctx, asker, after, limit)
	if err != nil {
		return nil, "", explained(err)
	}
	shown := make([]web.DocumentInfo, len(infos))
	for i, info := range infos {
		shown[i] = infoOf(info)
	}
	return shown, next, nil
}

func (l *library) Get(ctx context.Context, asker rag.Asker, id string) (web.DocumentDetail, error) {
	s, info, err := l.seen(ctx, asker, id)
	if err != nil {
		return web.DocumentDetail{}, explained(err)
	}
	if err := l.data.Reading(ctx, id); err != nil {
		return web.DocumentDetail{}, err
	}
	text, err := s.store.Text(ctx, asker.Tenant, id)
	if err != nil {
		return web.DocumentDetail{}, explained(err)
	}
	return web.DocumentDetail{DocumentInfo: infoOf(info), Text: text}, nil
}

// seen looks a document up that the asker may see.
func (l *library) seen(ctx context.Context, asker rag.Asker, id string) (*shelf, store.DocumentInfo, error) {
	s, err := l.shelf(ctx, asker.Tenant)
	if err != nil {
		return nil, store.DocumentInfo{}, err
	}
	info, err := s.store.Info(ctx, asker.Tenant, id)
	if err == nil && (info.Removed || !asker.Sees(info.Access)) {
		err = store.ErrNotFound
	}
	return s, info, err
}

func (l *library) Delete(ctx context.Context, asker rag.Asker, id string) error {
	s, _, err := l.seen(ctx, asker, id)
	if err != nil {
		return explained(err)
	}
	return explained(s.indexer.Remove(ctx, id))
}

func explained(err error) error {
	switch {
	case errors.Is(err, store.ErrNotFound):
		return web.ErrNotFound
	case errors.Is(err, store.ErrChanging):
		return web.Explain(web.ErrBusy, "The document is being replaced.")
	case errors.Is(err, store.ErrBadMark):
		return web.Explain(web.ErrInvalid, "after: the mark must be the next of an earlier list")
	}
	return err
}

func infoOf(info store.DocumentInfo) web.DocumentInfo {
	return web.DocumentInfo{
		ID: info.ID, URI: info.URI, Title: info.Title, Language: info.Language, Passages: info.Passages, Hash: info.Hash,
	}
}
