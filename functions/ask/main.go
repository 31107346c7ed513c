// Command ask answers questions on AWS Lambda, over an HTTP API or a function URL,
// with the handler that `naru serve` has: see package web for its addresses, and
// package awslambda for its configuration. It lists and changes no documents.
package main

import (
	"context"
	"sync"

	"github.com/naru-rag/naru/config"
	"github.com/naru-rag/naru/embed"
	"github.com/naru-rag/naru/embed/e5small"
	"github.com/naru-rag/naru/functions/awslambda"
	"github.com/naru-rag/naru/functions/backend"
	"github.com/naru-rag/naru/functions/web"
	"github.com/naru-rag/naru/rag"
	"github.com/naru-rag/naru/wasm/plugins"
)

func main() { awslambda.Start(awslambda.Bundled{Model: model, Plugins: plugins.Find}, handler) }

// model opens the model once, however often the store is tried.
var model = sync.OnceValues(func() (embed.Embedder, error) {
	m, err := e5small.Open()
	if err != nil {
		return nil, err
	}
	go func() { _ = m.Ready() }() // of an error the question hears
	return m, nil
})

func handler(f *awslambda.Function) (awslambda.Handler, error) {
	// The first question needs all of the model: it is read while the question comes and
	// the store is reached.
	if f.Config.Embedder.Kind == config.EmbedderBundled {
		if _, err := model(); err != nil {
			return nil, err
		}
	}
	keys, err := backend.OpenState(context.Background(), f.Config, f.Audit)
	if err != nil {
		return nil, err
	}
	callers, err := backend.Callers(context.Background(), f.Config, keys, false, f.Audit)
	if err != nil {
		return nil, err
	}
	tenant := f.Config.Asker.Tenant
	h, err := web.New(web.Options{
		Answerer: backend.Recorded(rag.NewAnswerer(f, rag.Options{Hooks: f.Hooks()}), f.Config, f.Audit, f.Log),
		Callers:  callers,
		Origins:  f.Config.Access.Origins,
		Health: func(ctx context.Context) (health web.Health, err error) {
			s, err := f.Store(ctx, tenant)
			if err == nil {
				health.Documents, health.Passages, err = s.Count(ctx, tenant)
			}
			return health, err
		},
		Logger: f.Log,
	})
	if err != nil {
		return nil, err
	}
	return f.HTTP(h), nil
}
