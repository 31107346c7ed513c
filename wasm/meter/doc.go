// Package meter writes into a WebAssembly module the code that counts what it does,
// so that a module nobody trusts can be stopped: the runtime, wazero, counts nothing
// itself.
//
// Start with [Meter]. code.go is what becomes of a function.
//
// # How it counts
//
// Fuel is a global; a function that has loops keeps it in a local between its calls.
// Each run of instructions is charged before it, one for an instruction and more for a
// call. What a conditional branch out of it skips is charged with it, and so are short
// branches that may not be taken, for one charge costs more than a few instructions.
// What works on whole ranges (memory.fill, table.grow and the like) is charged by their
// length besides, before it is done. Where a function begins that calls others or is not
// small, where a loop goes round, before each range, and in between where that is long,
// the module looks whether there is fuel left and, where there is none, calls the import
// [Refuel]: the host grants more, or ends it.
//
// Stack is a second global, of which a call takes what its frame may need, and which
// is given back when it returns; a function that calls none takes nothing. Where it is
// used up the module traps: recursion ends long before the runtime's own stack does.
//
// # What it promises
//
// A metered module computes what the module did, and uses the same fuel wherever it
// runs. Start functions, and code that is reached only through tables, are metered
// like all other. Nothing that a module can express touches the two globals: it has
// no names for them.
//
// # What it does not
//
// It does not count the time of the runtime's compiler: see package admit. Where a
// module traps, what the function that trapped has kept in a local is not counted.
package meter
