// Package fusion joins ranked lists of points into one, with the arithmetic of
// Qdrant's query API. Start with [RRF], which looks at ranks only, or [DBSF],
// which looks at scores.
//
// # What it promises
//
//   - Scores are those that Qdrant computes, to the last bit, on every
//     architecture. testdata/edge.json holds what Qdrant's own engine answered.
//   - The result is ordered by score, the highest first, and equal scores by
//     key. Qdrant leaves the order of equal scores open.
//   - Lists are read as they come and not changed.
//
// # What it does not
//
//   - It neither limits the result nor applies a score threshold, and does not
//     look at what made a list: a list of a metric where less is better (Euclid,
//     Manhattan) is fused by its scores as they are, as Qdrant does.
//   - Qdrant's DBSF puts points that it first met in an order_by prefetch before
//     all others and orders them by that field. Here the score decides.
package fusion
