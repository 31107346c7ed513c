package backend

import (
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"net/http"
	"path/filepath"
	"time"

	awsdynamodb "github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/naru-rag/naru/access"
	"github.com/naru-rag/naru/config"
	"github.com/naru-rag/naru/functions/web"
	"github.com/naru-rag/naru/internal/awsconf"
	"github.com/naru-rag/naru/rag"
	"github.com/naru-rag/naru/state"
	"github.com/naru-rag/naru/state/dynamodb"
	"github.com/naru-rag/naru/state/embedded"
)

// OpenState opens what a configuration remembers things in. It asks nothing of it yet.
func OpenState(ctx context.Context, c *config.Config) (state.Store, error) {
	if c.State.Table == "" {
		return embedded.Open(filepath.Join(c.Data, "state.db"), embedded.Options{}), nil
	}
	guard, err := Guard(ctx, c, slog.Default())
	if err != nil {
		return nil, err
	}
	aws, err := awsconf.Load(ctx, guard.DialContext)
	if err != nil {
		return nil, fmt.Errorf("state.table: %w", err)
	}
	return dynamodb.Open(awsdynamodb.NewFromConfig(aws), c.State.Table, dynamodb.Options{NewVersion: rand.Text}), nil
}

// Keys are the API keys in a state.
func Keys(s state.Store) *access.Keys {
	return access.NewKeys(s, access.Options{NewText: rand.Text})
}

// Asker is who asks where no key or token is asked for.
func Asker(c *config.Config) rag.Asker {
	return rag.Asker{Tenant: c.Asker.Tenant, Principals: c.Asker.Principals, Regions: c.Asker.Regions}
}

// issuerTimeout bounds a request to an identity provider.
const issuerTimeout = 10 * time.Second

// Callers are those of a configuration. Where loopback is set, only this machine reaches
// the listener.
func Callers(ctx context.Context, c *config.Config, s state.Store, loopback bool) (web.Callers, error) {
	switch {
	case c.Access.Gateway:
		return web.Open{Asker: Asker(c), Role: access.Reader}, nil
	case loopback && !c.Access.Required && len(c.Access.OIDC) == 0:
		return web.Open{Asker: Asker(c), Role: access.Editor}, nil
	}
	a := &access.Access{Keys: Keys(s)}
	if len(c.Access.OIDC) > 0 {
		guard, err := Guard(ctx, c, slog.Default())
		if err != nil {
			return nil, err
		}
		a.Tokens = access.NewTokens(issuers(c), &http.Client{Transport: guard.Transport(), Timeout: issuerTimeout}, nil)
	}
	return a, nil
}

func issuers(c *config.Config) (all []access.Issuer) {
	for _, i := range c.Access.OIDC {
		all = append(all, access.Issuer{
			URL: i.Issuer, Audience: i.Audience, Asker: rag.Asker{Tenant: i.Tenant, Principals: i.Principals, Regions: i.Regions},
			Role: i.Role, PerMinute: i.PerMinute, Claims: access.Claims(i.Claims),
		})
	}
	return all
}
