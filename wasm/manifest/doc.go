// Package manifest is what a plugin says of itself, plugin.yaml, and who signed it.
//
// Start with [Read], which reads a plugin's folder: plugin.yaml, plugin.wasm and,
// where it was signed, plugin.sig. [Manifest] has the fields; signature.go is what is
// signed.
//
// # What it promises
//
// The digest of the manifest covers the module, whose digest it has; a signature
// covers the manifest. What [Read] returns fits together, and was read once: nobody
// can change it afterwards.
//
// # What it does not
//
// It does not say whether a signature is to be trusted, nor look into the module.
package manifest
