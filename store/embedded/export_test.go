package embedded

import (
	"log/slog"

	"github.com/cockroachdb/pebble/v2/vfs"
)

// Small returns options for a disk of a test, with segments written to it all
// the time.
func Small(files vfs.FS) Options {
	return Options{fs: files, flush: 2 << 10, Logger: slog.New(slog.DiscardHandler)}
}
