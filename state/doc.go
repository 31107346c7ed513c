// Package state is the small key-value store in which functions remember things
// between invocations: who may ask, how far a source was read, what is to be done
// again.
//
// Start with [Store]. There are two drivers, state/embedded for one machine and
// state/dynamodb for functions, and one suite that both pass, state/statetest.
//
// What it promises: a value is written only where the one before is still that
// which its writer has read (compare-and-swap), and has then been written for good. An
// entry whose time is over is not there. Entries come in the order of their keys.
//
// What it does not: there is no transaction over several keys, and a scan may miss
// or show what is written meanwhile.
package state
