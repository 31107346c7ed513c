package ingest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"runtime/debug"
	"strconv"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/aws/retry"

	"github.com/naru-rag/naru/functions/awslambda"
	"github.com/naru-rag/naru/functions/web"
	"github.com/naru-rag/naru/indexer"
	"github.com/naru-rag/naru/indexer/source/s3"
)

const (
	// reserve is what is kept of an invocation's time to send on what is not done.
	reserve = 2 * time.Second
	// mostAttempts is how often is tried what fails for an unknown reason.
	mostAttempts = 8
	// firstWait is how long what has failed waits; it trebles with each failure.
	firstWait = 10 * time.Second
	// heldWait is how long what somebody else is at waits.
	heldWait = 5 * time.Second
	// grace is how long after the end of the time is waited for what has heard of it, and
	// says what is left.
	grace = time.Second
)

// batchOf is an event that a queue sends; false where it is another's.
func batchOf(event json.RawMessage) (events.SQSEvent, bool) {
	var e events.SQSEvent
	if json.Unmarshal(event, &e) != nil || len(e.Records) == 0 {
		return e, false
	}
	for _, r := range e.Records {
		if r.EventSource != "aws:sqs" {
			return e, false
		}
	}
	return e, true
}

// batch works on the messages of a batch one after the other, and tells which of them
// the queue has to send again.
func (w *worker) batch(ctx context.Context, batch events.SQSEvent) events.SQSEventResponse {
	answer := events.SQSEventResponse{BatchItemFailures: []events.SQSBatchItemFailure{}}
	ctx, cancel := awslambda.Within(ctx)
	defer cancel()
	i := &invocation{worker: w, ctx: ctx, work: ctx, done: map[object]bool{}}
	if deadline, ok := ctx.Deadline(); ok {
		var stop context.CancelFunc
		i.work, stop = context.WithDeadline(ctx, deadline.Add(-reserve))
		defer stop()
	}
	for _, r := range batch.Records {
		// Where there was no time for anything there will be none for it the next time: the
		// queue counts how often.
		err := errTime
		if i.began || i.work.Err() == nil {
			err = i.message(r)
		}
		if err != nil {
			w.log.Error("a message will come again", "message", r.MessageId, "error", err)
			answer.BatchItemFailures = append(answer.BatchItemFailures, events.SQSBatchItemFailure{ItemIdentifier: r.MessageId})
		}
	}
	return answer
}

// invocation is the work on one batch.
type invocation struct {
	*worker
	// ctx ends when the invocation has to; work before that.
	ctx, work context.Context
	// began is set once there was time to begin with something.
	began bool
	// done are the objects that the batch has named already, and whether Again.
	done map[object]bool
}

// message sees to a message. Its error is what the queue has to send again.
func (i *invocation) message(r events.SQSMessage) error {
	parts, err := read(r.Body)
	if err != nil {
		i.log.Error("a message is dead", "message", r.MessageId, "because", err)
		return i.queues.bury(i.ctx, r.Body, err.Error(), i.clock())
	}
	received, _ := strconv.Atoi(r.Attributes["ApproximateReceiveCount"])
	for _, m := range parts {
		m.Again = m.Again || received > 1 || m.Attempt > 0
		if m.Object != nil {
			if again, there := i.done[*m.Object]; there && (again || !m.Again) {
				continue
			}
			i.done[*m.Object] = m.Again
		}
		if err := i.part(m); err != nil {
			if m.Object != nil {
				delete(i.done, *m.Object)
			}
			return err
		}
	}
	return nil
}

// part does what a part of a message says, or sends it on.
func (i *invocation) part(m message) error {
	err := errTime
	if i.work.Err() == nil {
		i.began = true
		err = i.aside(m)
	}
	fate := fateOf(err, m.Attempt, i.work.Err() != nil)
	switch {
	case fate.dead:
		i.log.Error("a message is dead", "about", m.String(), "because", err)
		m.Attempt, m.Again = 0, true
		return i.queues.bury(i.ctx, m.body(), err.Error(), i.clock())
	case fate.again:
		i.log.Warn("a message is for later", "about", m.String(), "in", fate.after.String(), "because", err)
		if fate.counts {
			m.Attempt++
		}
		queue, err := i.queues.queueOf(m.body())
		if err != nil {
			return err
		}
		return i.queues.send(i.ctx, queue, fate.after, m.body())
	case err != nil:
		i.log.Info("a document is not wanted", "about", m.String(), "because", err)
	}
	return nil
}

// fate is what becomes of a message.
type fate struct {
	dead, again bool
	// after is how long it waits, and counts tells whether that counts as a failure.
	after  time.Duration
	counts bool
}

// fateOf decides by the error of an attempt; over tells whether the time was over.
func fateOf(err error, attempt int, over bool) fate {
	_, skipped := errors.AsType[*indexer.SkippedError](err)
	wait := firstWait
	for range min(attempt, mostAttempts) {
		wait = min(3*wait, longestDelay)
	}
	switch {
	case err == nil, skipped:
		return fate{}
	case errors.Is(err, errTime):
		return fate{again: true}
	case errors.Is(err, errHeld):
		return fate{again: true, after: heldWait}
	case indexer.Unfit(err), errors.Is(err, errForeign):
		return fate{dead: true}
	case passing(err) && !over:
		return fate{again: true, after: wait, counts: true}
	case errors.Is(err, s3.ErrChanged) && attempt == 0:
		return fate{again: true, after: heldWait, counts: true}
	case attempt+1 >= mostAttempts:
		return fate{dead: true}
	}
	return fate{again: true, after: wait, counts: true}
}

// errTime: there is no time left to begin with it.
var errTime = errors.New("the time of the invocation is over")

var retryable = retry.NewStandard()

// passing tells whether an error may be over later, however long that takes: the
// store's, a service's, or the audit log's.
func passing(err error) bool {
	return awslambda.Passing(err) || errors.Is(err, web.ErrBusy) || retryable.IsErrorRetryable(err)
}

// aside works on a part in a goroutine, so that what does not hear of the end of the time
// does not keep the rest from being sent on; its writes fail with the context.
func (i *invocation) aside(m message) error {
	done := make(chan error, 1)
	go func() {
		var err error
		defer func() {
			if v := recover(); v != nil {
				err = fmt.Errorf("panic: %v\n%s", v, debug.Stack())
			}
			done <- err
		}()
		err = i.do(m)
	}()
	select {
	case err := <-done:
		return err
	case <-i.work.Done():
	}
	last := time.NewTimer(grace)
	defer last.Stop()
	select {
	case err := <-done:
		return err
	case <-last.C:
		return i.work.Err()
	}
}

func (i *invocation) do(m message) error {
	switch {
	case m.Object != nil:
		return i.object(i.work, *m.Object, m.Again)
	case m.Vectors != nil:
		return i.vectors(m.Vectors.Tenant)
	case m.Reindex != nil:
		return i.begin(i.work)
	}
	return i.walk(*m.Walk)
}
