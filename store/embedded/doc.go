// Package embedded is a Qdrant-compatible engine that runs inside the program
// that uses it. It is written as the server types generated for
// github.com/qdrant/go-client, so code that talks to it is the code that talks
// to a Qdrant server: only the connection differs.
//
// Start with [Open]; hand [Engine.Conn] to qdrant.NewPointsClient and the other
// clients, or [Engine.Register] the services with a gRPC server. To read the
// code, follow a request: conn.go dispatches it, allow.go refuses what the
// engine does not know. A write goes through points_write.go, change.go (what
// it does to each point) and write.go (how it becomes durable and seen). A read
// goes through points_read.go, query.go (the stages of a query) and nearest.go
// to the view of its moment (view.go), whose parts (part.go) are segments:
// package internal/segment. upkeep.go is what is done in the background, kv.go
// and records.go what is on disk.
//
// # What it promises
//
//   - A write that returned nil is on disk (fsync) and visible to every read
//     that starts afterwards. An UpdateBatch is one such write. A write that
//     was refused changed nothing; one that failed because the disk did (EIO)
//     is seen by nobody until the next start, and may be there then.
//   - A request field that the engine does not implement is answered with
//     codes.Unimplemented and the field's name; nothing is silently ignored.
//   - Results repeat: searches are exact, scores are summed in a fixed order,
//     the same on every processor, and equal scores are ordered by point id,
//     numbers before UUIDs.
//   - A read sees one moment from its beginning to its end. Reads wait neither
//     for each other nor for writes.
//   - One process at a time uses a data folder; a second one is told who does.
//   - What is on disk carries checksums. Damage is an error, never a panic and
//     never a wrong answer; damaged segments are made again from the points.
//   - Memory is bounded by Options.Memory and what single requests need.
//   - A folder that cannot be written is read; a write to it says why not.
//   - Space comes back: two seconds without writes after a fifth of the points
//     was deleted or replaced, what they took is given back.
//
// Where it differs from Qdrant on purpose is listed with the reasons in
// differential/accepted.py.
//
// # What it does not
//
//   - Recommendation, discovery, groups, facets, full-text indexes, vectors of
//     several vectors, half-precision vectors and inference are not
//     implemented; nor are nodes and shards: there is one of each.
//   - A point has at most 256 MiB, encoded.
//   - Deleted points are found by nothing, but their bytes may remain in the
//     files of the folder until the space is given back, and in the blocks of
//     the disk after that: where that matters, encrypt the disk.
//   - Searches compare with every vector that the filter leaves: there is no
//     approximate index. That is quick to some hundred thousand points.
package embedded
