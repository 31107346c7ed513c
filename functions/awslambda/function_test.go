package awslambda

import (
	"context"
	"errors"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"go.uber.org/goleak"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/naru-rag/naru/functions/web"
	"github.com/naru-rag/naru/rag"
	"github.com/naru-rag/naru/store/embedded"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestNew(t *testing.T) {
	tests := []struct {
		name    string
		environ []string
		// wrong is in the error; none is expected where it is empty.
		wrong []string
	}{
		{"a server", []string{"NARU_STORE_URL=127.0.0.1:6334"}, nil},
		{"a server, streamed", []string{"NARU_STORE_URL=127.0.0.1:6334", "FUNCTION_URL_INVOKE_MODE=RESPONSE_STREAM"}, nil},
		{"embedded", nil, []string{"store.url is empty", "folder is not kept", "NARU_STORE_URL"}},
		{"embedded with a data folder", []string{"NARU_DATA=/tmp/naru"}, []string{"store.url is empty"}},
		{"unknown variable", []string{"NARU_STORE_ULR=127.0.0.1:6334"}, []string{"NARU_STORE_ULR", "NARU_STORE_URL"}},
		{"unknown mode", []string{"NARU_STORE_URL=127.0.0.1:6334", "FUNCTION_URL_INVOKE_MODE=stream"}, []string{"FUNCTION_URL_INVOKE_MODE", "RESPONSE_STREAM"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Chdir(t.TempDir())
			f, err := New(tt.environ, discard, Bundled{})
			if len(tt.wrong) == 0 {
				if err != nil {
					t.Fatal(err)
				}
				if f.Config.Store.PoolSize != 1 {
					t.Errorf("there are %d connections for one invocation", f.Config.Store.PoolSize)
				}
				return
			}
			if err == nil {
				t.Fatal("it starts")
			}
			for _, part := range tt.wrong {
				if !strings.Contains(err.Error(), part) {
					t.Errorf("the error does not say %q: %v", part, err)
				}
			}
		})
	}
}

func TestNewReadsTheFile(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "layer.yaml")
	if err := os.WriteFile(path, []byte("store:\n  url: 127.0.0.1:6334\nasker:\n  tenant: ferry\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Chdir(dir)
	f, err := New([]string{"NARU_CONFIG=" + path}, discard, Bundled{})
	if err != nil {
		t.Fatal(err)
	}
	if f.Config.Asker.Tenant != "ferry" {
		t.Errorf("the tenant is %q", f.Config.Asker.Tenant)
	}
}

// An invocation that cannot reach the store says so, and the next one does where
// the store is back.
func TestSearchTriesAgain(t *testing.T) {
	engine, err := embedded.Open(t.TempDir(), embedded.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer engine.Close()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var away atomic.Bool
	server := grpc.NewServer(grpc.UnaryInterceptor(func(ctx context.Context, request any, _ *grpc.UnaryServerInfo, handle grpc.UnaryHandler) (any, error) {
		if away.Load() {
			return nil, status.Error(codes.Unavailable, "away")
		}
		return handle(ctx, request)
	}))
	engine.Register(server)
	served := make(chan error, 1)
	go func() { served <- server.Serve(ln) }()
	defer func() {
		server.Stop()
		<-served
	}()

	t.Chdir(t.TempDir())
	f, err := New([]string{"NARU_STORE_URL=" + ln.Addr().String(), "NARU_STORE_RETRIES_ATTEMPTS=1", "NARU_EMBEDDER_KIND=none"}, discard, Bundled{})
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	query := rag.Query{Text: "ferry", Language: "en", Limit: 3, Asker: rag.Asker{Tenant: "default"}}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	for _, step := range []struct {
		name string
		ctx  context.Context
		away bool
		want error
	}{
		{"away at first", t.Context(), true, web.ErrBusy},
		{"no time", ended, true, context.Canceled},
		{"there", t.Context(), false, nil},
		{"away again", t.Context(), true, web.ErrBusy},
		{"there again", t.Context(), false, nil},
	} {
		away.Store(step.away)
		found, err := f.Search(step.ctx, query)
		if !errors.Is(err, step.want) {
			t.Errorf("%s: %v, want %v", step.name, err, step.want)
		}
		if err == nil && !found.Empty {
			t.Errorf("%s: found %+v in an empty store", step.name, found)
		}
	}
}
