// Package formula computes scores from the formulas of Qdrant's query API
// (qdrant.Formula): arithmetic over the scores of prefetches, numbers, times and
// places in the payload, and conditions. Start with [Compile], once for a
// request, and call [Formula.Score] for each point. To read the code: compile.go
// turns the message into a tree, variable.go says what a name stands for, and
// operators.go, decay.go, place.go and moment.go are the tree's nodes.
//
// # What it promises
//
//   - Values, defaults, short cuts and refusals are Qdrant's: a product that met
//     a 0 and a quotient whose dividend is 0 look no further, an array of one
//     value stands for that value, a prefetch that did not find the point has
//     the score 0. testdata/edge.json holds what Qdrant's own engine answered.
//   - Arithmetic is in float64, over float32 constants and scores, and the
//     result is rounded to float32. A result, quotient, root, power or logarithm
//     that is not a finite number is an error, never a score.
//   - A [Formula] does not change once compiled, and many goroutines may use it.
//
// # What it does not
//
//   - exp, ln, log10 and pow are those of Go's math package. They may differ from
//     Qdrant's in the last bits of a float64, which shows in the float32 score
//     only where a formula subtracts values that are nearly equal.
//   - Payload indexes play no part. In Qdrant a field with an index is read from
//     the index, so that an integer index hides the float values of its field.
//   - Qdrant picks one at random when two defaults name the same variable, as
//     "$score" and "$score[0]" do. Here that is refused.
package formula
