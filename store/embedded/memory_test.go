//go:build linux

package embedded_test

import (
	"bytes"
	"log/slog"
	"math/rand/v2"
	"os"
	"os/exec"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/qdrant/go-client/qdrant"
	"google.golang.org/protobuf/proto"

	"github.com/naru-rag/naru/store/embedded"
)

// TestMemoryIsBounded indexes many times what the engine may keep in memory,
// searches it and opens it again, in a process of its own, and looks at the
// memory that the process has besides mapped files.
func TestMemoryIsBounded(t *testing.T) {
	if info, ok := debug.ReadBuildInfo(); ok && slices.Contains(info.Settings, debug.BuildSetting{Key: "-race", Value: "true"}) {
		t.Skip("the race detector needs memory of its own")
	}
	if os.Getenv(childVariable) == "" {
		cmd := exec.Command(os.Args[0], "-test.run=^"+t.Name()+"$", "-test.count=1", "-test.v")
		cmd.Env = append(os.Environ(), childVariable+"=damage", "GOGC=100", "GOMEMLIMIT=off")
		out, err := cmd.CombinedOutput()
		if err != nil || !bytes.Contains(out, []byte("--- PASS: "+t.Name())) {
			t.Fatalf("%v\n%s", err, out)
		}
		t.Logf("%s", out)
		return
	}
	const (
		memory = 16 << 20
		// What a request needs, what the garbage collector has not collected yet
		// and the process itself. Without a bound it would be twice that and more.
		besides = 64 << 20
		points  = 20_000
		size    = 384
		batch   = 250
	)
	ctx, dir := t.Context(), t.TempDir()
	random := rand.New(rand.NewPCG(1, 5))
	vector := func() *qdrant.Vector {
		v := make([]float32, size)
		for i := range v {
			v[i] = random.Float32() - 0.5
		}
		return qdrant.NewVectorDense(v)
	}
	options := embedded.Options{Memory: memory, Logger: slog.New(slog.DiscardHandler)}
	e, err := embedded.Open(dir, options)
	if err != nil {
		t.Fatal(err)
	}
	c := newClient(e)
	_, err = c.collections.Create(ctx, &qdrant.CreateCollection{
		CollectionName: collection,
		VectorsConfig:  qdrant.NewVectorsConfig(&qdrant.VectorParams{Size: size, Distance: qdrant.Distance_Dot}),
	})
	if err != nil {
		t.Fatal(err)
	}
	before, done := anonymousMemory(t), make(chan struct{})
	highest := make(chan int64)
	go func() {
		peak := int64(0)
		for {
			select {
			case <-done:
				highest <- peak
				return
			case <-time.After(5 * time.Millisecond):
				peak = max(peak, anonymousMemory(t))
			}
		}
	}()
	search := func() {
		r, err := c.Query(ctx, &qdrant.QueryPoints{CollectionName: collection, Query: qdrant.NewQueryNearest(&qdrant.VectorInput{
			Variant: &qdrant.VectorInput_Dense{Dense: vector().GetDense()}}), Limit: proto.Uint64(10), WithPayload: qdrant.NewWithPayload(true)})
		if err != nil || len(r.GetResult()) != 10 {
			t.Errorf("%d points are found, %v", len(r.GetResult()), err)
		}
	}
	for i := 0; i < points; i += batch {
		var some []*qdrant.PointStruct
		for id := i; id < i+batch; id++ {
			some = append(some, &qdrant.PointStruct{
				Id: qdrant.NewIDNum(uint64(id)), Payload: qdrant.NewValueMap(map[string]any{"text": strings.Repeat("x", 500)}),
				Vectors: &qdrant.Vectors{VectorsOptions: &qdrant.Vectors_Vector{Vector: vector()}},
			})
		}
		c.upsert(t, some...)
		if i%(10*batch) == 0 {
			search()
		}
	}
	if err := e.Close(); err != nil {
		t.Fatal(err)
	}
	if e, err = embedded.Open(dir, options); err != nil {
		t.Fatal(err)
	}
	c = newClient(e)
	for range 50 {
		search()
	}
	close(done)
	peak := <-highest
	t.Logf("%d MiB before, %d MiB at most", before>>20, peak>>20)
	if peak > memory+besides {
		t.Errorf("the process had %d MiB, more than %d MiB besides the %d MiB it may keep", peak>>20, besides>>20, memory>>20)
	}
	if err := e.Close(); err != nil {
		t.Fatal(err)
	}
}

// anonymousMemory returns how many bytes of memory of its own the process has,
// the heap of Go and what Pebble takes from elsewhere among it.
func anonymousMemory(t *testing.T) int64 {
	data, err := os.ReadFile("/proc/self/smaps_rollup")
	if err != nil {
		t.Error(err)
		return 0
	}
	for line := range strings.Lines(string(data)) {
		if rest, ok := strings.CutPrefix(line, "Anonymous:"); ok {
			kib, err := strconv.ParseInt(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(rest), "kB")), 10, 64)
			if err != nil {
				t.Error(err)
			}
			return kib << 10
		}
	}
	t.Error("there is no anonymous memory in smaps_rollup")
	return 0
}
