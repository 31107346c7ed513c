package remote_test

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"

	"github.com/naru-rag/naru/store/remote"
)

// TestTLS makes every mistake that certificates allow.
func TestTLS(t *testing.T) {
	dir := t.TempDir()
	ca, other := newAuthority(t, dir, "ca"), newAuthority(t, dir, "other")
	serverCert := ca.issue(t, dir, "server", "naru.test")
	client, stranger := ca.issue(t, dir, "client", "client"), other.issue(t, dir, "stranger", "client")
	s := start(t, &server{}, grpc.Creds(credentials.NewTLS(serverTLS(t, serverCert, ca))))
	plain := start(t, &server{})
	files := func(ca authority, pair pair, name string) remote.TLSFiles {
		return remote.TLSFiles{CA: ca.file, Cert: pair.cert, Key: pair.key, ServerName: name}
	}
	for name, tt := range map[string]struct {
		url   string
		files remote.TLSFiles
		want  string
	}{
		"right":                 {s.address, files(ca, client, "naru.test"), ""},
		"right with scheme":     {"https://" + s.address, files(ca, client, "naru.test"), ""},
		"unknown authority":     {s.address, files(other, client, "naru.test"), "set store.tls.ca"},
		"system's authorities":  {s.address, remote.TLSFiles{ServerName: "naru.test"}, "set store.tls.ca"},
		"another name":          {s.address, files(ca, client, "other.test"), "set store.tls.server_name"},
		"address for a name":    {s.address, files(ca, client, ""), "set store.tls.server_name"},
		"no client certificate": {s.address, remote.TLSFiles{CA: ca.file, ServerName: "naru.test"}, "set store.tls.cert and store.tls.key"},
		"stranger's":            {s.address, files(ca, stranger, "naru.test"), "set store.tls.cert and store.tls.key"},
		"server without TLS":    {plain.address, files(ca, client, "naru.test"), "speaks no TLS"},
	} {
		t.Run(name, func(t *testing.T) {
			conn, _ := dial(t, remote.Options{URL: tt.url, TLS: mustTLS(t, tt.files), Retry: remote.Retry{Attempts: 1}})
			err := upsert(context.Background(), conn)
			if tt.want == "" {
				if err != nil {
					t.Error(err)
				}
				return
			}
			if status.Code(err) != codes.Unavailable {
				t.Errorf("code is %v", status.Code(err))
			}
			says(t, err, tt.url, tt.want)
			if strings.Contains(err.Error(), "is unknown, and") {
				t.Errorf("nothing was sent, and the error is %v", err)
			}
		})
	}
	t.Run("no TLS asked for", func(t *testing.T) {
		conn, _ := dial(t, remote.Options{URL: s.address, Retry: remote.Retry{Attempts: 1}})
		says(t, upsert(context.Background(), conn), "if the server uses TLS, write https://")
	})
}

func TestLoadTLSRefuses(t *testing.T) {
	dir := t.TempDir()
	ca := newAuthority(t, dir, "ca")
	a, b := ca.issue(t, dir, "a", "a"), ca.issue(t, dir, "b", "b")
	for want, files := range map[string]remote.TLSFiles{
		"no certificate in PEM form": {CA: a.key},
		"no such file":               {CA: filepath.Join(dir, "missing")},
		"go together":                {Cert: a.cert},
		"does not match":             {Cert: a.cert, Key: b.key},
	} {
		if _, err := remote.LoadTLS(files); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error is %v, and should say %q", err, want)
		}
	}
}

func TestKey(t *testing.T) {
	s := start(t, &server{}, grpc.UnaryInterceptor(func(ctx context.Context, r any, _ *grpc.UnaryServerInfo, next grpc.UnaryHandler) (any, error) {
		md, _ := metadata.FromIncomingContext(ctx)
		switch strings.Join(md.Get("api-key"), ",") {
		case "right":
			return next(ctx, r)
		case "geheim-read":
			return nil, status.Error(codes.PermissionDenied, "Global write access is required")
		default:
			return nil, status.Error(codes.Unauthenticated, "Must provide an API key")
		}
	}))
	for key, want := range map[string]string{
		"right": "", "": "wants a key: set store.api_key", "geheim": "check store.api_key", "geheim-read": "does not allow this",
	} {
		conn, w := dial(t, remote.Options{URL: s.address, APIKey: key})
		err := upsert(context.Background(), conn)
		if (err == nil) != (want == "") || len(w.all) > 0 {
			t.Errorf("with key %q: waits %v, error %v", key, w.all, err)
		}
		if want != "" {
			says(t, err, want, s.address)
			if strings.Contains(err.Error(), "geheim") {
				t.Errorf("the key is told: %v", err)
			}
		}
	}
}

// TestNoQdrant talks to what is something else.
func TestNoQdrant(t *testing.T) {
	web := httptest.NewServer(http.NotFoundHandler())
	defer web.Close()
	web2 := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "no", http.StatusTeapot) }))
	web2.Config.Protocols = new(http.Protocols)
	web2.Config.Protocols.SetUnencryptedHTTP2(true)
	web2.Start()
	defer web2.Close()
	gone := listen(t)
	if err := gone.Close(); err != nil {
		t.Fatal(err)
	}
	bare := grpc.NewServer()
	bareListener := listen(t)
	go func() { _ = bare.Serve(bareListener) }()
	defer bare.Stop()

	for name, tt := range map[string]struct{ address, want string }{
		"HTTP/1":            {web.Listener.Addr().String(), "6333 is the one for HTTP"},
		"HTTP/2":            {web2.Listener.Addr().String(), "6333 is the one for HTTP"},
		"garbage":           {speaking(t, strings.Repeat("\x00\xffgarbage", 100)), "does not answer as gRPC"},
		"nothing":           {speaking(t, ""), "does not answer as gRPC"},
		"nobody":            {gone.Addr().String(), "nothing listens at " + gone.Addr().String()},
		"gRPC of other use": {bareListener.Addr().String(), "no Qdrant, or one older than 1.17.0"},
	} {
		t.Run(name, func(t *testing.T) {
			conn, _ := dial(t, remote.Options{URL: tt.address, Timeout: 5 * time.Second, Retry: remote.Retry{Attempts: 1}})
			err := upsert(context.Background(), conn)
			says(t, err, tt.address, tt.want)
			if strings.Contains(err.Error(), "is unknown, and") {
				t.Errorf("nothing was written, and the error is %v", err)
			}
		})
	}
}

// speaking is a server that says one thing and hangs up.
func speaking(t *testing.T, words string) string {
	t.Helper()
	listener := listen(t)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			_, _ = conn.Write([]byte(words))
			_ = conn.Close()
		}
	}()
	t.Cleanup(func() {
		_ = listener.Close()
		<-done
	})
	return listener.Addr().String()
}

func TestUnreachable(t *testing.T) {
	for name, tt := range map[string]struct {
		dial func(context.Context, string) (net.Conn, error)
		want string
	}{
		"unknown name": {func(context.Context, string) (net.Conn, error) {
			return nil, &net.DNSError{Err: "no such host", Name: "q.example", IsNotFound: true}
		}, "the name q.example is not known"},
		"silence": {func(ctx context.Context, _ string) (net.Conn, error) {
			<-ctx.Done()
			return nil, ctx.Err()
		}, "q.example:6334 cannot be reached"},
		"refused by the guard": {func(context.Context, string) (net.Conn, error) {
			return nil, errors.New("egress to q.example is not allowed")
		}, "egress to q.example is not allowed"},
	} {
		t.Run(name, func(t *testing.T) {
			var address string
			conn, w := dial(t, remote.Options{URL: "q.example", Timeout: 400 * time.Millisecond, Retry: remote.Retry{Attempts: 2}, PoolSize: 1,
				Dial: func(ctx context.Context, a string) (net.Conn, error) { address = a; return tt.dial(ctx, a) }})
			err := upsert(context.Background(), conn)
			if status.Code(err) != codes.Unavailable && status.Code(err) != codes.DeadlineExceeded || len(w.all) != 1 || address != "q.example:6334" {
				t.Errorf("dialled %q, waits %v, error %v", address, w.all, err)
			}
			says(t, err, tt.want)
			if strings.Contains(err.Error(), "is unknown, and") {
				t.Errorf("nothing was sent, and the error is %v", err)
			}
		})
	}
}
