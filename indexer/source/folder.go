package source

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/naru-rag/naru/indexer/extract"
)

// DefaultMaxBytes is the largest file that is read when nothing else is said.
const DefaultMaxBytes = 64 << 20

// Options say how a folder is read. The zero value is the usual way.
type Options struct {
	// MaxBytes is the size of the largest file that is read, in bytes; a larger
	// one is an error of its own. Zero means [DefaultMaxBytes].
	MaxBytes int64
	// FollowOutside follows symbolic links that lead outside the folder too.
	FollowOutside bool
	// Base is an absolute path that keys are relative to, so that they stay the
	// same when everything is moved together. Without one, keys are absolute.
	Base string
	// Debounce is how long the folder must be quiet before a change is told.
	// Zero means half a second.
	Debounce time.Duration
	// Rescan is how often the folder is compared with what it was although
	// nothing was heard, because network file systems do not tell. Zero means
	// five minutes.
	Rescan time.Duration
	// Poll is how often it is compared when the system cannot tell of changes
	// at all. Zero means ten seconds.
	Poll time.Duration
	// Report is told what goes wrong while watching; nil drops it. It is called
	// from one goroutine at a time.
	Report func(error)
}

func (o Options) withDefaults() Options {
	if o.MaxBytes <= 0 {
		o.MaxBytes = DefaultMaxBytes
	}
	if o.Debounce <= 0 {
		o.Debounce = 500 * time.Millisecond
	}
	if o.Rescan <= 0 {
		o.Rescan = 5 * time.Minute
	}
	if o.Poll <= 0 {
		o.Poll = 10 * time.Second
	}
	if o.Report == nil {
		o.Report = func(error) {}
	}
	return o
}

// Folder is the documents in a folder and below it, or one file. It reads the
// files whose extension package extract knows, and passes over hidden ones
// (their name begins with a dot) and hidden folders. Symbolic links are
// followed, but not into a circle and, unless told otherwise, not outside.
type Folder struct {
	path string // absolute
	name string // what every URI begins with: the path as it was given
	opt  Options
}

// NewFolder makes a source of a folder or a single file, which must exist. A
// single file is read whatever its name says. URIs begin with the path as it is
// given here; keys do not depend on how it is given.
func NewFolder(path string, opt Options) (*Folder, error) {
	abs, err := filepath.Abs(path)
	if err != nil {
		return nil, fmt.Errorf("folder %q: %w", path, err)
	}
	if _, err := os.Stat(abs); err != nil {
		return nil, fmt.Errorf("folder %q: %w", path, err)
	}
	return &Folder{path: abs, name: element(filepath.ToSlash(filepath.Clean(path))), opt: opt.withDefaults()}, nil
}

// ID is "folder:" and the absolute path.
func (f *Folder) ID() string { return folderID(f.path) }

// FolderID is the ID of the folder at a path, which need not be there.
func FolderID(path string) (string, error) {
	abs, err := filepath.Abs(path)
	if err != nil {
		return "", fmt.Errorf("folder %q: %w", path, err)
	}
	return folderID(abs), nil
}

func folderID(abs string) string { return KindFolder + ":" + filepath.ToSlash(abs) }

// Kind is [KindFolder].
func (f *Folder) Kind() string { return KindFolder }

var _ Source = (*Folder)(nil)

// element writes a file name as an element of a URI. Names that are not UTF-8,
// such as those of old archives, could not be stored or shown otherwise.
func element(name string) string {
	if utf8.ValidString(name) {
		return name
	}
	var b strings.Builder
	for i := 0; i < len(name); {
		r, size := utf8.DecodeRuneInString(name[i:])
		if r == utf8.RuneError && size == 1 {
			fmt.Fprintf(&b, "%%%02X", name[i])
		} else {
			b.WriteString(name[i : i+size])
		}
		i += size
	}
	return b.String()
}

// wanted tells whether a file in a folder is a document by its name.
func wanted(name string) bool {
	_, ok := extract.MediaType(name)
	return ok
}

// Wanted tells whether what lies at a path, written with slashes, is a document by its
// names: a format that is read, and nothing on the way hidden.
func Wanted(path string) bool {
	for element := range strings.SplitSeq(path, "/") {
		if strings.HasPrefix(element, ".") {
			return false
		}
	}
	return wanted(path)
}

// open opens a regular file. The file may have been exchanged since the walk:
// openFile does not wait for the other end of a pipe.
func (f *Folder) open(path string) (io.ReadCloser, error) {
	file, err := openFile(path)
	if err != nil {
		return nil, err
	}
	info, err := file.Stat()
	if err == nil {
		err = check(info, f.opt.MaxBytes)
	}
	if err != nil {
		file.Close()
		return nil, fmt.Errorf("open %s: %w", path, err)
	}
	return Limit(file, path, f.opt.MaxBytes), nil
}

// check tells why a file is not read, or nil.
func check(info os.FileInfo, limit int64) error {
	if !info.Mode().IsRegular() {
		return fmt.Errorf("%w (%s)", ErrIrregular, info.Mode().Type())
	}
	if info.Size() > limit {
		return TooLarge(info.Size(), limit)
	}
	return nil
}

// TooLarge is an [ErrTooLarge] that says by how much.
func TooLarge(size, limit int64) error {
	return fmt.Errorf("%w: %d bytes, and the limit is %d; split it or raise the limit", ErrTooLarge, size, limit)
}

// Limit reads what a name names up to a limit, and fails where there is more.
func Limit(from io.ReadCloser, name string, most int64) io.ReadCloser {
	return &limited{from: from, name: name, left: most, most: most}
}

// limited fails when a file has grown beyond the limit while it is read.
type limited struct {
	from       io.ReadCloser
	name       string
	left, most int64
}

func (l *limited) Read(p []byte) (int, error) {
	n, err := l.from.Read(p)
	if l.left -= int64(n); l.left < 0 {
		return 0, fmt.Errorf("read %s: %w: it grew beyond the limit of %d bytes", l.name, ErrTooLarge, l.most)
	}
	return n, err
}

func (l *limited) Close() error { return l.from.Close() }
