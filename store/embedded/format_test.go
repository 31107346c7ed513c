package embedded_test

import (
	"encoding/binary"
	"errors"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/cockroachdb/pebble/v2"

	"github.com/naru-rag/naru/store/embedded"
)

// The data folder that the first program of format 2 wrote. It stays as it is:
// whatever is written from now on, it opens.
const formatFolder = "testdata/format2"

// TestFormatOpens opens the folder of an earlier program, finds in it what was
// written, and goes on writing.
func TestFormatOpens(t *testing.T) {
	if os.Getenv("NARU_TEST_WRITE_FORMAT") != "" {
		if err := os.RemoveAll(formatFolder); err != nil {
			t.Fatal(err)
		}
		if err := os.MkdirAll(formatFolder, 0o755); err != nil {
			t.Fatal(err)
		}
		worked(t, formatFolder)
	}
	dir := t.TempDir()
	writeFiles(t, dir, filesOf(t, formatFolder))
	// What the workload leaves follows from its seed alone.
	want := worked(t, t.TempDir())
	e, err := embedded.Open(dir, embedded.Small(nil))
	if err != nil {
		t.Fatal(err)
	}
	w := newWorkload(e.Conn(), 5)
	found, err := w.found(t.Context())
	if err != nil || !maps.Equal(found, want) {
		t.Fatalf("found %v, %v\nwant %v", found, err, want)
	}
	w.state = found
	for range 30 {
		write, after := w.next()
		if err := write(t.Context()); err != nil {
			t.Fatal(err)
		}
		w.state = after
	}
	if err := e.Close(); err != nil {
		t.Fatal(err)
	}
	if e, err = embedded.Open(dir, embedded.Options{}); err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	if found, err := newWorkload(e.Conn(), 0).found(t.Context()); err != nil || !maps.Equal(found, w.state) {
		t.Errorf("after more writes found %v, %v\nwant %v", found, err, w.state)
	}
}

// TestLaterFormatIsRefused opens a folder that a later program has written.
func TestLaterFormatIsRefused(t *testing.T) {
	dir := t.TempDir()
	open(t, dir).engine.Close()
	db, err := pebble.Open(filepath.Join(dir, "store"), &pebble.Options{Logger: pebble.DefaultLogger})
	if err != nil {
		t.Fatal(err)
	}
	err = errors.Join(db.Set([]byte("m"), binary.BigEndian.AppendUint64(nil, 3), pebble.Sync), db.Close())
	if err != nil {
		t.Fatal(err)
	}
	before := filesOf(t, filepath.Join(dir, "segments"))
	_, err = embedded.Open(dir, embedded.Options{})
	if err == nil {
		t.Fatal("it is opened")
	}
	for _, word := range []string{dir, "3", "2"} {
		if !strings.Contains(err.Error(), word) {
			t.Errorf("the error does not say %q: %v", word, err)
		}
	}
	if after := filesOf(t, filepath.Join(dir, "segments")); len(after) != len(before) {
		t.Errorf("segments were %d and are %d", len(before), len(after))
	}
}
