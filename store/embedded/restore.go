package embedded

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"

	"github.com/cockroachdb/pebble/v2"

	"github.com/naru-rag/naru/store/embedded/internal/pointid"
)

// Restored says what [Engine.Restore] brought back.
type Restored struct {
	Collection string `json:"collection"`
	Points     int    `json:"points"`
}

// Restore brings the collections of a snapshot back. Under their names there
// must be none, unless replace is set; then what is there is exchanged in one
// moment, once everything of the snapshot is on disk. Where name is not empty
// the snapshot must hold one collection, which gets that name. A file that is no
// snapshot, or is cut short or damaged, is an [ErrNotSnapshot] and changes
// nothing.
func (e *Engine) Restore(ctx context.Context, path, name string, replace bool) ([]Restored, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("restore: %w", err)
	}
	defer func() { _ = f.Close() }()
	if err := e.lockWriter(ctx); err != nil {
		return nil, err
	}
	defer e.unlockWriter()
	r := &restorer{engine: e, name: name, replace: replace, aliases: maps.Clone(e.aliases), batch: e.kv.db.NewBatch()}
	err = errors.Join(guard(func() error { return r.read(ctx, f) }), r.batch.Close())
	if err == nil {
		err = guard(func() error { return r.exchange(ctx) })
	}
	if err != nil {
		return nil, fmt.Errorf("restore %s: %w", path, errors.Join(err, r.abandon()))
	}
	restored := make([]Restored, len(r.found))
	for i, c := range r.found {
		restored[i] = Restored{Collection: c.name, Points: c.points}
	}
	return restored, nil
}

// restorer collects the collections of a snapshot under numbers of their own,
// where nobody sees them before the end.
type restorer struct {
	engine  *Engine
	name    string
	replace bool
	batch   *pebble.Batch
	found   []*restoredCollection
	aliases map[string]string // those there will be
}

type restoredCollection struct {
	name   string
	record *record // nil until it is read
	points int
	last   pointid.Key // of them
	parts  []*part
}

// batchBytes is how much of a snapshot is written at once.
const batchBytes = 4 << 20

func (r *restorer) read(ctx context.Context, f io.Reader) error {
	a, err := newArchiveReader(f)
	if err != nil {
		return err
	}
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		kind, data, err := a.next()
		if err == io.EOF {
			if last := r.last(); last != nil && last.record == nil {
				return fmt.Errorf("%w: a collection has no record", ErrNotSnapshot)
			}
			return r.flush()
		}
		if err != nil {
			return err
		}
		if err := r.frame(kind, data); err != nil {
			return err
		}
		if r.batch.Len() > batchBytes {
			if err := r.flush(); err != nil {
				return err
			}
		}
	}
}

// flush writes what was read so far.
func (r *restorer) flush() error {
	e := r.engine
	if err := e.roomFor(int64(r.batch.Len())); err != nil {
		return e.writeError("restore", err)
	}
	full := r.batch
	r.batch = e.kv.db.NewBatch()
	return e.writeError("restore", e.kv.commit(full))
}

// last returns the collection being read, or nil.
func (r *restorer) last() *restoredCollection {
	if len(r.found) == 0 {
		return nil
	}
	return r.found[len(r.found)-1]
}

func (r *restorer) frame(kind byte, data []byte) error {
	c := r.last()
	switch kind {
	case frameCollection:
		if c != nil && c.record == nil {
			return fmt.Errorf("%w: a collection has no record", ErrNotSnapshot)
		}
		name, err := r.nameOf(string(data))
		if err != nil {
			return err
		}
		r.found = append(r.found, &restoredCollection{name: name})
	case frameRecord:
		if c == nil || c.record != nil {
			return fmt.Errorf("%w: a record has no collection", ErrNotSnapshot)
		}
		record, err := decodeRecord(data)
		if err == nil {
			err = record.check()
		}
		if err != nil {
			return fmt.Errorf("%w: %w", ErrNotSnapshot, err)
		}
		r.engine.lastID++
		record.id, c.record = r.engine.lastID, record
	case framePoint:
		if c == nil || c.record == nil {
			return fmt.Errorf("%w: a point has no collection", ErrNotSnapshot)
		}
		return r.point(c, data)
	case frameAlias:
		alias, name, ok := bytes.Cut(data, []byte{0})
		if !ok || checkCollectionName(string(alias)) != nil {
			return fmt.Errorf("%w: an alias is malformed", ErrNotSnapshot)
		}
		r.aliases[string(alias)] = string(name)
	default:
		return fmt.Errorf("%w: a frame of kind %q is unknown", ErrNotSnapshot, kind)
	}
	return nil
}

// check refuses what no request could have made: whoever wrote the file need not
// have been this program.
func (r *record) check() error {
	if err := checkSupported(r.config); err != nil {
		return err
	}
	if _, err := checkConfig(r.config); err != nil {
		return err
	}
	for _, f := range r.fields {
		if err := errors.Join(checkSupported(f), checkFieldIndex(f)); err != nil {
			return err
		}
	}
	return nil
}

// point takes a point in, as if it were stored by a request.
func (r *restorer) point(c *restoredCollection, data []byte) error {
	key, version, p, err := splitPoint(data)
	if err == nil && c.points > 0 && key.Compare(c.last) <= 0 {
		err = fmt.Errorf("point %s is not in its place", key)
	}
	if err == nil {
		p, err = c.record.normalise(key, p)
	}
	if err != nil {
		return fmt.Errorf("%w: %w", ErrNotSnapshot, err)
	}
	c.points, c.last = c.points+1, key
	value, err := encodePoint(version, p)
	if err != nil {
		return err
	}
	return r.batch.Set(pointKey(c.record.id, key), value, nil)
}

// nameOf returns the name that a collection of the snapshot gets.
func (r *restorer) nameOf(name string) (string, error) {
	if r.name != "" {
		if len(r.found) > 0 {
			return "", fmt.Errorf("it holds several collections, which cannot all be named %q", r.name)
		}
		name = r.name
	}
	if err := checkCollectionName(name); err != nil {
		return "", err
	}
	if slices.ContainsFunc(r.found, func(c *restoredCollection) bool { return c.name == name }) {
		return "", fmt.Errorf("%w: it holds collection %q twice", ErrNotSnapshot, name)
	}
	if !r.replace && r.engine.collections[name] != nil {
		return "", fmt.Errorf("collection %q is there already: delete it, give another name, or say that it is to be replaced", name)
	}
	return name, nil
}

// exchange makes the segments of what was read and puts everything in place in
// one batch.
func (r *restorer) exchange(ctx context.Context) error {
	e := r.engine
	there := maps.Clone(e.collections)
	for _, c := range r.found {
		v := newView(c.record, e.kv.snapshot(), nil, 0)
		parts, err := e.remake(ctx, v)
		c.parts = parts
		if err = errors.Join(err, v.release()); err != nil {
			return err
		}
		there[c.name] = newCollection(e, c.name, 0, nil)
	}
	for alias, name := range r.aliases {
		if there[alias] != nil || there[name] == nil {
			return fmt.Errorf("alias %q of collection %q cannot be: a collection has its name, or that collection is not there", alias, name)
		}
	}
	var replaced []*collection
	err := e.kv.write(func(b *pebble.Batch) error {
		for _, c := range r.found {
			if old := e.collections[c.name]; old != nil {
				replaced = append(replaced, old)
				if err := dropID(b, old.view.record.id); err != nil {
					return err
				}
			}
			var m manifest
			for _, p := range c.parts {
				m.files = append(m.files, manifestFile{number: p.file.number})
			}
			if err := errors.Join(putCollection(b, c.name, c.record), b.Set(idKey(keySegments, c.record.id), m.encode(), nil)); err != nil {
				return err
			}
		}
		return putAliases(b, e.aliases, r.aliases)
	})
	if err != nil {
		return e.writeError("restore", err)
	}
	for _, c := range r.found {
		there[c.name].view = newView(c.record, e.kv.snapshot(), c.parts, 0)
	}
	e.mu.Lock()
	e.collections, e.aliases = there, r.aliases
	e.mu.Unlock()
	for _, old := range replaced {
		e.forget(old)
	}
	return nil
}

// abandon removes what a snapshot that failed has left.
func (r *restorer) abandon() error {
	return r.engine.kv.write(func(b *pebble.Batch) error {
		for _, c := range r.found {
			if c.record == nil {
				continue
			}
			if err := errors.Join(discard(c.parts), dropID(b, c.record.id)); err != nil {
				return err
			}
		}
		return nil
	})
}
