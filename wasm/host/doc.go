// Package host runs plugins: WebAssembly modules that nobody trusts, metered by
// package meter, each call within its fuel, memory and time.
//
// Start with [Load] and [Plugin.Call]. To read the code: plugin.go is the way of a
// call, run.go the budget that it has, instance.go one running module, pool.go those
// that wait for the next call, imports.go and wasi.go all that a module can reach,
// memory.go where its memory comes from. What the calls mean is package hooks', and
// what modules are let in is package admit's to say.
//
// # What it promises
//
//   - A call ends: a module looks at its fuel in every loop and function, is granted
//     the next slice only while there is time and fuel left, and is thrown away where
//     there is not. It outlives its deadline by one slice at most, and by what the
//     host itself does for it meanwhile.
//   - A module has the memory that it was granted, beside less than 8 MB for wazero's
//     and our own. A response is measured before it is copied.
//   - A module reaches its own memory and the functions of SPEC.md that were granted
//     to it. There is no file, socket, variable, clock or random number.
//   - What an instance knows of one audience no other audience's call can learn:
//     instances are not shared between them.
//   - The same call of the same module uses the same fuel on every machine.
//
// A [Plugin] is safe for concurrent use.
//
// # What it does not
//
// It does not defend against errors in wazero's compiler beyond the one that package
// meter works around. Two instances share the processor's caches.
package host
