package abi

import _ "embed"

// Schema is schema.json, with a definition for each message: document_request,
// document_response, and so on.
//
//go:embed schema.json
var Schema []byte
