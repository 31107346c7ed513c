package ingest

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/naru-rag/naru/functions/awslambda"
	"github.com/naru-rag/naru/indexer"
	"github.com/naru-rag/naru/indexer/source/s3"
	"github.com/naru-rag/naru/state"
)

// errForeign: an object is in no bucket that is configured.
var errForeign = errors.New("its bucket is none of the configured sources")

// vectorsWait is how long vectors wait for more documents to come.
const vectorsWait = 2 * time.Second

// object brings one object into agreement with its bucket. again is set where that may
// have been done before, and what follows from it not.
func (w *worker) object(ctx context.Context, o object, again bool) error {
	b, err := w.bucketOf(o)
	if b == nil || err != nil {
		return err
	}
	ix, err := w.indexer(ctx, b.access)
	if err != nil {
		return err
	}
	key := s3.Key(o.Bucket, o.Key)
	release, err := w.claim(ctx, ix.DocumentID(b.Kind(), key))
	if err != nil {
		return err
	}
	late := false
	defer func() {
		if !late {
			release()
		}
	}()
	outcome, err := ix.Sync(ctx, b, key)
	// What the store has not answered it may do yet: nobody else is to write before that.
	late = awslambda.Passing(err)
	if indexer.Unfit(err) {
		return errors.Join(err, w.rememberUnfit(ctx, outcome))
	}
	if err != nil {
		return err
	}
	w.log.Info("an object was looked at", "uri", "s3://"+key, "document", outcome.Document, "status", outcome.Status)
	changed := outcome.Status == indexer.StatusAdded || outcome.Status == indexer.StatusUpdated
	if changed || again && outcome.Status == indexer.StatusUnchanged {
		return w.due(ctx, b.access.Tenant, vectorsWait)
	}
	return nil
}

// bucketOf is the source of an object; nil where its bucket is one, and the object no
// document of it.
func (w *worker) bucketOf(o object) (*bucket, error) {
	known := false
	for i := range w.buckets {
		b := &w.buckets[i]
		if b.Holds(s3.Key(o.Bucket, o.Key)) {
			return b, nil
		}
		known = known || b.name == o.Bucket
	}
	if !known {
		return nil, fmt.Errorf("s3://%s/%s: %w: name it under sources, or take the queue's notification from it", o.Bucket, o.Key, errForeign)
	}
	w.log.Debug("an object is no document of its source", "uri", "s3://"+o.Bucket+"/"+o.Key)
	return nil, nil
}

// unfitFor is how long is known what of a bucket can be no document.
const unfitFor = 90 * 24 * time.Hour

// rememberUnfit keeps a walk from naming an object again that can be no document as it is.
func (w *worker) rememberUnfit(ctx context.Context, o indexer.Outcome) error {
	_, err := state.Update(ctx, w.state, "unfit/"+o.Document, func(e *state.Entry) error {
		e.Value, e.Expires = []byte(o.Hash), w.clock().Add(unfitFor).Truncate(time.Second)
		return nil
	})
	return err
}

// unfit tells whether an object can be no document as it is.
func (w *worker) unfit(ctx context.Context, s indexer.Stale) (bool, error) {
	e, err := w.state.Get(ctx, "unfit/"+s.Document)
	if errors.Is(err, state.ErrNotFound) {
		return false, nil
	}
	return err == nil && string(e.Value) == s.Hash, err
}
