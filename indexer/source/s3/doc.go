// Package s3 takes documents from a bucket of Amazon S3, or of a service that has its API.
//
// Start with [New]; a [Bucket] is a source.Source, and can look for one object
// ([Bucket.Find]) and list page by page ([Bucket.Page]), for those who cannot walk all of
// it at once.
//
// What it promises:
//   - An object's key in the bucket is taken as it is, byte for byte: "..", "//" and
//     letters that could be written otherwise mean nothing special.
//   - An item's Revision is the object's ETag, and what its Open reads is of that
//     revision: of an object that was changed since it fails with [ErrChanged].
//   - An object that ends before its length is an error, and no shorter object.
//   - Objects are streamed, and never more than Options.MaxBytes read.
//   - What cannot be listed is no reason to think that it is gone.
//
// What it does not: versions of objects other than the latest are not looked at, and
// objects in archives that have to be restored first cannot be read.
package s3
