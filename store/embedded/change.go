package embedded

import (
	"maps"
	"slices"

	"github.com/qdrant/go-client/qdrant"
	bolt "go.etcd.io/bbolt"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// change is what a write does to one point: doc takes its place, nil deletes it.
type change struct {
	key pointKey
	doc *doc
}

// staging collects the operations of one write, each seeing what those before
// it did, before any of it is on disk.
type staging struct {
	c       *collection
	number  uint64
	changed map[pointKey]*doc
}

func stage(c *collection) *staging {
	return &staging{c: c, number: c.last + 1, changed: map[pointKey]*doc{}}
}

// get returns the point as it is at this place in the write.
func (s *staging) get(key pointKey) *doc {
	if d, ok := s.changed[key]; ok {
		return d
	}
	return s.c.index.get(key)
}

func (s *staging) upsert(points []*qdrant.PointStruct) error {
	for _, p := range points {
		key, err := keyOf(p.GetId())
		if err != nil {
			return err
		}
		p, err = s.c.normalise(key, p)
		if err != nil {
			return err
		}
		s.changed[key] = newDoc(key, s.number, p)
	}
	return nil
}

func (s *staging) delete(selector *qdrant.PointsSelector) error {
	keys, err := s.selected(selector)
	if err != nil {
		return err
	}
	for _, key := range keys {
		if s.get(key) != nil {
			s.changed[key] = nil
		}
	}
	return nil
}

// setPayload merges payload into that of the selected points: a key that is
// there already is replaced, and one whose new value is null goes away.
func (s *staging) setPayload(selector *qdrant.PointsSelector, payload map[string]*qdrant.Value) error {
	if err := checkPayload(payload); err != nil {
		return err
	}
	keys, err := s.selected(selector)
	if err != nil {
		return err
	}
	for _, key := range keys {
		old := s.get(key)
		if old == nil {
			return status.Errorf(codes.NotFound, "Not found: No point with id %s found", key)
		}
		merged := maps.Clone(old.payload())
		if merged == nil {
			merged = map[string]*qdrant.Value{}
		}
		for name, v := range payload {
			if isNull(v) {
				delete(merged, name)
			} else {
				merged[name] = v
			}
		}
		s.changed[key] = newDoc(key, s.number, &qdrant.PointStruct{Id: old.point.Id, Payload: merged, Vectors: old.point.Vectors})
	}
	return nil
}

// selected returns the keys a selector names: those listed, there or not, or
// those of the points that match its filter.
func (s *staging) selected(selector *qdrant.PointsSelector) ([]pointKey, error) {
	switch of := selector.GetPointsSelectorOneOf().(type) {
	case *qdrant.PointsSelector_Points:
		return keysOf(of.Points.GetIds())
	case *qdrant.PointsSelector_Filter:
		f, err := compileFilter(of.Filter)
		if err != nil {
			return nil, err
		}
		var keys []pointKey
		s.c.index.selectAll(f, func(d *doc) {
			if _, ok := s.changed[d.key]; !ok {
				keys = append(keys, d.key)
			}
		})
		for key, d := range s.changed {
			if d != nil && f.match(d) {
				keys = append(keys, key)
			}
		}
		slices.SortFunc(keys, pointKey.compare)
		return keys, nil
	default:
		return nil, invalid("no points are selected: set a list of ids or a filter")
	}
}

// finish returns the changes in the order of their keys. Encoding them here
// rather than in the transaction finds bad text before anything is written.
func (s *staging) finish() (tx func(*bolt.Tx) error, apply func(), err error) {
	if len(s.changed) == 0 {
		return nil, nil, nil
	}
	changed := make([]change, 0, len(s.changed))
	for key, d := range s.changed {
		changed = append(changed, change{key, d})
	}
	slices.SortFunc(changed, func(a, b change) int { return a.key.compare(b.key) })
	values := make([][]byte, len(changed))
	for i, c := range changed {
		if c.doc == nil {
			continue
		}
		if values[i], err = seal(c.key[:], c.doc.version, c.doc.point); err != nil {
			return nil, nil, invalid("point %s cannot be encoded: %v", c.key, err)
		}
	}
	tx = func(tx *bolt.Tx) error {
		points := tx.Bucket(collectionsBucket).Bucket([]byte(s.c.name)).Bucket(pointsBucket)
		for i, c := range changed {
			if c.doc == nil {
				if err := points.Delete(c.key[:]); err != nil {
					return err
				}
			} else if err := points.Put(c.key[:], values[i]); err != nil {
				return err
			}
		}
		return points.SetSequence(s.number)
	}
	return tx, func() { s.c.apply(s.number, changed) }, nil
}
