package embedded

import (
	"errors"
	"io"
	"strings"
	"sync"

	"github.com/cockroachdb/pebble/v2/vfs"
)

// freezingFS stops the store at the first failure of its log or its manifest.
// Pebble expects a process to end there: going on, it can acknowledge what is
// lost, write a manifest that cannot be read again, or end the process itself.
// So the call that failed never returns, and no later one that would change
// anything does; reads go on, and whoever waits for a write hears of failed.
// Blocks (.sst) are not concerned: Pebble writes those again by itself.
type freezingFS struct {
	vfs.FS
	// failed is closed at the first failure; err is why.
	failed chan struct{}
	err    error
	once   sync.Once
	locks  []io.Closer
	// lockless hands out locks that are none: on a disk that cannot be written.
	lockless bool
}

func newFreezingFS(files vfs.FS) *freezingFS {
	return &freezingFS{FS: files, failed: make(chan struct{})}
}

// fail records why nothing is written any more.
func (f *freezingFS) fail(err error) {
	f.once.Do(func() {
		f.err = err
		close(f.failed)
	})
}

// failure returns why nothing is written any more, or nil.
func (f *freezingFS) failure() error {
	select {
	case <-f.failed:
		return f.err
	default:
		return nil
	}
}

// change runs what changes a file, unless one has failed before.
func (f *freezingFS) change(name string, do func() error) error {
	if f.failure() == nil {
		err := do()
		if err == nil || strings.HasSuffix(name, ".sst") {
			return err
		}
		f.fail(err)
	}
	select {} // for ever: see freezingFS
}

// wrap makes the writes to a file freeze too.
func (f *freezingFS) wrap(name string, open func() (vfs.File, error)) (file vfs.File, err error) {
	err = f.change(name, func() error {
		file, err = open()
		return err
	})
	if err != nil {
		return nil, err
	}
	return &freezingFile{file, f, name}, nil
}

// Create makes a marker, whose name says which manifest is the newest, after all
// that it may name: Pebble leaves open in which order they reach the disk.
func (f *freezingFS) Create(name string, c vfs.DiskWriteCategory) (vfs.File, error) {
	return f.wrap(name, func() (vfs.File, error) {
		if strings.HasPrefix(f.PathBase(name), "marker.") {
			dir, err := f.FS.OpenDir(f.PathDir(name))
			if err != nil {
				return nil, err
			}
			if err := errors.Join(dir.Sync(), dir.Close()); err != nil {
				return nil, err
			}
		}
		return f.FS.Create(name, c)
	})
}

func (f *freezingFS) OpenReadWrite(name string, c vfs.DiskWriteCategory, opts ...vfs.OpenOption) (vfs.File, error) {
	return f.wrap(name, func() (vfs.File, error) { return f.FS.OpenReadWrite(name, c, opts...) })
}

func (f *freezingFS) ReuseForWrite(old, name string, c vfs.DiskWriteCategory) (vfs.File, error) {
	return f.wrap(name, func() (vfs.File, error) { return f.FS.ReuseForWrite(old, name, c) })
}

func (f *freezingFS) OpenDir(name string) (vfs.File, error) {
	file, err := f.FS.OpenDir(name)
	if err != nil {
		return nil, err
	}
	return &freezingFile{file, f, name}, nil
}

func (f *freezingFS) Link(old, name string) error {
	return f.change(name, func() error { return f.FS.Link(old, name) })
}

func (f *freezingFS) Rename(old, name string) error {
	return f.change(name, func() error { return f.FS.Rename(old, name) })
}

func (f *freezingFS) Remove(name string) error {
	if f.failure() != nil {
		return nil // it may still be of use after the next start
	}
	return f.FS.Remove(name)
}

// List freezes too: where it fails at the end of opening, Pebble closes what its
// background work still needs, and that ends the process.
func (f *freezingFS) List(name string) (names []string, err error) {
	err = f.change(name, func() error {
		names, err = f.FS.List(name)
		return err
	})
	return names, err
}

func (f *freezingFS) Unwrap() vfs.FS { return f.FS }

// Lock remembers what it hands out: a store that failed cannot be closed, and
// its lock has to be let go of all the same.
func (f *freezingFS) Lock(name string) (io.Closer, error) {
	if f.lockless {
		return io.NopCloser(nil), nil
	}
	c, err := f.FS.Lock(name)
	if err == nil {
		f.locks = append(f.locks, c)
	}
	return c, err
}

func (f *freezingFS) unlock() error {
	var err error
	for _, l := range f.locks {
		err = errors.Join(err, l.Close())
	}
	return err
}

type freezingFile struct {
	vfs.File
	fs   *freezingFS
	name string
}

func (f *freezingFile) Write(p []byte) (n int, err error) {
	err = f.fs.change(f.name, func() error {
		n, err = f.File.Write(p)
		return err
	})
	return n, err
}

func (f *freezingFile) WriteAt(p []byte, at int64) (n int, err error) {
	err = f.fs.change(f.name, func() error {
		n, err = f.File.WriteAt(p, at)
		return err
	})
	return n, err
}

func (f *freezingFile) Sync() error     { return f.fs.change(f.name, f.File.Sync) }
func (f *freezingFile) SyncData() error { return f.fs.change(f.name, f.File.SyncData) }

func (f *freezingFile) SyncTo(length int64) (full bool, err error) {
	err = f.fs.change(f.name, func() error {
		full, err = f.File.SyncTo(length)
		return err
	})
	return full, err
}
