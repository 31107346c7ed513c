package config

import (
	"crypto/tls"
	"fmt"

	"github.com/naru-rag/naru/embed"
	embedder "github.com/naru-rag/naru/embed/remote"
	"github.com/naru-rag/naru/store/remote"
)

// Remote is how the server is connected to. It reads the files that store.tls
// names.
func (s *Store) Remote() (remote.Options, error) {
	opt := remote.Options{
		URL:                s.URL,
		APIKey:             s.APIKey.Reveal(),
		AllowKeyWithoutTLS: s.AllowKeyWithoutTLS,
		Timeout:            s.Timeout,
		Retry:              remote.Retry{Attempts: s.Retries.Attempts, First: s.Retries.First, Longest: s.Retries.Longest},
		PoolSize:           s.PoolSize,
		MaxMessageBytes:    int(s.MaxMessage),
	}
	if s.TLS == (TLS{}) {
		return opt, nil
	}
	var err error
	if opt.TLS, err = s.TLS.load(); err != nil {
		return remote.Options{}, fmt.Errorf("store.tls: %w", err)
	}
	return opt, nil
}

// load reads the files.
func (t *TLS) load() (*tls.Config, error) {
	return remote.LoadTLS(remote.TLSFiles{CA: t.CA, Cert: t.Cert, Key: t.Key, ServerName: t.ServerName})
}

// Remote is how the service is asked, for the kinds that run elsewhere. It reads
// the files that embedder.tls names.
func (e *Embedder) Remote() (embedder.Options, error) {
	opt := embedder.Options{
		Kind: embedder.Kind(e.Kind), URL: e.URL, Region: e.Region, APIKey: e.APIKey.Reveal(),
		Model: e.Model, Dimensions: e.Dimensions, AskDimensions: e.AskDimensions, Revision: e.Revision,
		Query: embedder.Form(e.Query), Passage: embedder.Form(e.Passage),
		Batch: e.Batch, BatchTokens: e.BatchTokens, Concurrency: e.Concurrency,
		Timeout: e.Timeout, QueryTimeout: e.QueryTimeout, Attempts: e.Attempts, Patience: e.Patience,
		Price: embed.Price(e.Price),
	}
	if e.TLS == (TLS{}) {
		return opt, nil
	}
	var err error
	if opt.TLS, err = e.TLS.load(); err != nil {
		return embedder.Options{}, fmt.Errorf("embedder.tls: %w", err)
	}
	return opt, nil
}
