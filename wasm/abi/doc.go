// Package abi is what a plugin and its host say to each other: version 1 of Naru's
// plugin interface, on the side of the host.
//
// Start with SPEC.md, which is the interface itself, byte by byte, for whoever
// writes a plugin in any language. schema.json has its messages as JSON Schema
// (draft 2020-12). In Go: hook.go has the hooks and the names of imports and
// exports, request.go and response.go the messages, condition.go what a plugin may
// search by, limits.go how much of anything there may be.
//
// # What it promises
//
// [Decode] takes any bytes: what is not a response to that hook is an error that
// says where. What it returns is within the limits, valid UTF-8, and fits the
// request by its indices and offsets, so that a host may apply it without looking
// again. Decoding takes memory of a small multiple of the response's length.
//
// # What it does not
//
// It runs nothing: see package host. It does not know what an operator grants.
package abi
