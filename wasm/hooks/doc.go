// Package hooks has plugins take part in answering and indexing: it is rag.Hooks and
// indexer.Hook over package host.
//
// Start with [New]. query.go, passages.go, answer.go and document.go are one hook
// each: what the plugin is told, and what is made of what it says. redact.go keeps
// track of what is redacted where.
//
// # What it promises
//
// Whatever a plugin says, what comes of it is what SPEC.md in package abi allows:
// passages are some of those that were found, unchanged; filters only narrow; a text
// never gains anything but labels in brackets. A plugin that fails is skipped, and
// the answer says so, or fails the question, as the operator has chosen. A document
// that a plugin fails at is not indexed. Each call is in the answer's timings.
//
// What a plugin says of its own failure, and what went wrong inside it, is in the
// log and not in the answer.
package hooks
