package backend

import (
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/naru-rag/naru/config"
	"github.com/naru-rag/naru/embed"
)

// TestEndpoints: what a configuration names may be connected to, each with why.
func TestEndpoints(t *testing.T) {
	t.Setenv("AWS_REGION", "eu-west-3")
	for name, tt := range map[string]struct {
		set  func(*config.Config)
		want []string
	}{
		"nothing":  {func(*config.Config) {}, nil},
		"a server": {func(c *config.Config) { c.Store.URL = "https://qdrant.example" }, []string{"qdrant.example:6334 store.url"}},
		"a service": {func(c *config.Config) {
			c.Embedder.Kind, c.Embedder.URL = config.EmbedderOpenAI, "https://embed.example/v1"
		}, []string{"embed.example:443 embedder.url"}},
		"Bedrock": {func(c *config.Config) { c.Embedder.Kind = config.EmbedderBedrock }, []string{"bedrock-runtime.eu-west-3.amazonaws.com:443 embedder.region"}},
		"Bedrock elsewhere": {func(c *config.Config) {
			c.Embedder.Kind, c.Embedder.Region = config.EmbedderBedrock, "ap-northeast-2"
		}, []string{"bedrock-runtime.ap-northeast-2.amazonaws.com:443 embedder.region"}},
		"a table": {func(c *config.Config) { c.State.Table = "naru" }, []string{"dynamodb.eu-west-3.amazonaws.com:443 state.table"}},
		"issuers and others": {func(c *config.Config) {
			c.Access.OIDC = []config.Issuer{{Issuer: "https://login.example/realms/a"}}
			c.Egress.Allow = []string{"keys.example:8443", "[2001:db8::1]:443"}
		}, []string{"login.example:443 access.oidc[0].issuer", "keys.example:8443 egress.allow[0]", "[2001:db8::1]:443 egress.allow[1]"}},
		"buckets": {func(c *config.Config) {
			c.Sources = []config.Source{{Path: "docs"}, {S3: config.S3{Bucket: "notices"}}, {S3: config.S3{Bucket: "others", Region: "ap-northeast-2"}}, {S3: config.S3{Bucket: "ours", Endpoint: "https://minio.example:9000"}}}
		}, []string{"notices.s3.eu-west-3.amazonaws.com:443 sources[1].s3", "others.s3.ap-northeast-2.amazonaws.com:443 sources[2].s3", "minio.example:9000 sources[3].s3"}},
		"queues": {func(c *config.Config) {
			c.Queues.Index, c.Queues.Dead = "https://sqs.eu-west-3.amazonaws.com/1/index", "https://sqs.eu-west-3.amazonaws.com/1/dead"
		}, []string{"sqs.eu-west-3.amazonaws.com:443 queues.index", "sqs.eu-west-3.amazonaws.com:443 queues.dead"}},
		"what is not used": {func(c *config.Config) { c.Embedder.URL = "https://embed.example/v1" }, nil},
	} {
		t.Run(name, func(t *testing.T) {
			c := config.Default()
			tt.set(c)
			g, err := Guard(t.Context(), c, nil, nil)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, e := range g.Endpoints() {
				got = append(got, e.String()+" "+e.Why)
			}
			if !slices.Equal(got, tt.want) {
				t.Errorf("got %v, want %v", got, tt.want)
			}
		})
	}
}

// TestServiceCannotLeadElsewhere: texts go to the service that is configured, whatever it
// answers.
func TestServiceCannotLeadElsewhere(t *testing.T) {
	reached := false
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { reached = true }))
	t.Cleanup(other.Close)
	service := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, other.URL, http.StatusTemporaryRedirect)
	}))
	t.Cleanup(service.Close)
	t.Setenv("HTTP_PROXY", other.URL)
	c := config.Default()
	c.Data = filepath.Join(t.TempDir(), "data")
	c.Embedder.Kind, c.Embedder.URL, c.Embedder.Model, c.Embedder.Dimensions, c.Embedder.Attempts = config.EmbedderOpenAI, service.URL, "m", 4, 1
	e, err := OpenEmbedder(t.Context(), c, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := e.Embed(t.Context(), embed.Query, []string{"secret"}); err == nil || !strings.Contains(err.Error(), "redirects") {
		t.Errorf("the error is %v", err)
	}
	if reached {
		t.Error("another place was asked")
	}
	http.DefaultClient.CloseIdleConnections()
}
