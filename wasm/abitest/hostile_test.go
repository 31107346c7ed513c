package abitest

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/naru-rag/naru/indexer"
	"github.com/naru-rag/naru/rag"
	"github.com/naru-rag/naru/wasm/abi"
	"github.com/naru-rag/naru/wasm/admit"
	"github.com/naru-rag/naru/wasm/hooks"
	"github.com/naru-rag/naru/wasm/host"
)

// hostile is a module of the folder hostile, with what its first lines say of it.
type hostile struct {
	name string
	hook abi.Hook
	// want is the outcome of its last call or, after "refused: ", a part of the error
	// that it is refused with.
	want   string
	grants []string
	calls  int
	code   []byte
}

func gallery(t *testing.T) (all []hostile) {
	t.Helper()
	files, err := filepath.Glob("hostile/*.wat")
	if err != nil || len(files) < 40 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		h := hostile{name: strings.TrimSuffix(filepath.Base(file), ".wat"), calls: 2}
		for line := range strings.Lines(string(text)) {
			key, value, ok := strings.Cut(strings.TrimPrefix(strings.TrimSpace(line), ";; "), ": ")
			switch {
			case !strings.HasPrefix(line, ";; ") || !ok:
			case key == "hook":
				if err := h.hook.UnmarshalText([]byte(value)); err != nil {
					t.Fatal(err)
				}
			case key == "want":
				h.want = value
			case key == "grants":
				h.grants = strings.Fields(value)
			case key == "calls":
				h.calls, _ = strconv.Atoi(value)
			}
		}
		if h.code, err = os.ReadFile(strings.TrimSuffix(file, "wat") + "wasm"); err != nil {
			t.Fatal(err)
		}
		all = append(all, h)
	}
	return all
}

// hostileLimits are those of the gallery. Nothing in it waits, so that a deadline
// would only make the outcome depend on the machine.
var hostileLimits = abi.Limits{Fuel: 20_000_000, Memory: 16 << 20, Deadline: time.Minute, Output: 64 << 10}

// admitted does what admission does, without the process.
func admitted(code []byte, grants []string) (*host.Plugin, error) {
	ctx := context.Background()
	metered, _, err := admit.Prepare(code)
	if err != nil {
		return nil, err
	}
	p, err := host.Load(ctx, metered, host.Options{
		Name: "hostile", Limits: hostileLimits, Grants: grants, Embedder: flat{}, Config: []byte(`{"some":"thing"}`),
		Lookup: func(string) (string, bool) { return "value", true }, Log: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		return nil, err
	}
	if err := p.Start(ctx); err != nil {
		p.Close(ctx)
		return nil, err
	}
	return p, nil
}

// ferries are what there is to find; secret is what this asker may not see.
type ferries struct{}

func (ferries) Search(_ context.Context, q rag.Query) (rag.Results, error) {
	var found rag.Results
	for i, text := range []string{"The ferry leaves at noon.", "The ferry costs 2,000 won.", "나루에서 배를 탄다. The ferry is red."} {
		p := rag.Passage{ID: fmt.Sprint(i), Document: fmt.Sprint("d", i), Text: text, End: len(text), Language: "en", Score: float64(9 - i), Access: rag.Access{Tenant: q.Asker.Tenant}}
		if !slices.ContainsFunc(q.Narrow, func(c rag.Condition) bool { return !c.Holds(&p) }) {
			found.Passages = append(found.Passages, p)
		}
	}
	return found, nil
}

func answer(t *testing.T, with rag.Hooks) rag.Answer {
	t.Helper()
	a, err := rag.NewAnswerer(ferries{}, rag.Options{Hooks: with, Threshold: -1}).Answer(context.Background(),
		rag.Question{Text: "When does the ferry leave?", Language: "en", Asker: rag.Asker{Tenant: "default"}})
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// TestHostile: whatever a module does, it ends within its fuel and memory, changes
// nothing that it may not, and the next question is answered.
func TestHostile(t *testing.T) {
	plain := answer(t, nil)
	plain.Timings = rag.Timings{}
	if plain.Abstained || len(plain.Sentences) == 0 {
		t.Fatalf("without plugins the answer is %+v", plain)
	}
	good := load(t, guest(t, "noop"), nil)
	for _, h := range gallery(t) {
		t.Run(h.name, func(t *testing.T) {
			p, err := admitted(h.code, h.grants)
			if want, refused := strings.CutPrefix(h.want, "refused: "); refused {
				if err == nil || !strings.Contains(err.Error(), want) {
					t.Fatalf("it is refused with %v, want %q", err, want)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			defer p.Close(context.Background())
			set := hooks.New([]hooks.Member{{Plugin: p, Hooks: []abi.Hook{h.hook}}, {Plugin: good, Hooks: abi.Hooks}},
				hooks.Options{Searcher: ferries{}, Log: slog.New(slog.DiscardHandler)})
			if h.hook == abi.Document {
				hostileDocument(t, set, h)
				return
			}
			before := resident(t)
			var got rag.Answer
			for range h.calls {
				got = answer(t, set)
			}
			grown := resident(t) - before
			if most := int64(hostileLimits.Memory) + 8<<20; grown > most {
				t.Errorf("the process has grown by %d KiB, and at most %d KiB were granted", grown>>10, most>>10)
			}
			i := slices.IndexFunc(got.Timings.Plugins, func(r rag.PluginRun) bool { return r.Plugin == "hostile" })
			if i < 0 || got.Timings.Plugins[i].Outcome != h.want {
				t.Fatalf("the calls are %+v, want %q", got.Timings.Plugins, h.want)
			}
			if run := got.Timings.Plugins[i]; run.Fuel > hostileLimits.Fuel+1000 || uint64(run.Memory) > hostileLimits.Memory {
				t.Errorf("it has taken %+v", run)
			}
			if !slices.ContainsFunc(got.Timings.Plugins, func(r rag.PluginRun) bool { return r.Plugin == "example" && r.Outcome == "ok" }) {
				t.Errorf("the plugin after it was not called: %+v", got.Timings.Plugins)
			}
			if degraded := len(got.Degraded) > 0; degraded != (h.want != string(host.OK)) {
				t.Errorf("degraded is %q", got.Degraded)
			}
			for _, text := range append(slices.Clone(got.Degraded), got.Answer) {
				if strings.Contains(text, "password") || strings.Contains(text, "free") {
					t.Errorf("the asker reads %q", text)
				}
			}
			got.Timings, got.Degraded = rag.Timings{}, plain.Degraded
			switch h.name {
			case "dropped_passages", "filter_on_everything":
				if !got.Abstained || len(got.Passages) > 0 {
					t.Errorf("the answer is %+v", got)
				}
			default:
				if !reflect.DeepEqual(got, plain) {
					t.Errorf("the answer is\n%+v\nand without the plugin\n%+v", got, plain)
				}
			}
		})
	}
}

// hostileDocument: a document that a plugin fails at is not indexed, nor changed.
func hostileDocument(t *testing.T, set *hooks.Set, h hostile) {
	hook := set.Documents()[0]
	for range h.calls {
		d, err := hook.Document(context.Background(), indexer.Reading{Document: rag.Document{ID: "d", Text: "나루의 배", Access: rag.Access{Tenant: "default"}}})
		if err == nil || !strings.Contains(err.Error(), h.want) || !reflect.DeepEqual(d, indexer.Decision{}) {
			t.Errorf("it decides %+v, %v", d, err)
		}
	}
}

// resident is how many bytes of memory the process has at most had since it was asked
// last.
func resident(t *testing.T) int64 {
	t.Helper()
	if runtime.GOOS != "linux" {
		return 0
	}
	text, err := os.ReadFile("/proc/self/status")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(text), "VmHWM:")
	var most int64
	if _, err := fmt.Sscan(rest, &most); err != nil {
		t.Fatal(err)
	}
	debug.FreeOSMemory()
	_ = os.WriteFile("/proc/self/clear_refs", []byte("5"), 0) // begins anew
	return most << 10
}

// TestNoStateBetweenTenants: what one asker's question leaves in a module, no asker
// who may see other documents can learn.
func TestNoStateBetweenTenants(t *testing.T) {
	all := gallery(t)
	h := all[slices.IndexFunc(all, func(h hostile) bool { return h.name == "state_between_tenants" })]
	p, err := admitted(h.code, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close(context.Background())
	set := hooks.New([]hooks.Member{{Plugin: p, Hooks: []abi.Hook{abi.Query}}}, hooks.Options{})
	variants := func(question string, asker rag.Asker) string {
		r, err := set.Query(context.Background(), rag.Asked{Text: question, Asker: asker})
		if err != nil || len(r.Variants) != 1 {
			t.Fatalf("%+v %v", r, err)
		}
		return r.Variants[0]
	}
	askers := map[string]rag.Asker{
		"first": {Tenant: "a"}, "second": {Tenant: "b"}, "principal": {Tenant: "a", Principals: []string{"p"}}, "region": {Tenant: "a", Regions: []string{"kr"}},
	}
	for range 3 {
		for _, name := range slices.Sorted(maps.Keys(askers)) {
			if got := variants("the secret of "+name, askers[name]); !strings.Contains(got, "secret of "+name) {
				t.Fatalf("%s reads %q", name, got)
			}
		}
	}
	// It does keep what it may: the test would find it.
	if got := variants("another question", askers["first"]); !strings.Contains(got, "secret of first") {
		t.Errorf("the module keeps nothing: %q", got)
	}
}
