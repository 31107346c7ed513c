// Package storetest is the contract between package store and what it stores
// in: whatever answers Qdrant's gRPC services passes [Run], or is not a place
// for Naru's passages. Each subtest is a sentence of the documentation of
// rag.Searcher, store.Store or Qdrant that the rest of Naru relies on.
//
// Start with [Run]. It promises to leave connections as it found them, to use
// only collections whose names begin with "storetest", and to need neither time
// nor order between subtests. It does not test speed, nor what happens when a
// process dies: see the tests of store/embedded.
package storetest
