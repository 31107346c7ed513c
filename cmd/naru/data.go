package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/naru-rag/naru/audit"
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
	audit  *audit.Log // nil where nothing is recorded
}

// openData opens what the configuration names, creating it where it does not
// exist.
func openData(ctx context.Context, c *config.Config, opt backend.Options) (*data, error) {
	d := &data{config: c}
	var err error
	if d.audit, err = backend.OpenAudit(ctx, c, opt.Logger); err != nil {
		return nil, err
	}
	opt.Bundled, opt.Plugins, opt.Audit = bundled, plugins.Find, d.audit
	if d.Backend, err = backend.Open(ctx, c, opt); err != nil {
		return nil, closeWith(d.closeAudit, err)
	}
	if d.store, err = d.Store(ctx, c.Asker.Tenant); err != nil {
		return nil, closeWith(d.Close, err)
	}
	return d, nil
}

// Close lets go of the store, and then of the log of what was done with it.
func (d *data) Close() error { return errors.Join(d.Backend.Close(), d.closeAudit()) }

func (d *data) closeAudit() error {
	if d.audit == nil {
		return nil
	}
	return d.audit.Close()
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
