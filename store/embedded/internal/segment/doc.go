// Package segment is the immutable part of the embedded engine's index: some
// points of a collection, arranged so that vectors are searched and payload
// fields looked up without reading the points themselves. The points are kept
// elsewhere; a segment can always be built from them again.
//
// Start with [Builder], which makes a segment of points, [Merge], which makes
// one of several, and [Open], which reads it, from memory or from a mapped file:
// a segment is one string of bytes, the same in both. To read the code:
// format.go describes the bytes; writer.go, builder.go and merge.go write them;
// segment.go and checksum.go open and check them; lookup.go answers filters;
// dense.go, and sparse.go with maxscore.go, search into a [Collector].
//
// # What it promises
//
//   - A document is a number below [Segment.Len]. Numbers ascend with the keys
//     of the points, and never change.
//   - A lookup selects exactly the documents whose payload fulfils the
//     condition, or says that it cannot tell.
//   - A search finds what comparing with every vector finds, with the same
//     scores to the last bit, whatever it skips. [DenseQuery].Approximate is the
//     one exception.
//   - Whatever the bytes are, nothing panics and nothing outside them is read.
//     Bytes that changed since they were written are reported as [ErrDamaged]
//     before anything is concluded from them. Checksums are no signature:
//     somebody who writes bytes with right checksums chooses the results.
//   - Merging segments gives the same bytes as building one of their points.
//   - All reads are safe concurrently.
//
// # What it does not
//
//   - Nothing is compressed: the operating system decides what of a mapped file
//     stays in memory.
//   - A fault while a mapping is read (the file was truncated, the disk failed)
//     is the caller's to handle: see [runtime/debug.SetPanicOnFault].
//   - Geo and full-text fields are kept in the [Config] and not indexed.
//   - Big-endian machines are refused by [Open].
package segment
