package access

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"

	"github.com/naru-rag/naru/rag"
)

// Issuer is an identity provider whose tokens count.
type Issuer struct {
	// URL is what its tokens name as their issuer, and where it is found.
	URL string
	// Audience is what its tokens have to be for.
	Audience string
	// Asker is as whom its users ask. A tenant is required, here or by a claim.
	Asker rag.Asker
	// Role is what they may do; empty is [Reader].
	Role Role
	// PerMinute is how often each may come; zero is without limit.
	PerMinute int
	Claims    Claims
}

// Claims are those of a token that say who its user is. Empty names are not looked at;
// a claim that is named and is not there, or is of another type, refuses the token.
type Claims struct {
	// Tenant is a string, in place of the issuer's.
	Tenant string
	// Principals are strings or lists of strings, besides the issuer's. One that a token
	// lacks adds none.
	Principals []string
	// Role is a string, in place of the issuer's: a role, or a list with one.
	Role string
}

// algorithms are those that a token may be signed with. There is no "none", and none
// that shares a secret.
var algorithms = []string{oidc.RS256, oidc.RS384, oidc.RS512, oidc.ES256, oidc.ES384, oidc.ES512, oidc.PS256, oidc.PS384, oidc.PS512, oidc.EdDSA}

// maxToken is the longest token that is looked at, in bytes.
const maxToken = 16 << 10

// retry is how long an issuer that could not be reached is left alone.
const retry = 5 * time.Second

// Tokens checks tokens. It is safe for concurrent use.
type Tokens struct {
	issuers []*issuer
}

type issuer struct {
	Issuer
	client *http.Client
	clock  func() time.Time

	mu       sync.Mutex
	verifier *oidc.IDTokenVerifier // nil until the issuer was reached
	failed   error
	at       time.Time // when it failed
}

// NewTokens returns a check of the tokens of some issuers. They are asked for their
// keys by client, when one of their tokens comes for the first time. clock may be nil.
func NewTokens(issuers []Issuer, client *http.Client, clock func() time.Time) *Tokens {
	if clock == nil {
		clock = time.Now
	}
	t := &Tokens{}
	for _, i := range issuers {
		if i.Role == "" {
			i.Role = Reader
		}
		t.issuers = append(t.issuers, &issuer{Issuer: i, client: client, clock: clock})
	}
	return t
}

// Caller is whose token this is.
func (t *Tokens) Caller(ctx context.Context, token string) (Caller, error) {
	if len(token) > maxToken {
		return Caller{}, fmt.Errorf("%w: the token has %d bytes", ErrUnknown, len(token))
	}
	// Who has issued it decides by whose keys it is checked, and is checked then too.
	var named struct {
		Issuer string `json:"iss"`
	}
	payload, err := base64.RawURLEncoding.DecodeString(strings.Split(token, ".")[1])
	if err != nil || json.Unmarshal(payload, &named) != nil {
		return Caller{}, fmt.Errorf("%w: it is no token", ErrUnknown)
	}
	for _, i := range t.issuers {
		if i.URL == named.Issuer {
			return i.caller(ctx, token)
		}
	}
	return Caller{}, fmt.Errorf("%w: the token's issuer is %.200q", ErrUnknown, named.Issuer)
}

func (i *issuer) caller(ctx context.Context, token string) (Caller, error) {
	verifier, err := i.verify(ctx)
	if err != nil {
		return Caller{}, err
	}
	checked, err := verifier.Verify(oidc.ClientContext(ctx, i.client), token)
	switch {
	case ctx.Err() != nil:
		return Caller{}, ctx.Err()
	case err != nil && strings.Contains(err.Error(), "fetching keys"):
		return Caller{}, fmt.Errorf("%w: %w", ErrUnreachable, err)
	case err != nil:
		return Caller{}, fmt.Errorf("%w: %w", ErrUnknown, err)
	case checked.Subject == "":
		return Caller{}, fmt.Errorf("%w: the token names no subject", ErrUnknown)
	}
	var claims map[string]any
	if err := checked.Claims(&claims); err != nil {
		return Caller{}, fmt.Errorf("%w: %w", ErrUnknown, err)
	}
	// Logs have the caller's id: it tells one from another, and not who it is.
	who := sha256.Sum256([]byte(i.URL + "\n" + checked.Subject))
	c := Caller{ID: "oidc:" + hex.EncodeToString(who[:8]), Asker: i.Asker, Role: i.Role, PerMinute: i.PerMinute}
	c.Asker.Principals = slices.Clone(c.Asker.Principals)
	if err := i.Claims.apply(&c, claims); err != nil {
		return Caller{}, fmt.Errorf("%w: %w", ErrUnknown, err)
	}
	return c, nil
}

// apply has claims say who the caller is.
func (names Claims) apply(c *Caller, claims map[string]any) error {
	if names.Tenant != "" {
		tenant, _ := claims[names.Tenant].(string)
		if tenant == "" {
			return fmt.Errorf("the token's claim %s is no tenant", names.Tenant)
		}
		c.Asker.Tenant = tenant
	}
	for _, name := range names.Principals {
		values, err := list(claims[name])
		if err != nil {
			return fmt.Errorf("the token's claim %s: %w", name, err)
		}
		c.Asker.Principals = append(c.Asker.Principals, values...)
	}
	if names.Role != "" {
		roles, err := list(claims[names.Role])
		if err != nil {
			return fmt.Errorf("the token's claim %s: %w", names.Role, err)
		}
		// The most that it names; without any there is nothing that they may do.
		c.Role = ""
		for _, role := range Roles {
			if slices.Contains(roles, string(role)) {
				c.Role = role
			}
		}
		if c.Role == "" {
			return fmt.Errorf("the token's claim %s names no role", names.Role)
		}
	}
	return nil
}

// list is a claim that is a string, or a list of them, or not there.
func list(claim any) ([]string, error) {
	switch v := claim.(type) {
	case nil:
		return nil, nil
	case string:
		return []string{v}, nil
	case []any:
		values := make([]string, 0, len(v))
		for _, one := range v {
			s, ok := one.(string)
			if !ok {
				return nil, errors.New("it is a list of something else than strings")
			}
			values = append(values, s)
		}
		return values, nil
	}
	return nil, errors.New("it is neither a string nor a list of strings")
}

// verify is the check of the issuer's tokens. Its configuration is read once; while it
// cannot be, tokens are not asked for again and again.
func (i *issuer) verify(ctx context.Context) (*oidc.IDTokenVerifier, error) {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.verifier != nil {
		return i.verifier, nil
	}
	if i.failed != nil && i.clock().Sub(i.at) < retry {
		return nil, fmt.Errorf("%w: %w", ErrUnreachable, i.failed)
	}
	// The keys are fetched by the context that the provider was made with, at any time.
	provider, err := oidc.NewProvider(oidc.ClientContext(context.WithoutCancel(ctx), i.client), i.URL)
	if err != nil {
		i.failed, i.at = err, i.clock()
		return nil, fmt.Errorf("%w: the issuer %s: %w", ErrUnreachable, i.URL, err)
	}
	i.verifier = provider.Verifier(&oidc.Config{ClientID: i.Audience, SupportedSigningAlgs: algorithms, Now: i.clock})
	return i.verifier, nil
}
