package fusion

import (
	"cmp"
	"slices"

	"github.com/naru-rag/naru/store/embedded/internal/pointid"
)

// Hit is a point in a ranked list.
type Hit struct {
	Key   pointid.Key
	Score float32
}

// sums adds up the scores of points that may come from several lists.
type sums struct {
	hits []Hit
	at   map[pointid.Key]int // position in hits
}

func newSums(lists [][]Hit) *sums {
	n := 0
	for _, list := range lists {
		n += len(list)
	}
	return &sums{at: make(map[pointid.Key]int, n)}
}

func (s *sums) add(key pointid.Key, score float32) {
	if i, ok := s.at[key]; ok {
		s.hits[i].Score += score
		return
	}
	s.at[key] = len(s.hits)
	s.hits = append(s.hits, Hit{Key: key, Score: score})
}

// ranked returns the points, best first. Scores that overflowed to NaN come
// first, as in Qdrant, so that the order is total.
func (s *sums) ranked() []Hit {
	slices.SortFunc(s.hits, func(a, b Hit) int {
		aNaN, bNaN := a.Score != a.Score, b.Score != b.Score
		switch {
		case aNaN && !bNaN:
			return -1
		case bNaN && !aNaN:
			return 1
		}
		return cmp.Or(cmp.Compare(b.Score, a.Score), a.Key.Compare(b.Key))
	})
	return s.hits
}
