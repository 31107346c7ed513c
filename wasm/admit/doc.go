// Package admit lets modules in: it checks a module that nobody trusts, writes the
// metering into it, compiles it where that can be stopped, and keeps what comes of
// it so that nothing can be changed unseen.
//
// Start with [Prepare].
package admit
