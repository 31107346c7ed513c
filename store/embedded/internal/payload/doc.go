// Package payload knows where the values of a Qdrant payload are and what they
// mean: paths to values, times and places written as JSON, the selectors of
// requests, and the ways a write changes a payload. Start with [Parse].
//
// To read the code: path.go is the form of a key and [Path.Each] the walk along
// it, time.go and location.go read what JSON has no type for, selector.go is
// what a response shows, merge.go and check.go what a write may do.
//
// # What it promises
//
//   - What a path selects, and what a write leaves, is what Qdrant's engine
//     selects and leaves; the tests compare it with tables made by that engine.
//   - Values are shared and never changed: a function that returns a payload
//     copies the parts it changes and nothing else.
//   - No input makes it panic, nor recurse deeper than [MaxDepth] on a payload
//     that [Check] let pass.
//
// # What it does not
//
//   - It keeps times to the microsecond, as Qdrant's indexes do; where Qdrant
//     has no index it compares nanoseconds.
package payload
