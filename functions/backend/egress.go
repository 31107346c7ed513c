package backend

import (
	"context"
	"fmt"
	"log/slog"
	"net/netip"

	"github.com/naru-rag/naru/config"
	embedder "github.com/naru-rag/naru/embed/remote"
	"github.com/naru-rag/naru/region"
	"github.com/naru-rag/naru/store/remote"
)

// Guard lets this process connect to what its configuration names. It resolves and
// connects to nothing. decided is told of each decision; nil is not told.
func Guard(ctx context.Context, c *config.Config, log *slog.Logger, decided func(region.Decision)) (*region.Guard, error) {
	opt := region.Options{Logger: log, Decided: decided}
	var err error
	if opt.Endpoints, err = endpoints(ctx, c); err != nil {
		return nil, err
	}
	for _, network := range c.Egress.Networks {
		p, err := netip.ParsePrefix(network)
		if err != nil {
			return nil, fmt.Errorf("egress.networks: %w", err)
		}
		opt.Networks = append(opt.Networks, p)
	}
	return region.New(opt), nil
}

// endpoints are the places that a configuration names.
func endpoints(ctx context.Context, c *config.Config) ([]region.Endpoint, error) {
	type place struct{ url, why string }
	var places []place
	for i, issuer := range c.Access.OIDC {
		places = append(places, place{issuer.Issuer, fmt.Sprintf("access.oidc[%d].issuer", i)})
	}
	for i, allowed := range c.Egress.Allow {
		places = append(places, place{"tcp://" + allowed, fmt.Sprintf("egress.allow[%d]", i)})
	}
	switch {
	case c.Embedder.Kind == config.EmbedderOpenAI || c.Embedder.Kind == config.EmbedderBedrock && c.Embedder.URL != "":
		places = append(places, place{c.Embedder.URL, "embedder.url"})
	case c.Embedder.Kind == config.EmbedderBedrock:
		name, err := awsRegion(ctx, c.Embedder.Region)
		if err != nil {
			return nil, err
		}
		url, err := embedder.Endpoint(ctx, name)
		if err != nil {
			return nil, err
		}
		places = append(places, place{url, "embedder.region"})
	}
	if c.State.Table != "" {
		url, why, err := tableAddress(ctx)
		if err != nil {
			return nil, err
		}
		places = append(places, place{url, why})
	}
	for i := range c.Sources {
		if from := &c.Sources[i].S3; from.Bucket != "" {
			url, err := bucketAddress(ctx, from)
			if err != nil {
				return nil, fmt.Errorf("sources[%d].s3: %w", i, err)
			}
			places = append(places, place{url, fmt.Sprintf("sources[%d].s3", i)})
		}
	}
	for _, queue := range []place{{c.Queues.Index, "queues.index"}, {c.Queues.Reindex, "queues.reindex"}, {c.Queues.Dead, "queues.dead"}} {
		if queue.url != "" {
			places = append(places, queue)
		}
	}
	var all []region.Endpoint
	if c.Store.URL != "" {
		address, err := remote.ParseURL(c.Store.URL)
		if err != nil {
			return nil, err
		}
		all = append(all, address.Endpoint())
	}
	for _, p := range places {
		e, err := region.EndpointOf(p.url, p.why)
		if err != nil {
			return nil, err
		}
		all = append(all, e)
	}
	return all, nil
}
