package segment

import (
	"bytes"
	"cmp"
	"math"
	"slices"

	"github.com/naru-rag/naru/store/embedded/internal/pointid"
)

// Hit is a document that was found.
type Hit struct {
	Score   float32
	Key     pointid.Key
	Segment *Segment
	Doc     uint32
}

// compare orders hits, the better first: higher scores, then lower keys. NaN is
// the lowest score.
func (h *Hit) compare(other *Hit) int {
	if c := cmp.Compare(other.Score, h.Score); c != 0 {
		return c
	}
	return bytes.Compare(h.Key[:], other.Key[:])
}

// Collector keeps the best hits of searches, over several segments. What it
// keeps does not depend on the order in which hits are offered. It is for one
// goroutine; those of several are put together with Merge.
type Collector struct {
	// K is how many hits are kept at most. Memory grows with the hits, not with K.
	K int
	// Threshold, where it is set, is the lowest score that is kept.
	Threshold *float32
	// Accept, where it is set, tells whether a document may be kept. It is asked
	// only about those that would be, and its answer must not change.
	Accept func(s *Segment, doc uint32) (bool, error)

	hits []Hit // a heap, the worst first
}

// NewCollector returns a collector of the k best hits.
func NewCollector(k int) *Collector { return &Collector{K: k} }

// Offer hands over a document and its score. The error is that of Accept.
func (c *Collector) Offer(s *Segment, doc uint32, score float32) error {
	if len(c.hits) >= c.K && (c.K <= 0 || score < c.hits[0].Score) {
		return nil
	}
	h := Hit{Score: score, Key: s.Key(doc), Segment: s, Doc: doc}
	if !c.enters(&h) {
		return nil
	}
	if c.Accept != nil {
		if ok, err := c.Accept(s, doc); !ok || err != nil {
			return err
		}
	}
	c.keep(h)
	return nil
}

// Merge hands over what another collector has kept.
func (c *Collector) Merge(other *Collector) {
	for i := range other.hits {
		if h := &other.hits[i]; c.enters(h) {
			c.keep(*h)
		}
	}
}

// Hits returns what is kept, the best first.
func (c *Collector) Hits() []Hit {
	hits := slices.Clone(c.hits)
	slices.SortFunc(hits, func(a, b Hit) int { return a.compare(&b) })
	return hits
}

// Bound returns a score below which nothing is kept any more, and whether there
// is one.
func (c *Collector) Bound() (score float32, full bool) {
	switch {
	case c.K <= 0:
		return float32(math.Inf(1)), true
	case len(c.hits) >= c.K && (c.Threshold == nil || c.hits[0].Score > *c.Threshold):
		// A NaN is no bound: every score is above it.
		score = c.hits[0].Score
	case c.Threshold != nil:
		score = *c.Threshold
	default:
		return 0, false
	}
	return score, score == score
}

// room returns how many hits are kept before one has to go.
func (c *Collector) room() int { return max(c.K-len(c.hits), 0) }

// enters tells whether a hit would be kept, but for Accept.
func (c *Collector) enters(h *Hit) bool {
	if c.Threshold != nil && !(h.Score >= *c.Threshold) {
		return false
	}
	return len(c.hits) < c.K || c.K > 0 && h.compare(&c.hits[0]) < 0
}

// keep puts a hit into the heap, in place of the worst where it is full.
func (c *Collector) keep(h Hit) {
	if len(c.hits) < c.K {
		c.hits = append(c.hits, h)
		c.up(len(c.hits) - 1)
		return
	}
	c.hits[0] = h
	c.down(0)
}

func (c *Collector) up(i int) {
	for i > 0 {
		parent := (i - 1) / 2
		if c.hits[i].compare(&c.hits[parent]) <= 0 {
			return
		}
		c.hits[i], c.hits[parent] = c.hits[parent], c.hits[i]
		i = parent
	}
}

func (c *Collector) down(i int) {
	for {
		worst := i
		for child := 2*i + 1; child <= 2*i+2 && child < len(c.hits); child++ {
			if c.hits[child].compare(&c.hits[worst]) > 0 {
				worst = child
			}
		}
		if worst == i {
			return
		}
		c.hits[i], c.hits[worst] = c.hits[worst], c.hits[i]
		i = worst
	}
}
