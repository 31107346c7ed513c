package embedded

import (
	"errors"
	"sync/atomic"

	"github.com/cockroachdb/pebble/v2"
	"github.com/qdrant/go-client/qdrant"

	"github.com/naru-rag/naru/store/embedded/internal/pointid"
)

// view is a collection at one moment: what a read sees from its beginning to
// its end, whatever is written meanwhile. It never changes.
type view struct {
	record   *record
	snapshot *snapshot
	parts    []*part
	points   int
	number   uint64 // of the last write
	refs     atomic.Int64
}

// newView returns a view that is held once.
func newView(r *record, snapshot *snapshot, parts []*part, number uint64) *view {
	v := &view{record: r, snapshot: snapshot, number: number}
	for _, p := range parts {
		if p.live() == 0 && p.file == nil {
			continue
		}
		v.parts = append(v.parts, p)
		v.points += p.live()
		if p.file != nil {
			p.file.acquire()
		}
	}
	v.refs.Store(1)
	return v
}

// release lets go of a view.
func (v *view) release() error {
	if v.refs.Add(-1) > 0 {
		return nil
	}
	err := v.snapshot.Close()
	for _, p := range v.parts {
		if p.file != nil {
			err = errors.Join(err, p.file.release())
		}
	}
	return err
}

// has tells whether there is a point.
func (v *view) has(key pointid.Key) bool {
	for _, p := range v.parts {
		if _, ok := p.find(key); ok {
			return true
		}
	}
	return false
}

// version returns the number of the write that stored a point, 0 where there is
// none.
func (v *view) version(key pointid.Key) uint64 {
	for _, p := range v.parts {
		if doc, ok := p.find(key); ok {
			return p.Version(doc)
		}
	}
	return 0
}

// read returns a point and the number of the write that stored it, or nil.
func (v *view) read(key pointid.Key) (version uint64, p *qdrant.PointStruct, err error) {
	_, err = v.stored(key, func(value []byte) (err error) {
		version, p, err = decodePoint(value)
		return err
	})
	return version, p, err
}

// stored calls f with a point as it is stored, and tells whether there is one.
func (v *view) stored(key pointid.Key, f func(value []byte) error) (bool, error) {
	value, closer, err := v.snapshot.Get(pointKey(v.record.id, key))
	if errors.Is(err, pebble.ErrNotFound) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	return true, errors.Join(f(value), closer.Close())
}

// memory returns how many bytes the parts in memory have.
func (v *view) memory() int64 {
	n := int64(0)
	for _, p := range v.parts {
		if p.file == nil {
			n += p.Size()
		}
	}
	return n
}
