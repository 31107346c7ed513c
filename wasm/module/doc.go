// Package module reads and writes WebAssembly modules in the binary format (core
// specification 2.0, chapter 5), as far as it takes to look into a module that
// nobody trusts and to write code into its functions.
//
// Start with [Parse]. module.go is the format's sections, instruction.go the
// instructions of a function, rewrite.go puts functions before those of a module.
//
// # What it promises
//
// Parse reads any bytes without panic, in memory of a small multiple of their
// length. What it returns, [Module.Bytes] writes again: the same module, without
// its custom sections.
//
// # What it does not
//
// It does not validate: whether an instruction finds on the stack what it needs is
// for the runtime to say. It knows no tail calls, exceptions, threads, several
// memories, 64-bit memories, relaxed SIMD, nor garbage-collected types, and refuses
// them by name.
package module
