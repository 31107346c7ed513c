// Package audit is the tamper-evident log: who asked what and when, which passages were
// shown, what was connected to, and what was deleted.
//
// Start with [Log]. A [Record] is a line of JSON. Records are the leaves of a Merkle tree
// (golang.org/x/mod/sumdb/tlog, which is that of RFC 6962), and are kept in package state
// by batches: each with the hash of every record in it and a checkpoint of the tree after
// it (C2SP tlog-checkpoint), a note that is signed with Ed25519. [Verify] computes
// everything again from the records.
//
// There is one driver, package state, which has two: a file on one machine, DynamoDB for
// functions.
//
// To read the code: record.go is what is recorded, batch.go how it is kept, tree.go and
// checkpoint.go what proves it, log.go and commit.go the way of a record (held.go of a connection, mark.go
// of the checkpoint that is kept beside the log), read.go and verify.go the way back.
//
// What it promises:
//
//   - When [Log.Record] returns nil, the record and a checkpoint that covers it are
//     written for good, in one write: there is no moment at which one is there without the
//     other. Records of concurrent callers share a write, and several processes may write
//     to one log.
//   - A record that was changed, removed, inserted or moved is found by [Verify], and so
//     is the end of the log where it was cut off behind the checkpoint that is kept beside
//     it, or behind one that somebody has kept elsewhere. A log that was cut off, or whose
//     end is not as this key has signed it, is not gone on with.
//   - No record names a person or has a text of theirs: callers and questions are
//     HMAC-SHA256 under a salt. Who has the salt can ask whether somebody asked something;
//     when it is destroyed nobody can.
//
// What it does not: who owns the key and the store can write the whole log anew. What
// keeps them from that is a checkpoint that somebody else keeps. An error of [Log.Record]
// does not mean that the record is not there; it may be, twice even.
package audit
