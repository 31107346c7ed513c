package embedded

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/cockroachdb/pebble/v2/vfs/atomicfs"
	"github.com/qdrant/go-client/qdrant"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// Options are how an engine is opened; the zero value works.
type Options struct {
	// LockTimeout is how long Open waits for another process to let go of the
	// data folder; zero means two seconds.
	LockTimeout time.Duration
	// Address is where this process answers, such as "http://127.0.0.1:7117".
	// Who finds the folder locked reads it in LockedError.Holder.
	Address string
	// Memory bounds what the engine keeps in memory of its own, in bytes: recent
	// writes, caches and buffers, not what single requests need, nor the page
	// cache of mapped files. Zero means 128 MiB; less than 16 MiB is taken for
	// that.
	Memory int64
	// Now is the clock that names snapshots; nil means time.Now.
	Now func() time.Time
	// Logger hears of background work that failed and of damage that was
	// mended; nil means slog.Default.
	Logger *slog.Logger

	// What a test may hand in: another disk, and how large the segments in memory
	// get before they are written to it.
	fs    vfs.FS
	flush int64
}

func (o *Options) fill() {
	if o.LockTimeout <= 0 {
		o.LockTimeout = 2 * time.Second
	}
	if o.Memory == 0 {
		o.Memory = 128 << 20
	}
	o.Memory = max(o.Memory, 16<<20)
	if o.Logger == nil {
		o.Logger = slog.Default()
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.flush == 0 {
		o.flush = o.Memory / 8
	}
	if o.fs == nil {
		o.fs = vfs.Default
	}
}

// The budget: a quarter for cached blocks of the store, a sixteenth for each of
// its two to four buffers of writes, and an eighth for segments in memory, which
// may grow to four times that before writers wait.

func (o *Options) cacheBytes() int64     { return o.Memory / 4 }
func (o *Options) memTableBytes() uint64 { return uint64(o.Memory / 16) }
func (o *Options) flushBytes() int64     { return o.flush }
func (o *Options) waitBytes() int64      { return 4 * o.flush }

// The folders in a data folder.
const (
	storeFolder    = "store"
	segmentFolder  = "segments"
	snapshotFolder = "snapshots"
)

// Exists tells whether there is a data folder at dir.
func Exists(dir string) (bool, error) {
	for _, name := range []string{storeFolder, oldFile} {
		_, err := os.Stat(filepath.Join(dir, name))
		if err == nil || !errors.Is(err, os.ErrNotExist) {
			return err == nil, err
		}
	}
	return false, nil
}

// oldFile is what the first version of Naru kept everything in.
const oldFile = "naru.db"

// Engine is an open data folder. It is safe for concurrent use.
type Engine struct {
	dir      string
	opt      Options
	kv       *kv
	segments *segmentFiles

	// writer is held through each write, from reading what it changes to the
	// exchange of the view. A channel, so that a caller whose time is up stops
	// waiting.
	writer chan struct{}
	lastID uint64 // the last number given to a collection; guarded by writer
	// obsolete counts what was overwritten, and twice what was deleted, as that
	// leaves a mark, since the space of it was reclaimed; guarded by writer.
	obsolete int

	// mu guards the maps, not what they hold; they change with writer held.
	mu          sync.RWMutex
	collections map[string]*collection
	aliases     map[string]string
	closed      atomic.Bool
	// reads is held by every read; Close waits for them with it.
	reads sync.RWMutex

	wake chan struct{}
	// writes counts changes of points, so that the background sees whether it may
	// rest; one that comes while resting is set wakes it.
	writes  atomic.Uint64
	resting atomic.Bool
	stop    context.CancelFunc
	done    chan struct{}

	points  *pointsServer
	manager *collectionsServer
	backups *snapshotsServer
	health  *healthServer
	conn    *conn
}

// Open opens the data folder dir, creating it where it is missing. It reads
// what describes the collections and what was written last, not the points. The
// error is an [ErrLocked] where another process holds the folder and an
// [ErrCorrupt] where what is in it is damaged; segments that are damaged are
// made again.
func Open(dir string, opt Options) (*Engine, error) {
	opt.fill()
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, fmt.Errorf("data folder: %w", err)
	}
	if err := errors.Join(refuseOldFormat(opt.fs, dir), refuseLaterStore(opt.fs, dir)); err != nil {
		return nil, err
	}
	k, err := openKV(opt.fs, filepath.Join(dir, storeFolder), opt)
	if err != nil {
		return nil, err
	}
	e := &Engine{
		dir: dir, opt: opt, kv: k,
		segments:    &segmentFiles{fs: opt.fs, dir: filepath.Join(dir, segmentFolder)},
		writer:      make(chan struct{}, 1),
		collections: map[string]*collection{}, aliases: map[string]string{},
		wake: make(chan struct{}, 1), done: make(chan struct{}),
	}
	writeHolder(dir, opt.Address)
	ctx, stop := context.WithCancel(context.Background())
	e.stop = stop
	if err := e.load(ctx); err != nil {
		stop()
		removeHolder(dir)
		return nil, errors.Join(k.damaged(err), e.letGo(), k.close())
	}
	e.points = &pointsServer{engine: e}
	e.manager = &collectionsServer{engine: e}
	e.backups = &snapshotsServer{engine: e}
	e.health = &healthServer{}
	e.conn = newConn(e)
	go func() {
		defer close(e.done)
		e.maintain(ctx)
	}()
	e.wakeUp()
	return e, nil
}

// refuseOldFormat finds the file of the first format, which is read no more.
func refuseOldFormat(files vfs.FS, dir string) error {
	old := filepath.Join(dir, oldFile)
	if _, err := files.Stat(old); err == nil {
		return fmt.Errorf("data folder %s was made by an early version whose format is read no more: move %s away and index again", dir, old)
	}
	return nil
}

// refuseLaterStore finds a store that a later Pebble has written. What cannot be
// read is left to openKV.
func refuseLaterStore(files vfs.FS, dir string) error {
	marker, err := atomicfs.ReadMarker(files, filepath.Join(dir, storeFolder), "format-version")
	if err != nil {
		return nil
	}
	found, err := strconv.ParseUint(marker, 10, 64)
	if err == nil && found > uint64(pebble.FormatNewest) {
		return fmt.Errorf("data folder %s: its store has format %d and this program reads up to %d: use the program that wrote it", dir, found, pebble.FormatNewest)
	}
	return nil
}

// load reads the collections and aliases.
func (e *Engine) load(ctx context.Context) error {
	if err := makeFolder(e.opt.fs, e.segments.dir); err != nil {
		return fmt.Errorf("create folder %s: %w", e.segments.dir, err)
	}
	if err := e.loadFormat(); err != nil {
		return err
	}
	records := map[string]*record{}
	keep := map[uint64]bool{}
	return guard(func() error {
		err := each(e.kv.db, []byte{keyCollection}, func(name, value []byte) error {
			r, err := decodeRecord(value)
			if err != nil {
				return fmt.Errorf("collection %q: %w", name, err)
			}
			records[string(name)] = r
			return nil
		})
		if err != nil {
			return err
		}
		err = each(e.kv.db, []byte{keyAlias}, func(alias, name []byte) error {
			e.aliases[string(alias)] = string(name)
			return nil
		})
		if err != nil {
			return err
		}
		err = each(e.kv.db, []byte{keySegments}, func(_, value []byte) error {
			m, err := decodeManifest(value)
			if err != nil {
				return err
			}
			for _, f := range m.files {
				keep[f.number] = true
			}
			return nil
		})
		if err != nil {
			return err
		}
		if e.kv.unwritable == nil {
			if err := errors.Join(e.segments.clean(ctx, keep), e.sweep(records)); err != nil {
				return err
			}
			e.report("remove unfinished snapshots", e.removeUnfinished())
		}
		for name, r := range records {
			c, err := e.openCollection(ctx, name, r)
			if err != nil {
				return fmt.Errorf("collection %q: %w", name, err)
			}
			e.collections[name] = c
		}
		return nil
	})
}

// sweep deletes what is under the number of no collection: what a restore that
// was interrupted has left.
func (e *Engine) sweep(records map[string]*record) error {
	known := map[uint64]bool{}
	for _, r := range records {
		known[r.id] = true
	}
	return e.kv.write(func(b *pebble.Batch) error {
		it, err := e.kv.db.NewIter(&pebble.IterOptions{LowerBound: []byte{keyPoint}, UpperBound: []byte{keyPoint + 1}})
		if err != nil {
			return err
		}
		for ok := it.First(); ok && err == nil; {
			var id uint64
			if id, err = number(it.Key()[1:min(9, len(it.Key()))]); err == nil && !known[id] {
				err = dropID(b, id)
			}
			ok = it.SeekGE(idKey(keyPoint, id+1))
		}
		return errors.Join(err, it.Error(), it.Close())
	})
}

// loadFormat checks the format of the folder, or writes it into a new one.
func (e *Engine) loadFormat() error {
	value, err := get(e.kv.db, []byte{keyFormat})
	if err != nil {
		return err
	}
	if value == nil {
		return e.kv.write(func(b *pebble.Batch) error {
			return b.Set([]byte{keyFormat}, binary.BigEndian.AppendUint64(nil, formatVersion), nil)
		})
	}
	found, err := number(value)
	if err != nil {
		return err
	}
	if found > formatVersion {
		return fmt.Errorf("data folder %s has format %d and this program reads up to %d: use the program that wrote it", e.dir, found, formatVersion)
	}
	if value, err = get(e.kv.db, []byte{keyNumber}); err != nil || value == nil {
		return err
	}
	e.lastID, err = number(value)
	return err
}

// Conn is a connection to the engine without a wire, for
// qdrant.NewPointsClient and the other clients.
func (e *Engine) Conn() grpc.ClientConnInterface { return e.conn }

// Register adds the engine's services to a gRPC server: Points, Collections,
// Snapshots and Qdrant.
func (e *Engine) Register(server grpc.ServiceRegistrar) {
	server.RegisterService(e.guarded(&qdrant.Points_ServiceDesc), e.points)
	server.RegisterService(e.guarded(&qdrant.Collections_ServiceDesc), e.manager)
	server.RegisterService(e.guarded(&qdrant.Snapshots_ServiceDesc), e.backups)
	server.RegisterService(e.guarded(&qdrant.Qdrant_ServiceDesc), e.health)
}

// Close waits for the write in progress, ends the work in the background and
// lets go of the data folder. Calls made afterwards fail with
// codes.Unavailable. Closing twice is no error.
func (e *Engine) Close() error {
	e.writer <- struct{}{}
	if e.closed.Swap(true) {
		<-e.writer
		return nil
	}
	<-e.writer
	e.stop()
	<-e.done
	e.tidy()
	removeHolder(e.dir)
	e.reads.Lock()
	defer e.reads.Unlock()
	if err := errors.Join(e.letGo(), e.kv.close()); err != nil {
		return fmt.Errorf("close data folder %s: %w", e.dir, err)
	}
	return nil
}

// worthFlushing is how much a collection has to have in memory to be written to
// a file at the end: less is quickly made again at the next start.
const worthFlushing = 256 << 10

// tidy leaves what the next start is quick with: segments in files, and points
// in blocks with checksums rather than in the write-ahead log, whose last entry
// cannot tell damage from a write that was cut short. What fails is not lost.
func (e *Engine) tidy() {
	if e.kv.unwritable != nil || e.kv.fs.failure() != nil {
		return
	}
	for _, c := range e.collections {
		v, err := c.acquire()
		if err != nil {
			continue
		}
		if v.memory() < min(worthFlushing, e.opt.flush) {
			e.report("let go of a view", v.release())
			continue
		}
		e.report("write segments at the end", e.run(context.Background(), &job{c: c, v: v, parts: inMemory(v), written: v.number}))
	}
	e.report("write points at the end", e.kv.tidy())
}

// letGo releases what the collections hold, once no read is in them.
func (e *Engine) letGo() error {
	e.mu.RLock()
	defer e.mu.RUnlock()
	var err error
	for _, c := range e.collections {
		err = errors.Join(err, c.end())
	}
	return err
}

// report logs an error that has no caller to go to.
func (e *Engine) report(what string, err error) {
	if err != nil {
		e.logger(err).Warn("embedded engine: " + what)
	}
}

// begin says why a request cannot be begun.
func (e *Engine) begin(ctx context.Context) error {
	if err := contextError(ctx); err != nil {
		return err
	}
	return e.checkOpen()
}

func (e *Engine) checkOpen() error {
	if e.closed.Load() {
		return status.Error(codes.Unavailable, "the embedded engine is closed")
	}
	return nil
}

// collection returns a collection by its name or an alias.
func (e *Engine) collection(name string) (*collection, error) {
	if err := e.checkOpen(); err != nil {
		return nil, err
	}
	if name == "" {
		return nil, invalid("collection_name is empty")
	}
	e.mu.RLock()
	defer e.mu.RUnlock()
	if target, ok := e.aliases[name]; ok {
		name = target
	}
	c, ok := e.collections[name]
	if !ok {
		return nil, noCollection(name)
	}
	return c, nil
}
