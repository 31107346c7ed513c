package bert

import (
	"fmt"

	"github.com/naru-rag/naru/embed/gguf"
)

// Pooling is how the vectors of a text's tokens become one.
type Pooling int

// The ways of pooling, by the numbers of GGUF's key pooling_type.
const (
	PoolMean  Pooling = 1 // the mean of all
	PoolFirst Pooling = 2 // that of the first token, [CLS]
)

// Config is what a model file says of its network.
type Config struct {
	// Name is the model's, such as "multilingual-e5-small".
	Name string
	// Width is the length of the vectors, Inner that inside the feed-forward
	// layers. Heads divide Width.
	Width, Inner, Heads, Layers int
	// Limit is how many tokens a text may have, special ones included.
	Limit   int
	Epsilon float32
	Pooling Pooling
	// QueryPrefix and PassagePrefix are what the model wants in front of a
	// question and of a text that may answer one: the metadata keys
	// naru.query_prefix and naru.passage_prefix, for which there is no standard.
	QueryPrefix, PassagePrefix string
}

// architecture is what is supported of general.architecture.
const architecture = "bert"

// readConfig reads and checks what the metadata say.
func readConfig(f *gguf.File) (c Config, err error) {
	kind, err := f.String("general.architecture")
	if err != nil {
		return c, err
	}
	if kind != architecture {
		return c, fmt.Errorf("model %s has the architecture %q; supported is %q: BERT and XLM-RoBERTa", f.Name(), kind, architecture)
	}
	for _, field := range []struct {
		key  string
		into *int
		most uint64
	}{
		{"bert.embedding_length", &c.Width, 1 << 14},
		{"bert.feed_forward_length", &c.Inner, 1 << 16},
		{"bert.attention.head_count", &c.Heads, 1 << 10},
		{"bert.block_count", &c.Layers, 1 << 10},
		{"bert.context_length", &c.Limit, 1 << 16},
	} {
		n, err := f.Uint(field.key)
		if err != nil {
			return c, err
		}
		if n == 0 || n > field.most {
			return c, fmt.Errorf("model %s: metadata key %s is %d, and may be 1 to %d", f.Name(), field.key, n, field.most)
		}
		*field.into = int(n)
	}
	if c.Width%c.Heads != 0 {
		return c, fmt.Errorf("model %s: %d heads do not divide a width of %d", f.Name(), c.Heads, c.Width)
	}
	if c.Width%32 != 0 || c.Inner%32 != 0 {
		return c, fmt.Errorf("model %s has widths of %d and %d, which are no multiples of 32", f.Name(), c.Width, c.Inner)
	}
	if c.Limit < 3 {
		return c, fmt.Errorf("model %s takes %d tokens, too few for any text", f.Name(), c.Limit)
	}
	epsilon, err := f.Float("bert.attention.layer_norm_epsilon")
	if err != nil {
		return c, err
	}
	c.Epsilon, c.Pooling = float32(epsilon), PoolMean
	if f.Has("bert.pooling_type") {
		n, err := f.Uint("bert.pooling_type")
		if err != nil {
			return c, err
		}
		if c.Pooling = Pooling(n); c.Pooling != PoolMean && c.Pooling != PoolFirst {
			return c, fmt.Errorf("model %s pools by way %d; supported are %d, the mean, and %d, the first token", f.Name(), n, PoolMean, PoolFirst)
		}
	}
	for key, into := range map[string]*string{"general.name": &c.Name, "naru.query_prefix": &c.QueryPrefix, "naru.passage_prefix": &c.PassagePrefix} {
		if !f.Has(key) {
			continue
		}
		if *into, err = f.String(key); err != nil {
			return c, err
		}
	}
	return c, nil
}
