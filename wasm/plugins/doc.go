// Package plugins holds the plugins that come with Naru: diversity, freshness,
// glossary, injection-guard, nearby and redact-pii, in folders of their names.
//
// Start with [Find]. Each folder has a crate in Rust, of which plugin.wasm is made;
// build.sh makes all of them, with what they are compiled to for amd64 and arm64,
// and CI compares what it makes with what is here. Only mains import this package.
package plugins
