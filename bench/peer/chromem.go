package peer

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strconv"

	"github.com/philippgille/chromem-go"

	"github.com/naru-rag/naru/bench/data"
)

// chromemPeer is chromem-go as its documentation has it: a database in memory,
// searched by QueryEmbedding.
type chromemPeer struct {
	questions []float32
	passages  *chromem.Collection
}

func prepareChromem(set *data.Set) (opener, error) {
	questions, err := set.QuestionVectors(0, data.Questions)
	return func(string) (Peer, error) {
		embed := func(context.Context, string) ([]float32, error) {
			return nil, errors.New("vectors are given, not made")
		}
		passages, err := chromem.NewDB().CreateCollection("bench", nil, embed)
		return &chromemPeer{questions, passages}, err
	}, err
}

func (p *chromemPeer) Index(b Batch) error {
	documents := make([]chromem.Document, len(b.Passages))
	for i := range documents {
		metadata := map[string]string{}
		for _, t := range TenantsOf(b.From + i) {
			metadata[t] = "yes"
		}
		documents[i] = chromem.Document{
			ID: strconv.Itoa(b.From + i), Content: b.Passages[i].Text, Metadata: metadata, Embedding: vector(b.Vectors, i),
		}
	}
	return p.passages.AddDocuments(context.Background(), documents, runtime.NumCPU())
}

func (p *chromemPeer) Search(kind Kind, question, limit int) ([]int, error) {
	var where map[string]string
	switch kind {
	case Dense:
	case Hundredth, Tenth, All:
		where = map[string]string{string(kind): "yes"}
	default:
		return nil, fmt.Errorf("chromem-go has no %s search", kind)
	}
	found, err := p.passages.QueryEmbedding(context.Background(), vector(p.questions, question%data.Questions), limit, where, nil)
	if err != nil {
		return nil, err
	}
	ids := make([]int, len(found))
	for i, f := range found {
		if ids[i], err = strconv.Atoi(f.ID); err != nil {
			return nil, err
		}
	}
	return ids, nil
}

func (p *chromemPeer) Close() error { return nil }

// vector is one of those that stand one after another.
func vector(all []float32, i int) []float32 { return all[i*data.Dimensions : (i+1)*data.Dimensions] }
