package web_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/naru-rag/naru/functions/web"
	"github.com/naru-rag/naru/rag"
)

// crowd asks over real connections, one question after the other and none of them with
// patience, and counts what is answered by status.
func crowd(t *testing.T, url string, askers int, lasting time.Duration) map[int]int {
	t.Helper()
	transport := &http.Transport{MaxIdleConnsPerHost: askers}
	defer transport.CloseIdleConnections()
	client := &http.Client{Transport: transport, Timeout: patience}
	var (
		mu       sync.Mutex
		statuses = map[int]int{}
		asking   sync.WaitGroup
		end      = time.Now().Add(lasting)
	)
	for range askers {
		asking.Go(func() {
			for time.Now().Before(end) {
				resp, err := client.Post(url+"/v1/ask", "application/json", strings.NewReader(`{"question":"a"}`))
				if err != nil {
					t.Errorf("a connection ends: %v", err)
					return
				}
				if _, err := io.Copy(io.Discard, resp.Body); err != nil {
					t.Errorf("an answer breaks off: %v", err)
				}
				resp.Body.Close()
				if resp.StatusCode != 200 && resp.Header.Get("Retry-After") == "" {
					t.Errorf("%d is without Retry-After", resp.StatusCode)
				}
				mu.Lock()
				statuses[resp.StatusCode]++
				mu.Unlock()
			}
		})
	}
	asking.Wait()
	return statuses
}

// serving serves on a socket as `naru serve` does, until stop.
func serving(t *testing.T, opt web.Options) (url string, stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	ln, err := web.Listen(ctx, "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	h := handler(t, opt)
	go func() { ended <- web.Serve(ctx, ln, h, slog.New(slog.DiscardHandler)) }()
	stop = sync.OnceFunc(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(stop)
	return fmt.Sprint("http://", ln.Addr()), stop
}

// Two hundred at once wait for their turn, and all are answered.
func TestLoadIsAnswered(t *testing.T) {
	const askers = 200
	var atWork, most atomic.Int64
	url, _ := serving(t, web.Options{Answerer: working(5*time.Millisecond, &atWork, &most)})
	if got := crowd(t, url, askers, 2*time.Second); got[200] < askers || len(got) != 1 {
		t.Errorf("they are answered %v", got)
	}
	if most.Load() < 32 || most.Load() > 64 {
		t.Errorf("%d are at work at once", most.Load())
	}
}

// Of more than that some are refused, and nothing of them is left.
func TestLoadAboveCapacity(t *testing.T) {
	const askers, concurrent, queue = 300, 4, 16
	var atWork, most atomic.Int64
	before := left()
	url, stop := serving(t, web.Options{MaxConcurrent: concurrent, MaxQueue: queue, MaxWait: time.Minute, Answerer: working(5*time.Millisecond, &atWork, &most)})
	got := crowd(t, url, askers, 2*time.Second)
	if got[200] < 2*queue || got[429] < askers-queue-concurrent || len(got) != 2 {
		t.Errorf("they are answered %v", got)
	}
	if most.Load() > concurrent {
		t.Errorf("%d are at work at once", most.Load())
	}
	stop()
	const spare = 8 << 20
	eventually(t, "the goroutines have ended and the memory is free", func() bool {
		now := left()
		return now.goroutines <= before.goroutines && now.heap < before.heap+spare
	})
}

// working answers after a while, and notes how many it does at once.
func working(took time.Duration, atWork, most *atomic.Int64) web.Answerer {
	return answerFunc(func(ctx context.Context, _ rag.Question) (rag.Answer, error) {
		n := atWork.Add(1)
		defer atWork.Add(-1)
		for m := most.Load(); n > m && !most.CompareAndSwap(m, n); m = most.Load() {
		}
		select {
		case <-time.After(took):
		case <-ctx.Done():
		}
		return rag.Answer{Answer: "x", Language: "en"}, ctx.Err()
	})
}

type leftover struct {
	goroutines int
	heap       uint64
}

func left() leftover {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return leftover{runtime.NumGoroutine(), m.HeapAlloc}
}
