package ingest

import (
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"github.com/naru-rag/naru/config"
	"github.com/naru-rag/naru/functions/awslambda"
	"github.com/naru-rag/naru/functions/backend"
	"github.com/naru-rag/naru/indexer"
	"github.com/naru-rag/naru/indexer/source"
	"github.com/naru-rag/naru/indexer/source/s3"
	"github.com/naru-rag/naru/rag"
	"github.com/naru-rag/naru/state"
	"github.com/naru-rag/naru/store"
)

// bucket is a source that functions index, and whose it is.
type bucket struct {
	*s3.Bucket
	name   string
	access rag.Access
}

// worker does what messages say. It is safe for concurrent use.
type worker struct {
	buckets []bucket
	store   func(ctx context.Context, tenant string) (*store.Store, error)
	indexer func(ctx context.Context, access rag.Access) (*indexer.Indexer, error)
	state   state.Store
	queues  queues
	// newID makes ids, none twice.
	newID func() string
	clock func() time.Time
	log   *slog.Logger
}

// opener opens a worker with the first message that needs one: a function that was set up
// wrongly says so in its answer and not by ending.
type opener struct {
	f *awslambda.Function

	mu     sync.Mutex
	worker *worker
}

func (o *opener) open(ctx context.Context) (*worker, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.worker != nil {
		return o.worker, nil
	}
	c := o.f.Config
	if c.Queues.Index == "" || c.Queues.Dead == "" {
		return nil, errors.New("queues.index and queues.dead have to be set, by NARU_QUEUES_INDEX and NARU_QUEUES_DEAD: what cannot be done now is sent there")
	}
	if c.State.Table == "" {
		return nil, errors.New("state.table has to be set, by NARU_STATE_TABLE: claims on documents have to be seen by all invocations")
	}
	w := &worker{store: o.f.Store, indexer: o.f.Indexer, newID: rand.Text, clock: time.Now, log: o.f.Log}
	client, err := backend.Queues(ctx, c, o.f.Audit, o.f.Log)
	if err != nil {
		return nil, err
	}
	w.queues = queues{client, c.Queues}
	if w.buckets, err = buckets(ctx, o.f); err != nil {
		return nil, err
	}
	if w.state, err = backend.OpenState(ctx, c, o.f.Audit); err != nil {
		return nil, err
	}
	o.worker = w
	return w, nil
}

func buckets(ctx context.Context, f *awslambda.Function) (all []bucket, err error) {
	for i := range f.Config.Sources {
		s := &f.Config.Sources[i]
		if s.S3.Bucket == "" {
			continue
		}
		b, err := backend.Bucket(ctx, f.Config, &s.S3, source.Options{}, f.Audit, f.Log)
		if err != nil {
			return nil, err
		}
		all = append(all, bucket{b, s.S3.Bucket, rag.Access{Tenant: s.Tenant, Principals: s.Principals, Region: s.Region}})
	}
	return all, nil
}

// queues are the queues of a configuration.
type queues struct {
	client *sqs.Client
	config.Queues
}
