package embedded

import (
	"errors"
	"fmt"
	"syscall"

	bolt "go.etcd.io/bbolt"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// commit runs a transaction. Most failures leave the file as it was, because
// bbolt writes its meta page last. One that strikes at that very page may leave
// the write in place although it was refused; then what is on disk is not what
// is in memory, and the engine takes no more writes until it is opened again.
func (e *Engine) commit(what string, f func(*bolt.Tx) error) error {
	before, err := e.disk.transaction()
	if err != nil {
		return writeError(what, e.dir, err)
	}
	err = e.disk.update(f)
	if err == nil {
		return nil
	}
	if after, readErr := e.disk.transaction(); readErr != nil || after != before {
		e.broken = errors.Join(err, readErr)
	}
	return writeError(what, e.dir, err)
}

// transaction returns the number of the last transaction in the file.
func (d *disk) transaction() (int, error) {
	var id int
	err := guard(func() error {
		return d.db.View(func(tx *bolt.Tx) error {
			id = tx.ID()
			return nil
		})
	})
	return id, err
}

// writeError says what could not be written and what to do about it.
func writeError(what, dir string, err error) error {
	if s, ok := status.FromError(err); ok {
		return s.Err()
	}
	code, advice := codes.Internal, "check the disk and its mount"
	switch {
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		code, advice = codes.ResourceExhausted, "free some space and try again"
	case errors.Is(err, syscall.EROFS), errors.Is(err, syscall.EACCES), errors.Is(err, syscall.EPERM):
		advice = "make it writable and try again"
	case errors.Is(err, errPanicked):
		advice = "restart; if it stays, restore a backup or index again"
	}
	return status.Error(code, fmt.Sprintf("%s: data folder %s could not be written: %v; nothing was changed: %s", what, dir, err, advice))
}
