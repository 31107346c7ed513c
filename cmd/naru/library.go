package main

import (
	"context"
	"errors"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/naru-rag/naru/functions/web"
	"github.com/naru-rag/naru/indexer"
	"github.com/naru-rag/naru/indexer/extract"
	"github.com/naru-rag/naru/rag"
	"github.com/naru-rag/naru/store"
)

// library is the documents of a data folder as the HTTP API manages them: those
// that its one asker may see.
type library struct {
	store   *store.Store
	indexer *indexer.Indexer
	asker   rag.Asker
	// changed is told of each document that was put.
	changed func()
}

var _ web.Library = (*library)(nil)

func (l *library) Put(ctx context.Context, up web.Upload) (web.DocumentInfo, error) {
	media := up.MediaType
	if media != "" && up.Charset != "" {
		media += "; charset=" + up.Charset
	}
	outcomes, err := l.indexer.Put(ctx, indexer.Upload{URI: up.URI, Title: up.Title, MediaType: media, Data: up.Data})
	skipped, isSkipped := errors.AsType[*indexer.SkippedError](err)
	switch {
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
	l.changed()
	info, err := l.store.Info(ctx, up.Tenant, outcomes[0].Document)
	if err != nil {
		return web.DocumentInfo{}, err
	}
	shown := infoOf(info)
	shown.Status = web.Status(outcomes[0].Status)
	return shown, nil
}

func (l *library) List(ctx context.Context, _, after string, limit int) ([]web.DocumentInfo, string, error) {
	infos, next, err := l.store.Page(ctx, l.asker, after, limit)
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
	info, err := l.seen(ctx, tenant, id)
	if err != nil {
		return web.DocumentDetail{}, explained(err)
	}
	text, err := l.store.Text(ctx, tenant, id)
	if err != nil {
		return web.DocumentDetail{}, explained(err)
	}
	return web.DocumentDetail{DocumentInfo: infoOf(info), Text: text}, nil
}

// seen looks a document up that the asker may see.
func (l *library) seen(ctx context.Context, tenant, id string) (store.DocumentInfo, error) {
	info, err := l.store.Info(ctx, tenant, id)
	if err == nil && (info.Removed || !l.asker.Sees(info.Access)) {
		err = store.ErrNotFound
	}
	return info, err
}

func (l *library) Delete(ctx context.Context, tenant, id string) error {
	if _, err := l.seen(ctx, tenant, id); err != nil {
		return explained(err)
	}
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
