package main

import (
	"math/rand/v2"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/qdrant/go-client/qdrant"
	"google.golang.org/protobuf/proto"

	"github.com/naru-rag/naru/store/embedded"
)

// TestKillWhileEmbedding kills indexing while vectors are being made, each time
// after the folder has changed. At the end every passage has one vector, that which
// a fresh index has for it.
func TestKillWhileEmbedding(t *testing.T) {
	if testing.Short() {
		t.Skip("starts and kills dozens of processes")
	}
	t.Setenv(embedderVariable, "bundled")
	const seed = 3
	random := rand.New(rand.NewPCG(seed, 0))
	corpus := newCorpus(t, 25)
	data := filepath.Join(t.TempDir(), "data")
	began := time.Now()
	indexedBy(t, "naru", filepath.Join(t.TempDir(), "first"), corpus.dir)
	window := time.Since(began)

	cycles, completed, midway := 2*crashCycles(t), 0, 0
	for killed := 0; killed < cycles; {
		if random.IntN(3) == 0 {
			corpus.change(t, random)
		}
		if killedAfter(t, time.Duration(random.Int64N(int64(window))), "naru", data, corpus.dir) {
			if completed++; completed > 10*cycles {
				t.Fatalf("%d runs ended before they could be killed", completed)
			}
			corpus.change(t, random) // there is something to do again
			continue
		}
		killed++
		if all, without := vectorsOf(t, data); without > 0 && without < len(all) {
			midway++
		}
	}
	t.Logf("%d kills, of which %d left some passages with and some without vectors; %d runs were quicker", cycles, midway, completed)
	if midway == 0 {
		t.Error("no kill struck while vectors were being made")
	}

	indexedBy(t, "naru", data, corpus.dir)
	clean := filepath.Join(t.TempDir(), "clean")
	fresh := indexedBy(t, "naru", clean, corpus.dir)
	sameContents(t, data, clean)
	sameVectors(t, data, clean)
	if fresh.Embedded.Passages != fresh.Passages {
		t.Errorf("a fresh index has %d passages, and embeds %d", fresh.Passages, fresh.Embedded.Passages)
	}
	if again := indexedBy(t, "naru", data, corpus.dir); again.Embedded.Passages != 0 {
		t.Errorf("one more run embeds %d passages", again.Embedded.Passages)
	}
}

// sameVectors expects that every passage has the vector that it has in another
// data folder.
func sameVectors(t *testing.T, dir, other string) {
	t.Helper()
	got, lacking := vectorsOf(t, dir)
	want, _ := vectorsOf(t, other)
	if lacking > 0 || len(got) != len(want) {
		t.Errorf("there are %d passages, %d without a vector; there should be %d with one", len(got), lacking, len(want))
	}
	for id, v := range want {
		if !slices.Equal(got[id], v) {
			t.Errorf("passage %s does not have its vector", id)
		}
	}
}

// vectorsOf returns the vectors of the passages in a data folder by their ids, nil
// for those that have none, and how many these are.
func vectorsOf(t *testing.T, dir string) (all map[string][]float32, without int) {
	t.Helper()
	engine, err := embedded.Open(dir, embedded.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := engine.Close(); err != nil {
			t.Error(err)
		}
	}()
	points := qdrant.NewPointsClient(engine.Conn())
	all = map[string][]float32{}
	exists, err := qdrant.NewCollectionsClient(engine.Conn()).CollectionExists(t.Context(), &qdrant.CollectionExistsRequest{CollectionName: "naru"})
	if err != nil {
		t.Fatal(err)
	}
	if !exists.GetResult().GetExists() {
		return all, 0
	}
	for from := (*qdrant.PointId)(nil); ; {
		page, err := points.Scroll(t.Context(), &qdrant.ScrollPoints{
			CollectionName: "naru", Offset: from, Limit: proto.Uint32(1000), WithVectors: qdrant.NewWithVectors(true),
			Filter: &qdrant.Filter{MustNot: []*qdrant.Condition{qdrant.NewMatchBool("empty", true)}},
		})
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range page.GetResult() {
			id := p.GetId().GetUuid()
			if _, twice := all[id]; twice {
				t.Fatalf("passage %s is there twice", id)
			}
			if all[id] = p.GetVectors().GetVectors().GetVectors()["meaning"].GetDense().GetData(); all[id] == nil {
				without++
			}
		}
		if from = page.GetNextPageOffset(); from == nil {
			return all, without
		}
	}
}
