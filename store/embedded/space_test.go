//go:build unix

package embedded_test

import (
	"io/fs"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/qdrant/go-client/qdrant"
	"google.golang.org/protobuf/proto"

	"github.com/naru-rag/naru/store/embedded"
)

// TestSpaceComesBack deletes a large collection beside a small one, and points of
// another: what they took on the disk is given back without a restart.
func TestSpaceComesBack(t *testing.T) {
	ctx, dir := t.Context(), t.TempDir()
	e, err := embedded.Open(dir, largeOptions())
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	c := newClient(e)
	random := rand.New(rand.NewPCG(1, 9))
	fill := func(name string, points int) {
		if _, err := c.collections.Create(ctx, &qdrant.CreateCollection{CollectionName: name}); err != nil {
			t.Fatal(err)
		}
		for i := range points {
			var text strings.Builder
			for range 8 << 10 {
				text.WriteByte(byte(' ' + random.IntN(90)))
			}
			p := &qdrant.PointStruct{Id: qdrant.NewIDNum(uint64(i)), Payload: qdrant.NewValueMap(map[string]any{"text": text.String()}), Vectors: qdrant.NewVectorsMap(nil)}
			if _, err := c.Upsert(ctx, &qdrant.UpsertPoints{CollectionName: name, Points: []*qdrant.PointStruct{p}}); err != nil {
				t.Fatal(err)
			}
		}
	}
	fill("small", 10)
	fill("deleted", 2000)
	fill("emptied", 2000)
	full := sizeOf(t, dir)
	if _, err := c.collections.Delete(ctx, &qdrant.DeleteCollection{CollectionName: "deleted"}); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Delete(ctx, &qdrant.DeletePoints{CollectionName: "emptied", Wait: proto.Bool(true), Points: qdrant.NewPointsSelectorFilter(&qdrant.Filter{})}); err != nil {
		t.Fatal(err)
	}
	for range 600 {
		if sizeOf(t, dir) < full/4 {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	t.Errorf("%d KiB were taken with everything, and %d KiB with little", full>>10, sizeOf(t, dir)>>10)
}

func sizeOf(t *testing.T, dir string) (size int64) {
	t.Helper()
	err := filepath.WalkDir(dir, func(_ string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return nil // it may go meanwhile
		}
		if info, err := d.Info(); err == nil {
			size += info.Size()
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return size
}
