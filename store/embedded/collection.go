package embedded

import (
	"maps"
	"slices"
	"sync"

	"github.com/qdrant/go-client/qdrant"
)

// collection is a collection in memory. Its fields change only while the
// engine's writer is held and mu is locked: a reader locks mu for reading, a
// writer may read without it.
type collection struct {
	name   string
	config *qdrant.CreateCollection

	mu      sync.RWMutex
	fields  map[string]*qdrant.CreateFieldIndexCollection
	index   *index
	last    uint64 // number of the last write
	dropped bool
}

func newCollection(name string, s *stored) *collection {
	fields := make(map[string]*qdrant.CreateFieldIndexCollection, len(s.fields))
	for _, f := range s.fields {
		fields[f.GetFieldName()] = f
	}
	return &collection{
		name: name, config: s.config, fields: fields, last: s.last,
		index: newIndex(s.config, fields, s.points),
	}
}

// read runs f with the index held still.
func (c *collection) read(f func(ix *index) error) error {
	c.mu.RLock()
	defer c.mu.RUnlock()
	if c.dropped {
		return noCollection(c.name)
	}
	return f(c.index)
}

// apply exchanges what a write changed, once it is on disk. Where much of the
// index is dead a fresh one is built first, beside the one that is being read.
func (c *collection) apply(number uint64, changed []change) {
	ix := c.index
	if ix.wasteful() {
		ix = newIndex(c.config, c.fields, ix.living())
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	ix.apply(changed)
	c.index, c.last = ix, number
}

// setField exchanges the index for one that knows a further field.
func (c *collection) setField(number uint64, f *qdrant.CreateFieldIndexCollection) {
	fields := maps.Clone(c.fields)
	fields[f.GetFieldName()] = f
	ix := newIndex(c.config, fields, c.index.living())
	c.mu.Lock()
	defer c.mu.Unlock()
	c.fields, c.index, c.last = fields, ix, number
}

func (c *collection) drop() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.dropped = true
}

// vector returns the index of a sparse vector.
func (c *collection) vector(ix *index, name string) (*inverted, error) {
	inv := ix.vectors[name]
	if inv == nil {
		return nil, invalid("Wrong input: Not existing vector name error: %s", name)
	}
	return inv, nil
}

// vectorNames returns the names of the sparse vectors in order.
func (c *collection) vectorNames() []string {
	return slices.Sorted(maps.Keys(c.config.GetSparseVectorsConfig().GetMap()))
}
