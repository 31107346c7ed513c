// Command example is the example plugin, in Go: it uses everything that a plugin can
// use. wasm/abitest/EXAMPLE.md says what it does.
//
//	GOOS=wasip1 GOARCH=wasm go build -buildmode=c-shared -trimpath -ldflags="-s -w" -o example.wasm ./wasm/guest/example
package main

import (
	"strings"

	"github.com/naru-rag/naru/wasm/guest"
)

func init() {
	guest.Register(guest.Plugin{Document: document, Query: query, Passages: passages, Answer: answer})
}

// main does nothing: calls come from the host.
func main() {}

const secret = "secret"

// secrets are the ranges of the word in a text.
func secrets(text string) (found []guest.Redaction) {
	for at := 0; ; {
		i := strings.Index(text[at:], secret)
		if i < 0 {
			return found
		}
		at += i + len(secret)
		found = append(found, guest.Redaction{Start: at - len(secret), End: at, Kind: "secret"})
	}
}
