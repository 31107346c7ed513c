// Package admit lets plugins in: it checks a module that nobody trusts, writes the
// metering into it, compiles it, and keeps what comes of it so that nothing can be
// changed unseen.
//
// Start with [Compile], which does all that a module could abuse in a process of its
// own (child.go), and [Folder], which is where admitted plugins are. check.go has
// what a module may have.
//
// # What it promises
//
//   - Nothing of a module is parsed, compiled or run in the process that admits it.
//     The other process has a limit of time and, on Linux, of memory, and is killed.
//   - [Folder.Open] returns only what was admitted under the key, byte for byte: the
//     manifest, the metered module and its compiled forms are hashed, the hashes are
//     signed, and what is returned are the bytes that were hashed.
//   - A plugin is in the folder whole or not at all.
//
// # What it does not
//
// A process under qemu-user, which makes the compiled form for another architecture,
// has a limit of time only.
package admit
