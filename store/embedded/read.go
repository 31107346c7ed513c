package embedded

import (
	"context"
	"errors"

	"github.com/qdrant/go-client/qdrant"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/naru-rag/naru/internal/bitset"
	"github.com/naru-rag/naru/store/embedded/internal/filter"
	"github.com/naru-rag/naru/store/embedded/internal/pointid"
	"github.com/naru-rag/naru/store/embedded/internal/segment"
)

// read runs f on the present view of a collection.
func (e *Engine) read(ctx context.Context, name string, f func(v *view) error) error {
	if err := contextError(ctx); err != nil {
		return err
	}
	// A read that has begun keeps the engine open: see Close.
	e.reads.RLock()
	defer e.reads.RUnlock()
	c, err := e.collection(name)
	if err != nil {
		return err
	}
	v, err := c.acquire()
	if err != nil {
		return err
	}
	defer func() { e.report("let go of a view", v.release()) }()
	return e.readError(c, guard(func() error { return f(v) }))
}

// readError gives an error of a read its code. Damage found in a segment has it
// made again from the points.
func (e *Engine) readError(c *collection, err error) error {
	if err == nil {
		return nil
	}
	if _, ok := status.FromError(err); ok {
		return err
	}
	switch {
	case errors.Is(err, segment.ErrDamaged), errors.Is(err, errFault):
		e.logger(err).Error("a segment is damaged: making all of its collection again from the points", "collection", c.name)
		c.damaged.Store(true)
		e.wakeUp()
		return status.Errorf(codes.DataLoss, "a part of the index of collection %q is damaged and is being made again: try again shortly", c.name)
	case isDamage(err):
		e.logger(err).Error("the data folder is damaged", "collection", c.name)
		return status.Errorf(codes.DataLoss, "data folder %s is damaged: restore a snapshot, or move it away and index again", e.dir)
	case isSystemError(err):
		e.logger(err).Error("embedded engine: a read failed", "collection", c.name)
		return status.Errorf(codes.Internal, "data folder %s could not be read: check the disk", e.dir)
	}
	return err // see guarded
}

// selection is what a filter leaves of a part: documents, for which rest has to
// hold besides.
type selection struct {
	*part
	docs bitset.Set
	rest *filter.Filter // nil where nothing more is to be checked
}

// resolve answers as much of a filter as the indexes of a part can.
func (v *view) resolve(p *part, f *filter.Filter) (selection, error) {
	s := selection{part: p, docs: p.allowed()}
	if f.Everything() {
		return s, nil
	}
	rest, err := f.Resolve(p, s.docs)
	s.rest = rest
	return s, err
}

// accepts tells whether a document that is in docs matches.
func (v *view) accepts(s selection, doc uint32) (bool, error) {
	if s.rest == nil {
		return true, nil
	}
	return v.matches(s.rest, s.part, doc)
}

func (v *view) matches(f *filter.Filter, p *part, doc uint32) (bool, error) {
	key := p.Key(doc)
	_, point, err := v.point(key)
	if err != nil {
		return false, err
	}
	return f.Matches(subject(key, point)), nil
}

// selectAll calls f with every document that matches, by part, and in each in
// the order of keys.
func (v *view) selectAll(ctx context.Context, fl *filter.Filter, f func(p *part, doc uint32) error) error {
	for _, p := range v.parts {
		s, err := v.resolve(p, fl)
		if err != nil {
			return err
		}
		s.docs.Each(func(doc uint32) bool {
			var ok bool
			if ok, err = v.accepts(s, doc); ok && err == nil {
				err = f(p, doc)
			}
			if err == nil && doc%1024 == 0 {
				err = ctx.Err()
			}
			return err == nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// count returns how many points match.
func (v *view) count(ctx context.Context, fl *filter.Filter) (int, error) {
	if fl.Everything() {
		return v.points, nil
	}
	n := 0
	for _, p := range v.parts {
		s, err := v.resolve(p, fl)
		if err != nil {
			return 0, err
		}
		if s.rest == nil {
			n += s.docs.Count()
			continue
		}
		s.docs.Each(func(doc uint32) bool {
			var ok bool
			if ok, err = v.accepts(s, doc); ok {
				n++
			}
			if err == nil && doc%1024 == 0 {
				err = ctx.Err()
			}
			return err == nil
		})
		if err != nil {
			return 0, err
		}
	}
	return n, nil
}

// page calls f with the keys that match in their order, from the first that is
// not before from, until f returns false.
func (v *view) page(ctx context.Context, fl *filter.Filter, from pointid.Key, f func(key pointid.Key) bool) error {
	cursors := make([]*cursor, 0, len(v.parts))
	for _, p := range v.parts {
		s, err := v.resolve(p, fl)
		if err != nil {
			return err
		}
		c := &cursor{selection: s, doc: p.Seek(from)}
		if err := c.settle(v); err != nil {
			return err
		}
		cursors = append(cursors, c)
	}
	for steps := 0; ; steps++ {
		var first *cursor
		for _, c := range cursors {
			if c.ok && (first == nil || c.key.Compare(first.key) < 0) {
				first = c
			}
		}
		if first == nil || !f(first.key) {
			return nil
		}
		if first.doc++; steps%1024 == 0 {
			if err := ctx.Err(); err != nil {
				return err
			}
		}
		if err := first.settle(v); err != nil {
			return err
		}
	}
}

// cursor walks through a selection in the order of keys.
type cursor struct {
	selection
	doc uint32
	key pointid.Key
	ok  bool
}

// settle moves to the first document from doc on that matches.
func (c *cursor) settle(v *view) error {
	for {
		if c.doc, c.ok = c.docs.Next(c.doc); !c.ok {
			return nil
		}
		ok, err := v.accepts(c.selection, c.doc)
		if err != nil {
			return err
		}
		if ok {
			c.key = c.Key(c.doc)
			return nil
		}
		c.doc++
	}
}

// missing is the error for a point that is in a segment and not in the store.
func missing(key pointid.Key) error {
	return errors.Join(ErrCorrupt, errors.New("point "+key.String()+" is in the index and not in the store"))
}

// payload returns the payload of a point that the index has.
func (v *view) payload(key pointid.Key) (version uint64, fields map[string]*qdrant.Value, err error) {
	ok, err := v.stored(key, func(value []byte) (err error) {
		version, fields, err = decodePayload(value)
		return err
	})
	if err == nil && !ok {
		err = missing(key)
	}
	return version, fields, err
}

// point returns a point that the index has.
func (v *view) point(key pointid.Key) (uint64, *qdrant.PointStruct, error) {
	version, p, err := v.read(key)
	if err == nil && p == nil {
		err = missing(key)
	}
	return version, p, err
}
