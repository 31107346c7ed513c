//go:build unix

package embedded

import (
	"errors"

	"github.com/cockroachdb/pebble/v2/vfs"
	"golang.org/x/sys/unix"
)

// mapFile maps a file into memory for reading. What is mapped is memory of the
// page cache, which the system takes back when it needs it.
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
	if f.Fd() == vfs.InvalidFd || info.Size() == 0 {
		return readFile(f, info.Size())
	}
	data, err = unix.Mmap(int(f.Fd()), 0, int(info.Size()), unix.PROT_READ, unix.MAP_SHARED)
	if err != nil {
		return nil, nil, err
	}
	return data, func() error { return unix.Munmap(data) }, nil
}
