package embedded_test

import (
	"context"
	"net"
	"testing"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/test/bufconn"

	"github.com/naru-rag/naru/store/storetest"
)

func TestContract(t *testing.T) {
	storetest.Run(t, func(t *testing.T) grpc.ClientConnInterface { return open(t, t.TempDir()).conn })
}

// TestContractOverGRPC runs the contract over a wire: what a Qdrant client sees.
func TestContractOverGRPC(t *testing.T) {
	storetest.Run(t, func(t *testing.T) grpc.ClientConnInterface { return serve(t, open(t, t.TempDir())) })
}

// serve registers an engine with a gRPC server and connects to it.
func serve(t *testing.T, c *client) *grpc.ClientConn {
	t.Helper()
	listener := bufconn.Listen(1 << 20)
	server := grpc.NewServer()
	c.engine.Register(server)
	done := make(chan error, 1)
	go func() { done <- server.Serve(listener) }()
	conn, err := grpc.NewClient("passthrough:///bufconn",
		grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithContextDialer(func(ctx context.Context, _ string) (net.Conn, error) { return listener.DialContext(ctx) }))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := conn.Close(); err != nil {
			t.Error(err)
		}
		server.Stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	return conn
}
