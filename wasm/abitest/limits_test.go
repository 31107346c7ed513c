package abitest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"runtime"
	"runtime/debug"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/naru-rag/naru/embed"
	"github.com/naru-rag/naru/wasm/abi"
	"github.com/naru-rag/naru/wasm/admit"
	"github.com/naru-rag/naru/wasm/host"
)

func module(t testing.TB, name string) []byte {
	t.Helper()
	code, err := os.ReadFile("hostile/" + name + ".wasm")
	if err != nil {
		t.Fatal(err)
	}
	return code
}

func outcome(err error) host.Outcome {
	if failed, ok := errors.AsType[*host.Error](err); ok {
		return failed.Outcome
	}
	return ""
}

// TestDeadline: a module that never returns is ended at the first look at the clock
// after its deadline, one slice of fuel after the last before it.
func TestDeadline(t *testing.T) {
	var looks atomic.Int64
	start := time.Unix(1_000_000, 0)
	p := load(t, module(t, "loop"), func(o *host.Options) {
		o.Limits.Fuel, o.Limits.Deadline = 1<<40, 5*time.Second
		o.Now = func() time.Time { return start.Add(time.Duration(looks.Add(1)) * time.Second) }
	})
	_, usage, err := p.Call(context.Background(), host.Call{Hook: abi.Query, Request: []byte(`{}`)})
	if outcome(err) != host.NoTime {
		t.Fatalf("it ends with %v", err)
	}
	// The clock is looked at once a slice of a million, and goes on by a second each
	// time: starting takes one look or two, the call the rest.
	if usage.Fuel < 1_000_000 || usage.Fuel > 6_000_000 {
		t.Errorf("it has used %d fuel in 5 looks at the clock", usage.Fuel)
	}
}

// TestNobodyOutlivesTheDeadline: whatever a module of the gallery does, with all the
// fuel that it wants, it is ended soon after its time. A slice of fuel is a few
// milliseconds; the bound leaves room for a machine that is busy with something else.
func TestNobodyOutlivesTheDeadline(t *testing.T) {
	const deadline, most = 20 * time.Millisecond, 100 * time.Millisecond
	ended := 0
	for _, h := range gallery(t) {
		metered, _, err := admit.Prepare(h.code)
		if err != nil {
			continue
		}
		p, err := host.Load(context.Background(), metered, host.Options{
			Name: "hostile", Limits: abi.Limits{Fuel: 1 << 50, Memory: 16 << 20, Deadline: deadline, Output: 64 << 10}, Grants: h.grants, Embedder: flat{},
			Lookup: func(string) (string, bool) { return "value", true }, Log: slog.New(slog.DiscardHandler),
		})
		if err != nil {
			continue
		}
		over, by := time.Hour, host.Outcome("")
		for try := 0; try < 5 && over > most; try++ {
			_, usage, err := p.Call(context.Background(), host.Call{Hook: h.hook, Request: []byte("{}"), Search: search})
			over, by = min(over, usage.Time-deadline), outcome(err)
		}
		if over > most && !race {
			t.Errorf("%s outlives its deadline by %v", h.name, over)
		}
		if by == host.NoTime {
			ended++
		}
		p.Close(context.Background())
	}
	if ended < 20 {
		t.Errorf("only %d modules are ended for want of time", ended)
	}
}

// TestCanceled: a module is ended when nobody waits for it any longer.
func TestCanceled(t *testing.T) {
	p := load(t, module(t, "loop"), func(o *host.Options) { o.Limits.Fuel, o.Limits.Deadline = 1<<50, time.Hour })
	ctx, cancel := context.WithCancel(context.Background())
	time.AfterFunc(20*time.Millisecond, cancel)
	if _, _, err := p.Call(ctx, host.Call{Hook: abi.Query, Request: []byte(`{}`)}); outcome(err) != host.Canceled || !errors.Is(err, context.Canceled) {
		t.Errorf("it ends with %v", err)
	}
}

// TestCeiling: an operator's ceiling holds for a question whatever it asks of, and for
// each 64 KiB of a document.
func TestCeiling(t *testing.T) {
	const ceiling = 10_000_000
	p := load(t, module(t, "loop"), func(o *host.Options) {
		o.Limits.Fuel, o.Limits.Deadline = 1<<40, time.Minute
		o.Ceiling.Fuel = ceiling
	})
	for hook, want := range map[abi.Hook]int64{abi.Passages: ceiling, abi.Document: 4 * ceiling} {
		_, usage, err := p.Call(context.Background(), host.Call{Hook: hook, Request: make([]byte, 200<<10)})
		if outcome(err) != host.NoFuel || usage.Fuel != want {
			t.Errorf("%v: it uses %d fuel and ends with %v, want %d", hook, usage.Fuel, err, want)
		}
	}
}

// TestAway: whoever made a call is told where a service failed that the module asked.
func TestAway(t *testing.T) {
	p := load(t, guest(t, "example-rust"), func(o *host.Options) { o.Embedder = away{} })
	for question, want := range map[string]bool{"embed ferry": true, "terms ferry": false} {
		request, err := abi.Encode(&abi.QueryRequest{Header: header(abi.Query), Question: question})
		if err != nil {
			t.Fatal(err)
		}
		if said, usage, err := p.Call(context.Background(), host.Call{Hook: abi.Query, Request: request}); err != nil || usage.Away != want {
			t.Errorf("%q: away %v, want %v: %s %v", question, usage.Away, want, said, err)
		}
	}
}

// away is an embedder whose service does not answer.
type away struct{ embed.Embedder }

func (away) Embed(context.Context, embed.Kind, []string) (embed.Result, error) {
	return embed.Result{}, errors.New("the service is away")
}

// TestSearchBounded: what the host does for a module has the time of the call.
func TestSearchBounded(t *testing.T) {
	p := load(t, module(t, "search_flood"), func(o *host.Options) { o.Limits.Fuel, o.Limits.Deadline = 10_000_000, 50*time.Millisecond })
	var bounded, searches int
	_, _, err := p.Call(context.Background(), host.Call{Hook: abi.Query, Request: []byte(`{}`), Search: func(ctx context.Context, text string, limit int) ([]abi.Passage, error) {
		searches++
		if text != "ferry" || limit != 20 {
			t.Errorf("it searches for %q, %d", text, limit)
		}
		<-ctx.Done() // a store that hangs
		bounded++
		return nil, ctx.Err()
	}})
	if outcome(err) != host.NoTime || bounded == 0 || searches > abi.MaxSearches {
		t.Errorf("it ends with %v after %d searches", err, searches)
	}
}

// TestRefusedLater: grants that are not given are missed when the module is loaded.
func TestGrants(t *testing.T) {
	for _, grant := range everything {
		name := map[string]string{"log": "log_flood", "config": "config_flood", "lookup": "lookup_flood", "terms": "terms_flood", "embed": "embed_flood", "search": "search_flood"}[grant]
		metered, report, err := admit.Prepare(module(t, name))
		if err != nil || len(report.Grants) != 1 || report.Grants[0] != grant {
			t.Fatalf("%s: report %+v, %v", name, report, err)
		}
		opt := host.Options{Name: "p", Limits: limits}
		for _, other := range everything {
			if other != grant {
				opt.Grants = append(opt.Grants, other)
			}
		}
		if _, err := host.Load(context.Background(), metered, opt); err == nil || !strings.Contains(err.Error(), "takes the grant "+grant) {
			t.Errorf("without %s: %v", grant, err)
		}
	}
}

// TestLog: what plugins log is cut, bounded and harmless.
func TestLog(t *testing.T) {
	var lines strings.Builder
	p := load(t, module(t, "log_flood"), func(o *host.Options) {
		o.Limits.Fuel = 50_000_000
		o.Log = logger(&lines)
	})
	if _, _, err := p.Call(context.Background(), host.Call{Hook: abi.Query, Request: []byte(`{}`)}); outcome(err) != host.NoFuel {
		t.Fatal(err)
	}
	if n := strings.Count(lines.String(), "\n"); n != abi.MaxLogLines {
		t.Errorf("%d lines are logged", n)
	}
	if len(lines.String()) > abi.MaxLogLines*(10*abi.MaxLogLine) {
		t.Errorf("%d bytes are logged", len(lines.String()))
	}
}

// TestClosed: a plugin that was closed takes no calls, and closing waits for those
// that run.
func TestClosed(t *testing.T) {
	p := load(t, guest(t, "noop"), nil)
	var calls sync.WaitGroup
	for range 8 {
		calls.Go(func() {
			for {
				if _, _, err := p.Call(context.Background(), host.Call{Hook: abi.Query, Request: []byte(`{}`)}); err != nil {
					if !errors.Is(err, host.ErrClosed) {
						t.Error(err)
					}
					return
				}
			}
		})
	}
	time.Sleep(10 * time.Millisecond)
	for range 2 {
		if err := p.Close(context.Background()); err != nil {
			t.Error(err)
		}
	}
	calls.Wait()
}

// TestConcurrent: 32 goroutines of several audiences call good and bad plugins; each
// gets its own answer.
func TestConcurrent(t *testing.T) {
	good := load(t, module(t, "state_between_tenants"), func(o *host.Options) { o.Idle = 4 })
	bad := load(t, module(t, "patient"), func(o *host.Options) { o.Limits.Fuel = 2_000_000 })
	var all sync.WaitGroup
	for i := range 32 {
		all.Go(func() {
			audience := string(rune('a' + i%8))
			request := bytes.Repeat([]byte(audience), 10)
			for range 50 {
				said, _, err := good.Call(context.Background(), host.Call{Hook: abi.Query, Request: request, Audience: audience})
				if err != nil || !bytes.Contains(said, request) {
					t.Errorf("%s is answered %q, %v", audience, said, err)
				}
				if _, _, err := bad.Call(context.Background(), host.Call{Hook: abi.Query, Request: request, Audience: audience}); err != nil && outcome(err) != host.NoFuel {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
}

// TestMemoryStaysFlat: neither calls nor loads leave anything behind.
func TestMemoryStaysFlat(t *testing.T) {
	calls, loads := 1_000_000, 1_000
	if testing.Short() || race {
		calls, loads = 20_000, 50
	}
	p := load(t, module(t, "state_between_tenants"), nil)
	request := []byte("a question of some length that is asked again and again")
	call := func(n int) {
		for i := range n {
			audience := ""
			if i%100 == 0 { // some are started anew
				audience = string(rune('a' + i/100%26))
			}
			if _, _, err := p.Call(context.Background(), host.Call{Hook: abi.Query, Request: request, Audience: audience}); err != nil {
				t.Fatal(err)
			}
		}
	}
	metered, _, err := admit.Prepare(guest(t, "noop"))
	if err != nil {
		t.Fatal(err)
	}
	files, err := host.Compile(context.Background(), metered)
	if err != nil {
		t.Fatal(err)
	}
	reload := func(n int) {
		for range n {
			p, err := host.Load(context.Background(), metered, host.Options{Name: "noop", Limits: limits, Compiled: files})
			if err != nil {
				t.Fatal(err)
			}
			if err := p.Start(context.Background()); err != nil {
				t.Fatal(err)
			}
			if err := p.Close(context.Background()); err != nil {
				t.Fatal(err)
			}
		}
	}
	flat := func(what string, do func(int), n int) {
		do(n / 10)
		before := held()
		do(n)
		if after := held(); after > before+4<<20 {
			t.Errorf("%d %s leave %d KiB", n, what, (after-before)>>10)
		}
	}
	flat("calls", call, calls)
	flat("loads", reload, loads)
}

// held is the memory of the process: what Go has in use, and what is mapped besides.
func held() int64 {
	for range 3 {
		runtime.GC()
	}
	debug.FreeOSMemory()
	if text, err := os.ReadFile("/proc/self/statm"); err == nil {
		var size, resident int64
		if _, err := fmt.Sscan(string(text), &size, &resident); err == nil {
			return resident * int64(os.Getpagesize())
		}
	}
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapInuse)
}
