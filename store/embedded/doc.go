// Package embedded is a Qdrant-compatible engine that runs inside the program
// that uses it. It is written as the server types generated for
// github.com/qdrant/go-client, so code that talks to it is the code that talks
// to a Qdrant server: only the connection differs.
//
// Start with [Open]; hand [Engine.Conn] to qdrant.NewPointsClient and
// qdrant.NewCollectionsClient. To read the code, follow a request: conn.go
// dispatches it, allow.go refuses what the engine does not know, points_*.go
// and collections.go hold the methods, filter.go, score.go and index.go answer
// a search, change.go, commit.go and disk.go carry a write.
//
// # What it promises
//
//   - A write that returned nil is on disk (fsync) and visible to every read
//     that starts afterwards. A write that returned an error changed nothing,
//     neither on disk nor in memory. An UpdateBatch is one such write.
//   - A request field that the engine does not implement is answered with
//     codes.Unimplemented and the field's name; nothing is silently ignored.
//   - Results repeat: scores are summed in a fixed order in float64, and equal
//     scores are ordered by point id, numbers before UUIDs.
//   - Reads wait neither for each other nor for the disk: a write holds them up
//     only while it exchanges what is in memory.
//   - One process at a time uses a data folder; a second one is told who does.
//   - A damaged file is an error at Open, never a panic and never wrong data:
//     every stored value carries a checksum. The one exception is bbolt's two
//     meta pages: where the newer is damaged, bbolt takes the older, and the
//     last write is undone.
//
// # What it does not
//
//   - Dense vectors, prefetches, fusion, grouping, aliases, snapshots, shards
//     and geo or full-text conditions are not implemented.
//   - All points are held in memory; the disk is read at Open only.
//   - SetPayload of a point id that does not exist changes nothing at all and
//     returns codes.NotFound; Qdrant changes the others first.
package embedded
