package peer

import (
	"errors"
	"fmt"
	"time"

	"github.com/naru-rag/naru/bench/data"
)

// Embedder is a Peer that turns texts into vectors of length 1.
type Embedder interface {
	Peer
	// Embed returns a vector for each text, in their order. It adds the prefix
	// that the model wants of a Query or a Passage.
	Embed(kind Kind, texts []string) ([][]float32, error)
}

// prepareEmbedder opens an engine that needs nothing of the data.
func prepareEmbedder(open opener) func(*data.Set) (opener, error) {
	return func(*data.Set) (opener, error) { return open, nil }
}

func embedTexts(p Peer, q request) (reply, error) {
	var r reply
	e, ok := p.(Embedder)
	if !ok {
		return r, errors.ErrUnsupported
	}
	for from := 0; from < len(q.Texts); from += q.AtOnce {
		texts := q.Texts[from:min(from+q.AtOnce, len(q.Texts))]
		start := time.Now()
		vectors, err := e.Embed(q.Kind, texts)
		if err != nil {
			return r, fmt.Errorf("text %d: %w", from, err)
		}
		r.Nanos = append(r.Nanos, time.Since(start).Nanoseconds())
		r.Vectors = append(r.Vectors, vectors...)
	}
	return r, nil
}
