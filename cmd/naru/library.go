package main

import (
	"context"
	"errors"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/naru-rag/naru/functions/web"
	"github.com/naru-rag/naru/indexer"
	"github.com/naru-rag/naru/indexer/extract"
	"github.com/naru-rag/naru/store"
)

// library is the documents of a data folder as the HTTP API manages them.
// Every document here is open to everybody in the tenant.
type library struct {
	store   *store.Store
	indexer *indexer.Indexer
}

var _ web.Library = (*library)(nil)

func (l *library) Put(ctx context.Context, up web.Upload) (web.DocumentInfo, error) {
	media := up.MediaType
	if media != "" && up.Charset != "" {
		media += "; charset=" + up.Charset
	}
	outcomes, err := l.indexer.Put(ctx, indexer.Upload{URI: up.URI, Title: up.Title, MediaType: media, Data: up.Data})
	switch {
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
	info, err := l.store.Info(ctx, up.Tenant, outcomes[0].Document)
	if err != nil {
		return web.DocumentInfo{}, err
	}
	shown := infoOf(info)
	shown.Status = web.Status(outcomes[0].Status)
	return shown, nil
}

func (l *library) List(ctx context.Context, tenant, after string, limit int) ([]web.DocumentInfo, string, error) {
	infos, next, err := l.store.Page(ctx, tenant, after, limit)
	if err != nil {
		return nil, "", explained(err)
	}
	shown := make([]web.DocumentInfo, len(infos))
	for i, info := range infos {
		shown[i] = infoOf(info)
	}
	return shown, next, nil
}

func (l *library) Get(ctx context.Context, tenant, id string) (web.DocumentDetail, error) {
	info, err := l.store.Info(ctx, tenant, id)
	if err == nil && info.Removed {
		err = store.ErrNotFound
	}
	if err != nil {
		return web.DocumentDetail{}, explained(err)
	}
	text, err := l.store.Text(ctx, tenant, id)
	if err != nil {
		return web.DocumentDetail{}, explained(err)
	}
	return web.DocumentDetail{DocumentInfo: infoOf(info), Text: text}, nil
}

func (l *library) Delete(ctx context.Context, _, id string) error {
	return explained(l.indexer.Remove(ctx, id))
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
