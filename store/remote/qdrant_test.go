package remote_test

import (
	"context"
	"os"
	"strings"
	"testing"

	"github.com/qdrant/go-client/qdrant"
	"google.golang.org/grpc"

	"github.com/naru-rag/naru/store/remote"
	"github.com/naru-rag/naru/store/storetest"
)

// TestContractOnQdrant runs the contract on the server that NARU_TEST_QDRANT
// names (host:port), with the key in NARU_TEST_QDRANT_KEY if there is one. It
// deletes the collections there whose names begin with "storetest".
func TestContractOnQdrant(t *testing.T) {
	address := os.Getenv("NARU_TEST_QDRANT")
	if address == "" {
		t.Skip("NARU_TEST_QDRANT names no server")
	}
	storetest.Run(t, func(t *testing.T) grpc.ClientConnInterface {
		conn, err := remote.Dial(remote.Options{URL: address, APIKey: os.Getenv("NARU_TEST_QDRANT_KEY")})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			if err := conn.Close(); err != nil {
				t.Error(err)
			}
		})
		ctx := context.Background()
		if _, err := conn.Check(ctx); err != nil {
			t.Fatal(err)
		}
		collections := qdrant.NewCollectionsClient(conn)
		all, err := collections.List(ctx, &qdrant.ListCollectionsRequest{})
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range all.GetCollections() {
			if !strings.HasPrefix(c.GetName(), "storetest") {
				continue
			}
			if _, err := collections.Delete(ctx, &qdrant.DeleteCollection{CollectionName: c.GetName()}); err != nil {
				t.Fatal(err)
			}
		}
		return conn
	})
}
