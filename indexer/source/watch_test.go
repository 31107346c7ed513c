package source_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/naru-rag/naru/indexer/source"
)

// watch starts watching and returns a function that waits for a change.
func watch(t *testing.T, path string, opt source.Options) func(what string) {
	t.Helper()
	f, err := source.NewFolder(path, opt)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	changes, done := make(chan struct{}, 100), make(chan error, 1)
	go func() { done <- f.Watch(ctx, func() { changes <- struct{}{} }) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; !errors.Is(err, context.Canceled) {
			t.Errorf("Watch returned %v", err)
		}
	})
	wait := func(what string) {
		t.Helper()
		select {
		case <-changes:
		case <-time.After(10 * time.Second):
			t.Fatalf("%s: no change was told", what)
		}
	}
	wait("it has begun to listen")
	return wait
}

func write(t *testing.T, path, content string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
}

func TestWatch(t *testing.T) {
	root := tree(t, map[string]string{"a.md": "1", "sub/b.md": "1"})
	changed := watch(t, root, source.Options{Debounce: 50 * time.Millisecond, Rescan: time.Hour})

	write(t, filepath.Join(root, "a.md"), "2")
	changed("a file was written")
	write(t, filepath.Join(root, "new", "deep", "c.md"), "1")
	changed("folders were made")
	time.Sleep(200 * time.Millisecond) // the new folders are being watched now
	write(t, filepath.Join(root, "new", "deep", "d.md"), "1")
	changed("a file was written in a new folder")
	if err := os.Remove(filepath.Join(root, "sub", "b.md")); err != nil {
		t.Fatal(err)
	}
	changed("a file was removed")
}

func TestWatchSingleFile(t *testing.T) {
	root := tree(t, map[string]string{"a.md": "1"})
	changed := watch(t, filepath.Join(root, "a.md"), source.Options{Debounce: 50 * time.Millisecond, Rescan: time.Hour})
	write(t, filepath.Join(root, "a.md.new"), "2")
	if err := os.Rename(filepath.Join(root, "a.md.new"), filepath.Join(root, "a.md")); err != nil {
		t.Fatal(err)
	}
	changed("the file was exchanged")
}

func TestRescanSeesWhatIsNotTold(t *testing.T) {
	// Writing through another name of the file tells nothing in this folder.
	root := tree(t, map[string]string{"a.md": "1"})
	elsewhere := filepath.Join(t.TempDir(), "hard link")
	if err := os.Link(filepath.Join(root, "a.md"), elsewhere); err != nil {
		t.Skipf("needs hard links: %v", err)
	}
	changed := watch(t, root, source.Options{Debounce: 50 * time.Millisecond, Rescan: 100 * time.Millisecond})
	write(t, elsewhere, "longer")
	changed("the file changed elsewhere")
}
