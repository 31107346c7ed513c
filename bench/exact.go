package main

import (
	"cmp"
	"math"
	"slices"
	"sync"

	"github.com/naru-rag/naru/bench/data"
)

// tie is by how much scores may differ that rounding can put in another order.
const tie = 1e-6

// compared is how many questions are compared with brute force.
const compared = 100

// compare compares what was found for the first questions with brute force: the
// dot product of float32 vectors with every passage, in the order of its
// elements. Hits that differ are tied where their exact scores are.
func (b *bench) compare(found [][]int) (same, tied, wrong int, err error) {
	rows, err := b.set.Vectors(0, b.points)
	if err != nil {
		return 0, 0, 0, err
	}
	n := min(compared, len(found))
	questions, err := b.set.QuestionVectors(0, n)
	if err != nil {
		return 0, 0, 0, err
	}
	verdicts := make([]int, n)
	var workers sync.WaitGroup
	for i := range n {
		q := questions[i*data.Dimensions : (i+1)*data.Dimensions]
		workers.Go(func() { verdicts[i] = verdict(found[i], nearest(q, rows), q, rows) })
		if i%4 == 3 {
			workers.Wait()
		}
	}
	workers.Wait()
	for _, v := range verdicts {
		switch v {
		case 0:
			same++
		case 1:
			tied++
		default:
			wrong++
		}
	}
	return same, tied, wrong, nil
}

// verdict is 0 for the same ids, 1 for ties, 2 for others.
func verdict(found, want []int, q, rows []float32) int {
	if slices.Equal(found, want) {
		return 0
	}
	if len(found) != len(want) {
		return 2
	}
	seen := map[int]bool{}
	for i := range want {
		if seen[found[i]] || math.Abs(exact(q, rows, found[i])-exact(q, rows, want[i])) > tie {
			return 2
		}
		seen[found[i]] = true
	}
	return 1
}

// nearest are the rows with the highest dot product, those first that come
// first among equals.
func nearest(q, rows []float32) []int {
	type hit struct {
		row   int
		score float32
	}
	hits := make([]hit, len(rows)/len(q))
	for i := range hits {
		row, sum := rows[i*len(q):(i+1)*len(q)], float32(0)
		for j, x := range q {
			sum += x * row[j]
		}
		hits[i] = hit{i, sum}
	}
	slices.SortFunc(hits, func(a, b hit) int { return cmp.Or(cmp.Compare(b.score, a.score), cmp.Compare(a.row, b.row)) })
	out := make([]int, min(top, len(hits)))
	for i := range out {
		out[i] = hits[i].row
	}
	return out
}

// exact is the dot product in float64.
func exact(q, rows []float32, i int) float64 {
	row, sum := rows[i*len(q):(i+1)*len(q)], 0.
	for j, x := range q {
		sum += float64(x) * float64(row[j])
	}
	return sum
}
