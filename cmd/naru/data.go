package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"

	"github.com/naru-rag/naru/config"
	"github.com/naru-rag/naru/embed"
	"github.com/naru-rag/naru/embed/e5small"
	"github.com/naru-rag/naru/functions/backend"
	"github.com/naru-rag/naru/indexer/ledger"
	"github.com/naru-rag/naru/store"
	"github.com/naru-rag/naru/wasm/plugins"
)

// data is an open store, with the index of who asks at the command line.
type data struct {
	*backend.Backend
	config *config.Config
	store  *store.Store
	// ledger remembers runs of sources; nil where none are made.
	ledger *ledger.Ledger
}

// openData opens what the configuration names, creating it where it does not
// exist.
func openData(ctx context.Context, c *config.Config, opt backend.Options) (*data, error) {
	opt.Bundled, opt.Plugins = bundled, plugins.Find
	b, err := backend.Open(ctx, c, opt)
	if err != nil {
		return nil, err
	}
	s, err := b.Store(ctx, c.Asker.Tenant)
	if err != nil {
		return nil, closeWith(b.Close, err)
	}
	return &data{Backend: b, config: c, store: s}, nil
}

// bundled is the model in the program.
func bundled() (embed.Embedder, error) { return e5small.Open() }

// writeJSON writes a result the way --json promises: indented, one value, a
// line end, and letters of every script as they are.
func writeJSON(w io.Writer, value any) error {
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(value); err != nil {
		return fmt.Errorf("write the result: %w", err)
	}
	return nil
}
