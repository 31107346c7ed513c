//go:build !unix

package embedded

import (
	"errors"

	"github.com/cockroachdb/pebble/v2/vfs"
)

// mapFile reads a file into memory.
func mapFile(files vfs.FS, path string) (data []byte, unmap func() error, err error) {
	f, err := files.Open(path)
	if err != nil {
		return nil, nil, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	info, err := f.Stat()
	if err != nil {
		return nil, nil, err
	}
	return readFile(f, info.Size())
}
