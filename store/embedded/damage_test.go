package embedded_test

import (
	"bytes"
	"context"
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/qdrant/go-client/qdrant"
	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/proto"

	"github.com/naru-rag/naru/store/embedded"
)

// contents is everything in an engine, as bytes that compare.
func contents(t *testing.T, e *embedded.Engine) []byte {
	t.Helper()
	var out bytes.Buffer
	r, err := newClient(e).Scroll(context.Background(), &qdrant.ScrollPoints{
		CollectionName: collection, Limit: proto.Uint32(1000), WithVectors: qdrant.NewWithVectors(true),
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range r.GetResult() {
		b, err := proto.MarshalOptions{Deterministic: true}.Marshal(p)
		if err != nil {
			t.Fatal(err)
		}
		out.Write(b)
	}
	return out.Bytes()
}

// damagedFile is a data file with some points in it.
func damagedFile(t *testing.T) (file, want []byte) {
	t.Helper()
	dir := t.TempDir()
	e, err := embedded.Open(dir, embedded.Options{})
	if err != nil {
		t.Fatal(err)
	}
	c := newClient(e)
	if err := c.create(); err != nil {
		t.Fatal(err)
	}
	for i := range uint64(60) {
		c.upsert(t, point(i, map[string]any{"text": strings.Repeat("naru ", 40)}, []uint32{uint32(i), 99}, []float32{1, 2}))
	}
	want = contents(t, e)
	if err := e.Close(); err != nil {
		t.Fatal(err)
	}
	file, err = os.ReadFile(filepath.Join(dir, "naru.db"))
	if err != nil {
		t.Fatal(err)
	}
	return file, want
}

// openDamaged opens a folder with this file. It fails the test where that
// panics, and where it succeeds with other contents.
func openDamaged(t *testing.T, file, want []byte) error {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "naru.db"), file, 0o600); err != nil {
		t.Fatal(err)
	}
	e, err := embedded.Open(dir, embedded.Options{})
	if err != nil {
		if !strings.Contains(err.Error(), "naru.db") {
			t.Errorf("error does not name the file: %v", err)
		}
		return err
	}
	got := contents(t, e)
	if err := e.Close(); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Error("the damage went unnoticed and the contents are different")
	}
	return nil
}

func TestFlippedBytes(t *testing.T) {
	file, want := damagedFile(t)
	random := rand.New(rand.NewPCG(1, 2))
	noticed := 0
	for range 400 {
		at, bit := random.IntN(len(file)), byte(1)<<random.IntN(8)
		file[at] ^= bit
		if err := openDamaged(t, file, want); err != nil {
			noticed++
			if !errors.Is(err, embedded.ErrCorrupt) {
				t.Errorf("byte %d: error is %v, want ErrCorrupt", at, err)
			}
		}
		file[at] ^= bit
		if t.Failed() {
			t.Fatalf("at byte %d, bit %08b", at, bit)
		}
	}
	if noticed == 0 {
		t.Error("no flip was noticed")
	}
}

func TestTruncatedFile(t *testing.T) {
	file, want := damagedFile(t)
	for _, keep := range []int{1, 100, 4096, 8192, 8193, len(file) / 4, len(file) / 2, len(file) - 4096} {
		if err := openDamaged(t, file[:keep], want); err != nil && !errors.Is(err, embedded.ErrCorrupt) {
			t.Errorf("%d bytes: error is %v, want ErrCorrupt", keep, err)
		} else if err == nil && keep < len(file)/2 {
			t.Errorf("%d of %d bytes open without an error", keep, len(file))
		}
	}
}

func TestNotADataFile(t *testing.T) {
	for _, file := range []string{"x", strings.Repeat("hello ", 5000)} {
		if err := openDamaged(t, []byte(file), nil); !errors.Is(err, embedded.ErrCorrupt) {
			t.Errorf("error is %v, want ErrCorrupt", err)
		}
	}
}

func TestFolderThatCannotBeCreated(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := embedded.Open(filepath.Join(file, "data"), embedded.Options{})
	if err == nil || !strings.Contains(err.Error(), file) || !strings.Contains(err.Error(), "--data") {
		t.Errorf("error is %v", err)
	}
}

func TestClosedEngine(t *testing.T) {
	c := fresh(t)
	for range 2 {
		if err := c.engine.Close(); err != nil {
			t.Fatal(err)
		}
	}
	_, err := c.Count(context.Background(), &qdrant.CountPoints{CollectionName: collection})
	wantCode(t, err, codes.Unavailable)
	_, err = c.Delete(context.Background(), &qdrant.DeletePoints{CollectionName: collection, Points: qdrant.NewPointsSelectorFilter(nil)})
	wantCode(t, err, codes.Unavailable)
}
