// Package backend opens what the configuration names: the embedded engine in
// the data folder, or a Qdrant server. The program and the functions share it.
//
// Start with [Open]; ask [Backend.Store] for a tenant's index, or search through
// the Backend itself, which finds the index of whoever asks.
//
// It promises that tenants that are configured to be apart
// (store.collection_per_tenant) never share a collection, that a search without a
// tenant is an error, and that one of a tenant that has nothing makes nothing. Under a
// policy (package region) it opens nothing that the policy refuses, see [Residency]; what
// it opens has no documents but those that may be here; and other regions' stores are
// searched where a flow lets them be, and named where they do not answer. It
// does not check who asks: that is the listener's.
package backend
