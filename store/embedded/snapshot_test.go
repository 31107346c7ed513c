package embedded_test

import (
	"archive/tar"
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"io/fs"
	"log/slog"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/qdrant/go-client/qdrant"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	"github.com/naru-rag/naru/store/embedded"
)

// snapshotOf makes a snapshot of a collection, or of everything where name is
// empty, and returns its file.
func snapshotOf(t testing.TB, c *client, dir, name string) string {
	t.Helper()
	snapshots := qdrant.NewSnapshotsClient(c.conn)
	var made *qdrant.CreateSnapshotResponse
	var err error
	if name == "" {
		made, err = snapshots.CreateFull(t.Context(), &qdrant.CreateFullSnapshotRequest{})
	} else {
		made, err = snapshots.Create(t.Context(), &qdrant.CreateSnapshotRequest{CollectionName: name})
	}
	if err != nil {
		t.Fatal(err)
	}
	return filepath.Join(dir, "snapshots", name, made.GetSnapshotDescription().GetName())
}

// shown is everything that is to be seen of a collection, its own name left out.
func shown(t testing.TB, c *client, name string) string {
	t.Helper()
	ctx := t.Context()
	var b strings.Builder
	add := func(m proto.Message, err error) {
		if err != nil {
			t.Fatal(err)
		}
		if took := m.ProtoReflect().Descriptor().Fields().ByName("time"); took != nil {
			m.ProtoReflect().Clear(took)
		}
		encoded, err := proto.MarshalOptions{Deterministic: true}.Marshal(m)
		if err != nil {
			t.Fatal(err)
		}
		b.Write(encoded)
	}
	info, err := c.collections.Get(ctx, &qdrant.GetCollectionInfoRequest{CollectionName: name})
	info.GetResult().SegmentsCount, info.GetResult().IndexedVectorsCount = 0, nil
	add(info, err)
	points, err := c.Scroll(ctx, &qdrant.ScrollPoints{CollectionName: name, Limit: proto.Uint32(1000), WithVectors: qdrant.NewWithVectors(true)})
	add(points, err)
	ordered, err := c.Scroll(ctx, &qdrant.ScrollPoints{CollectionName: name, OrderBy: &qdrant.OrderBy{Key: "n", Direction: qdrant.Direction_Desc.Enum()}})
	add(ordered, err)
	for _, q := range []*qdrant.QueryPoints{sparseQuery([]uint32{1, 3, 4}, 1, 2, 3), denseQuery(1, 2, 3), fused(qdrant.NewQueryFusion(qdrant.Fusion_DBSF))} {
		q.CollectionName, q.Filter = name, must(qdrant.NewMatchKeywords("k", "1", "2", "3"))
		r, err := c.Query(ctx, q)
		add(r, err)
	}
	return b.String()
}

// TestSnapshotIsEqual: a snapshot restored under another name, in another engine,
// and opened again, shows what the collection showed.
func TestSnapshotIsEqual(t *testing.T) {
	dir := t.TempDir()
	c := open(t, dir)
	c.fill(t)
	_, err := c.collections.Update(t.Context(), &qdrant.UpdateCollection{CollectionName: collection, Metadata: map[string]*qdrant.Value{"m": qdrant.NewValueString("x")}})
	if err != nil {
		t.Fatal(err)
	}
	c.upsert(t, &qdrant.PointStruct{Id: qdrant.NewID(aUUID)}) // with nothing at all
	want, everything := shown(t, c, collection), stateOf(t, c)
	one, all := snapshotOf(t, c, dir, collection), snapshotOf(t, c, dir, "")
	restore := func(to *client, path, name string) {
		t.Helper()
		if _, err := to.engine.Restore(t.Context(), path, name, false); err != nil {
			t.Fatal(err)
		}
	}
	same := func(where string, to *client, name string) {
		t.Helper()
		if shown(t, to, name) != want {
			t.Errorf("%s is not what it was", where)
		}
	}
	restore(c, one, "copy")
	same("restored under another name", c, "copy")
	same("what it was made of", c, collection)

	elsewhere := t.TempDir()
	e, err := embedded.Open(elsewhere, embedded.Options{})
	if err != nil {
		t.Fatal(err)
	}
	restore(newClient(e), one, "")
	same("restored elsewhere", newClient(e), collection)
	if err := e.Close(); err != nil {
		t.Fatal(err)
	}
	again := open(t, elsewhere)
	same("opened again", again, collection)
	restore(again, snapshotOf(t, again, elsewhere, collection), "copy of a copy")
	same("restored from a snapshot of it", again, "copy of a copy")

	other := open(t, t.TempDir())
	restore(other, all, "")
	if stateOf(t, other) != everything {
		t.Error("the snapshot of everything is not what it was")
	}
	same("asked for by its alias", other, "alias")
	// What is restored can be written to, and leaves what it was made of alone.
	if _, err := c.Delete(t.Context(), &qdrant.DeletePoints{CollectionName: "copy", Points: qdrant.NewPointsSelectorFilter(&qdrant.Filter{})}); err != nil {
		t.Fatal(err)
	}
	same("what a copy was deleted from", c, collection)
}

// TestSnapshotOfLongNames: a collection may have a name as long as a file may.
func TestSnapshotOfLongNames(t *testing.T) {
	dir := t.TempDir()
	c := open(t, dir)
	for _, name := range []string{strings.Repeat("a", 255), strings.Repeat("é", 127)} {
		if _, err := c.collections.Create(t.Context(), &qdrant.CreateCollection{CollectionName: name}); err != nil {
			t.Fatal(err)
		}
		path := snapshotOf(t, c, dir, name)
		if _, err := c.engine.Restore(t.Context(), path, "", true); err != nil {
			t.Error(err)
		}
		snapshots := qdrant.NewSnapshotsClient(c.conn)
		if _, err := snapshots.Delete(t.Context(), &qdrant.DeleteSnapshotRequest{CollectionName: name, SnapshotName: filepath.Base(path)}); err != nil {
			t.Error(err)
		}
		if left, err := os.ReadDir(filepath.Dir(path)); err != nil || len(left) > 0 {
			t.Errorf("left are %v, %v", left, err)
		}
	}
}

// TestUnfinishedSnapshotsAreRemoved leaves what a process leaves that is killed
// while it makes a snapshot, in a folder whose name looks like a pattern.
func TestUnfinishedSnapshotsAreRemoved(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "a[1]*")
	e, err := embedded.Open(dir, embedded.Options{})
	if err != nil {
		t.Fatal(err)
	}
	c := newClient(e)
	if err := c.create(); err != nil {
		t.Fatal(err)
	}
	snapshotOf(t, c, dir, collection)
	snapshotOf(t, c, dir, "")
	if err := e.Close(); err != nil {
		t.Fatal(err)
	}
	snapshots := filepath.Join(dir, "snapshots")
	want := filesOf(t, snapshots)
	writeFiles(t, snapshots, map[string][]byte{"writing-1": nil, "c/writing-2": nil, "full-snapshot-1.snapshot.sha256": nil, "c/c-1.snapshot.sha256": nil})
	open(t, dir)
	if got := filesOf(t, snapshots); len(got) != len(want) || len(want) != 4 {
		t.Errorf("left are %v, want %v", slices.Sorted(maps.Keys(got)), slices.Sorted(maps.Keys(want)))
	}
}

// frame is a part of a snapshot.
type frame struct {
	kind byte
	data []byte
}

const snapshotMagic = "NARUSNP1"

// framesOf takes a snapshot apart.
func framesOf(t testing.TB, data []byte) (frames []frame) {
	t.Helper()
	rest := bytes.NewReader(data[len(snapshotMagic):])
	for {
		kind, err := rest.ReadByte()
		if err == io.EOF {
			return frames
		}
		n, err := binary.ReadUvarint(rest)
		if err != nil {
			t.Fatal(err)
		}
		f := frame{kind, make([]byte, n)}
		if _, err := io.ReadFull(rest, f.data); err != nil {
			t.Fatal(err)
		}
		if _, err := rest.Seek(4, io.SeekCurrent); err != nil {
			t.Fatal(err)
		}
		frames = append(frames, f)
	}
}

// fileOf puts a snapshot together, with checksums that are right.
func fileOf(frames ...frame) []byte {
	out := []byte(snapshotMagic)
	for _, f := range frames {
		out = binary.AppendUvarint(append(out, f.kind), uint64(len(f.data)))
		out = append(out, f.data...)
		sum := crc32.Checksum(append([]byte{f.kind}, f.data...), crc32.MakeTable(crc32.Castagnoli))
		out = binary.BigEndian.AppendUint32(out, sum)
	}
	return out
}

// ended puts the frame that counts the others after them.
func ended(frames ...frame) []byte {
	return fileOf(append(slices.Clone(frames), frame{'E', binary.BigEndian.AppendUint64(nil, uint64(len(frames)))})...)
}

// tarOf is an archive of another kind, whose names lead elsewhere.
func tarOf(t *testing.T) []byte {
	var out bytes.Buffer
	w := tar.NewWriter(&out)
	for _, h := range []*tar.Header{
		{Name: "../evil", Size: 4, Mode: 0o600}, {Name: "/tmp/evil", Size: 4, Mode: 0o600},
		{Name: "link", Typeflag: tar.TypeSymlink, Linkname: "/etc/passwd"},
	} {
		if err := w.WriteHeader(h); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write(make([]byte, h.Size)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// notSnapshots are files that are none, by what is wrong with them.
func notSnapshots(t *testing.T, whole []byte) map[string][]byte {
	files := map[string][]byte{
		"empty": {}, "text": []byte("This is not a snapshot, but a text file.\n"), "magic only": []byte(snapshotMagic), "zeros": make([]byte, 1000),
		"of a later format": append([]byte("NARUSNP2"), whole[8:]...), "with something after its end": append(slices.Clone(whole), 0), "twice": append(slices.Clone(whole), whole...),
		"tar": tarOf(t),
	}
	random := rand.New(rand.NewPCG(1, 4))
	for range 60 {
		at := random.IntN(len(whole))
		files[fmt.Sprintf("cut to %d bytes", at)] = whole[:at]
	}
	files["without its last byte"] = whole[:len(whole)-1]
	for range 120 {
		at, bit := random.IntN(len(whole)), random.IntN(8)
		data := slices.Clone(whole)
		data[at] ^= 1 << bit
		files[fmt.Sprintf("bit %d of byte %d flipped", bit, at)] = data
	}
	for _, size := range []uint64{1 << 20, 256 << 20, 1 << 30, 1<<63 - 1, 1<<64 - 1} {
		files[fmt.Sprintf("a frame of %d bytes", size)] = append(binary.AppendUvarint([]byte(snapshotMagic+"C"), size), "work"...)
	}
	frames := framesOf(t, whole)
	frames = frames[:len(frames)-1]
	const firstPoint = 2
	if frames[0].kind != 'C' || frames[1].kind != 'R' || frames[firstPoint].kind != 'P' || frames[firstPoint+1].kind != 'P' {
		t.Fatalf("the snapshot begins %v", frames[:4])
	}
	for what, change := range map[string]func([]frame) []frame{
		"no collection":      func(f []frame) []frame { return f[1:] },
		"no record":          func(f []frame) []frame { return slices.Delete(f, 1, 2) },
		"record only":        func(f []frame) []frame { return f[1:2] },
		"two records":        func(f []frame) []frame { return slices.Insert(f, 1, f[1]) },
		"collection twice":   func(f []frame) []frame { return append(f, f...) },
		"collection alone":   func(f []frame) []frame { return f[:1] },
		"collection of ../x": func(f []frame) []frame { f[0].data = []byte("../x"); return f },
		"unknown frame":      func(f []frame) []frame { return append(f, frame{'X', nil}) },
		"point twice":        func(f []frame) []frame { return slices.Insert(f, firstPoint, f[firstPoint]) },
		"points disordered":  func(f []frame) []frame { f[firstPoint], f[firstPoint+1] = f[firstPoint+1], f[firstPoint]; return f },
		"point cut short":    func(f []frame) []frame { f[firstPoint].data = f[firstPoint].data[:20]; return f },
		"key of another":     func(f []frame) []frame { f[firstPoint].data[8]++; return f },
		"point of no proto":  func(f []frame) []frame { f[firstPoint].data = append(f[firstPoint].data[:25], 0xff); return f },
		"record of no proto": func(f []frame) []frame { f[1].data = append(f[1].data[:8], 1, 0xff); return f },
		"alias malformed":    func(f []frame) []frame { return append(f, frame{'A', []byte("a")}) },
		"alias of a/b":       func(f []frame) []frame { return append(f, frame{'A', []byte("a/b\x00work")}) },
		"vector too long": func(f []frame) []frame {
			return withPoint(f, qdrant.NewVectorsMap(map[string]*qdrant.Vector{"dense": qdrant.NewVector(1, 2, 3)}))
		},
		"vector unknown": func(f []frame) []frame {
			return withPoint(f, qdrant.NewVectorsMap(map[string]*qdrant.Vector{"nope": qdrant.NewVector(1)}))
		},
		"vector NaN": func(f []frame) []frame {
			return withPoint(f, qdrant.NewVectorsMap(map[string]*qdrant.Vector{"dense": qdrant.NewVector(1, nan)}))
		},
		"dimension 0":    func(f []frame) []frame { return withSize(f, 0) },
		"dimension 2^60": func(f []frame) []frame { return withSize(f, 1<<60) },
	} {
		copied := make([]frame, len(frames))
		for i, f := range frames {
			copied[i] = frame{f.kind, slices.Clone(f.data)}
		}
		files[what] = ended(change(copied)...)
	}
	files["no end"] = fileOf(frames...)
	files["the end of another"] = fileOf(append(frames, frame{'E', make([]byte, 8)})...)
	return files
}

// withPoint exchanges the first point.
func withPoint(frames []frame, v *qdrant.Vectors) []frame {
	const keySize = 17
	key := frames[2].data[:keySize]
	encoded, err := proto.Marshal(&qdrant.PointStruct{Id: qdrant.NewIDNum(binary.BigEndian.Uint64(key[1:])), Vectors: v})
	if err != nil {
		panic(err)
	}
	frames[2].data = slices.Concat(key, make([]byte, 8), encoded)
	return frames
}

// withSize exchanges the description of the collection.
func withSize(frames []frame, size uint64) []frame {
	encoded, err := proto.Marshal(&qdrant.CreateCollection{VectorsConfig: qdrant.NewVectorsConfig(&qdrant.VectorParams{Size: size, Distance: qdrant.Distance_Dot})})
	if err != nil {
		panic(err)
	}
	frames[1].data = append(binary.AppendUvarint(make([]byte, 8), uint64(len(encoded))), encoded...)
	return frames
}

// namesIn lists what is in a folder, but for the store's own files.
func namesIn(t *testing.T, dir string) (names []string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && d.IsDir() && d.Name() == "store" {
			return fs.SkipDir
		}
		if err != nil {
			return err
		}
		names = append(names, path)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}

// storedPoints counts the points in the store of a folder that nobody has open,
// those of no collection too.
func storedPoints(t *testing.T, files vfs.FS, dir string) (n int) {
	t.Helper()
	db, err := pebble.Open(filepath.Join(dir, "store"), &pebble.Options{FS: files, Logger: quiet{}, FormatMajorVersion: pebble.FormatNewest})
	if err != nil {
		t.Fatal(err)
	}
	it, err := db.NewIter(&pebble.IterOptions{LowerBound: []byte("p"), UpperBound: []byte("q")})
	if err != nil {
		t.Fatal(err)
	}
	for ok := it.First(); ok; ok = it.Next() {
		n++
	}
	if err := errors.Join(it.Close(), db.Close()); err != nil {
		t.Fatal(err)
	}
	return n
}

type quiet struct{}

func (quiet) Infof(string, ...any)  {}
func (quiet) Errorf(string, ...any) {}
func (quiet) Fatalf(format string, args ...any) {
	panic(fmt.Sprintf(format, args...))
}

// TestRestoreRefuses: a file that is no snapshot is refused by its name, takes no
// memory to speak of, and leaves what is there as it is.
func TestRestoreRefuses(t *testing.T) {
	made := t.TempDir()
	worked(t, made)
	from, err := embedded.Open(made, embedded.Small(nil))
	if err != nil {
		t.Fatal(err)
	}
	path := snapshotOf(t, newClient(from), made, workCollection)
	if err := from.Close(); err != nil {
		t.Fatal(err)
	}
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}

	above := t.TempDir()
	dir := filepath.Join(above, "data")
	e, err := embedded.Open(dir, embedded.Options{Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	if err := prepareWorkload(t.Context(), e.Conn()); err != nil {
		t.Fatal(err)
	}
	w := newWorkload(e.Conn(), 8)
	for range 30 {
		write, after := w.next()
		if err := write(t.Context()); err != nil {
			t.Fatal(err)
		}
		w.state = after
	}
	// What is opened has one part in memory, which the background leaves as it is: no
	// file comes by itself.
	if err := e.Close(); err != nil {
		t.Fatal(err)
	}
	if e, err = embedded.Open(dir, embedded.Options{Logger: slog.New(slog.DiscardHandler)}); err != nil {
		t.Fatal(err)
	}
	c := newClient(e)
	before, names := stateOf(t, c), namesIn(t, above)
	file := filepath.Join(t.TempDir(), "a.snapshot")
	files := notSnapshots(t, whole)
	for _, what := range slices.Sorted(maps.Keys(files)) {
		if err := os.WriteFile(file, files[what], 0o600); err != nil {
			t.Fatal(err)
		}
		var start, end runtime.MemStats
		runtime.ReadMemStats(&start)
		_, err := e.Restore(t.Context(), file, "", true)
		runtime.ReadMemStats(&end)
		if took := end.TotalAlloc - start.TotalAlloc; took > 64<<20 {
			t.Errorf("%s: it took %d MiB", what, took>>20)
		}
		switch {
		case err == nil:
			t.Errorf("%s: it is restored", what)
		case what == "collection of ../x" && strings.Contains(err.Error(), "../x"):
		case !errors.Is(err, embedded.ErrNotSnapshot):
			t.Errorf("%s: error is %v", what, err)
		}
		if err != nil && (!strings.Contains(err.Error(), file) || strings.Contains(err.Error(), "panic")) {
			t.Errorf("%s: error is %v", what, err)
		}
		if what == "of a later format" && !strings.Contains(err.Error(), "use the program that wrote it") {
			t.Errorf("%s: error is %v", what, err)
		}
		if stateOf(t, c) != before {
			t.Fatalf("%s: it changed what is there", what)
		}
	}
	// Of these, much is on disk before it is seen what is wrong with them.
	large, _ := largeSnapshot(t)
	data, err := os.ReadFile(large)
	if err != nil {
		t.Fatal(err)
	}
	frames := framesOf(t, data)
	for what, data := range map[string][]byte{
		"cut near its end":            data[:len(data)-10],
		"an alias of what is not":     ended(append(frames[:len(frames)-1], frame{'A', []byte("second\x00nope")})...),
		"an alias named as it itself": ended(append(frames[:len(frames)-1], frame{'A', []byte("work\x00work")})...),
	} {
		if err := os.WriteFile(file, data, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := e.Restore(t.Context(), file, "", true); err == nil || !strings.Contains(err.Error(), file) {
			t.Errorf("%s: error is %v", what, err)
		}
		if stateOf(t, c) != before {
			t.Fatalf("%s: it changed what is there", what)
		}
	}
	if err := os.WriteFile(file, whole, 0o600); err != nil {
		t.Fatal(err)
	}
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	for _, tt := range []struct {
		ctx              context.Context
		path, name, says string
		replace          bool
	}{
		{t.Context(), file, "", "is there already", false},
		{t.Context(), file, "a/b", "a/b", true},
		{t.Context(), above, "", above, true},
		{t.Context(), file + "x", "", file + "x", true},
		{cancelled, file, "", "cancel", true},
	} {
		if _, err := e.Restore(tt.ctx, tt.path, tt.name, tt.replace); err == nil || !strings.Contains(err.Error(), tt.says) {
			t.Errorf("%v: error is %v", tt, err)
		}
	}
	if got := namesIn(t, above); !slices.Equal(got, names) || stateOf(t, c) != before {
		t.Errorf("left is %v, want %v", got, names)
	}
	if err := e.Close(); err != nil {
		t.Fatal(err)
	}
	if n := storedPoints(t, vfs.Default, dir); n != len(w.state) {
		t.Errorf("the store has %d points, want %d", n, len(w.state))
	}
}

// largeSnapshot makes a snapshot of the workload that is restored in several
// pieces, and says what is in it.
func largeSnapshot(t *testing.T) (path string, holds map[uint64]content) {
	t.Helper()
	dir := t.TempDir()
	holds = worked(t, dir)
	e, err := embedded.Open(dir, embedded.Small(nil))
	if err != nil {
		t.Fatal(err)
	}
	_, err = qdrant.NewPointsClient(e.Conn()).SetPayload(t.Context(), &qdrant.SetPayloadPoints{CollectionName: workCollection,
		Payload: qdrant.NewValueMap(map[string]any{"pad": strings.Repeat("x", 250<<10)}), PointsSelector: qdrant.NewPointsSelectorFilter(&qdrant.Filter{})})
	if err != nil {
		t.Fatal(err)
	}
	path = snapshotOf(t, newClient(e), dir, workCollection)
	if err := e.Close(); err != nil {
		t.Fatal(err)
	}
	return path, holds
}

// TestCrashInRestore takes the disk as it may be after the power failed while a
// snapshot was restored: all of it is there, or what was there before.
func TestCrashInRestore(t *testing.T) {
	path, after := largeSnapshot(t)
	random := rand.New(rand.NewPCG(3, 4))
	outcomes := map[string]int{}
	took := 100 * time.Millisecond
	states := fromEnvironment(t, "NARU_TEST_CRASH_STATES", 10)
	for i := 0; i < states || len(outcomes) < 2 && i < 20*states; i++ {
		dir := t.TempDir()
		disk := vfs.NewCrashableMem()
		e, err := embedded.Open(dir, embedded.Small(disk))
		if err != nil {
			t.Fatal(err)
		}
		w := newWorkload(e.Conn(), uint64(i))
		if i%2 == 0 { // else there is no such collection
			if err := prepareWorkload(t.Context(), e.Conn()); err != nil {
				t.Fatal(err)
			}
			for range 1 + random.IntN(30) {
				write, after := w.next()
				if err := write(t.Context()); err != nil {
					t.Fatal(err)
				}
				w.state = after
			}
		}
		done := make(chan error, 1)
		start := time.Now()
		go func() {
			_, err := e.Restore(t.Context(), path, "", true)
			done <- err
		}()
		time.Sleep(time.Duration(random.Int64N(int64(took))))
		crashed := disk.CrashClone(vfs.CrashCloneCfg{UnsyncedDataPercent: []int{0, 50, 100}[random.IntN(3)], RNG: random})
		if err := errors.Join(<-done, e.Close()); err != nil {
			t.Fatal(err)
		}
		took = time.Since(start)
		outcomes[afterCrash(t, dir, crashed, i%2 == 0, w.state, after)]++
	}
	if len(outcomes) < 2 {
		t.Errorf("all that the crashes left is %v: the test does not reach what it tests", outcomes)
	}
}

// afterCrash opens a disk and tells which state is on it; it must be one of both.
func afterCrash(t *testing.T, dir string, disk vfs.FS, was bool, before, after map[uint64]content) (outcome string) {
	t.Helper()
	e, err := embedded.Open(dir, embedded.Small(disk))
	if err != nil {
		t.Fatal(err)
	}
	c, want := newClient(e), after
	list, err := c.collections.List(t.Context(), &qdrant.ListCollectionsRequest{})
	if err != nil {
		t.Fatal(err)
	}
	if outcome = "restored"; len(list.GetCollections()) == 0 && !was {
		outcome, want = "before", nil
	} else {
		found, err := newWorkload(e.Conn(), 0).found(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if was && maps.Equal(found, before) {
			outcome, want = "before", before
		} else if !maps.Equal(found, after) {
			t.Fatalf("found %v\nwant %v\nor %v", found, before, after)
		}
	}
	if err := e.Close(); err != nil {
		t.Fatal(err)
	}
	if n := storedPoints(t, disk, dir); n != len(want) {
		t.Errorf("%s: the store has %d points, want %d", outcome, n, len(want))
	}
	return outcome
}

// TestSnapshotsWhileWriting: a snapshot is one moment of what is written
// meanwhile, and one of everything is one moment of all collections.
func TestSnapshotsWhileWriting(t *testing.T) {
	dir := t.TempDir()
	e, err := embedded.Open(dir, embedded.Small(nil))
	if err != nil {
		t.Fatal(err)
	}
	c := newClient(e)
	if err := errors.Join(prepareWorkload(t.Context(), e.Conn()), c.create()); err != nil {
		t.Fatal(err)
	}
	w := newWorkload(e.Conn(), 21)
	states := []map[uint64]content{{}}
	ctx, stop := context.WithCancel(t.Context())
	var writer sync.WaitGroup
	writer.Go(func() {
		for n := uint64(0); ctx.Err() == nil; n++ {
			write, after := w.next()
			states = append(states, after)
			if err := write(t.Context()); err != nil {
				t.Error(err)
				return
			}
			w.state = after
			// The other collection is told how many writes there were.
			if _, err := c.Upsert(t.Context(), upsertOf(point(n+1, nil, nil, nil))); err != nil {
				t.Error(err)
				return
			}
		}
	})
	var ofOne, ofAll []string
	for range 8 {
		ofOne, ofAll = append(ofOne, snapshotOf(t, c, dir, workCollection)), append(ofAll, snapshotOf(t, c, dir, ""))
	}
	stop()
	writer.Wait()
	if err := e.Close(); err != nil {
		t.Fatal(err)
	}
	if len(states) < 10 {
		t.Errorf("there were %d writes: the test does not reach what it tests", len(states))
	}
	other := open(t, t.TempDir())
	for i, path := range slices.Concat(ofOne, ofAll) {
		if _, err := other.engine.Restore(t.Context(), path, "", true); err != nil {
			t.Fatal(err)
		}
		found, err := newWorkload(other.conn, 0).found(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if !slices.ContainsFunc(states, func(s map[uint64]content) bool { return maps.Equal(s, found) }) {
			t.Errorf("%s holds what never was: %v", path, found)
		}
		if i < len(ofOne) {
			continue
		}
		n, err := other.Count(t.Context(), &qdrant.CountPoints{CollectionName: collection})
		if err != nil {
			t.Fatal(err)
		}
		if count := n.GetResult().GetCount(); !maps.Equal(states[count], found) && !(int(count)+1 < len(states) && maps.Equal(states[count+1], found)) {
			t.Errorf("%s: the collections are of different moments", path)
		}
	}
}

// TestSnapshotOnFullDisk makes snapshots on a disk of 24 megabytes until it is
// full: none but whole ones are there, and writing goes on once one is deleted.
func TestSnapshotOnFullDisk(t *testing.T) {
	const variable = "NARU_EMBEDDED_TEST_SMALL_DISK"
	if dir := os.Getenv(variable); dir != "" {
		fillWithSnapshots(t, dir)
		return
	}
	if err := exec.Command("unshare", "-rm", "true").Run(); err != nil {
		t.Skipf("needs unshare -rm with user namespaces: %v", err)
	}
	dir := t.TempDir()
	cmd := exec.Command("unshare", "-rm", "sh", "-c", `mount -t tmpfs -o size=24m tmpfs "$2" && exec "$1" -test.run='^TestSnapshotOnFullDisk$' -test.v -test.count=1`, "sh", os.Args[0], dir)
	cmd.Env = append(os.Environ(), variable+"="+dir)
	if out, err := cmd.CombinedOutput(); err != nil || !bytes.Contains(out, []byte("--- PASS: TestSnapshotOnFullDisk")) {
		t.Fatalf("%v\n%s", err, out)
	}
}

func fillWithSnapshots(t *testing.T, dir string) {
	c := open(t, dir)
	if err := c.create(); err != nil {
		t.Fatal(err)
	}
	for id := range uint64(150) {
		c.upsert(t, point(id, map[string]any{"text": strings.Repeat("x", 20_000)}, []uint32{1}, []float32{1}))
	}
	snapshots := qdrant.NewSnapshotsClient(c.conn)
	made := 0
	for ; ; made++ {
		_, err := snapshots.Create(t.Context(), &qdrant.CreateSnapshotRequest{CollectionName: collection})
		if err == nil {
			continue
		}
		if status.Code(err) != codes.ResourceExhausted || !strings.Contains(err.Error(), "free some space") {
			t.Errorf("error is %v", err)
		}
		break
	}
	list, err := snapshots.List(t.Context(), &qdrant.ListSnapshotsRequest{CollectionName: collection})
	if err != nil || made == 0 || len(list.GetSnapshotDescriptions()) != made {
		t.Fatalf("made are %d, listed %v, %v", made, list, err)
	}
	folder := filepath.Join(dir, "snapshots", collection)
	if files, err := os.ReadDir(folder); err != nil || len(files) != 2*made {
		t.Errorf("files are %v, %v", files, err)
	}
	for _, d := range list.GetSnapshotDescriptions() {
		if _, err := snapshots.Delete(t.Context(), &qdrant.DeleteSnapshotRequest{CollectionName: collection, SnapshotName: d.GetName()}); err != nil {
			t.Fatal(err)
		}
	}
	c.upsert(t, point(1000, map[string]any{"text": strings.Repeat("x", 20_000)}, []uint32{1}, []float32{1}))
	if n := len(c.all(t, nil)); n != 151 {
		t.Errorf("there are %d points", n)
	}
}
