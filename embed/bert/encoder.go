package bert

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"

	"github.com/naru-rag/naru/embed/gguf"
	"github.com/naru-rag/naru/embed/tokenize"
)

// tokensAtOnce is about how many tokens one pass has: enough that each weight is
// loaded for many, few enough that what they need stays in a processor's cache.
const tokensAtOnce = 256

// Encoder turns text into vectors. It is safe for concurrent use.
type Encoder struct {
	config Config
	load   func() (loaded, error) // once
	passes sync.Pool              // of *pass
	// slots has one place for each processor: however many calls there are, so many
	// passes are made at once, which bounds the memory they need and lets a question
	// in among the passages of a long call.
	slots chan struct{}
}

// loaded is what the first text needs.
type loaded struct {
	*model
	tokenizer tokenize.Tokenizer
}

// New returns the encoder of a model file, which must stay open while it is used.
// Only what the file says of itself is read: weights and vocabulary are at the
// first text.
func New(f *gguf.File) (*Encoder, error) {
	c, err := readConfig(f)
	if err != nil {
		return nil, err
	}
	return &Encoder{config: c, slots: make(chan struct{}, runtime.GOMAXPROCS(0)), load: sync.OnceValues(func() (l loaded, err error) {
		// Beside each other, for somebody waits.
		var (
			reading   sync.WaitGroup
			tokenizer error
		)
		reading.Go(func() { l.tokenizer, tokenizer = readTokenizer(f) })
		l.model, err = readModel(f, c)
		reading.Wait()
		return l, errors.Join(tokenizer, err)
	})}, nil
}

// Ready returns when all is read that the first text needs, which otherwise waits for
// it. The error is that of the model file, which each text has too.
func (e *Encoder) Ready() error {
	_, err := e.load()
	return err
}

// Config returns what the model file says.
func (e *Encoder) Config() Config { return e.config }

// Encode returns a vector of length 1 for each text, in their order. A text that
// is longer than the model takes is cut at [Config.Limit] tokens; what such
// texts have in common with shorter ones is their beginning. The error is that of
// the model file, or the context's.
func (e *Encoder) Encode(ctx context.Context, texts []string) ([][]float32, error) {
	l, err := e.load()
	if err != nil {
		return nil, err
	}
	vectors := make([][]float32, len(texts))
	all := make([]float32, len(texts)*e.config.Width)
	batches := make([][]sequence, 0, len(texts))
	sequences, tokens := []sequence(nil), 0
	specials := l.tokenizer.Specials()
	for i, text := range texts {
		vectors[i] = all[i*e.config.Width : (i+1)*e.config.Width : (i+1)*e.config.Width]
		ids := append(make([]int32, 0, min(len(text)/3+8, e.config.Limit)), specials.Begin)
		ids, _ = l.tokenizer.Encode(ids, text, e.config.Limit-2)
		ids = append(ids, specials.End)
		if tokens+len(ids) > tokensAtOnce && len(sequences) > 0 {
			batches, sequences, tokens = append(batches, sequences), nil, 0
		}
		sequences, tokens = append(sequences, sequence{ids: ids, out: vectors[i]}), tokens+len(ids)
	}
	if len(sequences) > 0 {
		batches = append(batches, sequences)
	}
	return vectors, e.run(ctx, l.model, batches)
}

// run makes a pass of each batch, on all processors.
func (e *Encoder) run(ctx context.Context, m *model, batches [][]sequence) error {
	workers := min(len(batches), cap(e.slots))
	var next atomic.Int64
	errs := make([]error, max(workers, 1))
	work := func(worker int) {
		for i := next.Add(1) - 1; i < int64(len(batches)); i = next.Add(1) - 1 {
			if errs[worker] = e.pass(ctx, m, batches[i]); errs[worker] != nil {
				return
			}
		}
	}
	var wait sync.WaitGroup
	for worker := 1; worker < workers; worker++ {
		wait.Go(func() { work(worker) })
	}
	work(0)
	wait.Wait()
	for _, err := range errs {
		if err != nil {
			return fmt.Errorf("embed: %w", err)
		}
	}
	return nil
}

// pass makes one pass, once there is a place for it.
func (e *Encoder) pass(ctx context.Context, m *model, batch []sequence) error {
	select {
	case e.slots <- struct{}{}:
		defer func() { <-e.slots }()
	case <-ctx.Done():
		return ctx.Err()
	}
	p, _ := e.passes.Get().(*pass)
	if p == nil {
		p = &pass{m: m}
	}
	defer e.passes.Put(p)
	return p.run(ctx, batch)
}
