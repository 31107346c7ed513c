package backend

import (
	"context"
	"fmt"
	"log/slog"
	"net/netip"
	"os"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsdynamodb "github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/naru-rag/naru/config"
	embedder "github.com/naru-rag/naru/embed/remote"
	"github.com/naru-rag/naru/internal/awsconf"
	"github.com/naru-rag/naru/region"
	"github.com/naru-rag/naru/store/remote"
)

// Guard lets this process connect to what its configuration names. What the policy of the
// configuration refuses is an error. It resolves and connects to nothing.
func Guard(ctx context.Context, c *config.Config, log *slog.Logger) (*region.Guard, error) {
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
	opt := region.Options{Policy: policy, Logger: log}
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
		named = append(named, place{c.Embedder.URL, "embedder.url", region.Embed})
	case c.Embedder.Kind == config.EmbedderBedrock:
		name, err := awsRegion(ctx, c.Embedder.Region)
		if err != nil {
			return nil, err
		}
		url, err := embedder.Endpoint(ctx, name)
		if err != nil {
			return nil, err
		}
		named = append(named, place{url, "embedder.region", region.Embed})
	}
	if c.State.Table != "" {
		url, why, err := tableAddress(ctx)
		if err != nil {
			return nil, err
		}
		named = append(named, place{url, why, region.Log})
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
		all = append(all, region.Place{Endpoint: e, Kind: p.kind, Data: dataFor(p.kind, policy)})
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

// awsRegion is the region that is named, or else that of the environment.
func awsRegion(ctx context.Context, name string) (string, error) {
	if name != "" {
		return name, nil
	}
	c, err := awsconf.Load(ctx, region.New(region.Options{}).DialContext) // which asks nobody
	if err != nil {
		return "", err
	}
	return c.Region, nil
}

// tableAddress is where DynamoDB is: where the environment says so, or in its region.
func tableAddress(ctx context.Context) (url, why string, err error) {
	for _, name := range []string{"AWS_ENDPOINT_URL_DYNAMODB", "AWS_ENDPOINT_URL"} {
		if url := os.Getenv(name); url != "" {
			return url, name, nil
		}
	}
	name, err := awsRegion(ctx, "")
	if err != nil {
		return "", "", err
	}
	e, err := awsdynamodb.NewDefaultEndpointResolverV2().ResolveEndpoint(ctx, awsdynamodb.EndpointParameters{Region: aws.String(name)})
	if err != nil {
		return "", "", fmt.Errorf("state.table: the region %q: %w", name, err)
	}
	return e.URI.String(), "state.table", nil
}
