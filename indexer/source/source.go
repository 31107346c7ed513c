package source

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"
)

// Item is one document at its source.
type Item struct {
	// URI names the item in citations. For a folder it is the path that the
	// folder was given as and the path below it, separated by slashes, with letters as the disk has
	// them; bytes that are not UTF-8 are written as "%" and two digits.
	URI string
	// Key tells the item from every other, and is the same for the same file
	// however its folder was named; see Options.Base.
	Key string
	// Path is where the operating system finds the file; empty where it is none.
	Path string
	// Revision changes whenever the item's bytes do, so that nobody has to read them to
	// find out; empty where the source cannot tell.
	Revision string
	// Modified is when the item was last changed.
	Modified time.Time
	// Size is in bytes, at the time of the walk.
	Size int64
	// Open reads the item. It fails if there is no regular file any more, and
	// the reader fails once it has read more than the source's limit. The
	// caller closes it. Reading ends with the context.
	Open func(ctx context.Context) (io.ReadCloser, error)
}

// Source is a place that documents come from. Implementations are safe for
// concurrent use.
type Source interface {
	// ID names the source, stable across runs.
	ID() string
	// Kind says what its keys are of, such as [KindFolder]: those of different kinds are
	// of different items.
	Kind() string
	// Walk yields every item in the order of the bytes of its URI. An item that
	// cannot be read is yielded with its URI and a [*WalkError], and the walk
	// goes on. Walk returns the error that yield returned, or the context's, or
	// nil; in the first two cases not everything was seen.
	Walk(ctx context.Context, yield func(Item, error) error) error
	// Holds tells whether a key is one that this source would give: what is
	// known under such a key and is not found by a walk has disappeared.
	Holds(key string) bool
}

// KindFolder is the kind of a [Folder].
const KindFolder = "folder"

// Finder is a source that can look for one item.
type Finder interface {
	Source
	// Find returns the item of a key as it is now. Of one that is not there the error is
	// fs.ErrNotExist, of one that a walk would leave out a [*WalkError].
	Find(ctx context.Context, key string) (Item, error)
}

// Reasons that a [WalkError] wraps; test for them with errors.Is.
var (
	// ErrOutside: a symbolic link leads out of the folder.
	ErrOutside = errors.New("leads outside the folder")
	// ErrLoop: a symbolic link leads to a folder that it is in, or to one that
	// another link has led to before.
	ErrLoop = errors.New("folder is read elsewhere")
	// ErrIrregular: a pipe, socket or device.
	ErrIrregular = errors.New("not a regular file")
	// ErrTooLarge: more bytes than Options.MaxBytes.
	ErrTooLarge = errors.New("too large")
)

// WalkError says what a walk could not see.
type WalkError struct {
	// URI and Key of the item or folder.
	URI, Key string
	// Prefix is set when everything below it was not seen either: in a folder what is in
	// it, elsewhere what has a key that begins with Key.
	Prefix bool
	// Err is the reason.
	Err error

	folder *Folder
}

// Error names the item and the reason.
func (e *WalkError) Error() string { return fmt.Sprintf("%s: %v", e.URI, e.Err) }

// Unwrap returns the reason.
func (e *WalkError) Unwrap() error { return e.Err }

// Unknown tells whether documents may be there that were not seen, so that what
// is known of them must be kept. It is false where the walk saw what is there
// and left it out: what [ErrOutside], [ErrLoop], [ErrIrregular] and
// [ErrTooLarge] stand for is no document now, whatever was there before.
func (e *WalkError) Unknown() bool {
	for _, seen := range []error{ErrOutside, ErrLoop, ErrIrregular, ErrTooLarge} {
		if errors.Is(e.Err, seen) {
			return false
		}
	}
	return true
}

// Covers tells whether the error is about the item of this key.
func (e *WalkError) Covers(key string) bool {
	if key == e.Key || !e.Prefix {
		return key == e.Key
	}
	if e.folder == nil {
		return strings.HasPrefix(key, e.Key)
	}
	return strings.HasPrefix(e.folder.absolute(key), strings.TrimSuffix(e.folder.absolute(e.Key), "/")+"/")
}
