package access_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/naru-rag/naru/access"
	"github.com/naru-rag/naru/rag"
)

// provider stands in for an identity provider, which cannot be had here.
type provider struct {
	*httptest.Server
	key   *ecdsa.PrivateKey
	down  atomic.Bool
	asked atomic.Int32
}

func newProvider(t *testing.T) *provider {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	p := &provider{key: key}
	p.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p.asked.Add(1)
		switch {
		case p.down.Load():
			http.Error(w, "down", http.StatusServiceUnavailable)
		case r.URL.Path == "/.well-known/openid-configuration":
			_ = json.NewEncoder(w).Encode(map[string]any{"issuer": p.URL, "jwks_uri": p.URL + "/keys", "authorization_endpoint": p.URL + "/a", "token_endpoint": p.URL + "/t",
				"id_token_signing_alg_values_supported": []string{"ES256", "HS256", "none"}})
		case r.URL.Path == "/keys":
			_ = json.NewEncoder(w).Encode(jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: key.Public(), KeyID: "1", Algorithm: "ES256", Use: "sig"}}})
		default:
			http.NotFound(w, r)
		}
	}))
	t.Cleanup(p.Close)
	return p
}

func signed(t *testing.T, algorithm jose.SignatureAlgorithm, key any, claims map[string]any) string {
	t.Helper()
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: algorithm, Key: key}, (&jose.SignerOptions{}).WithHeader("kid", "1"))
	if err != nil {
		t.Fatal(err)
	}
	return serialized(t, signer, claims)
}

func serialized(t *testing.T, signer jose.Signer, claims map[string]any) string {
	t.Helper()
	payload, err := json.Marshal(claims)
	if err != nil {
		t.Fatal(err)
	}
	token, err := signer.Sign(payload)
	if err != nil {
		t.Fatal(err)
	}
	text, err := token.CompactSerialize()
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func TestTokens(t *testing.T) {
	p, c := newProvider(t), start()
	claims := func(change func(map[string]any)) map[string]any {
		all := map[string]any{"iss": p.URL, "aud": "naru", "sub": "kim", "exp": c.now.Add(time.Hour).Unix(), "iat": c.now.Unix(),
			"org": "acme", "groups": []string{"staff", "clinic"}, "email": "kim@example.kr", "naru_role": []string{"reader", "editor"}}
		if change != nil {
			change(all)
		}
		return all
	}
	all := &access.Access{Tokens: access.NewTokens([]access.Issuer{{URL: p.URL, Audience: "naru", Asker: rag.Asker{Tenant: "nobody", Principals: []string{"everybody"}, Regions: []string{"kr"}}, PerMinute: 30,
		Claims: access.Claims{Tenant: "org", Principals: []string{"groups", "email", "none"}, Role: "naru_role"}}}, p.Client(), c.Now)}
	good := signed(t, jose.ES256, p.key, claims(nil))

	// While the provider is down nobody can tell, and it is not asked for each request.
	p.down.Store(true)
	for range 20 {
		if _, err := all.Caller(t.Context(), good); !errors.Is(err, access.ErrUnreachable) {
			t.Fatalf("of a provider that is down: %v", err)
		}
	}
	if n := p.asked.Load(); n > 2 {
		t.Errorf("it was asked %d times", n)
	}
	p.down.Store(false)
	c.now = c.now.Add(5 * time.Second)

	got, err := all.Caller(t.Context(), good)
	if strings.Contains(got.ID, "kim") {
		t.Errorf("the id %s tells who it is", got.ID)
	}
	want := access.Caller{ID: got.ID, Asker: rag.Asker{Tenant: "acme", Principals: []string{"everybody", "staff", "clinic", "kim@example.kr"}, Regions: []string{"kr"}}, Role: access.Editor, PerMinute: 30}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Fatalf("got %+v, %v\nwant %+v", got, err, want)
	}

	other, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	rsaKey, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	public, err := x509.MarshalPKIXPublicKey(p.key.Public())
	if err != nil {
		t.Fatal(err)
	}
	parts := strings.Split(good, ".")
	with := func(name string, value any) string {
		return signed(t, jose.ES256, p.key, claims(func(all map[string]any) {
			if all[name] = value; value == nil {
				delete(all, name)
			}
		}))
	}
	none := base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"none"}`))
	// led is by another key, and leads to that in its header.
	led := func(header map[string]any) string {
		options := &jose.SignerOptions{EmbedJWK: header["jwk"] != nil}
		for name, value := range header {
			if name != "jwk" {
				options.WithHeader(jose.HeaderKey(name), value)
			}
		}
		signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.ES256, Key: other}, options)
		if err != nil {
			t.Fatal(err)
		}
		return serialized(t, signer, claims(nil))
	}
	stranger := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("a token's header leads to another server") }))
	t.Cleanup(stranger.Close)
	for name, token := range map[string]string{
		"expired":                   with("exp", c.now.Unix()-1),
		"not yet":                   with("nbf", c.now.Add(time.Hour).Unix()),
		"for another":               with("aud", "other"),
		"for nobody":                with("aud", nil),
		"without an end":            with("exp", nil),
		"of another issuer":         with("iss", "https://evil.example"),
		"of nobody":                 with("sub", nil),
		"without a tenant":          with("org", nil),
		"with an empty tenant":      with("org", ""),
		"with tenants":              with("org", []string{"acme", "other"}),
		"with a strange role":       with("naru_role", "admin"),
		"without a role":            with("naru_role", nil),
		"with groups of numbers":    with("groups", []int{1}),
		"by another key":            signed(t, jose.ES256, other, claims(nil)),
		"by another algorithm":      signed(t, jose.RS256, rsaKey, claims(nil)),
		"with its key in it":        led(map[string]any{"jwk": true}),
		"of a key at an address":    led(map[string]any{"kid": "1", "jku": stranger.URL, "x5u": stranger.URL}),
		"of a key in a file":        led(map[string]any{"kid": "../../../../dev/null"}),
		"of a key by a query":       led(map[string]any{"kid": "1' OR '1'='1"}),
		"of a key at a server":      led(map[string]any{"kid": stranger.URL + "/keys"}),
		"of no key":                 led(map[string]any{"kid": ""}),
		"by the public key":         signed(t, jose.HS256, public, claims(nil)),
		"by none":                   none + "." + parts[1] + ".",
		"by none, with a signature": none + "." + parts[1] + "." + parts[2],
		"with another payload":      parts[0] + "." + base64.RawURLEncoding.EncodeToString([]byte(`{"iss":"`+p.URL+`","aud":"naru","sub":"x","exp":99999999999,"org":"x","naru_role":"editor"}`)) + "." + parts[2],
		"without a signature":       parts[0] + "." + parts[1] + ".",
		"of dots":                   "..",
		"of no JSON":                "YQ.YQ.YQ",
		"too long":                  parts[0] + "." + strings.Repeat("a", 20_000) + "." + parts[2],
	} {
		if c, err := all.Caller(t.Context(), token); !errors.Is(err, access.ErrUnknown) {
			t.Errorf("%s: %+v, %v", name, c, err)
		}
	}
	// The asker of one token is not that of the next.
	if got, err := all.Caller(t.Context(), with("groups", []string{"guests"})); err != nil || !reflect.DeepEqual(got.Asker.Principals, []string{"everybody", "guests", "kim@example.kr"}) {
		t.Errorf("%+v, %v", got, err)
	}
}

func FuzzCaller(f *testing.F) {
	for _, text := range []string{"", "naru_aaaaaaaaaa_b", "a.b.c", "..", "eyJhbGciOiJub25lIn0.eyJpc3MiOiJ4In0.", "naru_", "naru__"} {
		f.Add(text)
	}
	all := &access.Access{Keys: access.NewKeys(broken{}, access.Options{}), Tokens: access.NewTokens([]access.Issuer{{URL: "https://127.0.0.1:1", Audience: "naru"}}, &http.Client{Timeout: time.Millisecond}, nil)}
	f.Fuzz(func(t *testing.T, bearer string) {
		if c, err := all.Caller(t.Context(), bearer); err == nil {
			t.Errorf("%q is %+v", bearer, c)
		}
	})
}
