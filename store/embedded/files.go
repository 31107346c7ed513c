package embedded

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"sync/atomic"

	"github.com/cockroachdb/pebble/v2/vfs"

	"github.com/naru-rag/naru/store/embedded/internal/segment"
)

// segmentFiles is the folder of the segments that are on disk.
type segmentFiles struct {
	fs   vfs.FS
	dir  string
	last atomic.Uint64 // highest number in use
}

// segmentFile is an open segment. It stays mapped until the last view that has
// it lets go, and is removed then where a newer one took its place.
type segmentFile struct {
	number  uint64
	path    string
	fs      vfs.FS
	segment *segment.Segment
	unmap   func() error
	refs    atomic.Int64
	retired atomic.Bool
}

const segmentSuffix = ".segment"

func (s *segmentFiles) path(number uint64) string {
	return s.fs.PathJoin(s.dir, fmt.Sprintf("%08d%s", number, segmentSuffix))
}

// create writes a new segment with what write gives it, durably.
func (s *segmentFiles) create(write func(io.Writer) error) (*segmentFile, error) {
	number := s.last.Add(1)
	path := s.path(number)
	err := s.write(path, write)
	if err == nil {
		var f *segmentFile
		if f, err = s.open(number); err == nil {
			return f, nil
		}
	}
	return nil, errors.Join(err, ignoreMissing(s.fs.Remove(path)))
}

func (s *segmentFiles) write(path string, write func(io.Writer) error) (err error) {
	f, err := s.fs.Create(path, vfs.WriteCategoryUnspecified)
	if err != nil {
		return fmt.Errorf("create segment %s: %w", path, err)
	}
	w := &checkedWriter{to: f}
	err = write(w)
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return fmt.Errorf("write segment %s: %w", path, err)
	}
	return syncFolder(s.fs, s.dir)
}

// makeFolder creates a folder, and those above it that are missing, durably.
func makeFolder(files vfs.FS, dir string) error {
	if _, err := files.Stat(dir); err == nil {
		return nil
	}
	above := files.PathDir(dir)
	if above != dir {
		if err := makeFolder(files, above); err != nil {
			return err
		}
	}
	if err := files.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	return syncFolder(files, above)
}

// syncFolder makes the names in a folder durable.
func syncFolder(files vfs.FS, dir string) error {
	d, err := files.OpenDir(dir)
	if err != nil {
		return fmt.Errorf("sync folder %s: %w", dir, err)
	}
	if err := errors.Join(d.Sync(), d.Close()); err != nil {
		return fmt.Errorf("sync folder %s: %w", dir, err)
	}
	return nil
}

// checkedWriter turns a short write without an error into one.
type checkedWriter struct{ to io.Writer }

func (w *checkedWriter) Write(p []byte) (int, error) {
	n, err := w.to.Write(p)
	if err == nil && n < len(p) {
		err = io.ErrShortWrite
	}
	return n, err
}

// open maps a segment and checks what [segment.Open] checks.
func (s *segmentFiles) open(number uint64) (*segmentFile, error) {
	path := s.path(number)
	data, unmap, err := mapFile(s.fs, path)
	if err != nil {
		return nil, fmt.Errorf("open segment %s: %w", path, err)
	}
	var seg *segment.Segment
	err = guard(func() error {
		var err error
		seg, err = segment.Open(path, data)
		return err
	})
	if err != nil {
		return nil, errors.Join(err, unmap())
	}
	f := &segmentFile{number: number, path: path, fs: s.fs, segment: seg, unmap: unmap}
	return f, nil
}

func (f *segmentFile) acquire() { f.refs.Add(1) }

func (f *segmentFile) release() error {
	if f.refs.Add(-1) > 0 {
		return nil
	}
	err := f.unmap()
	if f.retired.Load() {
		err = errors.Join(err, ignoreMissing(f.fs.Remove(f.path)))
	}
	return err
}

// clean removes the segments that no manifest names: what an interrupted flush
// or merge has left.
func (s *segmentFiles) clean(ctx context.Context, keep map[uint64]bool) error {
	names, err := s.fs.List(s.dir)
	if err != nil {
		return fmt.Errorf("list folder %s: %w", s.dir, err)
	}
	for _, name := range names {
		digits, ok := strings.CutSuffix(name, segmentSuffix)
		n, err := strconv.ParseUint(digits, 10, 64)
		if !ok || err != nil {
			continue
		}
		s.last.Store(max(s.last.Load(), n))
		if keep[n] {
			continue
		}
		if err := ignoreMissing(s.fs.Remove(s.path(n))); err != nil {
			return fmt.Errorf("remove segment of an interrupted merge: %w", err)
		}
		if err := ctx.Err(); err != nil {
			return err
		}
	}
	return nil
}

func ignoreMissing(err error) error {
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	return err
}

// readFile reads a whole file, where it cannot be mapped.
func readFile(f vfs.File, size int64) ([]byte, func() error, error) {
	data := make([]byte, size)
	if _, err := io.ReadFull(io.NewSectionReader(f, 0, size), data); err != nil {
		return nil, nil, err
	}
	return data, func() error { return nil }, nil
}
