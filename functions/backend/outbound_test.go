package backend_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	awssqs "github.com/aws/aws-sdk-go-v2/service/sqs"

	"github.com/naru-rag/naru/config"
	"github.com/naru-rag/naru/embed"
	"github.com/naru-rag/naru/functions/backend"
	"github.com/naru-rag/naru/indexer/source"
	"github.com/naru-rag/naru/rag"
	"github.com/naru-rag/naru/region"
)

// recorder listens where nothing may be sent to, and counts who comes.
func recorder(t *testing.T, at string) (address string, reached *atomic.Int32) {
	t.Helper()
	ln, err := net.Listen("tcp", at)
	if err != nil {
		t.Fatal(err)
	}
	reached = &atomic.Int32{}
	done := make(chan struct{})
	t.Cleanup(func() {
		ln.Close()
		<-done
	})
	go func() {
		defer close(done)
		for {
			conn, err := ln.Accept()
			if err != nil {
				return
			}
			reached.Add(1)
			conn.Close()
		}
	}()
	return ln.Addr().String(), reached
}

// TestOutbound tries every way out under a policy: to the store, the embedder, the state,
// identity providers, other regions, the credentials of a cloud, by redirects, by proxies,
// by names that lead elsewhere, and by what libraries take by themselves. What is declared
// is reached, and nothing else is: a recorder listens there.
func TestOutbound(t *testing.T) {
	elsewhere, reached := recorder(t, "127.0.0.1:0")
	// Whatever the environment says leads elsewhere.
	for _, name := range []string{"HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "grpc_proxy", "AWS_ENDPOINT_URL_BEDROCK_RUNTIME"} {
		t.Setenv(name, "http://"+elsewhere)
	}
	for _, name := range []string{"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE", "NO_PROXY", "no_proxy"} {
		t.Setenv(name, "")
	}
	t.Setenv("AWS_REGION", "ap-northeast-2")
	t.Setenv("AWS_CONFIG_FILE", os.DevNull)
	t.Setenv("AWS_SHARED_CREDENTIALS_FILE", os.DevNull)

	var asked atomic.Int32
	// service is declared, and sends whoever comes away.
	service := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		if r.URL.Path == "/.well-known/openid-configuration" {
			_ = json.NewEncoder(w).Encode(map[string]any{"issuer": "http://" + r.Host, "jwks_uri": "http://" + elsewhere + "/keys", "authorization_endpoint": "http://" + elsewhere, "token_endpoint": "http://" + elsewhere})
			return
		}
		http.Redirect(w, r, "http://"+elsewhere+r.URL.Path, http.StatusTemporaryRedirect)
	}))
	t.Cleanup(service.Close)
	here := service.Listener.Addr().String()
	store, _ := server(t)

	of := func(endpoints, rest string) *config.Config {
		t.Helper()
		return loaded(t, fmt.Sprintf("residency:\n  region: sa\n  regions: [{name: sa, jurisdiction: SA, endpoints: [%s]}]\n%s", endpoints, rest))
	}
	declared := fmt.Sprintf("'%s', '%s'", here, store)

	// What no region declares is refused before anything is connected to.
	for _, rest := range []string{
		"store: {url: '" + elsewhere + "'}\n",
		"embedder: {kind: openai, url: 'http://" + elsewhere + "', model: m, dimensions: 4}\n",
		"embedder: {kind: bedrock, url: 'http://" + elsewhere + "', model: 'amazon.titan-embed-text-v2:0', dimensions: 256}\n",
		"embedder: {kind: bedrock, model: 'amazon.titan-embed-text-v2:0', dimensions: 256}\n",
		"state: {table: keys}\n",
		"access: {oidc: [{issuer: 'http://" + elsewhere + "', audience: a}]}\n",
		"egress: {allow: ['" + elsewhere + "']}\n",
	} {
		c := of(declared, rest)
		if b, err := backend.Open(t.Context(), c, backend.Options{}); err == nil {
			closed(t, b.Close)
			t.Errorf("%sit opens", rest)
		}
		if _, err := backend.OpenEmbedder(t.Context(), c, backend.Options{}); c.Embedder.URL+c.Embedder.Region != "" && err == nil {
			t.Errorf("%sthe embedder opens", rest)
		}
		if s, err := backend.OpenState(t.Context(), c, nil); c.State.Table != "" && err == nil {
			closed(t, s.Close)
			t.Errorf("%sthe state opens", rest)
		}
		if _, err := backend.Callers(t.Context(), c, nil, false, nil); len(c.Access.OIDC) > 0 && err == nil {
			t.Errorf("%sits tokens are looked at", rest)
		}
	}

	// The store is reached.
	b := open(t, of(declared, "embedder: {kind: none}\nstore: {url: '"+store+"'}\n"), backend.Options{})
	if _, err := b.Search(t.Context(), rag.Query{Text: "ferry", Limit: 1, Asker: rag.Asker{Tenant: "t"}}); err != nil {
		t.Error(err)
	}
	closed(t, b.Close)

	// The embedder is asked, and does not lead elsewhere; nor does what is asked for the
	// credentials of a cloud.
	const openai, bedrock = "embedder: {kind: openai, url: 'http://%s', model: m, dimensions: 4, attempts: 1}\n", "embedder: {kind: bedrock, url: 'http://%s', model: 'amazon.titan-embed-text-v2:0', dimensions: 256, attempts: 1}\n"
	token := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(token, []byte("token"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name, embedder string
		// asked is set where something that is declared is asked.
		asked   bool
		environ []string
	}{
		{"openai", openai, true, nil},
		{"keys of the environment", bedrock, true, []string{"AWS_ACCESS_KEY_ID=a", "AWS_SECRET_ACCESS_KEY=b"}},
		{"a service in another mode", bedrock, true, []string{"AWS_ACCESS_KEY_ID=a", "AWS_SECRET_ACCESS_KEY=b", "AWS_DEFAULTS_MODE=standard"}},
		{"a container's credentials", bedrock, false, []string{"AWS_CONTAINER_CREDENTIALS_FULL_URI=http://" + elsewhere}},
		{"a container's credentials, declared", bedrock, true, []string{"AWS_CONTAINER_CREDENTIALS_FULL_URI=http://" + here}},
		{"a machine's credentials", bedrock, false, []string{"AWS_EC2_METADATA_SERVICE_ENDPOINT=http://" + elsewhere}},
		{"a machine's credentials, declared", bedrock, true, []string{"AWS_EC2_METADATA_SERVICE_ENDPOINT=http://" + here}},
		{"a role's credentials in another mode", bedrock, false, []string{"AWS_DEFAULTS_MODE=standard", "AWS_WEB_IDENTITY_TOKEN_FILE=" + token, "AWS_ROLE_ARN=arn:aws:iam::123456789012:role/r", "AWS_ENDPOINT_URL_STS=http://" + elsewhere}},
		{"a role's credentials", bedrock, false, []string{"AWS_WEB_IDENTITY_TOKEN_FILE=" + token, "AWS_ROLE_ARN=arn:aws:iam::123456789012:role/r", "AWS_ENDPOINT_URL_STS=http://" + elsewhere}},
		{"settings that a machine knows", bedrock, false, []string{"AWS_DEFAULTS_MODE=auto", "AWS_EC2_METADATA_SERVICE_ENDPOINT=http://" + elsewhere}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for _, variable := range tt.environ {
				name, value, _ := strings.Cut(variable, "=")
				t.Setenv(name, value)
			}
			before := asked.Load()
			c := of(declared, fmt.Sprintf(tt.embedder, here))
			e, err := backend.OpenEmbedder(t.Context(), c, backend.Options{})
			if err != nil {
				t.Fatal(err)
			}
			if _, err := e.Embed(t.Context(), embed.Query, []string{"secret"}); err == nil {
				t.Error("it embeds")
			}
			if (asked.Load() > before) != tt.asked {
				t.Errorf("what is declared was asked %d times", asked.Load()-before)
			}
			// The same for the state, in the place that the environment names.
			t.Setenv("AWS_ENDPOINT_URL_DYNAMODB", "http://"+here)
			s, err := backend.OpenState(t.Context(), of(declared, "state: {table: keys}\n"), nil)
			if err != nil {
				t.Fatal(err)
			}
			defer closed(t, s.Close)
			ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
			defer cancel()
			if _, err := s.Get(ctx, "k"); err == nil {
				t.Error("there is a state")
			}
			if n := reached.Load(); n > 0 {
				t.Errorf("what is not declared was reached %d times", n)
			}
		})
	}

	// An identity provider is asked for its keys where they are declared to be.
	before := asked.Load()
	callers, err := backend.Callers(t.Context(), of(declared, "access: {oidc: [{issuer: 'http://"+here+"', audience: a}]}\n"), nil, false, nil)
	if err != nil {
		t.Fatal(err)
	}
	part := func(text string) string { return base64.RawURLEncoding.EncodeToString([]byte(text)) }
	bearer := part(`{"alg":"ES256","kid":"1"}`) + "." + part(`{"iss":"http://`+here+`","aud":"a","sub":"x","exp":9999999999}`) + "." + part("x")
	if caller, err := callers.Caller(t.Context(), bearer); err == nil {
		t.Errorf("a token of nobody's is good: %+v", caller)
	}
	if asked.Load() == before {
		t.Error("the identity provider was not asked")
	}

	// A name that is declared, and leads to a private address of this machine.
	if host, err := os.Hostname(); err == nil {
		everywhere, private := recorder(t, "0.0.0.0:0")
		_, port, _ := net.SplitHostPort(everywhere)
		guard, err := backend.Guard(t.Context(), of(fmt.Sprintf("'%s:%s'", host, port), "egress: {allow: ['"+host+":"+port+"']}\n"), nil, nil)
		if err != nil {
			t.Fatal(err)
		}
		if conn, err := guard.Dial(t.Context(), net.JoinHostPort(host, port)); err == nil {
			conn.Close()
			t.Errorf("%s leads to %s", host, conn.RemoteAddr())
		}
		if private.Load() > 0 {
			t.Error("a private address was reached by a name")
		}
	}

	// The guard itself, and what libraries take by themselves.
	guard, err := backend.Guard(t.Context(), of(declared, "store: {url: '"+store+"'}\n"), nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, address := range []string{elsewhere, here, "169.254.169.254:80", "[fd00:ec2::254]:80", "localhost:" + strings.Split(elsewhere, ":")[1], "0.0.0.0:" + strings.Split(elsewhere, ":")[1], "[::ffff:127.0.0.1]:" + strings.Split(elsewhere, ":")[1]} {
		if conn, err := guard.Dial(t.Context(), address); !errors.Is(err, region.ErrForbidden) {
			if conn != nil {
				conn.Close()
			}
			t.Errorf("%s: %v", address, err)
		}
	}
	transport, client := http.DefaultTransport, http.DefaultClient.Transport
	defer func() { http.DefaultTransport, http.DefaultClient.Transport = transport, client }()
	guard.Own()
	for _, url := range []string{"http://" + elsewhere, "http://169.254.169.254/latest/meta-data/", "http://[fd00:ec2::254]/"} {
		r, err := http.NewRequestWithContext(context.Background(), "GET", url, nil)
		if err != nil {
			t.Fatal(err)
		}
		response, err := http.DefaultClient.Do(r)
		if !errors.Is(err, region.ErrForbidden) {
			t.Errorf("%s: %v", url, err)
		}
		if err == nil {
			response.Body.Close()
		}
	}
	if n := reached.Load(); n > 0 {
		t.Errorf("what is not declared was reached %d times", n)
	}
}

// TestOutboundBuckets: the same of buckets and queues. What no region declares is refused at
// the start, by its key and line; what is declared is asked, and cannot lead elsewhere; and
// the environment cannot put another in its place.
func TestOutboundBuckets(t *testing.T) {
	elsewhere, reached := recorder(t, "127.0.0.1:0")
	for _, name := range []string{"HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"} {
		t.Setenv(name, "http://"+elsewhere)
	}
	for _, name := range []string{"AWS_ENDPOINT_URL", "AWS_PROFILE", "NO_PROXY", "no_proxy"} {
		t.Setenv(name, "")
	}
	for name, value := range map[string]string{"AWS_REGION": "ap-northeast-2", "AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b", "AWS_MAX_ATTEMPTS": "1",
		"AWS_CONFIG_FILE": os.DevNull, "AWS_SHARED_CREDENTIALS_FILE": os.DevNull, "AWS_ENDPOINT_URL_SQS": "http://" + elsewhere} {
		t.Setenv(name, value)
	}
	var asked, status atomic.Int32
	service := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		w.Header().Set("X-Amz-Bucket-Region", "eu-west-3")
		w.Header().Set("Location", "http://"+elsewhere+r.URL.Path)
		w.WriteHeader(int(status.Load()))
		if r.Method != http.MethodHead {
			fmt.Fprintf(w, "<Error><Code>PermanentRedirect</Code><Endpoint>%s</Endpoint><Bucket>abc</Bucket></Error>", elsewhere)
		}
	}))
	t.Cleanup(service.Close)
	here := service.Listener.Addr().String()
	of := func(rest string) *config.Config {
		t.Helper()
		return loaded(t, fmt.Sprintf("residency:\n  region: sa\n  regions: [{name: sa, jurisdiction: SA, endpoints: ['%s']}]\n%s", here, rest))
	}

	const s3, sqs = "sources:\n- tenant: t\n  region: sa\n  s3: {bucket: abc, endpoint: 'http://%s'}\n", "queues:\n  index: http://%[1]s/1/index\n  dead: http://%[2]s/1/dead\n"
	for _, tt := range []struct{ rest, want, variable string }{
		{fmt.Sprintf(s3, elsewhere), "naru.yaml:7: sources[0].s3 is " + elsewhere + ": no region declares it", ""},
		{"sources:\n- tenant: t\n  region: sa\n  s3: {bucket: abc}\n", "naru.yaml:7: sources[0].s3 is abc.s3.ap-northeast-2.amazonaws.com:443: no region declares it", ""},
		{"sources:\n- tenant: t\n  region: sa\n  s3: {bucket: abc}\n", "naru.yaml:7: sources[0].s3 is " + elsewhere + ": no region declares it", "AWS_ENDPOINT_URL_S3"},
		{"sources:\n- tenant: t\n  region: sa\n  s3: {bucket: abc}\n", "naru.yaml:7: sources[0].s3 is " + elsewhere + ": no region declares it", "AWS_ENDPOINT_URL"},
		{fmt.Sprintf(sqs, elsewhere, here), "naru.yaml:5: queues.index is " + elsewhere + ": no region declares it", ""},
		{fmt.Sprintf(sqs, here, elsewhere), "naru.yaml:6: queues.dead is " + elsewhere + ": no region declares it", ""},
	} {
		t.Run(tt.want+tt.variable, func(t *testing.T) {
			if tt.variable != "" {
				t.Setenv(tt.variable, "http://"+elsewhere)
			}
			c := of(tt.rest)
			if _, err := backend.Residency(t.Context(), c); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("%v, want %s", err, tt.want)
			}
			if _, err := backend.Queues(t.Context(), c, nil, nil); err == nil {
				t.Error("there is a way to its queues")
			}
			if len(c.Sources) > 0 {
				if _, err := backend.Bucket(t.Context(), c, &c.Sources[0].S3, source.Options{}, nil, nil); err == nil {
					t.Error("there is a way to its bucket")
				}
			}
		})
	}

	c := of(fmt.Sprintf(s3, here) + fmt.Sprintf(sqs, here, here))
	bucket, err := backend.Bucket(t.Context(), c, &c.Sources[0].S3, source.Options{}, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	queues, err := backend.Queues(t.Context(), c, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, code := range []int32{301, 302, 303, 307, 308} {
		status.Store(code)
		for what, try := range map[string]func() error{
			"list": func() error { _, _, err := bucket.Page(t.Context(), ""); return err },
			"find": func() error { _, err := bucket.Find(t.Context(), "abc/a.md"); return err },
			"receive": func() error {
				_, err := queues.ReceiveMessage(t.Context(), &awssqs.ReceiveMessageInput{QueueUrl: &c.Queues.Index})
				return err
			},
		} {
			before := asked.Load()
			if err := try(); err == nil || asked.Load() == before {
				t.Errorf("%d: %s: %v", code, what, err)
			}
		}
	}
	if n := reached.Load(); n > 0 {
		t.Errorf("what is not declared was reached %d times", n)
	}
}
