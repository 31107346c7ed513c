package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path/filepath"

	"github.com/naru-rag/naru/indexer"
	"github.com/naru-rag/naru/indexer/source"
	"github.com/naru-rag/naru/rag"
	"github.com/naru-rag/naru/store"
	"github.com/naru-rag/naru/store/embedded"
)

// tenant owns every document of a data folder until sources and keys can
// assign others.
const tenant = "default"

// asker is who asks at the command line and on the local server.
var asker = rag.Asker{Tenant: tenant}

// data is an open data folder.
type data struct {
	engine *embedded.Engine
	store  *store.Store
}

// openData opens the data folder, creating it where it does not exist.
func openData(ctx context.Context, dir string, opt embedded.Options) (*data, error) {
	engine, err := embedded.Open(dir, opt)
	if err != nil {
		return nil, err
	}
	d := &data{engine, store.New(engine.Conn(), store.Options{Rules: indexer.Rules(indexer.DefaultChunking)})}
	if err := d.store.Ensure(ctx); err != nil {
		return nil, errors.Join(err, engine.Close())
	}
	return d, nil
}

// openExisting opens a data folder that somebody has indexed into.
func openExisting(ctx context.Context, dir string, opt embedded.Options) (*data, error) {
	switch exists, err := embedded.Exists(dir); {
	case err != nil:
		return nil, fmt.Errorf("data folder %s: %w", dir, err)
	case !exists:
		return nil, fmt.Errorf("nothing is indexed in %s yet: run `naru index PATH` first, or name another folder with --data", dir)
	}
	return openData(ctx, dir, opt)
}

func (d *data) close() error { return d.engine.Close() }

func (d *data) indexer() (*indexer.Indexer, error) {
	return indexer.New(d.store, indexer.Options{Access: rag.Access{Tenant: tenant}})
}

// folders makes sources of paths. What they hold is known by where it lies from
// the data folder: it is the same from wherever it is indexed, and after both
// were moved.
func (g *globals) folders(paths []string, opt source.Options) ([]*source.Folder, error) {
	base, err := filepath.Abs(g.data)
	if err != nil {
		return nil, fmt.Errorf("data folder %s: %w", g.data, err)
	}
	opt.Base = base
	all := make([]*source.Folder, len(paths))
	for i, path := range paths {
		folder, err := source.NewFolder(path, opt)
		if err != nil {
			return nil, err
		}
		all[i] = folder
	}
	return all, nil
}

// writeJSON writes a result the way --json promises: indented, one value, a
// line end, and letters of every script as they are.
func writeJSON(w io.Writer, value any) error {
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	return encoder.Encode(value)
}
