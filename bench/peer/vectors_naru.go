package peer

import (
	"context"
	"fmt"

	"github.com/naru-rag/naru/embed"
	"github.com/naru-rag/naru/embed/e5small"
)

// naruEmbedder is the model that comes with Naru.
type naruEmbedder struct{ *embed.Local }

func openNaruEmbedder(string) (Peer, error) {
	e, err := e5small.Open()
	return naruEmbedder{e}, err
}

func (e naruEmbedder) Embed(kind Kind, texts []string) ([][]float32, error) {
	kinds := map[Kind]embed.Kind{Query: embed.Query, Passage: embed.Passage}
	k, ok := kinds[kind]
	if !ok {
		return nil, fmt.Errorf("no text is a %q", kind)
	}
	result, err := e.Local.Embed(context.Background(), k, texts)
	return result.Vectors, err
}
