// Package differential compares the engine of package embedded with Qdrant itself.
//
// The comparison is a Python program, because Qdrant's own engine comes as a
// Python package (qdrant_edge) and so does its second implementation, the local
// mode of the official client. Start reading in differential.py; one generated
// call is one case, and run.py says what is done with it. The test of this package
// serves an engine and runs the program against it.
//
// # What it promises
//
//   - The engine's answers are those of Qdrant's engine: ids, scores, order up to
//     ties, payloads, vectors, counts, and the kind of an error.
//   - Differences that are meant are in accepted.py with their reasons, and counted.
//
// # What it does not
//
//   - Error texts are not compared, nor is the order of points with equal scores,
//     which Qdrant leaves open. Collections, aliases and snapshots have no second
//     engine to ask: smoke.py holds what is expected of them.
package differential
