//go:build !unix

package gguf

import (
	"io"
	"os"
)

// mapFile reads a file, where mapping is not to be had.
func mapFile(f *os.File, size int64) (data []byte, unmap func() error, err error) {
	data, err = io.ReadAll(f)
	return data, func() error { return nil }, err
}
