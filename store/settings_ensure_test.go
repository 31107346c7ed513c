package store_test

import (
	"context"
	"testing"

	"github.com/naru-rag/naru/store"
	"github.com/naru-rag/naru/store/embedded"
)

// TestEnsuredCollectionDoesNotDrift: what Ensure creates is what Drift wants.
func TestEnsuredCollectionDoesNotDrift(t *testing.T) {
	engine, err := embedded.Open(t.TempDir(), embedded.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer engine.Close()
	ctx := context.Background()
	s := store.New(engine.Conn(), store.Options{})
	if _, err := s.Drift(ctx, store.Settings{}); err == nil {
		t.Error("there is no collection yet, and no error")
	}
	if err := s.Ensure(ctx); err != nil {
		t.Fatal(err)
	}
	found, err := s.Drift(ctx, store.Settings{})
	if err != nil || len(found) > 0 {
		t.Errorf("drift is %v, %v", found, err)
	}
}
