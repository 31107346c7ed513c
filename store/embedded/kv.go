package embedded

import (
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"path/filepath"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/pebble/v2/bloom"
	"github.com/cockroachdb/pebble/v2/vfs"
)

// kv is the durable truth: a Pebble store, whose write-ahead log and blocks
// carry checksums. See records.go for what is in it.
type kv struct {
	fs     *freezingFS
	dir    string
	db     *pebble.DB
	cache  *pebble.Cache
	lock   *pebble.Lock
	logger *kvLogger
	// unwritable is why it was opened for reading only, or nil.
	unwritable error
}

// openKV opens or creates the store in dir and takes its lock, waiting so long
// for another process to let go of it.
func openKV(files vfs.FS, dir string, opt Options) (*kv, error) {
	if err := makeFolder(files, dir); err != nil {
		return nil, fmt.Errorf("create data folder %s: %w; choose one that can be written with --data", filepath.Dir(dir), err)
	}
	frozen := newFreezingFS(files)
	unwritable := whyUnwritable(files, dir)
	lock, err := lockDirectory(frozen, dir, opt.LockTimeout)
	if isReadOnly(err) {
		// Who cannot write needs no lock, and cannot make one; Pebble wants one.
		unwritable, frozen.lockless = fmt.Errorf("it is open read-only: %w", err), true
		lock, err = lockDirectory(frozen, dir, opt.LockTimeout)
	}
	if isFileError(err) {
		return nil, fmt.Errorf("lock data folder %s: %w; choose one that can be written with --data", filepath.Dir(dir), err)
	}
	if err != nil {
		return nil, err
	}
	k := &kv{fs: frozen, dir: dir, lock: lock, unwritable: unwritable, logger: &kvLogger{log: opt.Logger, fs: frozen}, cache: pebble.NewCache(opt.cacheBytes())}
	options := &pebble.Options{
		FS:                 frozen,
		Lock:               lock,
		ReadOnly:           unwritable != nil,
		Cache:              k.cache,
		Logger:             k.logger,
		MemTableSize:       opt.memTableBytes(),
		FormatMajorVersion: pebble.FormatNewest,
		// Space is found again without them, and Pebble panics where it reads them
		// while the disk fails.
		DisableTableStats: true,
		EventListener: &pebble.EventListener{
			BackgroundError: k.logger.background,
			DataCorruption:  func(i pebble.DataCorruptionInfo) { k.logger.damage(fmt.Errorf("%s", i)) },
		},
	}
	options.Levels[0].FilterPolicy = bloom.FilterPolicy(10)
	// One index a file, rather than an index of indexes: a step less each read.
	options.Levels[0].IndexBlockSize = 256 << 10
	options.EnsureDefaults()
	if err := k.open(options); err != nil {
		return nil, errors.Join(k.damaged(fmt.Errorf("open %s: %w", dir, err)), frozen.unlock())
	}
	if unwritable != nil {
		opt.Logger.Warn("the data folder is opened for reading only", "folder", dir, "error", unwritable)
	}
	return k, nil
}

// openTries is how often a block is written in vain before opening fails.
const openTries = 20

// open opens the store. What fails for good never returns: see freezingFS.
func (k *kv) open(options *pebble.Options) error {
	var db *pebble.DB
	done := make(chan error, 1)
	k.logger.patience.Store(openTries)
	defer k.logger.patience.Store(0)
	go func() {
		done <- guard(func() (err error) {
			db, err = pebble.Open(k.dir, options)
			return err
		})
	}()
	select {
	case err := <-done:
		if k.db = db; err != nil {
			k.cache.Unref()
		}
		if p, ok := errors.AsType[*panicError](err); ok && !isSystemError(err) {
			err = fmt.Errorf("%w: %w", ErrCorrupt, p) // Pebble reads what it takes to be whole
		}
		return err
	case <-k.fs.failed:
		return k.fs.failure()
	}
}

// lockDirectory takes the lock on dir, or says who has it.
func lockDirectory(files vfs.FS, dir string, wait time.Duration) (*pebble.Lock, error) {
	const pause = 20 * time.Millisecond
	for waited := time.Duration(0); ; waited += pause {
		lock, err := pebble.LockDirectory(dir, files)
		switch {
		case err == nil:
			return lock, nil
		case isFileError(err):
			return nil, err
		case waited >= wait:
			return nil, lockedBy(filepath.Dir(dir))
		}
		time.Sleep(pause)
	}
}

// whyUnwritable returns why a store that is there can only be read, or nil.
// Pebble writes when it opens, and does not survive a full disk then.
func whyUnwritable(files vfs.FS, dir string) error {
	if _, err := files.Stat(dir); err != nil {
		return nil
	}
	usage, err := files.GetDiskUsage(dir)
	if err == nil && usage.AvailBytes < reserve {
		return fmt.Errorf("%w: %d KiB are free", syscall.ENOSPC, usage.AvailBytes>>10)
	}
	return nil
}

func isReadOnly(err error) bool {
	return errors.Is(err, syscall.EROFS) || errors.Is(err, fs.ErrPermission) && isFileError(err)
}

// unlock lets go of the lock, where it was taken.
func (k *kv) unlock() error {
	if k.lock == nil {
		return nil
	}
	return k.lock.Close()
}

// isFileError tells a lock file that cannot be made from one that another
// process holds.
func isFileError(err error) bool {
	_, ok := errors.AsType[*fs.PathError](err)
	return ok
}

// await runs what changes something in the store in a goroutine of its own, as it
// never returns where the store fails meanwhile, see freezingFS. It returns why
// the store failed then. What takes longer than limit, if that is not zero, is a
// failure of the store for the reason that late gives.
func (k *kv) await(limit time.Duration, late string, do func() error) error {
	if err := k.fs.failure(); err != nil {
		return err
	}
	var tooLate <-chan time.Time
	if limit > 0 {
		tooLate = time.After(limit)
	}
	done := make(chan error, 1)
	go func() { done <- guard(do) }()
	select {
	case err := <-done:
		return err
	case <-k.fs.failed:
	case <-tooLate:
		k.logger.fail(errors.New(late))
	}
	return k.fs.failure()
}

// snapshot is the store at one moment.
type snapshot struct {
	*pebble.Snapshot
	kv *kv
}

func (k *kv) snapshot() *snapshot { return &snapshot{k.db.NewSnapshot(), k} }

// Close lets go of the snapshot, unless the store has failed: it wants a lock
// then that a write never gives back.
func (s *snapshot) Close() error {
	err := s.kv.await(0, "", s.Snapshot.Close)
	if s.kv.fs.failure() != nil {
		return nil
	}
	return err
}

// closeTime is how long closing the store may take.
const closeTime = 10 * time.Second

// close lets go of everything. Snapshots and iterators must be closed before. A
// store that failed, or cannot write its blocks, does not end: its lock is let
// go of, and the next start goes on from its log.
func (k *kv) close() error {
	err := k.await(closeTime, "it was closed while blocks could not be written", k.db.Close)
	if k.fs.failure() != nil {
		return k.fs.unlock()
	}
	k.cache.Unref()
	return errors.Join(err, k.unlock())
}

// commitTime is how long a commit may take: it waits while blocks cannot be
// written.
const commitTime = 30 * time.Second

// commit makes a batch durable, or returns an error, and closes the batch. After
// an error other than of the batch itself it is not known whether the batch is
// in the log, and no more are taken: the next start finds out.
func (k *kv) commit(b *pebble.Batch) error {
	if err := errors.Join(k.unwritable, k.fs.failure()); err != nil {
		return errors.Join(err, b.Close())
	}
	err := k.await(commitTime, "the disk takes no blocks", func() error {
		return errors.Join(b.Commit(pebble.Sync), b.Close())
	})
	if err != nil {
		k.logger.fail(err)
	}
	return k.fs.failure()
}

// write commits what fill puts into a batch, if anything.
func (k *kv) write(fill func(*pebble.Batch) error) error {
	b := k.db.NewBatch()
	if err := fill(b); err != nil || b.Empty() {
		return errors.Join(err, b.Close())
	}
	return k.commit(b)
}

// tidyTime is how long the end waits for the buffers to be written to blocks.
const tidyTime = 10 * time.Second

// tidy writes the buffers to blocks, unless the disk has no room: Pebble would
// try for ever.
func (k *kv) tidy() error {
	if k.unwritable != nil || k.fs.failure() != nil || k.logger.troubled.Load() {
		return nil
	}
	return k.await(0, "", func() error {
		usage, err := k.fs.GetDiskUsage(k.dir)
		if err == nil && usage.AvailBytes < 2*k.db.Metrics().MemTable.Size {
			return nil
		}
		done, err := k.db.AsyncFlush()
		if err != nil {
			return err
		}
		select {
		case <-done:
			return nil
		case <-time.After(tidyTime):
			return errors.New("it takes too long; the log has everything")
		}
	})
}

// get returns a copy of a value, nil where there is none.
func get(r pebble.Reader, key []byte) ([]byte, error) {
	value, closer, err := r.Get(key)
	if errors.Is(err, pebble.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return append([]byte{}, value...), closer.Close()
}

// each calls f with the pairs whose keys begin with prefix, in order. Keys and
// values are valid during the call.
func each(r pebble.Reader, prefix []byte, f func(key, value []byte) error) error {
	it, err := r.NewIter(&pebble.IterOptions{LowerBound: prefix, UpperBound: after(prefix)})
	if err != nil {
		return err
	}
	for ok := it.First(); ok && err == nil; ok = it.Next() {
		var value []byte
		if value, err = it.ValueAndErr(); err == nil {
			err = f(it.Key()[len(prefix):], value)
		}
	}
	return errors.Join(err, it.Error(), it.Close())
}

// after returns the first key that is behind all those that begin with prefix.
func after(prefix []byte) []byte {
	end := append([]byte{}, prefix...)
	for i := len(end) - 1; i >= 0; i-- {
		if end[i]++; end[i] != 0 {
			return end[:i+1]
		}
	}
	return nil
}

// kvLogger hears what Pebble has to say. After what would be fatal no more
// writes are taken.
type kvLogger struct {
	log *slog.Logger
	fs  *freezingFS
	// troubled is set once background work has failed.
	troubled atomic.Bool
	// patience is how many failures more end it; it is endless where it is zero.
	patience atomic.Int32
}

// background hears that blocks could not be written. Pebble tries again at once
// and without end, so it is said once, and slowed down.
func (l *kvLogger) background(err error) {
	if !l.troubled.Swap(true) {
		l.log.Warn("store: background work failed and is tried again until it succeeds", "error", err)
	}
	if left := l.patience.Load(); left > 0 && l.patience.Add(-1) == 0 {
		l.fail(err)
	}
	select {
	case <-l.fs.failed:
	case <-time.After(100 * time.Millisecond):
	}
}

func (l *kvLogger) Infof(string, ...any) {}

// Errorf is told what background is told too.
func (l *kvLogger) Errorf(string, ...any) {}

// Fatalf is called in the middle of what cannot be undone: it does not return,
// as Pebble expects.
func (l *kvLogger) Fatalf(format string, args ...any) {
	l.fail(fmt.Errorf(format, args...))
	select {}
}

func (l *kvLogger) fail(err error) {
	if l.fs.failure() == nil {
		l.log.Error("store: no more writes are taken", "error", err)
	}
	l.fs.fail(err)
}

func (l *kvLogger) damage(err error) { l.fail(fmt.Errorf("%w: %w", ErrCorrupt, err)) }

// damaged says what to do where err comes from a damaged file.
func (k *kv) damaged(err error) error {
	if err == nil || !isDamage(err) {
		return err
	}
	return fmt.Errorf("data folder %s: %w (%w): restore it from a snapshot, or move it away and index again", k.dir, ErrCorrupt, err)
}

func isDamage(err error) bool {
	return errors.Is(err, ErrCorrupt) || errors.Is(err, errFault) || errors.Is(err, fs.ErrNotExist) || pebble.IsCorruptionError(err)
}

// isSystemError tells what the operating system said from what was found.
func isSystemError(err error) bool {
	_, ok := errors.AsType[syscall.Errno](err)
	return ok
}
