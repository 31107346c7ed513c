package embed

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"

	"github.com/naru-rag/naru/embed/bert"
	"github.com/naru-rag/naru/embed/gguf"
)

// localBatch is some seconds of work on two processors.
const localBatch = 64

// Local is a model that runs in this process.
type Local struct {
	encoder *bert.Encoder
	model   Model
	close   func() error
}

var _ Embedder = (*Local)(nil)

// NewLocal returns the embedder of an encoder, whose weights have this sum.
func NewLocal(encoder *bert.Encoder, sum string) *Local {
	c := encoder.Config()
	name := c.Name
	if name == "" {
		name = "unnamed"
	}
	return &Local{
		encoder: encoder,
		model:   Model{Name: name, ID: name + "@" + sum[:min(len(sum), 16)], Dimensions: c.Width, Batch: localBatch},
		close:   func() error { return nil },
	}
}

// Open opens a model file, which is mapped: what is not used takes no memory.
func Open(path string) (*Local, error) {
	f, err := gguf.Open(path)
	if err != nil {
		return nil, err
	}
	encoder, err := bert.New(f)
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	sum := sha256.New()
	if err := f.Digest(sum); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	l := NewLocal(encoder, hex.EncodeToString(sum.Sum(nil)))
	l.close = f.Close
	return l, nil
}

// Ready returns when all is read that the first text needs, which otherwise waits for
// it. The error is that of the model file, which each text has too.
func (l *Local) Ready() error { return l.encoder.Ready() }

// Close lets go of the model file. Nothing may be embedded any more.
func (l *Local) Close() error { return l.close() }

// Model implements [Embedder].
func (l *Local) Model() Model { return l.model }

// Embed implements [Embedder]. A text that is longer than the model takes is
// embedded by its beginning. Texts are never refused.
func (l *Local) Embed(ctx context.Context, kind Kind, texts []string) (Result, error) {
	prefix := l.encoder.Config().QueryPrefix
	if kind == Passage {
		prefix = l.encoder.Config().PassagePrefix
	}
	prefixed := texts
	if prefix != "" {
		prefixed = make([]string, len(texts))
		for i, text := range texts {
			prefixed[i] = prefix + text
		}
	}
	vectors, err := l.encoder.Encode(ctx, prefixed)
	if err != nil {
		return Result{}, fmt.Errorf("model %s: %w", l.model.Name, err)
	}
	return Result{Vectors: vectors}, nil
}
