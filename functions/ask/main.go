// Command ask answers questions on AWS Lambda, over an HTTP API or a function URL,
// with the handler that `naru serve` has: see package web for its addresses, and
// package awslambda for its configuration. It lists and changes no documents.
package main

import (
	"context"

	"github.com/naru-rag/naru/embed"
	"github.com/naru-rag/naru/embed/e5small"
	"github.com/naru-rag/naru/functions/awslambda"
	"github.com/naru-rag/naru/functions/backend"
	"github.com/naru-rag/naru/functions/web"
	"github.com/naru-rag/naru/rag"
	"github.com/naru-rag/naru/wasm/plugins"
)

func main() { awslambda.Start(awslambda.Bundled{Model: model, Plugins: plugins.Find}, handler) }

func model() (embed.Embedder, error) { return e5small.Open() }

func handler(f *awslambda.Function) (awslambda.Handler, error) {
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
