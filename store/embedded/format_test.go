package embedded_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
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
	worked(t, dir)
	db := openStore(t, dir)
	if err := errors.Join(db.Set([]byte("m"), binary.BigEndian.AppendUint64(nil, 3), pebble.Sync), db.Close()); err != nil {
		t.Fatal(err)
	}
	pairs, segments := pairsOf(t, dir), filesOf(t, filepath.Join(dir, "segments"))
	_, err := embedded.Open(dir, embedded.Options{})
	want := "data folder " + dir + " has format 3 and this program reads up to 2: use the program that wrote it"
	if err == nil || err.Error() != want {
		t.Errorf("opening says %v, want %s", err, want)
	}
	if after := pairsOf(t, dir); !maps.Equal(after, pairs) {
		t.Errorf("the store had %d pairs and has %d, or others", len(pairs), len(after))
	}
	if after := filesOf(t, filepath.Join(dir, "segments")); len(segments) == 0 || !maps.EqualFunc(after, segments, bytes.Equal) {
		t.Errorf("segments were %d and are %d, or others", len(segments), len(after))
	}
}

// openStore opens the store of a data folder without the engine.
func openStore(t *testing.T, dir string) *pebble.DB {
	t.Helper()
	db, err := pebble.Open(filepath.Join(dir, "store"), &pebble.Options{Logger: quiet{}})
	if err != nil {
		t.Fatal(err)
	}
	return db
}

// pairsOf returns everything in the store of a data folder.
func pairsOf(t *testing.T, dir string) map[string]string {
	t.Helper()
	db := openStore(t, dir)
	it, err := db.NewIter(nil)
	if err != nil {
		t.Fatal(err)
	}
	pairs := map[string]string{}
	for ok := it.First(); ok; ok = it.Next() {
		pairs[string(it.Key())] = string(it.Value())
	}
	if err := errors.Join(it.Error(), it.Close(), db.Close()); err != nil {
		t.Fatal(err)
	}
	return pairs
}

// TestLaterStoreIsRefused opens a folder whose store has a later format.
func TestLaterStoreIsRefused(t *testing.T) {
	dir := t.TempDir()
	files := filesOf(t, formatFolder)
	files["store/marker.format-version.000012.099"] = nil
	writeFiles(t, dir, files)
	files = filesOf(t, dir)
	_, err := embedded.Open(dir, embedded.Options{})
	for _, word := range []string{"data folder " + dir + ": ", "format 99 ", fmt.Sprintf("up to %d: ", pebble.FormatNewest), "use the program that wrote it"} {
		if err == nil || !strings.Contains(err.Error(), word) {
			t.Errorf("the error does not say %q: %v", word, err)
		}
	}
	if after := filesOf(t, dir); !maps.EqualFunc(after, files, bytes.Equal) {
		t.Errorf("files %q became %q", slices.Sorted(maps.Keys(files)), slices.Sorted(maps.Keys(after)))
	}
}

// TestFirstFormatIsRefused opens a folder of the first version of Naru, which
// kept everything in one file: it is not taken for an empty one.
func TestFirstFormatIsRefused(t *testing.T) {
	dir := t.TempDir()
	files := map[string][]byte{"naru.db": []byte("bbolt")}
	writeFiles(t, dir, files)
	_, err := embedded.Open(dir, embedded.Options{})
	if err == nil || !strings.Contains(err.Error(), filepath.Join(dir, "naru.db")) || !strings.Contains(err.Error(), "index again") {
		t.Errorf("opening says %v", err)
	}
	if after := filesOf(t, dir); !maps.EqualFunc(after, files, bytes.Equal) {
		t.Errorf("afterwards there are %q", slices.Sorted(maps.Keys(after)))
	}
}
