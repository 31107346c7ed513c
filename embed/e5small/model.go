//go:build !naru_nomodel

package e5small

import (
	_ "embed" // for go:embed
	"unsafe"

	"github.com/naru-rag/naru/embed"
	"github.com/naru-rag/naru/embed/bert"
	"github.com/naru-rag/naru/embed/gguf"
)

// A string, and not bytes: those would be copied to where they can be written.
//
//go:embed multilingual-e5-small-q4_0.gguf
var model string

// Open returns the embedder. Weights are unpacked at the first text.
func Open() (*embed.Local, error) {
	f, err := gguf.Parse("multilingual-e5-small", unsafe.Slice(unsafe.StringData(model), len(model)))
	if err != nil {
		return nil, err
	}
	encoder, err := bert.New(f)
	if err != nil {
		return nil, err
	}
	return embed.NewLocal(encoder, SHA256), nil
}
