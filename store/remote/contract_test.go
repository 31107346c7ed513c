package remote_test

import (
	"testing"

	"google.golang.org/grpc"

	"github.com/naru-rag/naru/store/embedded"
	"github.com/naru-rag/naru/store/remote"
	"github.com/naru-rag/naru/store/storetest"
)

// TestContract runs the store's contract over this connection.
func TestContract(t *testing.T) {
	storetest.Run(t, func(t *testing.T) grpc.ClientConnInterface {
		engine, err := embedded.Open(t.TempDir(), embedded.Options{})
		if err != nil {
			t.Fatal(err)
		}
		listener := listen(t)
		g := grpc.NewServer()
		engine.Register(g)
		done := make(chan error, 1)
		go func() { done <- g.Serve(listener) }()
		t.Cleanup(func() {
			g.Stop()
			if err := <-done; err != nil {
				t.Error(err)
			}
			if err := engine.Close(); err != nil {
				t.Error(err)
			}
		})
		conn, _ := dial(t, remote.Options{URL: listener.Addr().String()})
		return conn
	})
}
