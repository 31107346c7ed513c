package embedded_test

import (
	"bytes"
	"context"
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
	if err := f.fault("create", name, "create", "create full"); err != nil {
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

var faults = []string{"sync", "sync full", "write", "write full", "create", "create full", "remove", "read", "open"}

// TestFaults lets an operation of the disk fail, of each kind, at any time, once
// or for ever. What was acknowledged stays; what was refused says why, and is
// not seen; and the next start finds what the one before acknowledged.
func TestFaults(t *testing.T) {
	if os.Getenv(childVariable) == "" {
		// Where the log has failed, what is in the middle of it never returns: see
		// freezingFS.
		cmd := exec.Command(os.Args[0], "-test.run=^TestFaults$", "-test.count=1", "-test.v", "-test.timeout=30m")
		cmd.Env = append(os.Environ(), childVariable+"=damage")
		if out, err := cmd.CombinedOutput(); err != nil || !bytes.Contains(out, []byte("--- PASS: TestFaults")) {
			t.Fatalf("%v\n%.20000s", err, out)
		}
		return
	}
	seeds := fromEnvironment(t, "NARU_TEST_FAULTS", 90)
	struck, refused := map[string]int{}, map[string]int{}
	for seed := range seeds {
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
}

func faultAt(t *testing.T, kind string, seed uint64) (struck, refused int) {
	ctx := context.Background()
	random := rand.New(rand.NewPCG(seed, 6))
	dir := t.TempDir()
	mem := vfs.NewCrashableMem()
	disk := &faultyFS{FS: mem}
	e, err := embedded.Open(dir, embedded.Small(disk))
	if err != nil {
		t.Fatal(err)
	}
	if err := prepareWorkload(ctx, e.Conn()); err != nil {
		t.Fatal(err)
	}
	w := newWorkload(e.Conn(), seed)
	fail := func(format string, args ...any) {
		t.Helper()
		t.Fatalf("seed %d, %q: %s", seed, kind, fmt.Sprintf(format, args...))
	}
	step := func() (after map[uint64]content, err error) {
		write, after := w.next()
		if err = write(ctx); err == nil {
			w.state = after
		}
		return after, err
	}
	for range random.IntN(60) {
		if _, err := step(); err != nil {
			fail("before anything failed: %v", err)
		}
	}
	once := random.IntN(2) == 0
	disk.arm(kind, random.IntN(40), once)
	// possible is what may be there after the next start: what is acknowledged,
	// or one write more that failed since.
	possible := []map[uint64]content{w.state}
	for range 60 {
		before := w.state
		after, err := step()
		switch {
		case err == nil && maps.Equal(before, after):
			continue // what changes nothing is not written, and so does not fail
		case err == nil:
			possible = []map[uint64]content{after}
			continue
		}
		refused++
		possible = append(possible, after)
		switch status.Code(err) {
		case codes.Internal, codes.ResourceExhausted, codes.Unavailable, codes.DataLoss:
		default:
			fail("a write says %v", err)
		}
		if !strings.Contains(err.Error(), dir) && !strings.Contains(err.Error(), "restart") && !strings.Contains(err.Error(), "being made again") {
			fail("the error neither names the folder nor says what to do: %v", err)
		}
		if refused == 4 {
			break
		}
	}
	reads := kind == "read" || kind == "open"
	switch found, err := newWorkload(e.Conn(), 0).found(ctx); {
	case err != nil && !reads:
		fail("reading says %v", err)
	case err == nil && !maps.Equal(found, w.state):
		fail("found %v\nwant %v", found, w.state)
	}
	crashed := mem.CrashClone(vfs.CrashCloneCfg{UnsyncedDataPercent: random.IntN(101), RNG: random})
	struck = disk.disarm()
	closed := e.Close()
	if closed != nil && struck == 0 {
		fail("Close says %v", closed)
	}
	for name, disk := range map[string]vfs.FS{"the next start": mem, "the start after a crash": crashed} {
		e, err := embedded.Open(dir, embedded.Small(disk))
		if err != nil {
			fail("%s: %v", name, err)
		}
		w := newWorkload(e.Conn(), seed)
		found, err := w.found(ctx)
		if err != nil {
			fail("%s: %v", name, err)
		}
		if !slices.ContainsFunc(possible, func(p map[uint64]content) bool { return maps.Equal(found, p) }) {
			fail("%s: found %v\nwant one of %v", name, found, possible)
		}
		w.state = found
		write, after := w.next()
		if err := write(ctx); err != nil {
			fail("%s: %v", name, err)
		}
		if found, err := w.found(ctx); err != nil || !maps.Equal(found, after) {
			fail("%s: after a write %v, %v", name, found, err)
		}
		if err := e.Close(); err != nil {
			fail("%s: %v", name, err)
		}
	}
	return struck, refused
}
