package embedded

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"

	"github.com/cockroachdb/pebble/v2"
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
	r := &restorer{engine: e, name: name, replace: replace, aliases: map[string]string{}}
	err = guard(func() error { return r.read(ctx, f) })
	if err == nil {
		err = r.exchange(ctx)
	}
	if err != nil {
		return nil, fmt.Errorf("restore %s: %w", path, errors.Join(err, r.abandon()))
	}
	return r.restored, nil
}

// restorer collects the collections of a snapshot under numbers of their own,
// where nobody sees them before the end.
type restorer struct {
	engine   *Engine
	name     string
	replace  bool
	batch    *pebble.Batch
	records  []*record
	restored []Restored
	aliases  map[string]string
}

// batchBytes is how much of a snapshot is written at once.
const batchBytes = 4 << 20

func (r *restorer) read(ctx context.Context, f io.Reader) error {
	a, err := newArchiveReader(f)
	if err != nil {
		return err
	}
	db := r.engine.kv.db
	r.batch = db.NewBatch()
	defer func() { _ = r.batch.Close() }()
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		kind, data, err := a.next()
		if err == io.EOF {
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
			_ = r.batch.Close()
			r.batch = db.NewBatch()
		}
	}
}

func (r *restorer) flush() error {
	if r.batch.Empty() {
		return nil
	}
	if err := r.engine.roomFor(int64(r.batch.Len())); err != nil {
		return err
	}
	return r.engine.kv.commit(r.batch)
}

func (r *restorer) frame(kind byte, data []byte) error {
	switch kind {
	case frameCollection:
		name := string(data)
		if r.name != "" {
			if len(r.restored) > 0 {
				return fmt.Errorf("it holds several collections, which cannot all be named %q", r.name)
			}
			name = r.name
		}
		if err := checkCollectionName(name); err != nil {
			return err
		}
		if !r.replace && r.engine.collections[name] != nil {
			return fmt.Errorf("collection %q is there already: delete it, give another name, or say that it is to be replaced", name)
		}
		r.restored = append(r.restored, Restored{Collection: name})
	case frameRecord:
		if len(r.restored) != len(r.records)+1 {
			return fmt.Errorf("%w: a record has no collection", ErrNotSnapshot)
		}
		record, err := decodeRecord(data)
		if err != nil {
			return err
		}
		record.id = r.engine.lastID + uint64(len(r.records)) + 1
		r.records = append(r.records, record)
	case framePoint:
		if len(r.records) == 0 || len(r.records) != len(r.restored) {
			return fmt.Errorf("%w: a point has no collection", ErrNotSnapshot)
		}
		key, value, err := splitPoint(data)
		if err != nil {
			return err
		}
		r.restored[len(r.restored)-1].Points++
		return r.batch.Set(pointKey(r.records[len(r.records)-1].id, key), value, nil)
	case frameAlias:
		alias, name, ok := bytes.Cut(data, []byte{0})
		if !ok {
			return fmt.Errorf("%w: an alias is malformed", ErrNotSnapshot)
		}
		r.aliases[string(alias)] = string(name)
	default:
		return fmt.Errorf("%w: a frame of kind %q is unknown", ErrNotSnapshot, kind)
	}
	return nil
}

// exchange makes the segments of what was read and puts it in place.
func (r *restorer) exchange(ctx context.Context) error {
	e := r.engine
	for i, record := range r.records {
		name := r.restored[i].Collection
		v := newView(record, e.kv.db.NewSnapshot(), nil, 0)
		parts, err := e.remake(ctx, v)
		err = errors.Join(err, v.release())
		if err != nil {
			return err
		}
		old := e.collections[name]
		m := manifest{}
		for _, p := range parts {
			m.files = append(m.files, manifestFile{number: p.file.number})
		}
		e.lastID = record.id - 1
		err = e.create(ctx, "restore collection "+name, name, record, func(b *pebble.Batch) error {
			if old != nil {
				if err := dropID(b, old.view.record.id); err != nil {
					return err
				}
			}
			return b.Set(idKey(keySegments, record.id), m.encode(), nil)
		})
		if err != nil {
			return errors.Join(err, release(parts))
		}
		e.collections[name].publish(newView(record, e.kv.db.NewSnapshot(), parts, 0))
		if old != nil {
			e.forget(old)
		}
	}
	return r.restoreAliases(ctx)
}

func (r *restorer) restoreAliases(ctx context.Context) error {
	e := r.engine
	if len(r.aliases) == 0 {
		return nil
	}
	aliases := maps.Clone(e.aliases)
	for alias, name := range r.aliases {
		if e.collections[alias] != nil || e.collections[name] == nil {
			return fmt.Errorf("alias %q of collection %q cannot be restored: a collection has its name, or that collection is not there", alias, name)
		}
		aliases[alias] = name
	}
	return e.setAliases(ctx, aliases)
}

// abandon removes what a snapshot that failed has left.
func (r *restorer) abandon() error {
	if len(r.records) == 0 {
		return nil
	}
	b := r.engine.kv.db.NewBatch()
	defer func() { _ = b.Close() }()
	for i, record := range r.records {
		if c := r.engine.collections[r.restored[i].Collection]; c != nil && c.view.record.id == record.id {
			continue
		}
		if err := dropID(b, record.id); err != nil {
			return err
		}
	}
	return r.engine.kv.commit(b)
}
