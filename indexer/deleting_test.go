package indexer_test

import (
	"context"
	"errors"
	"maps"
	"path/filepath"
	"slices"
	"testing"

	"github.com/naru-rag/naru/indexer"
	"github.com/naru-rag/naru/indexer/source"
	"github.com/naru-rag/naru/rag"
)

// TestDeleting: who asks for it is told of each document before it is deleted, and why, and
// can keep it from that.
func TestDeleting(t *testing.T) {
	l := newLibrary(t)
	told := map[indexer.Why][]string{}
	var refused error
	names := map[string]string{}
	deleting := func(ctx context.Context, documents []string, why indexer.Why) error {
		for _, id := range documents {
			if _, err := l.store.Info(ctx, "t", id); err != nil {
				t.Errorf("told of %s, which is not there: %v", id, err)
			}
			told[why] = append(told[why], names[id])
		}
		return refused
	}
	var err error
	if l.ix, err = indexer.New(l.store, indexer.Options{Access: rag.Access{Tenant: "t"}, Deleting: deleting}); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"a.txt", "b.txt", "c.txt", "d.txt", "e.txt"} {
		l.write(name, "The vault has nine locks: "+name)
	}
	l.run()
	ids := map[string]string{}
	for info, err := range l.store.Documents(t.Context(), "t") {
		if err != nil {
			t.Fatal(err)
		}
		names[info.ID], ids[filepath.Base(info.URI)] = filepath.Base(info.URI), info.ID
	}
	under, err := source.Under(filepath.Join(l.folder, "d.txt"), source.Options{})
	if err != nil {
		t.Fatal(err)
	}

	refused = errors.New("not now")
	l.remove("b.txt")
	l.write("c.txt", "\x7fELF\x02\x01\x01")
	if err := l.ix.Remove(t.Context(), ids["a.txt"]); !errors.Is(err, refused) {
		t.Errorf("removed: %v", err)
	}
	if _, err := l.ix.Run(t.Context(), l.sources(), nil); !errors.Is(err, refused) {
		t.Errorf("run: %v", err)
	}
	if _, err := l.ix.Forget(t.Context(), source.KindFolder, under); !errors.Is(err, refused) {
		t.Errorf("forgotten: %v", err)
	}
	if got := slices.Sorted(maps.Keys(l.texts())); len(got) != 5 {
		t.Errorf("there are %v", got)
	}

	refused = nil
	clear(told)
	if err := l.ix.Remove(t.Context(), ids["a.txt"]); err != nil {
		t.Fatal(err)
	}
	l.run()
	if _, err := l.ix.Forget(t.Context(), source.KindFolder, under); err != nil {
		t.Fatal(err)
	}
	want := map[indexer.Why][]string{indexer.Removed: {"a.txt"}, indexer.Disappeared: {"b.txt"}, indexer.Unreadable: {"c.txt"}, indexer.Forgotten: {"d.txt"}}
	if !maps.EqualFunc(told, want, slices.Equal) {
		t.Errorf("told of %v, want %v", told, want)
	}
}
