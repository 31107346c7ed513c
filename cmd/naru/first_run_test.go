package main

import (
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/naru-rag/naru/config"
	"github.com/naru-rag/naru/functions/backend"
	"github.com/naru-rag/naru/indexer/source"
	"github.com/naru-rag/naru/rag"
)

// While the folders are read for the first time, answers say so; then no more.
func TestFirstRunIsVisible(t *testing.T) {
	d, err := openData(t.Context(), configOf(t.TempDir()), backend.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	dir := t.TempDir()
	for _, name := range []string{"a.txt", "b.txt"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("The ferry leaves at nine."), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	from, err := groups(d.config, []string{dir}, source.Options{})
	if err != nil {
		t.Fatal(err)
	}
	first := &firstRun{Searcher: d.store}
	answerer := rag.NewAnswerer(first, rag.Options{})
	degraded := func() []string {
		answer, err := answerer.Answer(t.Context(), rag.Question{Text: "When does the ferry leave?", Asker: backend.Asker(d.config)})
		if err != nil {
			t.Fatal(err)
		}
		return answer.Degraded
	}

	if _, err := first.index(t.Context(), d, from, io.Discard); err != nil {
		t.Fatal(err)
	}
	if got := degraded(); len(got) != 0 {
		t.Errorf("after the first run answers are degraded: %q", got)
	}
	first.say("index: 1 of 2 documents are up to date so far")
	if during := degraded(); len(during) != 1 {
		t.Errorf("during the first run answers are degraded by %q, want one reason", during)
	}
}

// configOf is the default configuration with another data folder.
func configOf(dir string) *config.Config {
	c := config.Default()
	c.Data = dir
	return c
}
