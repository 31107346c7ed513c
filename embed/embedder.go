package embed

import (
	"context"
	"fmt"
	"math"
)

// Kind is what a text is to the question: models are trained to bring the two
// together, and want to be told which is which.
type Kind int

const (
	// Query is a question.
	Query Kind = iota
	// Passage is a text that may answer one.
	Passage
)

// Model says what vectors are made by.
type Model struct {
	// Name is for people, such as "multilingual-e5-small".
	Name string
	// ID is equal only for models whose vectors can be compared.
	ID string
	// Dimensions is the length of the vectors.
	Dimensions int
	// Batch is how many texts a call does well to have.
	Batch int
	// Price is what a service asks; the zero value is nothing.
	Price Price
}

// Price is what a million tokens cost.
type Price struct {
	PerMillion float64
	Currency   string
}

// Of is what so many tokens cost.
func (p Price) Of(tokens int) float64 { return p.PerMillion * float64(tokens) / 1e6 }

// Result is what became of the texts of one call.
type Result struct {
	// Vectors has one vector for each text, in their order, of length 1; nil for
	// those that are in Refused.
	Vectors [][]float32
	// Refused are texts that cannot be embedded, in their order; trying again
	// would not help.
	Refused []Refusal
	// Tokens is what the model counted, where it says so.
	Tokens int
}

// Refusal is a text that has no vector.
type Refusal struct {
	// Text is its index.
	Text int
	// Err says why.
	Err error
}

// Embedder turns texts into vectors. An implementation must
//   - return as many vectors as texts, but for those it refuses,
//   - check that each is one (see [Unit]),
//   - return an error, and no vectors, where the whole call failed,
//   - end soon after ctx does,
//   - be safe for concurrent use.
type Embedder interface {
	Model() Model
	Embed(ctx context.Context, kind Kind, texts []string) (Result, error)
}

// Unit brings a vector to length 1, in place. It is an error where it does not
// have as many dimensions as wanted, or no direction: a value that is no number,
// or nothing but zeros.
func Unit(v []float32, dimensions int) error {
	if len(v) != dimensions {
		return fmt.Errorf("the vector has %d dimensions and not %d", len(v), dimensions)
	}
	sum := 0.
	for _, x := range v {
		sum += float64(x) * float64(x)
	}
	if sum == 0 || math.IsNaN(sum) || math.IsInf(sum, 0) {
		return fmt.Errorf("the vector has no direction: its length is %v", math.Sqrt(sum))
	}
	scale := 1 / math.Sqrt(sum)
	for i, x := range v {
		v[i] = float32(float64(x) * scale)
	}
	return nil
}
