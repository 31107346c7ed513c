package remote

import (
	"cmp"
	"context"
	"crypto/tls"
	"log/slog"
	"math/rand/v2"
	"net"
	"time"

	"github.com/naru-rag/naru/embed"
)

// What the zero values of [Options] mean.
const (
	DefaultBatch        = 32
	DefaultBatchTokens  = 16_000
	DefaultConcurrency  = 4
	DefaultTimeout      = time.Minute
	DefaultQueryTimeout = 5 * time.Second
	DefaultAttempts     = 5
	DefaultPatience     = 12 * time.Hour
)

// Options say which model to ask and how. Those without a default must be given.
type Options struct {
	// Kind is the service.
	Kind Kind
	// URL is the address up to and without "/embeddings", such as
	// "http://127.0.0.1:8000/v1". For Bedrock it replaces the region's own address,
	// with that of a VPC endpoint for instance, and may be empty.
	URL string
	// Region is Bedrock's; empty is that of the environment.
	Region string
	// APIKey is sent as a bearer token; empty sends none. Bedrock's calls are
	// signed with the credentials of the environment.
	APIKey string
	// TLS is how the server is recognised; nil means the system's certificates.
	TLS *tls.Config
	// Model is the name that the service knows it by.
	Model string
	// Dimensions is the length of its vectors.
	Dimensions int
	// AskDimensions has the service shorten its vectors to Dimensions.
	AskDimensions bool
	// Revision tells apart what serves under the same name with other weights.
	Revision string
	// Query and Passage are how questions and passages are told apart.
	Query, Passage Form
	// Batch is the most texts of a request, and BatchTokens about the most tokens.
	Batch, BatchTokens int
	// Concurrency is how many requests are under way at once.
	Concurrency int
	// Timeout bounds one attempt, and QueryTimeout all of them for a question.
	Timeout, QueryTimeout time.Duration
	// Attempts at a request, with the first, that is not kept waiting by a limit.
	Attempts int
	// Patience is how long a service may ask to be left alone, without once
	// answering, until passages are given up.
	Patience time.Duration
	// Price is what a million tokens cost.
	Price embed.Price
	// Dial opens a connection to host:port, never by way of a proxy; nil means a guard
	// (package region) that lets through to the service alone.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
	// Logger hears of limits; nil means slog.Default.
	Logger *slog.Logger
	// Random is a number from 0 to below 1; nil means math/rand/v2.
	Random func() float64
}

// Kind is a service.
type Kind string

// The services.
const (
	OpenAI  Kind = "openai"
	Bedrock Kind = "bedrock"
)

// Form is how texts of one kind are sent.
type Form struct {
	// Model is the name of the model for this kind, where it has one of its own.
	Model string
	// Prefix stands before each text.
	Prefix string
	// InputType is sent as "input_type" where it is not empty.
	InputType string
}

func (o *Options) fill() {
	o.Batch = cmp.Or(o.Batch, DefaultBatch)
	o.BatchTokens = cmp.Or(o.BatchTokens, DefaultBatchTokens)
	o.Concurrency = cmp.Or(o.Concurrency, DefaultConcurrency)
	o.Timeout = cmp.Or(o.Timeout, DefaultTimeout)
	o.QueryTimeout = cmp.Or(o.QueryTimeout, DefaultQueryTimeout)
	o.Attempts = cmp.Or(o.Attempts, DefaultAttempts)
	o.Patience = cmp.Or(o.Patience, DefaultPatience)
	o.Query.Model = cmp.Or(o.Query.Model, o.Model)
	o.Passage.Model = cmp.Or(o.Passage.Model, o.Model)
	if o.Logger == nil {
		o.Logger = slog.Default()
	}
	if o.Random == nil {
		o.Random = rand.Float64
	}
}

// form is how texts of a kind are sent.
func (o *Options) form(kind embed.Kind) Form {
	if kind == embed.Query {
		return o.Query
	}
	return o.Passage
}
