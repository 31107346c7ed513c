package segment

import (
	"context"

	"github.com/naru-rag/naru/internal/bitset"
)

// SearchSparseExhaustively is SearchSparse without skipping.
func (s *Segment) SearchSparseExhaustively(ctx context.Context, q SparseQuery, allowed bitset.Set, c *Collector) error {
	d := sparseSearches.Get().(*sparseSearch)
	defer d.put()
	if err := d.prepare(s, s.sparseIndex(q.Name), q, allowed, c); err != nil {
		return err
	}
	d.skipping = false
	return d.scan(ctx)
}
