package remote_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/qdrant/go-client/qdrant"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/naru-rag/naru/store/remote"
)

func hanging() *server {
	return &server{
		upsert: func(ctx context.Context, _ *qdrant.UpsertPoints) (*qdrant.PointsOperationResponse, error) {
			<-ctx.Done()
			return nil, ctx.Err()
		},
		scroll: func(ctx context.Context, _ *qdrant.ScrollPoints) (*qdrant.ScrollResponse, error) {
			<-ctx.Done()
			return nil, ctx.Err()
		},
	}
}

func TestServerHangs(t *testing.T) {
	s := start(t, hanging())
	conn, w := dial(t, remote.Options{URL: s.address, Timeout: 100 * time.Millisecond})
	for name, call := range map[string]func(context.Context, *remote.Conn) error{"write": upsert, "read": scroll} {
		err := call(context.Background(), conn)
		e, ok := errors.AsType[*remote.Error](err)
		if !ok || status.Code(err) != codes.DeadlineExceeded || e.Attempts != 1 || e.Unknown != (name == "write") || len(w.all) > 0 {
			t.Errorf("%s: waits %v, error %+v", name, w.all, err)
		}
		says(t, err, "no answer within 100ms", "store.timeout")
	}
}

func TestCallersDeadlineIsSooner(t *testing.T) {
	s := start(t, hanging())
	conn, _ := dial(t, remote.Options{URL: s.address, Timeout: time.Hour})
	ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
	defer cancel()
	err := upsert(ctx, conn)
	if status.Code(err) != codes.DeadlineExceeded {
		t.Errorf("error is %v", err)
	}
	says(t, err, "whether it was written is unknown", "the caller")
}

// TestServerNoticesFirst: the caller's time is over a moment sooner at the server,
// which knows of it by the call's timeout, than here.
func TestServerNoticesFirst(t *testing.T) {
	s := start(t, &server{scroll: func(context.Context, *qdrant.ScrollPoints) (*qdrant.ScrollResponse, error) {
		return nil, status.Error(codes.DeadlineExceeded, "too late")
	}})
	conn, _ := dial(t, remote.Options{URL: s.address, Timeout: time.Hour})
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	if err := scroll(ctx, conn); !errors.Is(err, context.DeadlineExceeded) || status.Code(err) != codes.DeadlineExceeded {
		t.Errorf("error is %v", err)
	}
	if err := scroll(context.Background(), conn); errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("without a deadline of the caller's it is %v", err)
	}
}

// TestServerResetsAfterTheWrite: the write was done and its answer lost. It is
// made again; where that fails too, the outcome is said to be unknown.
func TestServerResetsAfterTheWrite(t *testing.T) {
	for _, resets := range []int{1, 99} {
		t.Run(fmt.Sprint(resets), func(t *testing.T) {
			s := &server{}
			s.upsert = func(context.Context, *qdrant.UpsertPoints) (*qdrant.PointsOperationResponse, error) {
				if s.called() <= resets {
					s.reset()
				}
				return &qdrant.PointsOperationResponse{}, nil
			}
			start(t, s)
			conn, _ := dial(t, remote.Options{URL: s.address, Retry: remote.Retry{Attempts: 3}, PoolSize: 1})
			err := upsert(context.Background(), conn)
			if resets == 1 {
				if err != nil || s.called() != 2 {
					t.Errorf("%d writes, error %v", s.called(), err)
				}
				return
			}
			e, ok := errors.AsType[*remote.Error](err)
			if !ok || status.Code(err) != codes.Unavailable || !e.Unknown || e.Attempts != 3 {
				t.Errorf("error is %+v", err)
			}
			says(t, err, s.address, "whether it was written is unknown, and writing it again is safe", "after 3 attempts", "connection was lost")
		})
	}
}

func TestMessageSizes(t *testing.T) {
	const size = 5 << 20
	s := start(t, &server{scroll: func(context.Context, *qdrant.ScrollPoints) (*qdrant.ScrollResponse, error) {
		return &qdrant.ScrollResponse{Result: []*qdrant.RetrievedPoint{{Payload: map[string]*qdrant.Value{"text": qdrant.NewValueString(string(make([]byte, size)))}}}}, nil
	}}, grpc.MaxRecvMsgSize(2<<20))
	large := func(conn *remote.Conn, n int) error {
		_, err := qdrant.NewPointsClient(conn).Upsert(context.Background(), &qdrant.UpsertPoints{CollectionName: string(make([]byte, n))})
		return err
	}

	conn, _ := dial(t, remote.Options{URL: s.address})
	if err := scroll(context.Background(), conn); err != nil {
		t.Errorf("a reply over 4 MB: %v", err)
	}
	err := large(conn, 3<<20)
	says(t, err, "ResourceExhausted", "larger than the server takes: lower store.batch")

	conn, w := dial(t, remote.Options{URL: s.address, MaxMessageBytes: 4 << 20})
	err = scroll(context.Background(), conn)
	if status.Code(err) != codes.ResourceExhausted || len(w.all) > 0 {
		t.Errorf("waits %v, error %v", w.all, err)
	}
	says(t, err, "the reply is larger than store.max_message (4194304 bytes): raise it")
	err = large(conn, 4<<20)
	if len(w.all) > 0 {
		t.Errorf("waits %v", w.all)
	}
	says(t, err, "the request is larger than store.max_message")
}

// TestMessageSizeOfTonic: servers in Rust use another code and other words.
func TestMessageSizeOfTonic(t *testing.T) {
	s := start(t, failing(9, status.Error(codes.OutOfRange, "Error, decoded message length too large: found 9 bytes, the limit is: 4 bytes"), nil, nil))
	conn, _ := dial(t, remote.Options{URL: s.address})
	says(t, upsert(context.Background(), conn), "lower store.batch")
}

func TestPoolTakesTurns(t *testing.T) {
	s := start(t, &server{})
	conn, _ := dial(t, remote.Options{URL: s.address, PoolSize: 3})
	for range 7 {
		if err := upsert(context.Background(), conn); err != nil {
			t.Fatal(err)
		}
	}
	if s.mu.Lock(); s.seen != 3 {
		t.Errorf("the server saw %d connections", s.seen)
	}
	s.mu.Unlock()
}

func TestManyAtOnce(t *testing.T) {
	s := start(t, &server{})
	conn, _ := dial(t, remote.Options{URL: s.address})
	var all sync.WaitGroup
	for range 64 {
		all.Go(func() {
			for range 20 {
				if err := errors.Join(upsert(context.Background(), conn), scroll(context.Background(), conn)); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	if s.called() != 64*40 {
		t.Errorf("%d calls", s.called())
	}
}

func TestClosed(t *testing.T) {
	s := start(t, &server{})
	conn, err := remote.Dial(remote.Options{URL: s.address})
	if err != nil {
		t.Fatal(err)
	}
	if err := conn.Close(); err != nil {
		t.Fatal(err)
	}
	if err := upsert(context.Background(), conn); status.Code(err) != codes.Canceled {
		t.Errorf("error is %v", err)
	}
	if err := upsert(context.Background(), conn); err == nil || s.called() > 0 {
		t.Errorf("%d calls, error %v", s.called(), err)
	}
}

func TestStreamsAreRefused(t *testing.T) {
	conn, _ := dial(t, remote.Options{URL: "127.0.0.1:1"})
	if _, err := conn.NewStream(context.Background(), &grpc.StreamDesc{}, "/a/b"); status.Code(err) != codes.Unimplemented {
		t.Errorf("error is %v", err)
	}
}

func TestCheck(t *testing.T) {
	for version, want := range map[string]string{
		"1.17.0": "", "1.18.3": "", "1.17.0-dev": "", "1.99.1": "",
		"1.16.3": "must be at least 1.17.0", "0.9.0": "knows 1.x", "2.0.0": "knows 1.x", "": `it says ""`, "new": `it says "new"`, "1.x.0": "it says",
	} {
		s := start(t, &server{version: version})
		conn, _ := dial(t, remote.Options{URL: s.address})
		got, err := conn.Check(context.Background())
		if got != version || (err == nil) != (want == "") || err != nil && !errors.Is(err, remote.ErrVersion) {
			t.Errorf("version %q: %q, %v", version, got, err)
		}
		if want != "" {
			says(t, err, want, s.address)
		}
	}
}
