package embedded

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/qdrant/go-client/qdrant"

	"github.com/naru-rag/naru/store/embedded/internal/pointid"
	"github.com/naru-rag/naru/store/embedded/internal/segment"
)

// collection is a name and the present view of it. The view changes only while
// the engine's writer is held.
type collection struct {
	name   string
	engine *Engine

	mu   sync.RWMutex
	view *view // nil once it is deleted

	// damaged says that a block does not have its checksum, and that the segments
	// have to be made again.
	damaged atomic.Bool

	// What follows is guarded by the engine's writer.

	written uint64                    // manifest.written
	busy    map[*segment.Segment]bool // being merged in the background
	upkeep  error                     // why the last work in the background failed
	settled chan struct{}             // closed and replaced when work in the background ends
}

func newCollection(e *Engine, name string, written uint64, v *view) *collection {
	return &collection{
		name: name, engine: e, view: v, written: written,
		busy: map[*segment.Segment]bool{}, settled: make(chan struct{}),
	}
}

// acquire returns the present view, which the caller has to release.
func (c *collection) acquire() (*view, error) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	if c.view == nil {
		return nil, noCollection(c.name)
	}
	c.view.refs.Add(1)
	return c.view, nil
}

// publish puts a view in place of the present one; the writer is held.
func (c *collection) publish(v *view) {
	c.mu.Lock()
	old := c.view
	c.view = v
	c.mu.Unlock()
	if old != nil {
		c.engine.report("let go of a view", old.release())
	}
}

// segmentConfig is what the segments of a collection have to index.
func segmentConfig(r *record) segment.Config {
	var config segment.Config
	for name, p := range denseParams(r.config) {
		config.Dense = append(config.Dense, segment.Dense{Name: name, Size: int(p.GetSize()), Distance: p.GetDistance()})
	}
	slices.SortFunc(config.Dense, func(a, b segment.Dense) int { return cmp.Compare(a.Name, b.Name) })
	for name := range r.config.GetSparseVectorsConfig().GetMap() {
		config.Sparse = append(config.Sparse, name)
	}
	slices.Sort(config.Sparse)
	for _, f := range r.fields {
		config.Fields = append(config.Fields, segment.Field{Name: f.GetFieldName(), Type: f.GetFieldType()})
	}
	slices.SortFunc(config.Fields, func(a, b segment.Field) int { return cmp.Compare(a.Name, b.Name) })
	return config
}

// denseParams returns the dense vectors of a collection by name; the one
// without a name is "".
func denseParams(config *qdrant.CreateCollection) map[string]*qdrant.VectorParams {
	switch v := config.GetVectorsConfig().GetConfig().(type) {
	case *qdrant.VectorsConfig_Params:
		return map[string]*qdrant.VectorParams{"": v.Params}
	case *qdrant.VectorsConfig_ParamsMap:
		return v.ParamsMap.GetMap()
	}
	return nil
}

// openCollection brings a collection back: the segments that its manifest
// names, and what was written after them from the points themselves.
func (e *Engine) openCollection(ctx context.Context, name string, r *record) (*collection, error) {
	value, err := get(e.kv.db, idKey(keySegments, r.id))
	if err != nil {
		return nil, err
	}
	m := &manifest{}
	if value != nil {
		if m, err = decodeManifest(value); err != nil {
			return nil, err
		}
	}
	parts, whole := e.openParts(name, m)
	c := newCollection(e, name, m.written, nil)
	snapshot := e.kv.snapshot()
	last := m.written
	var changed []pointid.Key
	err = each(snapshot, idKey(keyLog, r.id), func(k, v []byte) error {
		n, err := number(k)
		if err != nil {
			return err
		}
		last = max(last, n)
		if n > m.written {
			keys, err := decodeKeys(v)
			if err != nil {
				return err
			}
			changed = append(changed, keys...)
		}
		return nil
	})
	if err != nil {
		return nil, errors.Join(err, snapshot.Close(), release(parts))
	}
	v := newView(r, snapshot, parts, last)
	if !whole {
		// The points are there, only what finds them is not.
		made, err := e.remake(ctx, v)
		if err != nil {
			return nil, errors.Join(fmt.Errorf("make the segments of collection %q again: %w", name, err), v.release())
		}
		c.publish(newView(r, e.kv.snapshot(), made, last))
		// Otherwise the next start would find the damage and make them once more.
		e.report("record the segments made again", e.writeManifest(c, last, made))
		return c, v.release()
	}
	replayed, err := e.replay(v, pointid.Sort(changed))
	if err != nil {
		return nil, errors.Join(err, v.release())
	}
	c.publish(newView(r, e.kv.snapshot(), replayed, last))
	return c, v.release()
}

// openParts opens the segments of a manifest. They are not whole where one is
// missing or damaged.
func (e *Engine) openParts(name string, m *manifest) (parts []*part, whole bool) {
	for _, f := range m.files {
		file, err := e.segments.open(f.number)
		if err != nil {
			e.logger(err).Warn("a segment is damaged: making all of its collection again from the points", "collection", name)
			e.report("close segments", release(parts))
			return nil, false
		}
		parts = append(parts, &part{Segment: file.segment, file: file, dead: f.dead, deadN: f.dead.Count()})
	}
	return parts, true
}

// release closes the files of parts that are in no view.
func release(parts []*part) error {
	var err error
	for _, p := range parts {
		if p.file != nil && p.file.refs.Load() == 0 {
			err = errors.Join(err, p.file.unmap())
		}
	}
	return err
}

// replay returns the parts of a view with what the log says was changed after
// them.
func (e *Engine) replay(v *view, changed []pointid.Key) ([]*part, error) {
	parts := kill(v.parts, changed)
	var docs []change
	for _, key := range changed {
		version, p, err := v.read(key)
		if err != nil {
			return nil, err
		}
		if p != nil {
			docs = append(docs, change{key: key, version: version, point: p})
		}
	}
	for len(docs) > 0 {
		n := min(len(docs), buildPoints)
		p, err := buildPart(segmentConfig(v.record), docs[:n])
		if err != nil {
			return nil, err
		}
		parts, docs = append(parts, p), docs[n:]
	}
	return parts, nil
}

// buildPoints is how many points are made into a segment in memory at once.
const buildPoints = 4096

// buildPart makes a segment in memory of changes that are in the order of their
// keys; those that delete are left out. It is nil where nothing is left.
func buildPart(config segment.Config, changes []change) (*part, error) {
	b := segment.NewBuilder(config)
	for _, c := range changes {
		if c.point == nil {
			continue
		}
		if err := b.Add(c.key, c.version, c.point); err != nil {
			return nil, err
		}
	}
	if b.Len() == 0 {
		return nil, nil
	}
	data, err := b.Build()
	if err != nil {
		return nil, err
	}
	return openPart(data)
}

// mergeParts makes one part in memory of several that are small.
func mergeParts(parts []*part) (*part, error) {
	var out bytes.Buffer
	if err := segment.Merge(context.Background(), &out, inputs(parts)); err != nil {
		return nil, err
	}
	return openPart(out.Bytes())
}

func openPart(data []byte) (*part, error) {
	s, err := segment.Open("in memory", data)
	if err != nil {
		return nil, err
	}
	return &part{Segment: s}, nil
}

func inputs(parts []*part) []segment.Input {
	in := make([]segment.Input, len(parts))
	for i, p := range parts {
		in[i] = segment.Input{Segment: p.Segment, Dead: p.dead}
	}
	return in
}

// settle merges the newest parts in memory while several are of one size, so
// that there are never many. Those being merged in the background, and those of
// an older configuration, are left alone.
func (c *collection) settle(config segment.Config, parts []*part) []*part {
	const together = 4
	for {
		n := len(parts)
		first := n
		for first > 0 {
			p := parts[first-1]
			if p.file != nil || c.busy[p.Segment] || p.tier() > parts[n-1].tier() || !p.Config().Equal(config) {
				break
			}
			first--
		}
		if n-first < together {
			return parts
		}
		merged, err := mergeParts(parts[first:])
		if err != nil {
			c.engine.report("merge in memory", err)
			return parts
		}
		parts = append(slices.Clone(parts[:first]), merged)
		if merged.live() == 0 {
			return parts[:first]
		}
	}
}
