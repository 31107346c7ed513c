package store

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/qdrant/go-client/qdrant"
	"google.golang.org/grpc"

	"github.com/naru-rag/naru/rag"
)

// recorder is a connection that writes down the operations it is sent.
type recorder struct {
	grpc.ClientConnInterface
	requests int
	ops      []string
	err      error
}

func (r *recorder) Invoke(_ context.Context, _ string, args, _ any, _ ...grpc.CallOption) error {
	r.requests++
	for _, op := range args.(*qdrant.UpdateBatchPoints).Operations {
		if points := op.GetUpsert().GetPoints(); points != nil {
			for _, p := range points {
				r.ops = append(r.ops, fmt.Sprint("put ", p.Payload[fieldOrdinal].GetIntegerValue()))
			}
			continue
		}
		for _, c := range op.GetDeletePoints().GetPoints().GetFilter().GetMust() {
			if least := c.GetField().GetRange(); least != nil {
				r.ops = append(r.ops, fmt.Sprint("delete from ", least.GetGte()))
			}
		}
	}
	return r.err
}

func entryOf(passages int) Entry {
	e := Entry{Document: rag.Document{ID: "d", Access: rag.Access{Tenant: "t"}}}
	for i := range passages {
		e.Passages = append(e.Passages, rag.Passage{Text: fmt.Sprint("passage number ", i)})
	}
	return e
}

// TestPutOrder: a server that stops half way must be left with something that
// the next run repairs, so the point that says "complete" goes last.
func TestPutOrder(t *testing.T) {
	want := []string{"put 1", "put 2", "put 3", "delete from 4", "put 0", "delete from 1", "put 0"}
	for _, limit := range []int{0, 1, 600, 1 << 20} {
		r := &recorder{}
		if err := New(r, Options{MaxBatchBytes: limit}).Put(context.Background(), entryOf(4), entryOf(0)); err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(r.ops, want) {
			t.Errorf("in batches of %d bytes the order is %q, want %q", limit, r.ops, want)
		}
		if split := r.requests > 1; split != (limit == 1 || limit == 600) {
			t.Errorf("in batches of %d bytes there are %d requests", limit, r.requests)
		}
	}
}

func TestPutKeepsTheCause(t *testing.T) {
	cause := errors.New("no route")
	if err := New(&recorder{err: cause}, Options{}).Put(context.Background(), entryOf(1)); !errors.Is(err, cause) {
		t.Errorf("error is %v", err)
	}
}
