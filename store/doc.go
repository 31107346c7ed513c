// Package store keeps passages as Qdrant points and finds them again. It
// speaks only the types generated for github.com/qdrant/go-client, so that one
// code path serves the embedded engine (store/embedded) and a Qdrant server.
//
// Start with [New] and [Store.Ensure]; an indexer calls [Store.Put],
// [Store.Delete] and [Store.Documents], a question reaches [Store.Search]
// through rag.Searcher. To read the code: points.go is the form of a point,
// filter.go who may see it, bm25.go how text becomes a vector, search.go and
// put.go the ways out and in.
//
// # What it promises
//
//   - Every method takes a tenant and reaches no other tenant's points; without
//     one it returns [rag.ErrNoTenant]. Who may see a passage is decided in one
//     place, filter.go, and by the store, before a passage leaves it.
//   - With Options.Regions, no method finds, counts, lists, reads or changes what is of
//     another region or, but for an indexer to replace it, of none.
//   - On the embedded engine one Put replaces all its documents or none, as
//     long as Options.MaxBatchBytes does not split it. On a Qdrant server a
//     document whose Put was cut short does not show the new hash in
//     Documents, so that the next run puts it again.
//   - A passage that comes back equals the one that was put, but for Score.
//
// # What it does not
//
//   - It does not lock: two Puts of the same document at the same time may
//     leave passages of both.
//   - A first Put of a document that was cut short on a server, and is not
//     repeated, leaves passages that Search finds and Documents does not list;
//     Delete with the document's ID removes them.
package store
