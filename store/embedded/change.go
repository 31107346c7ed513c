package embedded

import (
	"context"
	"maps"
	"slices"

	"github.com/cockroachdb/pebble/v2"
	"github.com/qdrant/go-client/qdrant"

	"github.com/naru-rag/naru/store/embedded/internal/filter"
	"github.com/naru-rag/naru/store/embedded/internal/payload"
	"github.com/naru-rag/naru/store/embedded/internal/pointid"
)

// change is what a write does to one point: point takes its place, nil deletes it.
type change struct {
	key     pointid.Key
	version uint64
	point   *qdrant.PointStruct
}

// staging collects the operations of one write, each seeing what those before
// it did, before any of it is on disk.
type staging struct {
	ctx     context.Context
	v       *view
	number  uint64
	changed map[pointid.Key]*qdrant.PointStruct
}

func stage(ctx context.Context, v *view) *staging {
	return &staging{ctx: ctx, v: v, number: v.number + 1, changed: map[pointid.Key]*qdrant.PointStruct{}}
}

// has tells whether a point is there at this place in the write.
func (s *staging) has(key pointid.Key) bool {
	if p, ok := s.changed[key]; ok {
		return p != nil
	}
	return s.v.has(key)
}

// get returns the point as it is at this place in the write, or nil.
func (s *staging) get(key pointid.Key) (*qdrant.PointStruct, error) {
	if p, ok := s.changed[key]; ok {
		return p, nil
	}
	_, p, err := s.v.read(key)
	return p, err
}

// upsert stores points. A point that is there is replaced only where it matches
// condition, and as mode says.
func (s *staging) upsert(points []*qdrant.PointStruct, condition *qdrant.Filter, mode qdrant.UpdateMode) error {
	f, err := filter.Compile(condition)
	if err != nil {
		return err
	}
	for _, p := range points {
		key, err := pointid.Parse(p.GetId())
		if err != nil {
			return err
		}
		p, err = s.v.record.normalise(key, p)
		if err != nil {
			return err
		}
		old, there := (*qdrant.PointStruct)(nil), s.has(key)
		if there && condition != nil {
			if old, err = s.get(key); err != nil {
				return err
			}
		}
		if there && (mode == qdrant.UpdateMode_InsertOnly || condition != nil && !f.Matches(subject(key, old))) ||
			!there && mode == qdrant.UpdateMode_UpdateOnly {
			continue
		}
		s.changed[key] = p
	}
	return nil
}

func (s *staging) delete(selector *qdrant.PointsSelector) error {
	keys, err := s.selected(selector)
	if err != nil {
		return err
	}
	for _, key := range keys {
		if s.has(key) {
			s.changed[key] = nil
		}
	}
	return nil
}

// edit puts what f makes of them in place of the selected points. Points that
// are listed and not there are an error, as in Qdrant.
func (s *staging) edit(selector *qdrant.PointsSelector, f func(old *qdrant.PointStruct) (*qdrant.PointStruct, error)) error {
	keys, err := s.selected(selector)
	if err != nil {
		return err
	}
	for _, key := range keys {
		if err := s.editOne(key, f); err != nil {
			return err
		}
	}
	return nil
}

func (s *staging) editOne(key pointid.Key, f func(old *qdrant.PointStruct) (*qdrant.PointStruct, error)) error {
	old, err := s.get(key)
	if err != nil {
		return err
	}
	if old == nil {
		return noPoint(key)
	}
	p, err := f(old)
	if err != nil {
		return err
	}
	s.changed[key] = p
	return nil
}

// editPayload puts what f makes of their payloads in place of those of the
// selected points.
func (s *staging) editPayload(selector *qdrant.PointsSelector, f func(old map[string]*qdrant.Value) (map[string]*qdrant.Value, error)) error {
	return s.edit(selector, func(old *qdrant.PointStruct) (*qdrant.PointStruct, error) {
		fields, err := f(old.GetPayload())
		if err != nil {
			return nil, err
		}
		// Edit upon edit could nest deeper than one request may.
		if err := payload.Check(fields); err != nil {
			return nil, err
		}
		return &qdrant.PointStruct{Id: old.Id, Payload: payload.WithNulls(fields), Vectors: old.Vectors}, nil
	})
}

// setPayload merges fields into the payload of points, below key where it is set.
func (s *staging) setPayload(selector *qdrant.PointsSelector, fields map[string]*qdrant.Value, key string) error {
	if err := payload.Check(fields); err != nil {
		return err
	}
	return s.editPayload(selector, func(old map[string]*qdrant.Value) (map[string]*qdrant.Value, error) {
		return payload.Merge(old, fields, key)
	})
}

// overwritePayload replaces the payload of points. Qdrant takes a key here and
// does not look at it.
func (s *staging) overwritePayload(selector *qdrant.PointsSelector, fields map[string]*qdrant.Value) error {
	if err := payload.Check(fields); err != nil {
		return err
	}
	return s.editPayload(selector, func(map[string]*qdrant.Value) (map[string]*qdrant.Value, error) { return fields, nil })
}

func (s *staging) deletePayload(selector *qdrant.PointsSelector, keys []string) error {
	paths := make([]payload.Path, len(keys))
	for i, key := range keys {
		var err error
		if paths[i], err = payload.Parse(key); err != nil {
			return err
		}
	}
	return s.editPayload(selector, func(old map[string]*qdrant.Value) (map[string]*qdrant.Value, error) {
		return payload.Without(old, paths), nil
	})
}

func (s *staging) clearPayload(selector *qdrant.PointsSelector) error {
	return s.editPayload(selector, func(map[string]*qdrant.Value) (map[string]*qdrant.Value, error) { return nil, nil })
}

// updateVectors puts vectors in place of those of the same names.
func (s *staging) updateVectors(points []*qdrant.PointVectors, condition *qdrant.Filter) error {
	f, err := filter.Compile(condition)
	if err != nil {
		return err
	}
	for _, p := range points {
		key, err := pointid.Parse(p.GetId())
		if err != nil {
			return err
		}
		vectors, err := s.v.record.vectors(key, p.GetVectors())
		if err != nil {
			return err
		}
		err = s.editOne(key, func(old *qdrant.PointStruct) (*qdrant.PointStruct, error) {
			if condition != nil && !f.Matches(subject(key, old)) {
				return old, nil
			}
			merged := maps.Clone(old.GetVectors().GetVectors().GetVectors())
			if merged == nil {
				merged = map[string]*qdrant.Vector{}
			}
			maps.Copy(merged, vectors)
			return withVectors(old, merged), nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// deleteVectors takes the vectors of some names from points.
func (s *staging) deleteVectors(selector *qdrant.PointsSelector, names []string) error {
	if len(names) == 0 {
		return invalid("Validation error in body: [vector_names: must specify vector names to delete]")
	}
	for _, name := range names {
		if !s.v.record.hasVector(name) {
			return noVector(name)
		}
	}
	return s.edit(selector, func(old *qdrant.PointStruct) (*qdrant.PointStruct, error) {
		rest := maps.Clone(old.GetVectors().GetVectors().GetVectors())
		for _, name := range names {
			delete(rest, name)
		}
		return withVectors(old, rest), nil
	})
}

func withVectors(old *qdrant.PointStruct, vectors map[string]*qdrant.Vector) *qdrant.PointStruct {
	p := &qdrant.PointStruct{Id: old.Id, Payload: old.Payload}
	if len(vectors) > 0 {
		p.Vectors = qdrant.NewVectorsMap(vectors)
	}
	return p
}

// selected returns the keys a selector names: those listed, there or not, or
// those of the points that match its filter.
func (s *staging) selected(selector *qdrant.PointsSelector) ([]pointid.Key, error) {
	switch of := selector.GetPointsSelectorOneOf().(type) {
	case *qdrant.PointsSelector_Points:
		return pointid.ParseAll(of.Points.GetIds())
	case *qdrant.PointsSelector_Filter:
		f, err := filter.Compile(of.Filter)
		if err != nil {
			return nil, err
		}
		var keys []pointid.Key
		err = s.v.selectAll(s.ctx, f, func(p *part, doc uint32) error {
			if key := p.Key(doc); !s.touched(key) {
				keys = append(keys, key)
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
		for key, p := range s.changed {
			if p != nil && f.Matches(subject(key, p)) {
				keys = append(keys, key)
			}
		}
		slices.SortFunc(keys, pointid.Key.Compare)
		return keys, nil
	default:
		return nil, invalid("no points are selected: set a list of ids or a filter")
	}
}

func (s *staging) touched(key pointid.Key) bool {
	_, ok := s.changed[key]
	return ok
}

// subject is a point as a filter sees it.
func subject(key pointid.Key, p *qdrant.PointStruct) filter.Subject {
	return filter.Subject{Key: key, Payload: p.GetPayload(), HasVector: func(name string) bool {
		_, ok := p.GetVectors().GetVectors().GetVectors()[name]
		return ok
	}}
}

// changes returns what is to be done in the order of the keys.
func (s *staging) changes() []change {
	changes := make([]change, 0, len(s.changed))
	for key, p := range s.changed {
		changes = append(changes, change{key, s.number, p})
	}
	slices.SortFunc(changes, func(a, b change) int { return a.key.Compare(b.key) })
	return changes
}

// maxPoint is how many bytes a point may have, encoded.
const maxPoint = 256 << 20

// fill puts the changes and their entry of the log into a batch.
func (s *staging) fill(b *pebble.Batch, changes []change) error {
	entry := make([]byte, 0, len(changes)*pointid.Size)
	for _, c := range changes {
		entry = append(entry, c.key[:]...)
		key := pointKey(s.v.record.id, c.key)
		if c.point == nil {
			if err := b.Delete(key, nil); err != nil {
				return err
			}
			continue
		}
		value, err := encodePoint(c.version, c.point)
		if err != nil {
			return invalid("point %s cannot be encoded: %v", c.key, err)
		}
		if len(value) > maxPoint {
			return invalid("point %s has %d MiB with its payload, and at most %d can be kept", c.key, len(value)>>20, maxPoint>>20)
		}
		if err := b.Set(key, value, nil); err != nil {
			return err
		}
	}
	return b.Set(logKey(s.v.record.id, s.number), entry, nil)
}
