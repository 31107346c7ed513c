package state

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"
)

// Limits of what is stored, in bytes.
const (
	MaxKey   = 512
	MaxValue = 256 << 10
)

var (
	// ErrNotFound: there is no such entry.
	ErrNotFound = errors.New("there is no such entry")
	// ErrConflict: the entry is not what the writer has read any more.
	ErrConflict = errors.New("the entry was changed by another")
)

// Entry is a value with its key.
type Entry struct {
	Key   string
	Value []byte
	// Version changes with each write. Its text means nothing.
	Version string
	// Expires is when it is not there any more, to the second; zero is never.
	Expires time.Time
}

// Store keeps entries. It is safe for concurrent use, by several processes too.
//
// A key is a kind, a slash and a name, such as "key/8f3k": 3 to [MaxKey] bytes of
// UTF-8, the kind of lower-case letters and hyphens. A value has at most [MaxValue]
// bytes. Anything else is an error.
type Store interface {
	// Get reads an entry, or returns [ErrNotFound].
	Get(ctx context.Context, key string) (Entry, error)
	// Put writes an entry's Value and Expires where the version that is there is the
	// entry's, and there is none where that is empty; otherwise it returns [ErrConflict]. It
	// returns the entry with its new version.
	Put(ctx context.Context, e Entry) (Entry, error)
	// Delete removes an entry where the version that is there is the entry's, and
	// otherwise returns [ErrConflict]; of one that is not there, [ErrNotFound].
	Delete(ctx context.Context, e Entry) error
	// Scan returns the entries whose keys begin with prefix, which has a kind and a slash
	// at least, and come after a key: up to limit of them. Fewer are all.
	Scan(ctx context.Context, prefix, after string, limit int) ([]Entry, error)
	// Close lets go of what the store holds.
	Close() error
}

// Attempts at an update before it is given up.
const attempts = 16

// Update changes an entry until nobody else does in between: change is given the
// entry, or an empty one with its key, and what it returns is written. Its error
// ends the update.
func Update(ctx context.Context, s Store, key string, change func(e *Entry) error) (Entry, error) {
	for range attempts {
		e, err := s.Get(ctx, key)
		if errors.Is(err, ErrNotFound) {
			e, err = Entry{Key: key}, nil
		}
		if err != nil {
			return Entry{}, err
		}
		if err := change(&e); err != nil {
			return Entry{}, err
		}
		e, err = s.Put(ctx, e)
		if !errors.Is(err, ErrConflict) {
			return e, err
		}
	}
	return Entry{}, fmt.Errorf("%s: %w, %d times in a row", key, ErrConflict, attempts)
}

// CheckKey tells what is wrong with a key.
func CheckKey(key string) error {
	name, err := checkKind(key)
	switch {
	case err != nil:
		return err
	case name == "":
		return fmt.Errorf("the key %.40q has no name after its kind", key)
	case len(key) > MaxKey:
		return fmt.Errorf("the key %.40q… has %d bytes, and at most %d are taken", key, len(key), MaxKey)
	case !utf8.ValidString(key):
		return fmt.Errorf("the key %.40q is no UTF-8", key)
	}
	return nil
}

// CheckPrefix tells what is wrong with a prefix.
func CheckPrefix(prefix string) error {
	_, err := checkKind(prefix)
	return err
}

// CheckEntry tells what is wrong with an entry that is to be written.
func CheckEntry(e Entry) error {
	if len(e.Value) > MaxValue {
		return fmt.Errorf("the value of %.40q has %d bytes, and at most %d are taken", e.Key, len(e.Value), MaxValue)
	}
	return CheckKey(e.Key)
}

// checkKind returns what follows a key's kind.
func checkKind(key string) (string, error) {
	kind, name, ok := strings.Cut(key, "/")
	if !ok || kind == "" || strings.ContainsFunc(kind, func(r rune) bool { return (r < 'a' || r > 'z') && r != '-' }) {
		return "", fmt.Errorf("the key %.40q does not begin with a kind of lower-case letters and a slash", key)
	}
	return name, nil
}
