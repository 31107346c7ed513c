package embedded_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/naru-rag/naru/store/embedded"
)

// worked makes a folder in which the workload has been and returns what is in it.
func worked(t *testing.T, dir string) map[uint64]content {
	t.Helper()
	ctx := context.Background()
	e, err := embedded.Open(dir, embedded.Small(nil))
	if err != nil {
		t.Fatal(err)
	}
	if err := prepareWorkload(ctx, e.Conn()); err != nil {
		t.Fatal(err)
	}
	w := newWorkload(e.Conn(), 5)
	for range 120 {
		write, after := w.next()
		if err := write(ctx); err != nil {
			t.Fatal(err)
		}
		w.state = after
	}
	if err := e.Close(); err != nil {
		t.Fatal(err)
	}
	return w.state
}

// filesOf returns the files of a folder and their contents.
func filesOf(t *testing.T, dir string) map[string][]byte {
	t.Helper()
	files := map[string][]byte{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		name, err := filepath.Rel(dir, path)
		if err != nil {
			return err
		}
		files[name], err = os.ReadFile(path)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func writeFiles(t *testing.T, dir string, files map[string][]byte) {
	t.Helper()
	for name, data := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// TestDamage flips one bit, cuts a file short or takes one away: what is read
// then is an error that says so, or right.
func TestDamage(t *testing.T) {
	if os.Getenv(childVariable) == "" {
		cmd := exec.Command(os.Args[0], "-test.run=^TestDamage$", "-test.count=1", "-test.v")
		cmd.Env = append(os.Environ(), childVariable+"=damage")
		if out, err := cmd.CombinedOutput(); err != nil || !bytes.Contains(out, []byte("--- PASS: TestDamage")) {
			t.Fatalf("%v\n%s", err, out)
		}
		return
	}
	pristine := t.TempDir()
	want := worked(t, pristine)
	files := filesOf(t, pristine)
	names := slices.Sorted(maps.Keys(files))
	if !slices.ContainsFunc(names, func(n string) bool { return strings.HasSuffix(n, ".segment") }) {
		t.Fatalf("no segments among %q", names)
	}
	random := rand.New(rand.NewPCG(1, 9))
	refused, mended := 0, 0
	for i := range fromEnvironment(t, "NARU_TEST_DAMAGES", 150) {
		name := names[random.IntN(len(names))]
		if len(files[name]) == 0 {
			continue
		}
		damagedFiles := maps.Clone(files)
		what := ""
		switch at := random.IntN(len(files[name])); i % 5 {
		case 0:
			what = fmt.Sprintf("%s is cut to %d bytes", name, at)
			damagedFiles[name] = files[name][:at]
		case 1:
			what = name + " is gone"
			delete(damagedFiles, name)
		default:
			what = fmt.Sprintf("byte %d of %s has a bit flipped", at, name)
			data := slices.Clone(files[name])
			data[at] ^= 1 << random.IntN(8)
			damagedFiles[name] = data
		}
		t.Run(what, func(t *testing.T) {
			dir := t.TempDir()
			writeFiles(t, dir, damagedFiles)
			switch opened := readDamaged(t, dir, want); {
			case !opened:
				refused++
			case strings.HasSuffix(name, ".segment"):
				mended++
			}
		})
	}
	if refused == 0 || mended == 0 {
		t.Errorf("%d damages were refused and %d mended: the test does not reach what it tests", refused, mended)
	}
}

// readDamaged opens a folder and reads it until it is mended. It returns whether
// it could be opened.
func readDamaged(t *testing.T, dir string, want map[uint64]content) (opened bool) {
	e, err := embedded.Open(dir, embedded.Small(nil))
	if err != nil {
		if !errors.Is(err, embedded.ErrCorrupt) && !strings.Contains(err.Error(), dir) {
			t.Errorf("the error names no folder: %v", err)
		}
		return false
	}
	defer func() { _ = e.Close() }() // a damaged store may not close well
	w := newWorkload(e.Conn(), 0)
	for range 100 {
		found, err := w.found(t.Context())
		if err == nil {
			if !maps.Equal(found, want) {
				t.Fatalf("found %v\nwant %v", found, want)
			}
			return true
		}
		if code := status.Code(err); code != codes.DataLoss && code != codes.Internal {
			t.Fatalf("reading says %v", err)
		}
		if strings.Contains(err.Error(), "restore a snapshot") {
			return true // the points themselves are damaged
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatal("it was not mended")
	return true
}
