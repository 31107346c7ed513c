// Package indexer takes documents from their source into the store.
//
// Start with [Indexer.Run], which brings what is stored into agreement with a
// source: source (what there is), extract (bytes to text), chunk (text to
// passages), store. [Indexer.Put] does the same for documents that are handed
// in, and [Indexer.Rebuild] lays the whole index out anew. Sub-packages: source
// walks folders, extract reads formats.
//
// It promises that a document is replaced whole or not at all, that running
// again after any interruption completes what was begun and adds nothing
// twice, that what disappeared at the source is gone from the store after the
// next run, and that one bad document fails by itself. It never deletes what
// it merely could not see: a folder that cannot be read keeps its documents,
// until [Indexer.Forget] is told that they are gone.
package indexer
