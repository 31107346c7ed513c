package remote_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/qdrant/go-client/qdrant"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/durationpb"
	"pgregory.net/rapid"

	"github.com/naru-rag/naru/store/remote"
)

// failing fails the first n upserts in this way.
func failing(n int, err error, header, trailer metadata.MD) *server {
	var calls atomic.Int64
	return &server{upsert: func(ctx context.Context, _ *qdrant.UpsertPoints) (*qdrant.PointsOperationResponse, error) {
		if calls.Add(1) > int64(n) {
			return &qdrant.PointsOperationResponse{}, nil
		}
		return nil, errors.Join(grpc.SetHeader(ctx, header), grpc.SetTrailer(ctx, trailer), err)
	}}
}

func TestRetries(t *testing.T) {
	for _, tt := range []struct {
		code  codes.Code
		fails int
		calls int
		ok    bool
	}{
		{codes.Unavailable, 2, 3, true}, {codes.ResourceExhausted, 2, 3, true}, {codes.Aborted, 2, 3, true},
		{codes.Unavailable, 9, 4, false}, {codes.InvalidArgument, 9, 1, false}, {codes.Internal, 9, 1, false},
		{codes.NotFound, 9, 1, false}, {codes.DeadlineExceeded, 9, 1, false}, {codes.Unauthenticated, 9, 1, false},
	} {
		t.Run(tt.code.String(), func(t *testing.T) {
			s := start(t, failing(tt.fails, status.Error(tt.code, "so it is"), nil, nil))
			conn, w := dial(t, remote.Options{URL: s.address, Retry: remote.Retry{Attempts: 4, First: time.Second, Longest: 3 * time.Second}})
			err := upsert(context.Background(), conn)
			if (err == nil) != tt.ok || s.called() != tt.calls {
				t.Fatalf("%d calls, error %v; want %d", s.called(), err, tt.calls)
			}
			// Half of 1 s, 2 s and 4 s, which 3 s bounds.
			want := []time.Duration{500 * time.Millisecond, time.Second, 1500 * time.Millisecond}[:tt.calls-1]
			if !slices.Equal(w.all, want) {
				t.Errorf("waits are %v, want %v", w.all, want)
			}
			if tt.ok {
				return
			}
			e, isError := errors.AsType[*remote.Error](err)
			if !isError || status.Code(err) != tt.code || e.Attempts != tt.calls || e.Address != s.address || !strings.Contains(err.Error(), "so it is") {
				t.Errorf("error is %+v", err)
			}
		})
	}
}

func TestRetryAfter(t *testing.T) {
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	plain := status.New(codes.ResourceExhausted, "rate limit")
	detailed, err := plain.WithDetails(&errdetails.RetryInfo{RetryDelay: durationpb.New(2500 * time.Millisecond)})
	if err != nil {
		t.Fatal(err)
	}
	for name, tt := range map[string]struct {
		status          *status.Status
		header, trailer metadata.MD
		want            time.Duration // besides the half second of jitter
	}{
		"seconds in the header":  {plain, metadata.Pairs("retry-after", "3"), nil, 3 * time.Second},
		"seconds in the trailer": {plain, nil, metadata.Pairs("retry-after", "3"), 3 * time.Second},
		"date":                   {plain, nil, metadata.Pairs("retry-after", "Sun, 01 Mar 2026 12:00:04 GMT"), 4 * time.Second},
		"date gone by":           {plain, nil, metadata.Pairs("retry-after", "Sun, 01 Mar 2026 11:00:00 GMT"), 0},
		"RetryInfo":              {detailed, nil, nil, 2500 * time.Millisecond},
		"the longest of all":     {detailed, metadata.Pairs("retry-after", "1"), metadata.Pairs("retry-after", "4"), 4 * time.Second},
		"nonsense":               {plain, nil, metadata.Pairs("retry-after", "-7", "retry-after", "soon", "retry-after", "99999999999999999999"), 0},
	} {
		t.Run(name, func(t *testing.T) {
			s := start(t, failing(1, tt.status.Err(), tt.header, tt.trailer))
			conn, w := dial(t, remote.Options{URL: s.address, Now: func() time.Time { return now }, Retry: remote.Retry{First: time.Second}})
			if err := upsert(context.Background(), conn); err != nil {
				t.Fatal(err)
			}
			if want := tt.want + 500*time.Millisecond; !slices.Equal(w.all, []time.Duration{want}) {
				t.Errorf("waits are %v, want %v", w.all, want)
			}
		})
	}
}

func TestRetryAfterIsTooLong(t *testing.T) {
	s := start(t, failing(9, status.Error(codes.ResourceExhausted, "rate limit"), nil, metadata.Pairs("retry-after", "60")))
	conn, w := dial(t, remote.Options{URL: s.address})
	err := upsert(context.Background(), conn)
	if status.Code(err) != codes.ResourceExhausted || s.called() != 1 || len(w.all) > 0 {
		t.Errorf("%d calls, waits %v, error %v", s.called(), w.all, err)
	}
	says(t, err, "left alone for 1m0s", "store.retries.longest (10s)")
}

func TestNoRetryPastTheDeadline(t *testing.T) {
	s := start(t, failing(9, status.Error(codes.Unavailable, "starting"), nil, metadata.Pairs("retry-after", "8")))
	conn, w := dial(t, remote.Options{URL: s.address})
	ctx, cancel := context.WithTimeout(context.Background(), 7*time.Second)
	defer cancel()
	err := upsert(ctx, conn)
	if status.Code(err) != codes.Unavailable || s.called() != 1 || len(w.all) > 0 {
		t.Errorf("%d calls, waits %v, error %v", s.called(), w.all, err)
	}
	says(t, err, "no time left for another attempt")
}

func TestRetryStopsWithTheCaller(t *testing.T) {
	s := start(t, failing(9, status.Error(codes.Unavailable, "starting"), nil, nil))
	ctx, cancel := context.WithCancel(context.Background())
	conn, _ := dial(t, remote.Options{URL: s.address, Wait: func(ctx context.Context, _ time.Duration) error {
		cancel()
		return ctx.Err()
	}})
	err := upsert(ctx, conn)
	if s.called() != 1 || !errors.Is(err, context.Canceled) || status.Code(err) != codes.Unavailable {
		t.Errorf("%d calls, error %v", s.called(), err)
	}
}

// TestRealWait: what waits where a test does not.
func TestRealWait(t *testing.T) {
	s := start(t, failing(1, status.Error(codes.Aborted, "again"), nil, nil))
	conn, err := remote.Dial(remote.Options{URL: s.address, Retry: remote.Retry{First: time.Millisecond}})
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if err := upsert(context.Background(), conn); err != nil || s.called() != 2 {
		t.Errorf("%d calls, error %v", s.called(), err)
	}
}

// TestWaits: whatever the settings are, no wait is negative or longer than it
// may be, and bounds do not fall.
func TestWaits(t *testing.T) {
	s := start(t, failing(1<<30, status.Error(codes.Unavailable, "down"), nil, nil))
	rapid.Check(t, func(rt *rapid.T) {
		random := rapid.Float64Range(0, 0.999999).Draw(rt, "random")
		retry := remote.Retry{
			Attempts: rapid.IntRange(1, 6).Draw(rt, "attempts"),
			First:    time.Duration(rapid.Int64Range(1, 1<<62).Draw(rt, "first")),
			Longest:  time.Duration(rapid.Int64Range(1, 1<<62).Draw(rt, "longest")),
		}
		w := &waits{}
		conn, err := remote.Dial(remote.Options{URL: s.address, Retry: retry, Wait: w.wait, PoolSize: 1, Random: func() float64 { return random }})
		if err != nil {
			rt.Fatal(err)
		}
		defer conn.Close()
		if err := upsert(context.Background(), conn); err == nil {
			rt.Fatal("no error")
		}
		if len(w.all) != retry.Attempts-1 || !slices.IsSorted(w.all) {
			rt.Fatalf("waits are %v", w.all)
		}
		for _, d := range w.all {
			if d < 0 || d > retry.Longest {
				rt.Fatalf("wait of %v with %+v", d, retry)
			}
		}
	})
}

func says(t *testing.T, err error, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if err == nil || !strings.Contains(err.Error(), part) {
			t.Errorf("error is %v\nand should say %q", err, part)
		}
	}
}
