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

// Guard lets this process connect to what its configuration names. What the policy of the
// configuration refuses is an error. It resolves and connects to nothing. decided is told
// of each decision; nil is not told.
func Guard(ctx context.Context, c *config.Config, log *slog.Logger, decided func(region.Decision)) (*region.Guard, error) {
	policy, err := c.Policy()
	if err != nil {
		return nil, err
	}
	all, err := places(ctx, c, policy)
	if err != nil {
		return nil, err
	}
	if policy != nil {
		if err := refused(c, policy.Table(all)); err != nil {
			return nil, err
		}
	}
	opt := region.Options{Policy: policy, Logger: log, Decided: decided}
	for _, p := range all {
		opt.Endpoints = append(opt.Endpoints, p.Endpoint)
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

// places are those that a configuration names, with what goes there. policy may be nil.
func places(ctx context.Context, c *config.Config, policy *region.Policy) ([]region.Place, error) {
	type place struct {
		url, why string
		kind     region.Kind
		data     []string // whose goes there
		from     string   // whose comes from there
	}
	var named []place
	for i, issuer := range c.Access.OIDC {
		named = append(named, place{url: issuer.Issuer, why: fmt.Sprintf("access.oidc[%d].issuer", i)})
	}
	for i, allowed := range c.Egress.Allow {
		named = append(named, place{url: "tcp://" + allowed, why: fmt.Sprintf("egress.allow[%d]", i)})
	}
	switch {
	case c.Embedder.Kind == config.EmbedderOpenAI || c.Embedder.Kind == config.EmbedderBedrock && c.Embedder.URL != "":
		named = append(named, place{url: c.Embedder.URL, why: "embedder.url", kind: region.Embed, data: found(policy)})
	case c.Embedder.Kind == config.EmbedderBedrock:
		name, err := awsRegion(ctx, c.Embedder.Region)
		if err != nil {
			return nil, err
		}
		url, err := embedder.Endpoint(ctx, name)
		if err != nil {
			return nil, err
		}
		named = append(named, place{url: url, why: "embedder.region", kind: region.Embed, data: found(policy)})
	}
	if c.State.Table != "" {
		url, why, err := tableAddress(ctx)
		if err != nil {
			return nil, err
		}
		named = append(named, place{url: url, why: why, kind: region.Log, data: remembered(c, policy)})
	}
	for i := range c.Sources {
		if s := &c.Sources[i]; s.S3.Bucket != "" {
			url, err := bucketAddress(ctx, &s.S3)
			if err != nil {
				return nil, fmt.Errorf("sources[%d].s3: %w", i, err)
			}
			named = append(named, place{url: url, why: fmt.Sprintf("sources[%d].s3", i), kind: region.Search, from: s.Region})
		}
	}
	for _, queue := range []place{{url: c.Queues.Index, why: "queues.index"}, {url: c.Queues.Reindex, why: "queues.reindex"}, {url: c.Queues.Dead, why: "queues.dead"}} {
		if queue.url != "" {
			queue.kind, queue.data = region.Log, indexed(c, policy) // names of documents
			named = append(named, queue)
		}
	}
	var all []region.Place
	stores, err := storePlaces(c, policy)
	if err != nil {
		return nil, err
	}
	all = append(all, stores...)
	for _, p := range named {
		e, err := region.EndpointOf(p.url, p.why)
		if err != nil {
			return nil, err
		}
		all = append(all, region.Place{Endpoint: e, Kind: p.kind, Data: p.data, From: p.from})
	}
	return all, nil
}

// storePlaces are the store, and those of other regions that may be searched from here.
func storePlaces(c *config.Config, policy *region.Policy) ([]region.Place, error) {
	var all []region.Place
	add := func(url, why string, p region.Place) error {
		address, err := remote.ParseURL(url)
		if err != nil {
			return err
		}
		p.Endpoint, p.Kind = address.Endpoint(), region.Search
		p.Why = why
		all = append(all, p)
		return nil
	}
	if c.Store.URL != "" {
		if err := add(c.Store.URL, "store.url", region.Place{Data: indexed(c, policy)}); err != nil {
			return nil, err
		}
	}
	for i, r := range c.Residency.Regions {
		if r.Store.URL != "" {
			if err := add(r.Store.URL, fmt.Sprintf("residency.regions[%d].store.url", i), region.Place{From: r.Name}); err != nil {
				return nil, err
			}
		}
	}
	return all, nil
}
