// Package c holds the guest library for C, for new plugins.
package c

import "embed"

// Files are the library, and the scripts that build plugins with it and test them.
//
//go:embed README.md build.sh test.sh src
var Files embed.FS
