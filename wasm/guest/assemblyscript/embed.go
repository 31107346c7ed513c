// Package assemblyscript holds the guest library for AssemblyScript, for new plugins.
package assemblyscript

import "embed"

// Files are the library, and the script that builds plugins with it.
//
//go:embed README.md assembly build.sh package.json package-lock.json
var Files embed.FS
