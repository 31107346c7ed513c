package fusion

import (
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// DefaultK is the k of reciprocal rank fusion where a request names none.
const DefaultK = 2

// RRF fuses lists by the ranks of their points (reciprocal rank fusion, Cormack
// et al. 2009); scores in the lists are not looked at. With p the position of a
// point in a list, counted from 1, the list adds 1/(p/w + k - 1) to its score:
// 1/(k + p - 1) for the weight w of 1. Twice the weight lets a list decide twice
// as many of the best places. A weight of 0 or less adds 0, but its points stay
// in the result.
//
// Weights are one for each list, or none at all for 1 everywhere. A k of 0,
// which would make the first place worth infinitely much, and weights of another
// number than lists are InvalidArgument.
func RRF(lists [][]Hit, k uint32, weights []float32) ([]Hit, error) {
	if k == 0 {
		return nil, status.Error(codes.InvalidArgument, "rrf.k is 0: it must be 1 or more")
	}
	if len(weights) != 0 && len(weights) != len(lists) {
		return nil, status.Errorf(codes.InvalidArgument,
			"rrf.weights has %d values for %d prefetches: give one for each, or none", len(weights), len(lists))
	}
	sums := newSums(lists)
	for i, list := range lists {
		weight := float32(1)
		if len(weights) != 0 {
			weight = weights[i]
		}
		for rank, hit := range list {
			sums.add(hit.Key, rankScore(rank, k, weight))
		}
	}
	return sums.ranked(), nil
}

func rankScore(rank int, k uint32, weight float32) float32 {
	if weight <= 0 {
		return 0
	}
	return 1 / (float32(rank+1)/weight + float32(k) - 1)
}
