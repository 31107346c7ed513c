package remote_test

import (
	"context"
	"net"
	"sync"
	"testing"
	"time"

	"github.com/qdrant/go-client/qdrant"
	"go.uber.org/goleak"
	"google.golang.org/grpc"

	"github.com/naru-rag/naru/store/remote"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// server is a Qdrant that does what a test wants. Where a function is nil the
// call succeeds.
type server struct {
	qdrant.UnimplementedQdrantServer
	qdrant.UnimplementedPointsServer

	address string
	version string
	upsert  func(context.Context, *qdrant.UpsertPoints) (*qdrant.PointsOperationResponse, error)
	scroll  func(context.Context, *qdrant.ScrollPoints) (*qdrant.ScrollResponse, error)

	mu    sync.Mutex
	conns map[net.Conn]bool
	seen  int // connections
	calls int
}

func (s *server) HealthCheck(context.Context, *qdrant.HealthCheckRequest) (*qdrant.HealthCheckReply, error) {
	return &qdrant.HealthCheckReply{Title: "qdrant - vector search engine", Version: s.version}, nil
}

func (s *server) Upsert(ctx context.Context, r *qdrant.UpsertPoints) (*qdrant.PointsOperationResponse, error) {
	s.count()
	if s.upsert == nil {
		return &qdrant.PointsOperationResponse{}, nil
	}
	return s.upsert(ctx, r)
}

func (s *server) Scroll(ctx context.Context, r *qdrant.ScrollPoints) (*qdrant.ScrollResponse, error) {
	s.count()
	if s.scroll == nil {
		return &qdrant.ScrollResponse{}, nil
	}
	return s.scroll(ctx, r)
}

func (s *server) count() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls++
}

func (s *server) called() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.calls
}

// reset drops all connections, as a crash does.
func (s *server) reset() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for conn := range s.conns {
		if tcp, ok := conn.(*net.TCPConn); ok {
			_ = tcp.SetLinger(0)
		}
		_ = conn.Close()
		delete(s.conns, conn)
	}
}

// watched is a listener that lets its server know the connections.
type watched struct {
	net.Listener
	server *server
}

func (l watched) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	if err == nil {
		l.server.mu.Lock()
		defer l.server.mu.Unlock()
		l.server.conns[conn] = true
		l.server.seen++
	}
	return conn, err
}

// start serves s until the test ends.
func start(t *testing.T, s *server, opts ...grpc.ServerOption) *server {
	t.Helper()
	s.conns = map[net.Conn]bool{}
	listener := listen(t)
	s.address = listener.Addr().String()
	g := grpc.NewServer(opts...)
	qdrant.RegisterQdrantServer(g, s)
	qdrant.RegisterPointsServer(g, s)
	done := make(chan error, 1)
	go func() { done <- g.Serve(watched{listener, s}) }()
	t.Cleanup(func() {
		g.Stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	return s
}

func listen(t *testing.T) net.Listener {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return listener
}

// dial connects; waits are recorded and not waited for.
func dial(t *testing.T, opt remote.Options) (*remote.Conn, *waits) {
	t.Helper()
	w := &waits{}
	if opt.Wait == nil {
		opt.Wait = w.wait
	}
	if opt.Random == nil {
		opt.Random = func() float64 { return 0.5 }
	}
	conn, err := remote.Dial(opt)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := conn.Close(); err != nil {
			t.Error(err)
		}
	})
	return conn, w
}

type waits struct {
	mu  sync.Mutex
	all []time.Duration
}

func (w *waits) wait(ctx context.Context, d time.Duration) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.all = append(w.all, d)
	return ctx.Err()
}

func upsert(ctx context.Context, conn *remote.Conn) error {
	_, err := qdrant.NewPointsClient(conn).Upsert(ctx, &qdrant.UpsertPoints{CollectionName: "c"})
	return err
}

func scroll(ctx context.Context, conn *remote.Conn) error {
	_, err := qdrant.NewPointsClient(conn).Scroll(ctx, &qdrant.ScrollPoints{CollectionName: "c"})
	return err
}
