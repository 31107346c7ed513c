//go:build !naru_nomodel

package e5small

import (
	_ "embed"
	"unsafe"

	"github.com/naru-rag/naru/embed/bert"
	"github.com/naru-rag/naru/embed/gguf"
)

// A string, and not bytes: those would be copied to where they can be written.
//
//go:embed multilingual-e5-small-q4_0.gguf
var model string

// Open returns the encoder. Weights are unpacked at the first text.
func Open() (*bert.Encoder, error) {
	f, err := gguf.Parse("multilingual-e5-small", unsafe.Slice(unsafe.StringData(model), len(model)))
	if err != nil {
		return nil, err
	}
	return bert.New(f)
}
