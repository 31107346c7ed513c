package fusion

import "math"

// undecided is the score of points that the distribution of their list does not
// tell apart.
const undecided = 0.5

// DBSF fuses lists by their scores (distribution-based score fusion, Mazzeschi
// 2023). Each list's scores are moved and stretched so that three standard
// deviations below its mean are 0 and three above are 1; a point's score is the
// sum over the lists. Points further out get values below 0 or above 1, as in
// Qdrant. Where a list has one point, or equal scores only, its points get 0.5.
func DBSF(lists [][]Hit) []Hit {
	sums := newSums(lists)
	for _, list := range lists {
		low, high := bounds(list)
		for _, hit := range list {
			score := float32(undecided)
			if low != high {
				score = (hit.Score - low) / (high - low)
			}
			sums.add(hit.Key, score)
		}
	}
	return sums.ranked()
}

// bounds returns the ends of three standard deviations around the mean of the
// scores, equal ones if there are fewer than two scores. Mean and variance are
// computed in one pass after Welford (1962), because Qdrant does: other ways
// differ in the last bits.
func bounds(list []Hit) (low, high float32) {
	if len(list) < 2 {
		return 0, 0
	}
	var mean, squares float32
	for i, hit := range list {
		before := hit.Score - mean
		mean += before / float32(i+1)
		// The conversions keep compilers from fusing product and sum into one
		// operation, which rounds differently.
		squares += float32(before * (hit.Score - mean))
	}
	deviation := float32(math.Sqrt(float64(squares / float32(len(list)-1))))
	reach := float32(3 * deviation)
	return mean - reach, mean + reach
}
