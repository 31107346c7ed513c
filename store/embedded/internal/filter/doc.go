// Package filter decides which points match a qdrant.Filter: from their
// payloads, or from indexes as far as there are any. Start with [Compile].
//
// To read the code: compile.go turns the message into conditions, filter.go
// holds how they combine, field.go, match.go, text.go, interval.go, place.go
// and polygon.go what is asked of a field, nested.go what is asked of the
// objects of an array, and resolve.go what the indexes do.
//
// # What it promises
//
//   - [Filter.Matches] answers as Qdrant's engine answers where no field has an
//     index; the tests compare it with tables made by that engine.
//   - [Filter.Resolve] and then its rest decide exactly as Matches does, as
//     long as the [Index] answers as Matches does.
//   - A filter that Compile takes is answered in full; one that it does not
//     know is refused with an InvalidArgument or Unimplemented status.
//   - No input makes it panic. A filter is read-only after Compile and may be
//     used by many goroutines.
//
// # What it does not
//
//   - Times are compared by the microsecond, as Qdrant's indexes do; where
//     Qdrant has no index it compares nanoseconds.
//   - Full-text conditions compare the words of a value, as the engine does
//     without a text index; the tokenizer cannot be chosen.
package filter
