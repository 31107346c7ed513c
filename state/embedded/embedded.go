// Package embedded keeps state in a file (bbolt), for a program on one machine.
//
// Start with [Open]. Several processes may use one file: it is held for the length of
// an operation only, readers beside each other and writers alone. So `naru key` works
// while a server runs. A write is on disk when it returns, and whole or not there after a crash.
package embedded

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"time"

	"go.etcd.io/bbolt"
	bolterrors "go.etcd.io/bbolt/errors"

	"github.com/naru-rag/naru/state"
)

// Options are what is not the file's name.
type Options struct {
	// Clock tells when entries expire; nil is time.Now.
	Clock func() time.Time
	// Wait is how long to wait for other processes, zero is 5 s. An operation whose
	// context ends earlier waits less long.
	Wait time.Duration
}

// Store is state in a file.
type Store struct {
	file string
	opt  Options
	// One process does not wait for itself by the file's lock.
	mu sync.RWMutex
}

var _ state.Store = (*Store)(nil)

// Open names the file, which is made by the first write.
func Open(file string, opt Options) *Store {
	if opt.Clock == nil {
		opt.Clock = time.Now
	}
	if opt.Wait <= 0 {
		opt.Wait = 5 * time.Second
	}
	return &Store{file: file, opt: opt}
}

// Close does nothing: there is nothing open between operations.
func (s *Store) Close() error { return nil }

var bucket = []byte("state")

func (s *Store) Get(ctx context.Context, key string) (e state.Entry, err error) {
	if err := state.CheckKey(key); err != nil {
		return e, err
	}
	found := false
	err = s.read(ctx, func(b *bbolt.Bucket) error {
		e, found, err = s.decode(key, b.Get([]byte(key)))
		return err
	})
	if err == nil && !found {
		err = fmt.Errorf("%s: %w", key, state.ErrNotFound)
	}
	return e, err
}

func (s *Store) Put(ctx context.Context, e state.Entry) (state.Entry, error) {
	if err := state.CheckEntry(e); err != nil {
		return state.Entry{}, err
	}
	err := s.write(ctx, func(b *bbolt.Bucket) error {
		if err := s.expect(b, e); err != nil && (!errors.Is(err, state.ErrNotFound) || e.Version != "") {
			return conflict(err, e.Key)
		}
		// One count for all keys: a version does not come back after a deletion.
		version, err := b.NextSequence()
		if err != nil {
			return err
		}
		e.Version = strconv.FormatUint(version, 10)
		return b.Put([]byte(e.Key), encode(version, e))
	})
	if err != nil {
		return state.Entry{}, err
	}
	return e, nil
}

func (s *Store) Delete(ctx context.Context, e state.Entry) error {
	if err := state.CheckKey(e.Key); err != nil {
		return err
	}
	return s.write(ctx, func(b *bbolt.Bucket) error {
		if err := s.expect(b, e); err != nil {
			return err
		}
		return b.Delete([]byte(e.Key))
	})
}

// expect tells whether the version that is there is the entry's.
func (s *Store) expect(b *bbolt.Bucket, e state.Entry) error {
	there, found, err := s.decode(e.Key, b.Get([]byte(e.Key)))
	switch {
	case err != nil:
		return err
	case !found:
		return fmt.Errorf("%s: %w", e.Key, state.ErrNotFound)
	case there.Version != e.Version:
		return fmt.Errorf("%s: %w", e.Key, state.ErrConflict)
	}
	return nil
}

// conflict is what a write returns where it expected an entry that is not there.
func conflict(err error, key string) error {
	if errors.Is(err, state.ErrNotFound) {
		return fmt.Errorf("%s: %w", key, state.ErrConflict)
	}
	return err
}

func (s *Store) Scan(ctx context.Context, prefix, after string, limit int) (entries []state.Entry, err error) {
	if err := state.CheckPrefix(prefix); err != nil {
		return nil, err
	}
	err = s.read(ctx, func(b *bbolt.Bucket) error {
		c := b.Cursor()
		for k, v := c.Seek([]byte(max(prefix, after))); k != nil && bytes.HasPrefix(k, []byte(prefix)) && len(entries) < limit; k, v = c.Next() {
			if string(k) == after {
				continue
			}
			e, found, err := s.decode(string(k), v)
			if err != nil {
				return err
			}
			if found {
				entries = append(entries, e)
			}
		}
		return nil
	})
	return entries, err
}

// The form of a value: the version and the second that it expires in, each as eight
// bytes, and the value.
const head = 16

func encode(version uint64, e state.Entry) []byte {
	data := make([]byte, head, head+len(e.Value))
	binary.BigEndian.PutUint64(data, version)
	if !e.Expires.IsZero() {
		binary.BigEndian.PutUint64(data[8:], uint64(e.Expires.Unix()))
	}
	return append(data, e.Value...)
}

func (s *Store) decode(key string, data []byte) (e state.Entry, found bool, err error) {
	if data == nil {
		return e, false, nil
	}
	if len(data) < head {
		return e, false, fmt.Errorf("%s: the entry %s is damaged: it has %d bytes", s.file, key, len(data))
	}
	e = state.Entry{Key: key, Version: strconv.FormatUint(binary.BigEndian.Uint64(data), 10), Value: bytes.Clone(data[head:])}
	if expires := binary.BigEndian.Uint64(data[8:]); expires != 0 {
		e.Expires = time.Unix(int64(expires), 0).UTC()
		if !s.opt.Clock().Before(e.Expires) {
			return state.Entry{}, false, nil
		}
	}
	return e, true, nil
}

// read has do look at the entries; it does not where there is no file yet.
func (s *Store) read(ctx context.Context, do func(*bbolt.Bucket) error) error {
	s.mu.RLock()
	defer s.mu.RUnlock()
	db, err := s.open(ctx, true)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer db.Close()
	return db.View(func(tx *bbolt.Tx) error {
		if b := tx.Bucket(bucket); b != nil {
			return do(b)
		}
		return nil
	})
}

func (s *Store) write(ctx context.Context, do func(*bbolt.Bucket) error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	db, err := s.open(ctx, false)
	if err != nil {
		return err
	}
	err = db.Update(func(tx *bbolt.Tx) error {
		b, err := tx.CreateBucketIfNotExists(bucket)
		if err != nil {
			return err
		}
		return do(b)
	})
	return errors.Join(err, db.Close())
}

func (s *Store) open(ctx context.Context, readOnly bool) (*bbolt.DB, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if readOnly {
		// bbolt would make the file.
		if info, err := os.Stat(s.file); err != nil {
			return nil, err
		} else if info.Size() == 0 {
			return nil, fs.ErrNotExist // another process is making it
		}
	} else if err := os.MkdirAll(filepath.Dir(s.file), 0o700); err != nil {
		return nil, err
	}
	wait := s.opt.Wait
	if deadline, ok := ctx.Deadline(); ok {
		wait = max(min(wait, time.Until(deadline)), time.Millisecond)
	}
	db, err := bbolt.Open(s.file, 0o600, &bbolt.Options{Timeout: wait, ReadOnly: readOnly, FreelistType: bbolt.FreelistMapType})
	if errors.Is(err, bolterrors.ErrTimeout) {
		return nil, fmt.Errorf("%s: another process held it for %v", s.file, wait)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", s.file, err)
	}
	return db, nil
}
