// Package source says where documents come from. A [Source] walks its items in
// a fixed order; what an item's bytes mean is the business of package extract.
//
// Start reading at [Source] and [Item], then [Folder]: folder.go holds its options and
// what it opens, walk.go the walk, watch.go the wait for changes. Package s3 below has
// buckets.
//
// What is promised:
//   - A walk yields each item once, in the order of the bytes of its URI. The
//     same tree gives the same walk.
//   - What cannot be read is yielded as a [*WalkError], and the walk goes on.
//     An indexer must not delete what such an error says may still be there;
//     see [WalkError.Unknown].
//   - Of a folder only regular files are opened, and never more than Options.MaxBytes
//     read.
//
// What is not promised: a snapshot. Files may change between the walk and Open,
// and a folder may be exchanged for a symbolic link by somebody who can write
// there; a source protects from accidents, not from an owner of its folder.
package source
