package remote

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/naru-rag/naru/embed"
)

// Embedder asks a service. It is safe for concurrent use.
type Embedder struct {
	opt     Options
	service service
	gate    *gate
	model   embed.Model
}

var _ embed.Embedder = (*Embedder)(nil)

// Open returns the embedder of a service. The service is not asked for anything
// yet, so that one that is down keeps nobody from starting.
func Open(ctx context.Context, opt Options) (*Embedder, error) {
	opt.fill()
	if opt.Dimensions < 1 {
		return nil, fmt.Errorf("embedder.dimensions is %d: must be the length of the vectors of model %s", opt.Dimensions, opt.Model)
	}
	var s service
	var err error
	switch opt.Kind {
	case OpenAI:
		s, err = newOpenAI(&opt)
	case Bedrock:
		s, err = newBedrock(ctx, &opt)
	default:
		err = fmt.Errorf("embedder.kind is %q: must be %s or %s", opt.Kind, OpenAI, Bedrock)
	}
	if err != nil {
		return nil, err
	}
	return newEmbedder(opt, s), nil
}

func newEmbedder(opt Options, s service) *Embedder {
	if most := s.most(); most > 0 {
		opt.Batch = min(opt.Batch, most)
	}
	return &Embedder{opt: opt, service: s, gate: newGate(&opt), model: embed.Model{
		Name: opt.Model, ID: id(&opt), Dimensions: opt.Dimensions, Batch: opt.Batch * opt.Concurrency, Price: opt.Price,
	}}
}

// id is equal only where vectors of passages can be compared. The address is no
// part of it: the same model may move. Nor is how questions are sent: that changes
// no vector that is stored.
func id(o *Options) string {
	sum := sha256.Sum256([]byte(strings.Join([]string{o.Passage.Model, o.Passage.Prefix, o.Passage.InputType, o.Revision}, "\x00")))
	return fmt.Sprintf("%s:%s/%d@%s", o.Kind, o.Model, o.Dimensions, hex.EncodeToString(sum[:8]))
}

// Model implements [embed.Embedder].
func (e *Embedder) Model() embed.Model { return e.model }

// Embed implements [embed.Embedder].
func (e *Embedder) Embed(ctx context.Context, kind embed.Kind, texts []string) (embed.Result, error) {
	if kind == embed.Query {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, e.opt.QueryTimeout)
		defer cancel()
	}
	c := &call{Embedder: e, kind: kind, result: embed.Result{Vectors: make([][]float32, len(texts))}}
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(e.opt.Concurrency)
	for _, r := range e.requests(kind, texts) {
		group.Go(func() error { return c.embed(ctx, r) })
	}
	if err := group.Wait(); err != nil {
		return embed.Result{}, fmt.Errorf("embedder %s (%s): %w", e.where(), e.opt.Model, err)
	}
	return c.result, nil
}

func (e *Embedder) where() string { return cmp.Or(e.opt.URL, string(e.opt.Kind)) }

// Probe asks once, for a short text, and returns what is wrong.
func (e *Embedder) Probe(ctx context.Context, kind embed.Kind) error {
	ctx, cancel := context.WithTimeout(ctx, e.opt.Timeout)
	defer cancel()
	_, err := e.ask(ctx, kind, []string{known})
	if err != nil {
		return fmt.Errorf("embedder %s (%s): %w%s", e.where(), e.opt.Model, err, e.opt.advice(err))
	}
	return nil
}

// known is a text that every model takes.
const known = "ferry"

// call is one call of Embed.
type call struct {
	*Embedder
	kind   embed.Kind
	mu     sync.Mutex // over result
	result embed.Result
}

// rounds is how often a single text fails, with all its attempts, while a known one
// does not, until it is refused.
const rounds = 3

// embed brings the texts of a request to an end: each has its vector then, or is
// refused. It fails where the service does.
func (c *call) embed(ctx context.Context, r request) error {
	for round := 1; ; round++ {
		answered, err := c.persist(ctx, r.texts)
		if err == nil {
			c.keep(r, answered)
			return nil
		}
		if errors.Is(err, errGivenUp) || ctx.Err() != nil || judge(err) == hopeless || c.kind == embed.Query {
			return err
		}
		// Is it the service, or are it these texts?
		if _, down := c.persist(ctx, []string{known}); down != nil {
			return err
		}
		if len(r.texts) > 1 {
			if err := c.embed(ctx, r.part(0, len(r.texts)/2)); err != nil {
				return err
			}
			return c.embed(ctx, r.part(len(r.texts)/2, len(r.texts)))
		}
		if judge(err) == unlike && r.shorten() {
			round = 0
			continue
		}
		if judge(err) == unlike || round == rounds {
			c.refuse(r, err)
			return nil
		}
	}
}

func (c *call) keep(r request, answered reply) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.result.Tokens += answered.tokens
	for i, at := range r.places {
		c.result.Vectors[at] = answered.vectors[i]
	}
}

func (c *call) refuse(r request, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	refused := embed.Refusal{Text: r.places[0], Err: fmt.Errorf("the embedder takes other texts and not this one: %w", err)}
	at, _ := slices.BinarySearchFunc(c.result.Refused, refused, func(a, b embed.Refusal) int { return cmp.Compare(a.Text, b.Text) })
	c.result.Refused = slices.Insert(c.result.Refused, at, refused)
}

// errGivenUp is in errors after which no attempt is worth while.
var errGivenUp = errors.New("given up")

// persist asks until the service answers, a limit outlasts patience, or attempts
// are used up.
func (c *call) persist(ctx context.Context, texts []string) (reply, error) {
	for attempt := 1; ; {
		p, err := c.gate.enter(ctx)
		if err != nil {
			return reply{}, fmt.Errorf("%w: %w", errGivenUp, err)
		}
		answered, err := c.attempt(ctx, texts)
		c.gate.leave(p, err)
		if err == nil || ctx.Err() != nil {
			return answered, err
		}
		switch judge(err) {
		case limited:
			continue
		case unlike, hopeless:
			return reply{}, fmt.Errorf("%w%s", err, c.opt.advice(err))
		}
		if attempt == c.opt.Attempts {
			return reply{}, fmt.Errorf("after %d attempts: %w%s", attempt, err, c.opt.advice(err))
		}
		if !sleep(ctx, c.backoff(attempt)) {
			return reply{}, fmt.Errorf("no time for another attempt: %w", err)
		}
		attempt++
	}
}

// attempt asks once.
func (c *call) attempt(ctx context.Context, texts []string) (reply, error) {
	ctx, cancel := context.WithTimeout(ctx, c.opt.Timeout)
	defer cancel()
	return c.ask(ctx, c.kind, texts)
}

// ask asks once and checks the answer.
func (e *Embedder) ask(ctx context.Context, kind embed.Kind, texts []string) (reply, error) {
	prefixed := texts
	if prefix := e.opt.form(kind).Prefix; prefix != "" {
		prefixed = make([]string, len(texts))
		for i, text := range texts {
			prefixed[i] = prefix + text
		}
	}
	answered, err := e.service.ask(ctx, kind, prefixed)
	if err != nil {
		return reply{}, err
	}
	if got := len(answered.vectors); got != len(texts) {
		return reply{}, fmt.Errorf("the answer has %d vectors for %d texts", got, len(texts))
	}
	for _, v := range answered.vectors {
		if err := embed.Unit(v, e.opt.Dimensions); err != nil {
			if len(v) != e.opt.Dimensions {
				return reply{}, fmt.Errorf("%w; see embedder.dimensions", err)
			}
			return reply{}, err
		}
	}
	return answered, nil
}

const (
	firstBackoff   = 250 * time.Millisecond
	longestBackoff = 10 * time.Second
)

// backoff is how long to wait after an attempt failed: random up to a bound that
// doubles ("full jitter": Brooker, Exponential Backoff and Jitter, 2015).
func (e *Embedder) backoff(attempt int) time.Duration {
	bound := min(longestBackoff, firstBackoff<<min(attempt-1, 10))
	return time.Duration(e.opt.Random() * float64(bound))
}

// sleep waits, and returns false where ctx ends, or would end, before.
func sleep(ctx context.Context, d time.Duration) bool {
	if deadline, ok := ctx.Deadline(); ok && time.Until(deadline) < d {
		return false
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}
