//go:build unix

package embedded_test

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/qdrant/go-client/qdrant"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	"github.com/naru-rag/naru/store/embedded"
)

// What follows damages a segment of many blocks, each of which is checked when
// something in it is first used. Its values are small whole numbers, so that
// every score is exact and what must be found can be computed here.
const (
	largePoints = 1500
	largeSize   = 384
	largeGroups = 5
)

// largeModel is what is in the collection.
type largeModel struct {
	vectors [][]float32
	terms   [][]uint32 // weight of term t in point i is 1 + (i+t)%7
}

func weightOf(i int, term uint32) float32 { return float32(1 + (i+int(term))%7) }

func newLargeModel() *largeModel {
	random := rand.New(rand.NewPCG(3, 8))
	m := &largeModel{}
	for range largePoints {
		m.vectors = append(m.vectors, wholeNumbers(random))
		terms := map[uint32]bool{}
		for range 6 {
			terms[uint32(random.IntN(40))] = true
		}
		m.terms = append(m.terms, slices.Sorted(maps.Keys(terms)))
	}
	return m
}

func wholeNumbers(random *rand.Rand) []float32 {
	v := make([]float32, largeSize)
	for i := range v {
		v[i] = float32(random.IntN(17) - 8)
	}
	return v
}

func groupOf(i int) string { return fmt.Sprint("group ", i%largeGroups) }

// largeOptions flush after two megabytes.
func largeOptions() embedded.Options {
	return embedded.Options{Memory: 16 << 20, Logger: slog.New(slog.DiscardHandler)}
}

// make writes the collection to a new folder.
func (m *largeModel) make(t *testing.T, dir string) {
	t.Helper()
	ctx := t.Context()
	e, err := embedded.Open(dir, largeOptions())
	if err != nil {
		t.Fatal(err)
	}
	c := newClient(e)
	_, err = c.collections.Create(ctx, &qdrant.CreateCollection{
		CollectionName:      collection,
		VectorsConfig:       qdrant.NewVectorsConfigMap(map[string]*qdrant.VectorParams{"d": {Size: largeSize, Distance: qdrant.Distance_Dot}}),
		SparseVectorsConfig: qdrant.NewSparseVectorsConfig(map[string]*qdrant.SparseVectorParams{"v": {}}),
	})
	if err != nil {
		t.Fatal(err)
	}
	c.index(t, "group", qdrant.FieldType_FieldTypeKeyword)
	var points []*qdrant.PointStruct
	for i, v := range m.vectors {
		var weights []float32
		for _, term := range m.terms[i] {
			weights = append(weights, weightOf(i, term))
		}
		points = append(points, &qdrant.PointStruct{
			Id: qdrant.NewIDNum(uint64(i)), Payload: qdrant.NewValueMap(map[string]any{"group": groupOf(i)}),
			Vectors: qdrant.NewVectorsMap(map[string]*qdrant.Vector{
				"d": qdrant.NewVectorDense(v), "v": qdrant.NewVectorSparse(m.terms[i], weights)}),
		})
	}
	c.upsert(t, points...)
	if err := e.Close(); err != nil {
		t.Fatal(err)
	}
}

// best returns the ten best of the points that have a score, as answers show them.
func best(score func(i int) (float32, bool)) string {
	type hit struct {
		id    int
		score float32
	}
	var hits []hit
	for i := range largePoints {
		if s, ok := score(i); ok {
			hits = append(hits, hit{i, s})
		}
	}
	slices.SortFunc(hits, func(a, b hit) int { return cmp.Or(cmp.Compare(b.score, a.score), cmp.Compare(a.id, b.id)) })
	out := ""
	for _, h := range hits[:10] {
		out += fmt.Sprintf("%d:%v ", h.id, h.score)
	}
	return out
}

// check asks questions that read all kinds of sections. An answer is right, or
// an error that says that something is damaged; such errors are counted.
func (m *largeModel) check(t *testing.T, c *client, random *rand.Rand) (refused int) {
	t.Helper()
	ctx := t.Context()
	settle := func(what, got, want string, err error) {
		t.Helper()
		switch code := status.Code(err); {
		case err == nil && got != want:
			t.Errorf("%s: got %s\nwant %s", what, got, want)
		case code == codes.DataLoss || code == codes.Internal:
			refused++
		case err != nil:
			t.Errorf("%s: %v", what, err)
		}
	}
	query := func(using string, q *qdrant.Query, f *qdrant.Filter) (string, error) {
		r, err := c.Query(ctx, &qdrant.QueryPoints{CollectionName: collection, Query: q, Using: &using, Filter: f, Limit: proto.Uint64(10)})
		out := ""
		for _, p := range r.GetResult() {
			out += fmt.Sprintf("%d:%v ", p.GetId().GetNum(), p.GetScore())
		}
		return out, err
	}
	group := random.IntN(largeGroups)
	inGroup := must(qdrant.NewMatchKeyword("group", groupOf(group)))

	n, err := c.Count(ctx, &qdrant.CountPoints{CollectionName: collection, Filter: inGroup})
	settle("count", fmt.Sprint(n.GetResult().GetCount()), fmt.Sprint(largePoints/largeGroups), err)

	page, err := c.Scroll(ctx, &qdrant.ScrollPoints{CollectionName: collection, Filter: inGroup, Limit: proto.Uint32(largePoints)})
	scrolled, want := "", ""
	for _, p := range page.GetResult() {
		scrolled += fmt.Sprint(p.GetId().GetNum(), p.GetPayload()["group"].GetStringValue(), " ")
	}
	for i := group; i < largePoints; i += largeGroups {
		want += fmt.Sprint(i, groupOf(i), " ")
	}
	settle("scroll", scrolled, want, err)

	wanted := wholeNumbers(random)
	dot := func(i int) (float32, bool) {
		sum := float32(0)
		for k, x := range m.vectors[i] {
			sum += x * wanted[k]
		}
		return sum, true
	}
	got, err := query("d", qdrant.NewQueryDense(wanted), nil)
	settle("dense", got, best(dot), err)
	got, err = query("d", qdrant.NewQueryDense(wanted), inGroup)
	settle("dense in a group", got, best(func(i int) (float32, bool) {
		s, _ := dot(i)
		return s, i%largeGroups == group
	}), err)

	terms := []uint32{uint32(random.IntN(20)), uint32(20 + random.IntN(20))}
	got, err = query("v", qdrant.NewQuerySparse(terms, []float32{1, 2}), nil)
	settle("sparse", got, best(func(i int) (sum float32, ok bool) {
		for k, term := range terms {
			if slices.Contains(m.terms[i], term) {
				sum, ok = sum+float32(k+1)*weightOf(i, term), true
			}
		}
		return sum, ok
	}), err)
	return refused
}

// mended asks until there is no error any more, and returns how many there were.
func (m *largeModel) mended(t *testing.T, c *client, random *rand.Rand) (refused int) {
	t.Helper()
	for range 1000 {
		n := m.check(t, c, random)
		if refused += n; n == 0 || t.Failed() {
			return refused
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatal("it was not mended")
	return 0
}

// newestSegment returns the last segment of a folder that is large, and its size.
func newestSegment(t *testing.T, dir string) (path string, size int64) {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(dir, "segments", "*.segment"))
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range slices.Backward(paths) {
		if info, err := os.Stat(p); err == nil && info.Size() > 1<<20 {
			return p, info.Size()
		}
	}
	t.Fatalf("no segment is large among %q", paths)
	return "", 0
}

// flip changes one bit of a file, in place.
func flip(t *testing.T, path string, at int64, bit int) {
	t.Helper()
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	b := make([]byte, 1)
	if _, err := f.ReadAt(b, at); err != nil {
		t.Fatal(err)
	}
	b[0] ^= 1 << bit
	if _, err := f.WriteAt(b, at); err != nil {
		t.Fatal(err)
	}
}

// TestDamageIsMendedOnce opens a folder with a damaged segment twice: the second
// time nothing is damaged any more.
func TestDamageIsMendedOnce(t *testing.T) {
	dir := t.TempDir()
	newLargeModel().make(t, dir)
	path, _ := newestSegment(t, dir)
	flip(t, path, 100, 0)
	for _, damaged := range []bool{true, false} {
		var log bytes.Buffer
		options := largeOptions()
		options.Logger = slog.New(slog.NewTextHandler(&log, nil))
		e, err := embedded.Open(dir, options)
		if err != nil {
			t.Fatal(err)
		}
		if err := e.Close(); err != nil {
			t.Fatal(err)
		}
		if strings.Contains(log.String(), "damaged") != damaged {
			t.Errorf("with damage %v the log says %s", damaged, log.String())
		}
	}
}

// TestDamageOfBlocks flips one bit in one block after another, and cuts the file
// short, while the segment is closed and while it is mapped and nothing has been
// read from it yet.
func TestDamageOfBlocks(t *testing.T) {
	const block = 64 << 10
	for _, mapped := range []bool{false, true} {
		t.Run(map[bool]string{false: "closed", true: "mapped"}[mapped], func(t *testing.T) {
			model, dir := newLargeModel(), t.TempDir()
			model.make(t, dir)
			random := rand.New(rand.NewPCG(4, 8))
			all, refused := fromEnvironment(t, "NARU_TEST_BLOCKS", 12), 0
			for i := range all {
				path, size := newestSegment(t, dir)
				at := size*int64(i)/int64(all) + int64(random.IntN(block))
				if at = min(at, size-1); mapped {
					at = max(at, block) // the keys, in the first block, are read when it is opened
				}
				damage := func() { flip(t, path, at, random.IntN(8)) }
				what := fmt.Sprintf("byte %d of %d", at, size)
				if i%6 == 5 {
					what = fmt.Sprintf("cut to %d of %d", at, size)
					damage = func() {
						if err := os.Truncate(path, at); err != nil {
							t.Fatal(err)
						}
					}
				}
				if !mapped {
					damage()
				}
				e, err := embedded.Open(dir, largeOptions())
				if err != nil {
					t.Fatalf("%s: %v", what, err)
				}
				if mapped {
					damage()
				}
				c := newClient(e)
				refused += model.mended(t, c, random)
				// A write needs the keys, and a merge the rest.
				for tries := 0; ; tries++ {
					_, err := c.SetPayload(context.Background(), &qdrant.SetPayloadPoints{CollectionName: collection, Wait: proto.Bool(true),
						Payload: qdrant.NewValueMap(map[string]any{"group": groupOf(i)}), PointsSelector: selectIDs([]uint64{uint64(i)})})
					if err == nil {
						break
					}
					if status.Code(err) != codes.DataLoss || tries > 1000 {
						t.Fatalf("%s: a write says %v", what, err)
					}
					time.Sleep(10 * time.Millisecond)
				}
				model.mended(t, c, random)
				if err := e.Close(); err != nil {
					t.Fatalf("%s: %v", what, err)
				}
				if t.Failed() {
					t.Fatal(what)
				}
			}
			t.Logf("%d answers were refused", refused)
			if mapped && refused == 0 {
				t.Error("no answer was refused: the test does not reach what it tests")
			}
		})
	}
}
