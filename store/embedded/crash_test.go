package embedded_test

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"

	"github.com/naru-rag/naru/store/embedded"
)

// fromEnvironment returns a number that a longer run sets.
func fromEnvironment(t testing.TB, name string, otherwise int) int {
	value := os.Getenv(name)
	if value == "" {
		return otherwise
	}
	n, err := strconv.Atoi(value)
	if err != nil {
		t.Fatalf("%s is %q, not a number", name, value)
	}
	return n
}

// TestCrashStates takes the disk as it may be after the power failed in the
// middle of a write, each block that was not synced there or not by chance, and
// looks for every write that was acknowledged.
func TestCrashStates(t *testing.T) {
	states := fromEnvironment(t, "NARU_TEST_CRASH_STATES", 60)
	const perDisk = 20
	for disk := range (states + perDisk - 1) / perDisk {
		crashDisk(t, uint64(disk), perDisk)
	}
}

func crashDisk(t *testing.T, seed uint64, states int) {
	ctx := context.Background()
	random := rand.New(rand.NewPCG(seed, 2))
	dir := t.TempDir() // on the real disk there is only the holder's note
	disk := vfs.NewCrashableMem()
	e, err := embedded.Open(dir, embedded.Small(disk))
	if err != nil {
		t.Fatal(err)
	}
	if err := prepareWorkload(ctx, e.Conn()); err != nil {
		t.Fatal(err)
	}
	w := newWorkload(e.Conn(), seed)
	defer func() {
		if err := e.Close(); err != nil {
			t.Error(err)
		}
	}()
	for range states {
		for range random.IntN(20) {
			write, after := w.next()
			if err := write(ctx); err != nil {
				t.Fatal(err)
			}
			w.state = after
		}
		write, after := w.next()
		done := make(chan error, 1)
		go func() { done <- write(ctx) }()
		time.Sleep(time.Duration(random.IntN(300)) * time.Microsecond)
		crashed := disk.CrashClone(vfs.CrashCloneCfg{UnsyncedDataPercent: []int{0, 50, 100}[random.IntN(3)], RNG: random})
		if err := <-done; err != nil {
			t.Fatal(err)
		}
		if err := recovered(ctx, dir, crashed, w.state, after); err != nil {
			t.Fatalf("disk %d: %v", seed, err)
		}
		w.state = after
	}
	// The test is of use only where segments were written meanwhile.
	if names, err := disk.List(filepath.Join(dir, "segments")); err != nil || len(names) == 0 {
		t.Errorf("segments on the disk: %v, %v", names, err)
	}
}

// recovered opens a disk after a crash: what is there is the state before the
// last write or the one after it.
func recovered(ctx context.Context, dir string, disk vfs.FS, before, after map[uint64]content) (err error) {
	e, err := embedded.Open(dir, embedded.Small(disk))
	if err != nil {
		return fmt.Errorf("open after the crash: %w", err)
	}
	defer func() {
		if closed := e.Close(); err == nil {
			err = closed
		}
	}()
	w := newWorkload(e.Conn(), 0)
	found, err := w.found(ctx)
	if err != nil {
		return err
	}
	if !maps.Equal(found, before) && !maps.Equal(found, after) {
		return fmt.Errorf("found %v\nwant %v\nor %v", found, before, after)
	}
	return nil
}
