// Package peer runs the engines that the benchmark compares, each in a process
// of its own, so that none shares memory, garbage collector or threads with
// another, and those that wait for their turn can be stopped.
//
// Start with [Start] and [Process.Search]. In its own process an engine written
// in Go is a [Peer] behind [Serve]; edge.py is the same for qdrant-edge-py. To
// read the code: protocol.go has the messages, process.go the side that asks,
// serve.go the side that answers, and the other files an engine each.
//
// Times are taken inside the engine's process, around the one call that
// searches or stores. Linux only.
package peer
