// Package conformance holds plugins to the interface: any plugin, whatever it is for.
//
// Start with [Run], which makes calls at the hooks of a plugin and says what is wrong
// with what comes back; generate.go makes the requests. recorded.go has calls that
// somebody wrote down, with what must come of them.
//
// # What it promises
//
// The requests are the same in each run. They have texts of many scripts and of none,
// nothing, one of everything and much, characters outside the Basic Multilingual
// Plane, members that version 1 does not know, and members in another order.
//
// # What it does not
//
// It does not know whether what a plugin does makes sense.
package conformance
