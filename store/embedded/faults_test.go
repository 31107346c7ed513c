package embedded_test

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/qdrant/go-client/qdrant"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/naru-rag/naru/store/embedded"
)

// faultyFS is a disk on which one kind of operation fails, once or from some
// time on.
type faultyFS struct {
	vfs.FS
	mu sync.Mutex
	// kind is what fails; empty is nothing. left is how many of its operations
	// succeed before.
	kind  string
	left  int
	once  bool
	fails error
	// struck counts what failed.
	struck int
}

func (f *faultyFS) arm(kind string, left int, once bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.kind, f.left, f.once, f.struck = kind, left, once, 0
	f.fails = syscall.EIO
	if strings.HasSuffix(kind, "full") {
		f.fails = syscall.ENOSPC
	}
}

func (f *faultyFS) disarm() (struck int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.kind = ""
	return f.struck
}

// fault is an error where an operation of one of these kinds is to fail.
func (f *faultyFS) fault(op, name string, kinds ...string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if !slices.Contains(kinds, f.kind) {
		return nil
	}
	if f.left--; f.left >= 0 || f.once && f.struck > 0 {
		return nil
	}
	f.struck++
	return &os.PathError{Op: op, Path: name, Err: f.fails}
}

func (f *faultyFS) file(name string, file vfs.File, err error) (vfs.File, error) {
	if err != nil {
		return nil, err
	}
	return &faultyFile{file, f, name}, nil
}

func (f *faultyFS) Create(name string, c vfs.DiskWriteCategory) (vfs.File, error) {
	if err := f.fault("create", name, "create", "create full"); err != nil {
		return nil, err
	}
	file, err := f.FS.Create(name, c)
	return f.file(name, file, err)
}

func (f *faultyFS) ReuseForWrite(old, name string, c vfs.DiskWriteCategory) (vfs.File, error) {
	if err := f.fault("rename", name, "create", "create full", "rename"); err != nil {
		return nil, err
	}
	file, err := f.FS.ReuseForWrite(old, name, c)
	return f.file(name, file, err)
}

func (f *faultyFS) OpenReadWrite(name string, c vfs.DiskWriteCategory, opts ...vfs.OpenOption) (vfs.File, error) {
	file, err := f.FS.OpenReadWrite(name, c, opts...)
	return f.file(name, file, err)
}

func (f *faultyFS) Open(name string, opts ...vfs.OpenOption) (vfs.File, error) {
	if err := f.fault("open", name, "open"); err != nil {
		return nil, err
	}
	file, err := f.FS.Open(name, opts...)
	return f.file(name, file, err)
}

func (f *faultyFS) OpenDir(name string) (vfs.File, error) {
	file, err := f.FS.OpenDir(name)
	return f.file(name, file, err)
}

func (f *faultyFS) Rename(old, name string) error {
	if err := f.fault("rename", name, "rename"); err != nil {
		return err
	}
	return f.FS.Rename(old, name)
}

func (f *faultyFS) MkdirAll(name string, mode os.FileMode) error {
	if err := f.fault("mkdir", name, "create", "create full"); err != nil {
		return err
	}
	return f.FS.MkdirAll(name, mode)
}

func (f *faultyFS) List(name string) ([]string, error) {
	if err := f.fault("list", name, "list"); err != nil {
		return nil, err
	}
	return f.FS.List(name)
}

func (f *faultyFS) Stat(name string) (vfs.FileInfo, error) {
	if err := f.fault("stat", name, "list"); err != nil {
		return nil, err
	}
	return f.FS.Stat(name)
}

func (f *faultyFS) Remove(name string) error {
	if err := f.fault("remove", name, "remove"); err != nil {
		return err
	}
	return f.FS.Remove(name)
}

func (f *faultyFS) Unwrap() vfs.FS { return f.FS }

type faultyFile struct {
	vfs.File
	fs   *faultyFS
	name string
}

// Write fails having written a part, which is how a disk gets full.
func (f *faultyFile) Write(p []byte) (int, error) {
	if err := f.fs.fault("write", f.name, "write", "write full"); err != nil {
		n, writeErr := f.File.Write(p[:len(p)/2])
		return n, errors.Join(err, writeErr)
	}
	return f.File.Write(p)
}

func (f *faultyFile) WriteAt(p []byte, at int64) (int, error) {
	if err := f.fs.fault("write", f.name, "write", "write full"); err != nil {
		n, writeErr := f.File.WriteAt(p[:len(p)/2], at)
		return n, errors.Join(err, writeErr)
	}
	return f.File.WriteAt(p, at)
}

func (f *faultyFile) sync(do func() error) error {
	if err := f.fs.fault("sync", f.name, "sync", "sync full"); err != nil {
		return err
	}
	return do()
}

func (f *faultyFile) Sync() error     { return f.sync(f.File.Sync) }
func (f *faultyFile) SyncData() error { return f.sync(f.File.SyncData) }

func (f *faultyFile) SyncTo(length int64) (full bool, err error) {
	err = f.sync(func() error {
		full, err = f.File.SyncTo(length)
		return err
	})
	return full, err
}

func (f *faultyFile) Read(p []byte) (int, error) {
	if err := f.fs.fault("read", f.name, "read"); err != nil {
		return 0, err
	}
	return f.File.Read(p)
}

func (f *faultyFile) ReadAt(p []byte, at int64) (int, error) {
	if err := f.fs.fault("read", f.name, "read"); err != nil {
		return 0, err
	}
	return f.File.ReadAt(p, at)
}

var faults = []string{"sync", "sync full", "write", "write full", "create", "create full", "rename", "remove", "read", "open", "list"}

// inFaultyChild runs the test in a process of its own: where the log has failed,
// what is in the middle of it never returns, see freezingFS. It tells whether
// this is that process.
func inFaultyChild(t *testing.T) bool {
	t.Helper()
	if os.Getenv(childVariable) != "" {
		return true
	}
	cmd := exec.Command(os.Args[0], "-test.run=^"+t.Name()+"$", "-test.count=1", "-test.v", "-test.timeout=2h")
	cmd.Env = append(os.Environ(), childVariable+"=damage")
	out, err := cmd.CombinedOutput()
	if err != nil || !bytes.Contains(out, []byte("--- PASS: "+t.Name())) {
		t.Fatalf("%v\n%.20000s", err, out)
	}
	return false
}

// TestFaults lets an operation of the disk fail, of each kind, at any time, once
// or for ever. What was acknowledged stays; what was refused says why, and is
// not seen; and the next start finds what the one before acknowledged.
func TestFaults(t *testing.T) {
	if !inFaultyChild(t) {
		return
	}
	struck, refused := map[string]int{}, map[string]int{}
	for seed := range fromEnvironment(t, "NARU_TEST_FAULTS", 110) {
		kind := faults[seed%len(faults)]
		hit, said := faultAt(t, kind, uint64(seed))
		struck[kind] += hit
		refused[kind] += said
	}
	t.Logf("failed operations %v, refused writes %v", struck, refused)
	for _, kind := range []string{"sync", "sync full", "write", "write full"} {
		if struck[kind] == 0 || refused[kind] == 0 {
			t.Errorf("%q: %d operations failed, and %d writes were refused", kind, struck[kind], refused[kind])
		}
	}
	for _, kind := range []string{"create", "create full", "read", "open"} {
		if struck[kind] == 0 {
			t.Errorf("%q: no operation failed", kind)
		}
	}
}

// TestFaultsAtStart lets an operation fail while a folder is opened. It is
// refused, or what it holds is right; and nothing of it is lost.
func TestFaultsAtStart(t *testing.T) {
	if !inFaultyChild(t) {
		return
	}
	opened, refused := 0, 0
	for seed := range fromEnvironment(t, "NARU_TEST_FAULTS", 110) {
		if faultAtStart(t, faults[seed%len(faults)], uint64(seed)) {
			opened++
		} else {
			refused++
		}
	}
	if t.Logf("%d starts were refused and %d not", refused, opened); refused == 0 || opened == 0 {
		t.Error("the test does not reach what it tests")
	}
}

// faulty is an engine on a disk that may fail, and what was written to it.
type faulty struct {
	*testing.T
	what   string
	dir    string
	disk   *faultyFS
	engine *embedded.Engine
	w      *workload
	// written is how many large points were acknowledged.
	written uint64
	// possible is what may be there after the next start: what is acknowledged,
	// or one write more that failed since.
	possible []map[uint64]content
}

const ballastCollection = "ballast"

func (f *faulty) fail(format string, args ...any) {
	f.Helper()
	f.Fatalf("%s: %s", f.what, fmt.Sprintf(format, args...))
}

// options make Pebble's buffers so small that the ballast fills them.
func (f *faulty) options(disk vfs.FS) embedded.Options {
	o := embedded.Small(disk)
	o.Memory = 16 << 20
	return o
}

// start makes an engine on a new disk and prepares it.
func start(t *testing.T, kind string, seed uint64, mem vfs.FS) *faulty {
	t.Helper()
	f := &faulty{T: t, what: fmt.Sprintf("seed %d, %q", seed, kind), dir: t.TempDir(), disk: &faultyFS{FS: mem}}
	f.open(f.disk)
	ctx := t.Context()
	if err := prepareWorkload(ctx, f.engine.Conn()); err != nil {
		f.fail("%v", err)
	}
	_, err := qdrant.NewCollectionsClient(f.engine.Conn()).Create(ctx, &qdrant.CreateCollection{CollectionName: ballastCollection})
	if err != nil {
		f.fail("%v", err)
	}
	f.w = newWorkload(f.engine.Conn(), seed)
	f.possible = []map[uint64]content{f.w.state}
	return f
}

func (f *faulty) open(disk vfs.FS) {
	f.Helper()
	e, err := embedded.Open(f.dir, f.options(disk))
	if err != nil {
		f.fail("%v", err)
	}
	f.engine = e
}

// write makes one write of the workload, and notes what it leads to.
func (f *faulty) write() error {
	write, after := f.w.next()
	err := write(f.Context())
	switch {
	case err == nil && maps.Equal(f.w.state, after):
		// What changes nothing is not written, and so does not fail.
	case err == nil:
		f.w.state, f.possible = after, []map[uint64]content{after}
	default:
		f.possible = append(f.possible, after)
	}
	return err
}

// load writes a large point, which Pebble soon has to move to a block.
func (f *faulty) load() error {
	p := &qdrant.PointStruct{Id: qdrant.NewIDNum(f.written), Payload: qdrant.NewValueMap(map[string]any{"text": strings.Repeat("x", 64<<10)}), Vectors: qdrant.NewVectorsMap(nil)}
	_, err := f.w.points.Upsert(f.Context(), &qdrant.UpsertPoints{CollectionName: ballastCollection, Points: []*qdrant.PointStruct{p}})
	if err == nil {
		f.written++
	}
	return err
}

// refused checks what a write says that failed.
func (f *faulty) refused(err error) {
	f.Helper()
	switch status.Code(err) {
	case codes.Internal, codes.ResourceExhausted, codes.Unavailable, codes.DataLoss:
	default:
		f.fail("a write says %v", err)
	}
	if !strings.Contains(err.Error(), f.dir) && !strings.Contains(err.Error(), "being made again") {
		f.fail("the error does not name the folder: %v", err)
	}
}

// read checks that what is found is what was acknowledged, or an error where
// there may be one.
func (f *faulty) read(mayFail bool) {
	f.Helper()
	r := newWorkload(f.engine.Conn(), 0)
	found, err := r.found(f.Context())
	if err == nil {
		if !maps.Equal(found, f.w.state) {
			f.fail("found %v\nwant %v", found, f.w.state)
		}
		return
	}
	if code := status.Code(err); !mayFail || code != codes.DataLoss && code != codes.Internal {
		f.fail("reading says %v", err)
	}
	if !strings.Contains(err.Error(), f.dir) && !strings.Contains(err.Error(), "being made again") {
		f.fail("the error does not name the folder: %v", err)
	}
}

// expect opens a disk that does not fail, finds what may be there, and writes.
func (f *faulty) expect(name string, disk vfs.FS) {
	f.Helper()
	ctx := f.Context()
	e, err := embedded.Open(f.dir, f.options(disk))
	if err != nil {
		f.fail("%s: %v", name, err)
	}
	w := newWorkload(e.Conn(), 1)
	found, err := w.found(ctx)
	if err != nil {
		f.fail("%s: %v", name, err)
	}
	if !slices.ContainsFunc(f.possible, func(p map[uint64]content) bool { return maps.Equal(found, p) }) {
		f.fail("%s: found %v\nwant one of %v", name, found, f.possible)
	}
	n, err := w.points.Count(ctx, &qdrant.CountPoints{CollectionName: ballastCollection})
	if got := n.GetResult().GetCount(); err != nil || got != f.written && got != f.written+1 {
		f.fail("%s: %d large points, %v; %d were acknowledged", name, got, err, f.written)
	}
	w.state = found
	write, after := w.next()
	if err := write(ctx); err != nil {
		f.fail("%s: %v", name, err)
	}
	if found, err := w.found(ctx); err != nil || !maps.Equal(found, after) {
		f.fail("%s: after a write %v, %v", name, found, err)
	}
	if err := e.Close(); err != nil {
		f.fail("%s: %v", name, err)
	}
}

func faultAt(t *testing.T, kind string, seed uint64) (struck, refused int) {
	random := rand.New(rand.NewPCG(seed, 6))
	mem := vfs.NewCrashableMem()
	f := start(t, kind, seed, mem)
	heavy := random.IntN(2) == 0
	for range random.IntN(60) {
		err := f.write()
		if err == nil && heavy {
			err = f.load()
		}
		if err != nil {
			f.fail("before anything failed: %v", err)
		}
	}
	reads := kind == "read" || kind == "open"
	f.disk.arm(kind, random.IntN(40), random.IntN(2) == 0)
	for i := 0; i < 60 && refused < 4; i++ {
		err := f.write()
		// So few that Pebble takes them where it cannot write a block.
		if err == nil && heavy && i < 20 {
			err = f.load()
		}
		if err != nil {
			refused++
			f.refused(err)
		}
		if random.IntN(8) == 0 {
			f.read(reads)
		}
	}
	f.read(reads)
	crashed := mem.CrashClone(vfs.CrashCloneCfg{UnsyncedDataPercent: random.IntN(101), RNG: random})
	struck = f.disk.disarm()
	f.read(reads)
	if err := f.engine.Close(); err != nil && struck == 0 {
		f.fail("Close says %v", err)
	}
	f.expect("the next start", mem)
	f.expect("the start after a crash", crashed)
	return struck, refused
}

// faultAtStart tells whether the folder could be opened.
func faultAtStart(t *testing.T, kind string, seed uint64) (opened bool) {
	random := rand.New(rand.NewPCG(seed, 7))
	mem := vfs.NewCrashableMem()
	f := start(t, kind, seed, mem)
	for range random.IntN(40) {
		if err := errors.Join(f.write(), f.load()); err != nil {
			f.fail("before anything failed: %v", err)
		}
	}
	if random.IntN(2) == 0 {
		crashed := mem.CrashClone(vfs.CrashCloneCfg{UnsyncedDataPercent: random.IntN(101), RNG: random})
		defer f.engine.Close()
		mem = crashed
	} else if err := f.engine.Close(); err != nil {
		f.fail("Close says %v", err)
	}
	f.disk = &faultyFS{FS: mem}
	f.disk.arm(kind, random.IntN(20), random.IntN(2) == 0)
	e, err := embedded.Open(f.dir, f.options(f.disk))
	if opened = err == nil; opened {
		f.engine, f.w.points = e, qdrant.NewPointsClient(e.Conn())
		f.read(true)
		if err := f.write(); err != nil {
			f.refused(err)
		}
		f.read(true)
	} else if !strings.Contains(err.Error(), f.dir) || errors.Is(err, embedded.ErrLocked) {
		f.fail("opening says %v", err)
	}
	crashed := mem.CrashClone(vfs.CrashCloneCfg{UnsyncedDataPercent: random.IntN(101), RNG: random})
	f.disk.disarm()
	if opened {
		_ = e.Close() // it may say what failed
	}
	f.expect("the next start", mem)
	f.expect("the start after a crash", crashed)
	return opened
}
