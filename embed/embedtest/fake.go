package embedtest

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"

	"github.com/cespare/xxhash/v2"

	"github.com/naru-rag/naru/embed"
)

// Fake is an embedder whose vectors are near one another where texts have words in
// common. It is safe for concurrent use once its fields are set.
type Fake struct {
	// ID tells fakes apart; empty is "fake".
	ID string
	// Size is the most texts to a call; zero is 8.
	Size int
	// Refuse are texts that have this in them.
	Refuse string
	// Before is called with the texts of each call, and may fail it.
	Before func(kind embed.Kind, texts []string) error

	mu    sync.Mutex
	asked []string
}

var _ embed.Embedder = (*Fake)(nil)

// Dimensions is the length of a fake's vectors.
const Dimensions = 64

// Model implements [embed.Embedder].
func (f *Fake) Model() embed.Model {
	m := embed.Model{Name: "fake", ID: "fake", Dimensions: Dimensions, Batch: 8}
	if f.ID != "" {
		m.ID = f.ID
	}
	if f.Size > 0 {
		m.Batch = f.Size
	}
	return m
}

// Embed implements [embed.Embedder].
func (f *Fake) Embed(ctx context.Context, kind embed.Kind, texts []string) (embed.Result, error) {
	if f.Before != nil {
		if err := f.Before(kind, texts); err != nil {
			return embed.Result{}, err
		}
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	r := embed.Result{Vectors: make([][]float32, len(texts))}
	for i, text := range texts {
		if err := ctx.Err(); err != nil {
			return embed.Result{}, err
		}
		f.asked = append(f.asked, text)
		r.Tokens += len(strings.Fields(text))
		if f.Refuse != "" && strings.Contains(text, f.Refuse) {
			r.Refused = append(r.Refused, embed.Refusal{Text: i, Err: errors.New("it has " + f.Refuse + " in it")})
			continue
		}
		r.Vectors[i] = f.vector(text)
	}
	return r, nil
}

// Asked returns all texts that were embedded, in order.
func (f *Fake) Asked() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.asked)
}

func (f *Fake) vector(text string) []float32 {
	v := make([]float32, Dimensions)
	v[0] = .01 // so that a text without words has a direction
	for word := range strings.FieldsSeq(strings.ToLower(text)) {
		v[xxhash.Sum64String(f.ID+strings.Trim(word, ".,?!"))%Dimensions]++
	}
	if err := embed.Unit(v, Dimensions); err != nil {
		panic(err)
	}
	return v
}
