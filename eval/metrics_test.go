package eval

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

func near(a, b float64) bool { return math.Abs(a-b) < 1e-9 }

func TestRanking(t *testing.T) {
	for _, c := range []struct {
		name                       string
		found                      []int
		gold                       [][]int
		recall1, recall5, mrr, dcg float64
	}{
		{"first", []int{7, 1, 2}, [][]int{{7}}, 1, 1, 1, 1},
		{"third", []int{1, 2, 7}, [][]int{{7}}, 0, 1, 1. / 3, .5},
		{"not found", []int{1, 2}, [][]int{{7}}, 0, 0, 0, 0},
		{"behind the tenth", []int{0, 1, 2, 3, 4, 5, 6, 8, 9, 10, 7}, [][]int{{7}}, 0, 0, 0, 0},
		{"nothing found", nil, [][]int{{7}}, 0, 0, 0, 0},
		{"a translation counts", []int{1, 8, 7}, [][]int{{7, 8}}, 0, 1, .5, 1 / math.Log2(3)},
		{"two to find, both", []int{7, 8}, [][]int{{8}, {7}}, .5, 1, 1, 1},
		{"two to find, one", []int{7, 1}, [][]int{{8}, {7}}, .5, .5, 1, 1 / (1 + 1/math.Log2(3))},
	} {
		r := rank(c.found, c.gold)
		for _, m := range []struct {
			name      string
			got, want float64
		}{{"recall@1", r.recall(1), c.recall1}, {"recall@5", r.recall(5), c.recall5}, {"MRR@10", r.reciprocal(10), c.mrr}, {"nDCG@10", r.ndcg(10), c.dcg}} {
			if !near(m.got, m.want) {
				t.Errorf("%s: %s is %v, want %v", c.name, m.name, m.got, m.want)
			}
		}
	}
}

func TestAUROC(t *testing.T) {
	for _, c := range []struct {
		yes, no []float64
		want    float64
	}{
		{[]float64{2, 3}, []float64{0, 1}, 1},
		{[]float64{0, 1}, []float64{2, 3}, 0},
		{[]float64{1, 1}, []float64{1, 1}, .5},
		{[]float64{1, 3}, []float64{2, 0}, .75},
	} {
		if got := auroc(c.yes, c.no); !near(got, c.want) {
			t.Errorf("auroc(%v, %v) = %v, want %v", c.yes, c.no, got, c.want)
		}
	}
}

// auroc equals its definition, counted pair by pair.
func TestAUROCCountsPairs(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		scores := rapid.SliceOfN(rapid.Map(rapid.IntRange(0, 5), func(i int) float64 { return float64(i) }), 1, 20)
		yes, no := scores.Draw(t, "yes"), scores.Draw(t, "no")
		sum := 0.
		for _, y := range yes {
			for _, n := range no {
				switch {
				case y > n:
					sum++
				case y == n:
					sum += .5
				}
			}
		}
		if want := sum / float64(len(yes)*len(no)); !near(auroc(yes, no), want) {
			t.Fatalf("auroc = %v, want %v", auroc(yes, no), want)
		}
	})
}
