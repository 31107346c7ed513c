package embedded

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/qdrant/go-client/qdrant"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"
)

// snapshotsServer implements the Snapshots service. A snapshot is a file in the
// data folder: see archive.go for what is in it and [Engine.Restore] for the way
// back.
type snapshotsServer struct {
	qdrant.UnimplementedSnapshotsServer
	engine *Engine
}

const snapshotSuffix = ".snapshot"

// maxFileName is how many bytes the name of a file may have.
const maxFileName = 255

// everything is the folder of the snapshots of all collections together. No
// collection can have its name.
const everything = "*"

// Create writes a snapshot of a collection as it is now.
func (s *snapshotsServer) Create(ctx context.Context, r *qdrant.CreateSnapshotRequest) (*qdrant.CreateSnapshotResponse, error) {
	start := time.Now()
	if err := checkSupported(r); err != nil {
		return nil, err
	}
	c, err := s.engine.collection(r.GetCollectionName())
	if err != nil {
		return nil, err
	}
	d, err := s.engine.createSnapshot(ctx, c.name, func() []*collection { return []*collection{c} })
	if err != nil {
		return nil, err
	}
	return &qdrant.CreateSnapshotResponse{SnapshotDescription: d, Time: time.Since(start).Seconds()}, nil
}

// CreateFull writes a snapshot of every collection and of the aliases.
func (s *snapshotsServer) CreateFull(ctx context.Context, r *qdrant.CreateFullSnapshotRequest) (*qdrant.CreateSnapshotResponse, error) {
	start := time.Now()
	if err := checkSupported(r); err != nil {
		return nil, err
	}
	d, err := s.engine.createSnapshot(ctx, everything, func() []*collection {
		var all []*collection
		for _, name := range slices.Sorted(maps.Keys(s.engine.collections)) {
			all = append(all, s.engine.collections[name])
		}
		return all
	})
	if err != nil {
		return nil, err
	}
	return &qdrant.CreateSnapshotResponse{SnapshotDescription: d, Time: time.Since(start).Seconds()}, nil
}

// List describes the snapshots of a collection, the oldest first.
func (s *snapshotsServer) List(ctx context.Context, r *qdrant.ListSnapshotsRequest) (*qdrant.ListSnapshotsResponse, error) {
	start := time.Now()
	if err := checkSupported(r); err != nil {
		return nil, err
	}
	c, err := s.engine.collection(r.GetCollectionName())
	if err != nil {
		return nil, err
	}
	return s.list(ctx, start, c.name)
}

// ListFull describes the snapshots of everything, the oldest first.
func (s *snapshotsServer) ListFull(ctx context.Context, r *qdrant.ListFullSnapshotsRequest) (*qdrant.ListSnapshotsResponse, error) {
	start := time.Now()
	if err := checkSupported(r); err != nil {
		return nil, err
	}
	return s.list(ctx, start, everything)
}

// Delete removes a snapshot of a collection.
func (s *snapshotsServer) Delete(ctx context.Context, r *qdrant.DeleteSnapshotRequest) (*qdrant.DeleteSnapshotResponse, error) {
	start := time.Now()
	if err := checkSupported(r); err != nil {
		return nil, err
	}
	c, err := s.engine.collection(r.GetCollectionName())
	if err != nil {
		return nil, err
	}
	return s.remove(ctx, start, c.name, r.GetSnapshotName())
}

// DeleteFull removes a snapshot of everything.
func (s *snapshotsServer) DeleteFull(ctx context.Context, r *qdrant.DeleteFullSnapshotRequest) (*qdrant.DeleteSnapshotResponse, error) {
	start := time.Now()
	if err := checkSupported(r); err != nil {
		return nil, err
	}
	return s.remove(ctx, start, everything, r.GetSnapshotName())
}

// snapshotDir is the folder of the snapshots of a collection, or of everything.
func (e *Engine) snapshotDir(of string) string {
	if of == everything {
		return filepath.Join(e.dir, snapshotFolder)
	}
	return filepath.Join(e.dir, snapshotFolder, of)
}

// createSnapshot writes the collections that choose returns to a new file, which
// has its name only once it is whole and on disk.
func (e *Engine) createSnapshot(ctx context.Context, of string, choose func() []*collection) (*qdrant.SnapshotDescription, error) {
	if err := contextError(ctx); err != nil {
		return nil, err
	}
	e.reads.RLock()
	defer e.reads.RUnlock()
	views, aliases, err := e.viewsOf(ctx, choose)
	if err != nil {
		return nil, err
	}
	defer func() {
		for _, v := range views {
			e.report("let go of a view", v.release())
		}
	}()
	if of != everything {
		aliases = nil
	}
	var d *qdrant.SnapshotDescription
	err = guard(func() (err error) {
		d, err = e.writeSnapshot(ctx, of, views, aliases)
		return err
	})
	if err != nil && ctx.Err() != nil {
		return nil, contextError(ctx)
	}
	return d, e.writeError("create a snapshot", err)
}

// namedView is a view of a collection.
type namedView struct {
	*view
	name string
}

// viewsOf returns views of one moment: no write is between them.
func (e *Engine) viewsOf(ctx context.Context, choose func() []*collection) (views []namedView, aliases map[string]string, err error) {
	if err := e.lockWriter(ctx); err != nil {
		return nil, nil, err
	}
	defer e.unlockWriter()
	for _, c := range choose() {
		v, err := c.acquire()
		if err != nil {
			for _, v := range views {
				e.report("let go of a view", v.release())
			}
			return nil, nil, err
		}
		views = append(views, namedView{v, c.name})
	}
	return views, e.aliases, nil
}

func (e *Engine) writeSnapshot(ctx context.Context, of string, views []namedView, aliases map[string]string) (d *qdrant.SnapshotDescription, err error) {
	dir := e.snapshotDir(of)
	if err := makeFolder(vfs.Default, dir); err != nil {
		return nil, err
	}
	f, err := os.CreateTemp(dir, unfinished)
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, ignoreMissing(os.Remove(f.Name())))
		}
	}()
	sum, err := writeArchive(ctx, roomyWriter{f, e}, views, aliases)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return nil, err
	}
	info, err := os.Stat(f.Name())
	if err != nil {
		return nil, err
	}
	name, err := nameSnapshot(dir, snapshotPrefix(of), e.opt.Now().UTC(), sum)
	if err != nil {
		return nil, err
	}
	if err := os.Rename(f.Name(), filepath.Join(dir, name)); err != nil {
		return nil, errors.Join(err, os.Remove(filepath.Join(dir, name+checksumSuffix)))
	}
	return &qdrant.SnapshotDescription{
		Name: name, CreationTime: timestamppb.New(info.ModTime()), Size: info.Size(), Checksum: &sum,
	}, syncFolder(vfs.Default, dir)
}

// roomyWriter leaves room on the disk for what is written meanwhile: see
// roomFor.
type roomyWriter struct {
	to io.Writer
	e  *Engine
}

func (w roomyWriter) Write(p []byte) (int, error) {
	if err := w.e.roomFor(int64(len(p))); err != nil {
		return 0, err
	}
	return w.to.Write(p)
}

// unfinished is the pattern of the names of snapshots being written.
const unfinished = "writing-*"

// removeUnfinished removes what was being written when the process ended:
// snapshots without a name, and checksums of none.
func (e *Engine) removeUnfinished() error {
	folder := filepath.Join(e.dir, snapshotFolder)
	var err error
	for _, pattern := range []string{unfinished, "*" + snapshotSuffix + checksumSuffix} {
		for _, below := range []string{"", "*/"} {
			names, bad := fs.Glob(os.DirFS(folder), below+pattern)
			err = errors.Join(err, bad)
			for _, name := range names {
				path := filepath.Join(folder, name)
				if of, ok := strings.CutSuffix(path, checksumSuffix); ok && pattern != unfinished {
					if _, statErr := os.Lstat(of); !errors.Is(statErr, os.ErrNotExist) {
						continue
					}
				}
				if info, statErr := os.Lstat(path); statErr == nil && info.Mode().IsRegular() { // a collection may have such a name
					err = errors.Join(err, ignoreMissing(os.Remove(path)))
				}
			}
		}
	}
	return err
}

// snapshotPrefix begins the name of a snapshot: with as much of the collection's
// as leaves room for the rest.
func snapshotPrefix(of string) string {
	if of == everything {
		return "full-snapshot"
	}
	const rest = len("-"+snapshotTime) + len(snapshotSuffix) + len(checksumSuffix)
	of = of[:min(len(of), maxFileName-rest)]
	for !utf8.ValidString(of) { // which the whole name is
		of = of[:len(of)-1]
	}
	return of
}

// snapshotTime is how the time is written in the name of a snapshot.
const snapshotTime = "2006-01-02-15-04-05.000000"

// checksumSuffix ends the name of the file that holds a snapshot's SHA-256.
const checksumSuffix = ".sha256"

// nameSnapshot writes the checksum of a snapshot under a name that no other has,
// and returns it.
func nameSnapshot(dir, prefix string, now time.Time, sum string) (string, error) {
	for {
		name := fmt.Sprintf("%s-%s%s", prefix, now.Format(snapshotTime), snapshotSuffix)
		f, err := os.OpenFile(filepath.Join(dir, name+checksumSuffix), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
		if errors.Is(err, os.ErrExist) {
			now = now.Add(time.Microsecond)
			continue
		}
		if err != nil {
			return "", err
		}
		_, err = f.WriteString(sum)
		if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
			return "", errors.Join(err, ignoreMissing(os.Remove(f.Name())))
		}
		return name, nil
	}
}

func describeSnapshot(dir, name string) (*qdrant.SnapshotDescription, error) {
	info, err := os.Stat(filepath.Join(dir, name))
	if err != nil {
		return nil, err
	}
	d := &qdrant.SnapshotDescription{Name: name, CreationTime: timestamppb.New(info.ModTime()), Size: info.Size()}
	if sum, err := os.ReadFile(filepath.Join(dir, name+checksumSuffix)); err == nil {
		d.Checksum = proto.String(string(sum))
	}
	return d, nil
}

func (s *snapshotsServer) list(ctx context.Context, start time.Time, of string) (*qdrant.ListSnapshotsResponse, error) {
	if err := s.engine.begin(ctx); err != nil {
		return nil, err
	}
	dir := s.engine.snapshotDir(of)
	entries, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, s.engine.writeError("list snapshots", err)
	}
	response := &qdrant.ListSnapshotsResponse{}
	for _, entry := range entries {
		if entry.IsDir() || !strings.HasSuffix(entry.Name(), snapshotSuffix) {
			continue
		}
		d, err := describeSnapshot(dir, entry.Name())
		if errors.Is(err, os.ErrNotExist) {
			continue // deleted meanwhile
		}
		if err != nil {
			return nil, s.engine.writeError("list snapshots", err)
		}
		response.SnapshotDescriptions = append(response.SnapshotDescriptions, d)
	}
	response.Time = time.Since(start).Seconds()
	return response, nil
}

func (s *snapshotsServer) remove(ctx context.Context, start time.Time, of, name string) (*qdrant.DeleteSnapshotResponse, error) {
	if err := s.engine.begin(ctx); err != nil {
		return nil, err
	}
	// No file can have a name with NUL, or one so long, and asking for one fails
	// as a broken disk does.
	if !strings.HasSuffix(name, snapshotSuffix) || name != filepath.Base(name) || strings.Contains(name, "\x00") || len(name) > maxFileName {
		return nil, notFound("Not found: Snapshot %.300q not found", name)
	}
	path := filepath.Join(s.engine.snapshotDir(of), name)
	err := os.Remove(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil, notFound("Not found: Snapshot %s not found", name)
	}
	if err := errors.Join(err, ignoreMissing(os.Remove(path+checksumSuffix))); err != nil {
		return nil, s.engine.writeError("delete snapshot "+name, err)
	}
	return &qdrant.DeleteSnapshotResponse{Time: time.Since(start).Seconds()}, nil
}
