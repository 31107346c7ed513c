package embedded

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime/debug"
	"time"

	"github.com/qdrant/go-client/qdrant"
	bolt "go.etcd.io/bbolt"
	bolterrors "go.etcd.io/bbolt/errors"
)

// disk is the durable truth: one bbolt file. Its layout is
//
//	meta         "format" → "1"
//	collections  one bucket per collection, by name:
//	               "config" → CreateCollection
//	               fields   field name → CreateFieldIndexCollection
//	               points   point key → PointStruct
//
// Every value but the format is sealed: see [seal]. The sequence number of a
// points bucket is the number of the last write to the collection.
type disk struct {
	dir string
	db  *bolt.DB
}

// DataFile is the name of the file in a data folder that holds everything.
const DataFile = "naru.db"

const (
	formatVersion = "1"
)

var (
	metaBucket        = []byte("meta")
	formatKey         = []byte("format")
	collectionsBucket = []byte("collections")
	configKey         = []byte("config")
	fieldsBucket      = []byte("fields")
	pointsBucket      = []byte("points")
)

// openDisk opens or creates the data file and takes its lock.
func openDisk(dir string, wait time.Duration) (*disk, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("create data folder %s: %w; choose one that can be written with --data", dir, err)
	}
	path := filepath.Join(dir, DataFile)
	info, statErr := os.Stat(path)
	// bbolt has no error of its own for a file shorter than its two meta pages.
	if statErr == nil && info.Size() > 0 && info.Size() < 2*int64(os.Getpagesize()) {
		return nil, damaged(path, fmt.Errorf("it has only %d bytes", info.Size()))
	}
	db, err := openBolt(path, wait)
	switch {
	case err == nil:
	case errors.Is(err, bolterrors.ErrTimeout):
		return nil, lockedBy(dir)
	case isDamage(err):
		return nil, damaged(path, err)
	default:
		return nil, fmt.Errorf("open data file %s: %w", path, err)
	}
	d := &disk{dir: dir, db: db}
	if err := d.prepare(errors.Is(statErr, fs.ErrNotExist)); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return d, nil
}

// openBolt opens the file. bbolt trusts what it maps into memory, so that a
// damaged file can make it panic or fault; then the descriptor, and with it the
// lock, is released here.
func openBolt(path string, wait time.Duration) (db *bolt.DB, err error) {
	var file *os.File
	err = guard(func() error {
		var err error
		db, err = bolt.Open(path, 0o600, &bolt.Options{
			Timeout:      wait,
			FreelistType: bolt.FreelistMapType,
			OpenFile: func(name string, flag int, perm os.FileMode) (*os.File, error) {
				f, err := os.OpenFile(name, flag, perm)
				if err == nil {
					file = f
				}
				return f, err
			},
		})
		return err
	})
	if errors.Is(err, errPanicked) && file != nil {
		_ = file.Close()
	}
	return db, err
}

// prepare checks that the file is whole and of a format this program reads,
// and writes the first buckets into a new one.
func (d *disk) prepare(created bool) error {
	path := d.db.Path()
	err := guard(func() error {
		return d.db.View(func(tx *bolt.Tx) error {
			info, err := os.Stat(path)
			if err != nil {
				return err
			}
			if info.Size() < tx.Size() {
				return fmt.Errorf("%w: it has %d bytes and should have %d", ErrCorrupt, info.Size(), tx.Size())
			}
			meta := tx.Bucket(metaBucket)
			if meta == nil {
				created = true
				return nil
			}
			if v := string(meta.Get(formatKey)); v != formatVersion {
				return fmt.Errorf("data file %s has format %q and this program reads %q: use the program that wrote it", path, v, formatVersion)
			}
			return nil
		})
	})
	if err == nil && created {
		err = d.update(func(tx *bolt.Tx) error {
			meta, err := tx.CreateBucketIfNotExists(metaBucket)
			if err != nil {
				return err
			}
			if err := meta.Put(formatKey, []byte(formatVersion)); err != nil {
				return err
			}
			_, err = tx.CreateBucketIfNotExists(collectionsBucket)
			return err
		})
		if err == nil {
			err = syncDir(d.dir)
		}
	}
	if isDamage(err) {
		return damaged(path, err)
	}
	return err
}

// update runs f in one transaction: when it returns nil, what f wrote is on
// disk; otherwise none of it is.
func (d *disk) update(f func(tx *bolt.Tx) error) error {
	return guard(func() error { return d.db.Update(f) })
}

func (d *disk) close() error { return d.db.Close() }

// verify reads every page. It runs after load has walked the tree, when no page
// it visits can fault any more: bbolt checks in a goroutine of its own, where a
// fault could not be recovered.
func (d *disk) verify() error {
	return d.db.View(func(tx *bolt.Tx) error {
		var first error
		for err := range tx.Check() {
			if first == nil {
				first = fmt.Errorf("%w: %w", ErrCorrupt, err)
			}
		}
		return first
	})
}

// stored is a collection as the disk has it.
type stored struct {
	config *qdrant.CreateCollection
	fields []*qdrant.CreateFieldIndexCollection
	points []*doc
	last   uint64
}

// load reads every collection, its points in the order of their keys.
func (d *disk) load() (map[string]*stored, error) {
	found := map[string]*stored{}
	err := guard(func() error {
		return d.db.View(func(tx *bolt.Tx) error {
			root := tx.Bucket(collectionsBucket)
			if root == nil {
				return fmt.Errorf("%w: its list of collections is missing", ErrCorrupt)
			}
			return root.ForEachBucket(func(name []byte) error {
				s, err := loadCollection(root.Bucket(name))
				if err != nil {
					return fmt.Errorf("collection %q: %w", name, err)
				}
				found[string(name)] = s
				return nil
			})
		})
	})
	if err == nil {
		err = d.verify()
	}
	if isDamage(err) {
		return nil, damaged(d.db.Path(), err)
	}
	return found, err
}

func loadCollection(b *bolt.Bucket) (*stored, error) {
	fields, points := b.Bucket(fieldsBucket), b.Bucket(pointsBucket)
	if fields == nil || points == nil {
		return nil, fmt.Errorf("%w: a bucket is missing", ErrCorrupt)
	}
	s := &stored{config: &qdrant.CreateCollection{}, last: points.Sequence()}
	if _, err := unseal(configKey, b.Get(configKey), s.config); err != nil {
		return nil, fmt.Errorf("its configuration: %w", err)
	}
	err := fields.ForEach(func(k, v []byte) error {
		f := &qdrant.CreateFieldIndexCollection{}
		if _, err := unseal(k, v, f); err != nil {
			return fmt.Errorf("index of field %q: %w", k, err)
		}
		s.fields = append(s.fields, f)
		return nil
	})
	if err != nil {
		return nil, err
	}
	err = points.ForEach(func(k, v []byte) error {
		var key pointKey
		if len(k) != len(key) {
			return fmt.Errorf("%w: a point key has %d bytes", ErrCorrupt, len(k))
		}
		copy(key[:], k)
		p := &qdrant.PointStruct{}
		version, err := unseal(k, v, p)
		if err != nil {
			return fmt.Errorf("point %s: %w", key, err)
		}
		s.points = append(s.points, newDoc(key, version, p))
		return nil
	})
	return s, err
}

var errPanicked = errors.New("the data file cannot be read")

// guard turns a panic or a memory fault inside bbolt into an error.
func guard(f func() error) (err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("%w: %v", errPanicked, r)
		}
	}()
	return f()
}

func isDamage(err error) bool {
	for _, target := range []error{ErrCorrupt, errPanicked, bolterrors.ErrInvalid, bolterrors.ErrChecksum, bolterrors.ErrVersionMismatch} {
		if errors.Is(err, target) {
			return true
		}
	}
	return false
}

func damaged(path string, err error) error {
	return fmt.Errorf("data file %s: %w (%w): restore it from a backup, or move it away and index again", path, ErrCorrupt, err)
}

func syncDir(dir string) error {
	f, err := os.Open(dir)
	if err != nil {
		return fmt.Errorf("sync data folder: %w", err)
	}
	return errors.Join(f.Sync(), f.Close())
}
