package ingest

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/qdrant/go-client/qdrant"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/naru-rag/naru/embed"
	"github.com/naru-rag/naru/store"
)

// TestEmbeddingInPieces: passages whose embedding takes many invocations are embedded by one
// message that goes on, and none of them is dead of it.
func TestEmbeddingInPieces(t *testing.T) {
	s := newStage(t)
	s.fake.Size = 1
	bodies, texts := s.ten()
	s.fake.Before = func(embed.Kind, []string) error { return status.Error(codes.Unavailable, "not yet") }
	s.send(bodies...)
	s.deliver(s.worker.queues.Index, s.receive(s.worker.queues.Index), 20*time.Second)
	s.fake.Before = func(embed.Kind, []string) error {
		time.Sleep(300 * time.Millisecond)
		return nil
	}
	invocations := 0
	for began := time.Now(); s.waiting(s.worker.queues.Index) > 0; {
		if time.Since(began) > time.Minute {
			t.Fatal("it does not end")
		}
		s.pass(refusedWait)
		batch := s.receive(s.worker.queues.Index)
		if len(batch.Records) == 0 {
			continue
		}
		invocations++
		s.deliver(s.worker.queues.Index, batch, reserve+time.Second) // half a second for the work
		if n := s.waiting(s.worker.queues.Index); n > 1 {
			t.Fatalf("%d messages wait after invocation %d", n, invocations)
		}
	}
	s.want(texts)
	if all := s.dead(); len(all) > 0 || invocations < mostAttempts+1 {
		t.Errorf("in %d invocations; dead are %+v", invocations, all)
	}
}

// TestEmbeddingNeverInTime: what never gets done in the time of an invocation ends.
func TestEmbeddingNeverInTime(t *testing.T) {
	s := newStage(t)
	s.put("a.md", "The ferry.")
	s.send(about("a.md"))
	slow := true
	s.fake.Before = func(embed.Kind, []string) error {
		if slow {
			time.Sleep(700 * time.Millisecond)
		}
		return nil
	}
	invocations := 0
	for s.waiting(s.worker.queues.Index) > 0 {
		batch := s.receive(s.worker.queues.Index)
		if len(batch.Records) == 0 {
			continue
		}
		if invocations++; invocations > 3*mostAttempts {
			t.Fatal("it goes on for ever")
		}
		s.deliver(s.worker.queues.Index, batch, reserve+time.Second)
		s.pass(claimLongest)
	}
	if all := s.dead(); len(all) != 1 || all[0].About != "vectors of "+tenant {
		t.Errorf("dead are %+v", all)
	}
	// What is dead can come back, once there is the time.
	slow = false
	s.check(Redrive(t.Context(), s.sqs, s.worker.queues.Queues, time.Now(), false, func(Dead) {}))
	s.settle()
	s.want(map[string]string{"a.md": "The ferry."})
}

// TestNoTimeForAnything: of a function that has too little time for anything, messages are
// not sent again at once for ever: the queue gives them back, and counts.
func TestNoTimeForAnything(t *testing.T) {
	s := newStage(t)
	bodies, texts := s.ten()
	s.send(bodies...)
	answer := s.deliver(s.worker.queues.Index, s.receive(s.worker.queues.Index), reserve)
	if len(answer.BatchItemFailures) != 10 {
		t.Errorf("%d of 10 come again by the queue's rules", len(answer.BatchItemFailures))
	}
	s.settle()
	s.want(texts)
}

// TestLateWrite: a store does what it was asked for after the invocation has given it up.
// Nobody else writes to the document before that.
func TestLateWrite(t *testing.T) {
	s := newStage(t)
	late := &lateStore{ClientConnInterface: s.conn, given: make(chan struct{})}
	s.store = store.New(late, store.Options{Vectors: store.Vectors{Model: s.fake.Model().ID, Dimensions: s.fake.Model().Dimensions}})
	s.put("a.md", "The ferry.")
	s.send(about("a.md"))
	late.hold = true
	s.deliver(s.worker.queues.Index, s.receive(s.worker.queues.Index), reserve+time.Second)
	s.put("a.md", "")
	s.send(about("a.md"))
	for range 2 { // what was sent again, and of the deletion
		s.round()
	}
	s.check(late.write(t.Context()))
	s.pass(claimLongest)
	s.settle()
	s.want(map[string]string{})
	if !strings.Contains(s.log.String(), errHeld.Error()) {
		t.Error("nobody waits for the store")
	}
}

// lateStore does not answer a write, and does it later.
type lateStore struct {
	grpc.ClientConnInterface
	given chan struct{}

	mu      sync.Mutex
	hold    bool
	request any
	method  string
}

func (l *lateStore) Invoke(ctx context.Context, method string, request, reply any, opts ...grpc.CallOption) error {
	l.mu.Lock()
	held := l.hold && method == qdrant.Points_UpdateBatch_FullMethodName
	if held {
		l.hold, l.request, l.method = false, request, method
	}
	l.mu.Unlock()
	if held {
		<-ctx.Done()
		return status.FromContextError(ctx.Err()).Err()
	}
	return l.ClientConnInterface.Invoke(ctx, method, request, reply, opts...)
}

func (l *lateStore) write(ctx context.Context) error {
	if l.request == nil {
		return fmt.Errorf("nothing was written")
	}
	return l.ClientConnInterface.Invoke(ctx, l.method, l.request, &qdrant.UpdateBatchResponse{})
}

// TestKeysOfQueues: a key that a queue does not take as it is keeps nothing up.
func TestKeysOfQueues(t *testing.T) {
	for _, key := range []string{"\ufffe.md", "a\uffffb.md", "tab\tline\n\x7f.md", "<&>\u2028.md"} {
		body := about(key)
		if strings.ContainsFunc(body, func(r rune) bool { return r < ' ' || r == 0xfffe || r == 0xffff }) {
			t.Errorf("%q is written as %q", key, body)
		}
		if parts, err := read(body); err != nil || len(parts) != 1 || parts[0].Object.Key != key {
			t.Errorf("%q is read as %+v, %v", key, parts, err)
		}
	}
}
