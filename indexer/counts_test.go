package indexer_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/naru-rag/naru/indexer"
	"github.com/naru-rag/naru/indexer/source"
)

// TestRunCountsBySource: what a run did is told apart by source, adds up to the whole,
// and counts once where sources lie in each other.
func TestRunCountsBySource(t *testing.T) {
	l := newLibrary(t)
	l.write("a.md", "The ferry leaves at nine.")
	l.write("inner/b.md", "The tower has ninety steps.")
	l.write("inner/bad.md", strings.Repeat("\x00\x01\xfe", 400))
	other := filepath.Join(t.TempDir(), "other")
	if err := os.Mkdir(other, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(other, "c.md"), []byte("The mill grinds on Friday."), 0o644); err != nil {
		t.Fatal(err)
	}
	var all []source.Source
	for _, path := range []string{l.folder, filepath.Join(l.folder, "inner"), other} {
		folder, err := source.NewFolder(path, source.Options{})
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, folder)
	}
	expect := func(what string, want ...indexer.Counts) {
		t.Helper()
		r, err := l.ix.Run(t.Context(), all, nil)
		if err != nil {
			t.Fatal(err)
		}
		var sum indexer.Counts
		for i, src := range all {
			got := *r.Sources[src.ID()]
			if (got.Failure == nil) != (got.Failed == 0) {
				t.Errorf("%s: %s has %d failures, the first being %v", what, src.ID(), got.Failed, got.Failure)
			}
			sum = indexer.Counts{Added: sum.Added + got.Added, Updated: sum.Updated + got.Updated, Unchanged: sum.Unchanged + got.Unchanged, Deleted: sum.Deleted + got.Deleted, Failed: sum.Failed + got.Failed}
			if got.Failure = nil; got != want[i] {
				t.Errorf("%s: %s has %+v, want %+v", what, src.ID(), got, want[i])
			}
		}
		if whole := (indexer.Counts{Added: r.Added, Updated: r.Updated, Unchanged: r.Unchanged, Deleted: r.Deleted, Failed: len(r.Failed)}); sum != whole {
			t.Errorf("%s: the sources add up to %+v, and the run did %+v", what, sum, whole)
		}
	}
	expect("at first", indexer.Counts{Added: 2, Failed: 1}, indexer.Counts{}, indexer.Counts{Added: 1})
	l.write("a.md", "The ferry leaves at ten.")
	l.remove("inner/b.md")
	if err := os.WriteFile(filepath.Join(other, "c.md"), []byte(strings.Repeat("\x00\x01\xfe", 400)), 0o644); err != nil {
		t.Fatal(err)
	}
	expect("then", indexer.Counts{Updated: 1, Deleted: 1, Failed: 1}, indexer.Counts{}, indexer.Counts{Deleted: 1, Failed: 1})
}
