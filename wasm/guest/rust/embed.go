// Package rust holds the guest library for Rust, for new plugins.
package rust

import "embed"

// Files are the library: a crate, and the script that builds plugins with it.
//
//go:embed Cargo.toml README.md build.sh src
var Files embed.FS
