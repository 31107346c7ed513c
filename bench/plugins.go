package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	extism "github.com/extism/go-sdk"
	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"

	"github.com/naru-rag/naru/rag"
	"github.com/naru-rag/naru/wasm/abi"
	"github.com/naru-rag/naru/wasm/admit"
	"github.com/naru-rag/naru/wasm/hooks"
	"github.com/naru-rag/naru/wasm/host"
	"github.com/naru-rag/naru/wasm/meter"
	"github.com/naru-rag/naru/wasm/plugins"
)

// guests is where the examples and hostile modules are, from the repository's root.
const guests = "wasm/abitest"

// callsPerTurn is how many calls are timed as one, where a call is short.
const callsPerTurn = 200

var pluginLimits = abi.Limits{Fuel: 1 << 40, Memory: 64 << 20, Deadline: time.Minute, Output: 4 << 20}

// plugins measures what plugins cost: a call, metering, the first call, what is over
// after a deadline, and a question's way; beside Extism.
func (b *bench) plugins() error {
	for _, part := range []func(context.Context) error{b.pluginCalls, b.pluginMetering, b.pluginFirst, b.pluginDeadlines, b.pluginQuestion} {
		if err := part(context.Background()); err != nil {
			return err
		}
	}
	return nil
}

// timed is what is measured in turns with others.
type timed struct {
	label string
	calls int // in a turn
	do    func() error
	times []time.Duration // of one call, by turns
}

func (t *timed) best() time.Duration { return slices.Min(t.times) }

// inTurns measures all, a turn of each at a time.
func (b *bench) inTurns(all []*timed) error {
	for turn := range b.turns + 1 {
		for _, t := range all {
			start := time.Now()
			for range t.calls {
				if err := t.do(); err != nil {
					return fmt.Errorf("%s: %w", t.label, err)
				}
			}
			if turn > 0 { // the first warms up
				t.times = append(t.times, time.Since(start)/time.Duration(t.calls))
			}
		}
	}
	return nil
}

// paired is the median of how many times as long a takes as b, within turns.
func paired(a, b *timed) float64 {
	ratios := make([]float64, len(a.times))
	for i := range ratios {
		ratios[i] = float64(a.times[i]) / float64(b.times[i])
	}
	slices.Sort(ratios)
	return ratios[len(ratios)/2]
}

// short writes a time with the unit that suits it.
func short(d time.Duration) string {
	if d < time.Millisecond {
		return fmt.Sprintf("%.2f µs", float64(d.Nanoseconds())/1e3)
	}
	return fmt.Sprintf("%.2f ms", float64(d.Nanoseconds())/1e6)
}

// took adds a row with a time, which has to stay under most where that is not zero.
func (b *bench) took(measured string, t *timed, most time.Duration) *row {
	line := b.report.add(row{Measured: measured, Engine: t.label, Value: short(t.best()), Note: "median " + short(median(t.times))})
	if most > 0 {
		met := t.best() < most
		line.Target, line.Met = "< "+short(most), &met
	}
	return line
}

// besides adds a row of a peer, which has to take least times as long.
func (b *bench) besides(measured string, peer, ours *timed, least float64) {
	line := b.took(measured, peer, 0)
	line.ratio(float64(peer.best())/float64(ours.best()), paired(peer, ours), least)
}

func guestFile(name string) ([]byte, error) { return os.ReadFile(filepath.Join(beside(guests), name)) }

// loaded is a guest, ready for calls.
func loaded(ctx context.Context, code []byte) (*host.Plugin, error) {
	metered, report, err := admit.Prepare(code)
	if err != nil {
		return nil, err
	}
	return host.Load(ctx, metered, host.Options{Name: "guest", Limits: pluginLimits, Grants: report.Grants})
}

// calling is a call of a guest.
func calling(ctx context.Context, label string, p *host.Plugin, hook abi.Hook, request []byte, calls int) *timed {
	return &timed{label: label, calls: calls, do: func() error {
		_, _, err := p.Call(ctx, host.Call{Hook: hook, Request: request})
		return err
	}}
}

// fifty is a request with fifty passages of 600 bytes.
func fifty() ([]byte, error) {
	request := &abi.PassagesRequest{Header: abi.Header{ABI: 1, Hook: abi.Passages, Now: "2026-11-23T09:00:00Z"}, Question: "When does the ferry leave?", Language: "en"}
	for i := range 50 {
		text := strings.Repeat(fmt.Sprintf("Passage %d says when the ferry leaves. ", i), 20)[:600]
		request.Passages = append(request.Passages, abi.Passage{ID: fmt.Sprint(i), Headings: []string{}, Annotations: map[string][]string{}, Score: 50 - float64(i), Text: text})
	}
	return abi.Encode(request)
}

func (b *bench) pluginCalls(ctx context.Context) error {
	question := []byte(`{"abi":1,"hook":"query","now":"2026-11-23T09:00:00Z","question":"When does the ferry leave?","language":"en"}`)
	passages, err := fifty()
	if err != nil {
		return err
	}
	code := map[string][]byte{}
	for label, file := range map[string]string{"noop": "testdata/noop.wasm", "Rust": "testdata/example-rust.wasm", "AssemblyScript": "testdata/example-assemblyscript.wasm", "C": "testdata/example-c.wasm"} {
		if code[label], err = guestFile(file); err != nil {
			return err
		}
	}
	if code["Go"], err = b.goGuest(); err != nil {
		return err
	}
	all := map[string]*host.Plugin{}
	for label, c := range code {
		if all[label], err = loaded(ctx, c); err != nil {
			return fmt.Errorf("%s: %w", label, err)
		}
		defer all[label].Close(ctx)
	}
	peer, err := extismPlugin(ctx)
	if err != nil {
		return err
	}
	defer peer.Close(ctx)
	inExtism := func(function string, request []byte) func() error {
		return func() error {
			_, _, err := peer.CallWithContext(ctx, function, request)
			return err
		}
	}
	noop := []*timed{
		calling(ctx, "naru, a module of 114 bytes", all["noop"], abi.Query, question, callsPerTurn),
		{label: "Extism, Rust", calls: callsPerTurn, do: inExtism("noop", question)},
	}
	if err := b.inTurns(noop); err != nil {
		return err
	}
	const nothing = "a call of a plugin that does nothing"
	b.took(nothing, noop[0], 3*time.Microsecond)
	b.besides(nothing, noop[1], noop[0], 10)
	reorder := []*timed{
		calling(ctx, "naru, Rust", all["Rust"], abi.Passages, passages, callsPerTurn),
		calling(ctx, "naru, AssemblyScript", all["AssemblyScript"], abi.Passages, passages, callsPerTurn),
		calling(ctx, "naru, C", all["C"], abi.Passages, passages, callsPerTurn),
		calling(ctx, "naru, Go", all["Go"], abi.Passages, passages, callsPerTurn),
		{label: "Extism, the same in Rust", calls: callsPerTurn, do: inExtism("passages", passages)},
	}
	if err := b.inTurns(reorder); err != nil {
		return err
	}
	const reordering = "reordering 50 passages of 600 bytes"
	b.took(reordering, reorder[0], time.Millisecond)
	b.took(reordering, reorder[1], time.Millisecond)
	b.took(reordering, reorder[2], time.Millisecond)
	b.took(reordering, reorder[3], 10*time.Millisecond)
	b.besides(reordering, reorder[4], reorder[0], 10)
	return nil
}

// goGuest builds the example in Go.
func (b *bench) goGuest() ([]byte, error) {
	out := filepath.Join(b.work, "example-go.wasm")
	build := exec.Command("go", "build", "-buildmode=c-shared", "-trimpath", "-ldflags=-s -w", "-o", out, "./wasm/guest/example")
	build.Dir = filepath.Dir(filepath.Dir(beside(guests)))
	build.Env = append(os.Environ(), "GOOS=wasip1", "GOARCH=wasm", "CGO_ENABLED=0")
	if said, err := build.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("%w: %s", err, said)
	}
	return os.ReadFile(out)
}

// extismPlugin is the peer: extism/src/lib.rs, as its host runs it.
func extismPlugin(ctx context.Context) (*extism.Plugin, error) {
	p, err := extism.NewPlugin(ctx, extism.Manifest{Wasm: []extism.Wasm{extism.WasmFile{Path: filepath.Join(beside("bench"), "extism", "naru_extism.wasm")}}},
		extism.PluginConfig{EnableWasi: true}, nil)
	if err != nil {
		return nil, err
	}
	return p, nil
}

// pluginMetering compares a module with and without the metering, in a runtime that
// does nothing else.
func (b *bench) pluginMetering(ctx context.Context) error {
	passages, err := fifty()
	if err != nil {
		return err
	}
	for _, language := range []string{"rust", "assemblyscript", "c"} {
		plain, err := guestFile("testdata/example-" + language + ".wasm")
		if err != nil {
			return err
		}
		metered, _, err := admit.Prepare(plain)
		if err != nil {
			return err
		}
		both := []*timed{{label: "plain, " + language, calls: 10}, {label: "metered, " + language, calls: 10}}
		for i, code := range [][]byte{plain, metered} {
			runtime := wazero.NewRuntime(ctx)
			defer runtime.Close(ctx)
			if both[i].do, err = bare(ctx, runtime, code, passages); err != nil {
				return err
			}
		}
		if err := b.inTurns(both); err != nil {
			return err
		}
		const measured = "metering, reordering 50 passages"
		b.took(measured, both[0], 0)
		line := b.took(measured, both[1], 0)
		line.Ratio, line.Paired = float64(both[1].best())/float64(both[0].best()), paired(both[1], both[0])
		met := line.Ratio <= 1.6
		line.Target, line.Met = "≤ 1.6× the plain module", &met
	}
	return nil
}

// bare is a call of a module without our host.
func bare(ctx context.Context, r wazero.Runtime, code, request []byte) (func() error, error) {
	compiled, err := r.CompileModule(ctx, code)
	if err != nil {
		return nil, err
	}
	provided := map[string]bool{}
	for _, f := range compiled.ImportedFunctions() {
		module, name, _ := f.Import()
		if provided[module] {
			continue
		}
		provided[module] = true
		builder := r.NewHostModuleBuilder(module)
		for _, g := range compiled.ImportedFunctions() {
			if of, other, _ := g.Import(); of == module {
				builder.NewFunctionBuilder().WithGoModuleFunction(api.GoModuleFunc(func(_ context.Context, m api.Module, stack []uint64) {
					if fuel := m.ExportedGlobal(meter.Fuel); fuel != nil {
						fuel.(api.MutableGlobal).Set(1_000_000)
					}
					if len(g.ResultTypes()) > 0 {
						stack[0] = api.EncodeI32(abi.ResultNone)
					}
				}), g.ParamTypes(), g.ResultTypes()).Export(other)
			}
		}
		if _, err := builder.Instantiate(ctx); err != nil {
			return nil, fmt.Errorf("%s.%s: %w", module, name, err)
		}
	}
	m, err := r.InstantiateModule(ctx, compiled, wazero.NewModuleConfig())
	if err != nil {
		return nil, err
	}
	alloc, call, reset := m.ExportedFunction(abi.ExportAlloc), m.ExportedFunction(abi.ExportCall), m.ExportedFunction(abi.ExportReset)
	return func() error {
		at, err := alloc.Call(ctx, uint64(len(request)))
		if err != nil {
			return err
		}
		m.Memory().Write(uint32(at[0]), request)
		if _, err := call.Call(ctx, uint64(abi.Passages), at[0], uint64(len(request))); err != nil {
			return err
		}
		_, err = reset.Call(ctx)
		return err
	}, nil
}

// pluginFirst measures the way from a shipped compiled form to the first response.
func (b *bench) pluginFirst(ctx context.Context) error {
	question := []byte(`{"abi":1,"hook":"query","now":"2026-11-23T09:00:00Z","question":"x","language":"en"}`)
	var all []*timed
	for _, name := range plugins.Names() {
		p, _ := plugins.Find(name)
		if len(p.Module) > 100_000 {
			continue
		}
		here := true
		all = append(all, &timed{label: fmt.Sprintf("%s, %d KB", name, len(p.Module)/1000), calls: 1, do: func() error {
			loaded, err := host.Load(ctx, p.Metered, host.Options{Name: name, Limits: pluginLimits, Grants: p.Grants, Compiled: p.Compiled})
			if err != nil {
				return err
			}
			defer loaded.Close(ctx)
			if loaded.CompiledHere() && here {
				here = false
				b.report.note("the compiled form of " + name + " is not for this machine")
			}
			_, _, err = loaded.Call(ctx, host.Call{Hook: p.Hooks[0], Request: question})
			return err
		}})
	}
	if err := b.inTurns(all); err != nil {
		return err
	}
	for _, t := range all {
		b.took("first call, from the shipped compiled form", t, 5*time.Millisecond)
	}
	return nil
}

// pluginDeadlines measures how long after their deadline modules that never return
// are ended.
func (b *bench) pluginDeadlines(ctx context.Context) error {
	const deadline = 20 * time.Millisecond
	worst, by, ended := time.Duration(0), "", 0
	files, err := filepath.Glob(filepath.Join(beside(guests), "hostile", "*.wasm"))
	if err != nil {
		return err
	}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".wasm")
		code, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		metered, report, err := admit.Prepare(code)
		if err != nil {
			continue // it is refused
		}
		limits := pluginLimits
		limits.Deadline = deadline
		p, err := host.Load(ctx, metered, host.Options{Name: name, Limits: limits, Grants: report.Grants, Log: slog.New(slog.DiscardHandler)})
		if err != nil {
			continue
		}
		over, late := time.Duration(1<<62), false
		for range 5 { // the best of several: the machine may be busy with something else
			_, usage, err := p.Call(ctx, host.Call{Hook: abi.Query, Request: []byte("{}")})
			failed, is := errors.AsType[*host.Error](err)
			late = is && failed.Outcome == host.NoTime
			over = min(over, max(0, usage.Time-deadline))
		}
		p.Close(ctx)
		if late {
			ended++
		}
		if over >= worst {
			worst, by = over, name
		}
	}
	b.report.add(row{Measured: fmt.Sprintf("ended after its deadline of 20 ms, the worst of %d hostile modules", ended), Engine: "naru", Value: short(worst), Note: by})
	return nil
}

// found is a searcher that finds thirty passages.
type found struct{ passages []rag.Passage }

func (f found) Search(context.Context, rag.Query) (rag.Results, error) {
	return rag.Results{Passages: f.passages}, nil
}

// pluginQuestion measures a question's way with three of our plugins, and without.
func (b *bench) pluginQuestion(ctx context.Context) error {
	var f found
	for i := range 30 {
		text := strings.Repeat(fmt.Sprintf("Passage %d says that ferry %d leaves at noon. ", i, i*7%30), 20)[:600]
		f.passages = append(f.passages, rag.Passage{ID: fmt.Sprint("p", i), Document: fmt.Sprint("d", i), Text: text, End: len(text), Language: "en", Score: 30 - float64(i), Access: rag.Access{Tenant: "default"}})
	}
	var members []hooks.Member
	for name, config := range map[string]string{"glossary": `{"groups":[["ferry","boat"],["MI","heart attack"]]}`, "freshness": `{"half_life_days":365}`, "diversity": `{}`} {
		p, ok := plugins.Find(name)
		if !ok {
			return fmt.Errorf("there is no plugin %s", name)
		}
		loaded, err := host.Load(ctx, p.Metered, host.Options{Name: name, Limits: pluginLimits, Grants: p.Grants, Config: []byte(config), Compiled: p.Compiled})
		if err != nil {
			return err
		}
		members = append(members, hooks.Member{Plugin: loaded, Hooks: p.Hooks})
	}
	set := hooks.New(members, hooks.Options{})
	defer set.Close(ctx)
	asking := func(with rag.Hooks) func() error {
		answerer := rag.NewAnswerer(f, rag.Options{Hooks: with})
		return func() error {
			_, err := answerer.Answer(ctx, rag.Question{Text: "When does the ferry leave?", Language: "en", Asker: rag.Asker{Tenant: "default"}})
			return err
		}
	}
	both := []*timed{{label: "without plugins", calls: 1, do: asking(nil)}, {label: "glossary, freshness, diversity", calls: 1, do: asking(set)}}
	for range 20 { // one question a turn, for the median of many
		if err := b.inTurns(both); err != nil {
			return err
		}
	}
	const measured = "a question over 30 passages, without its search"
	b.took(measured, both[0], 0)
	line := b.took(measured, both[1], 0)
	more := make([]time.Duration, len(both[0].times))
	for i := range more {
		more[i] = both[1].times[i] - both[0].times[i]
	}
	p50 := median(more)
	met := p50 < time.Millisecond
	line.Target, line.Met, line.Note = "at most 1 ms more", &met, fmt.Sprintf("%s more at p50 of those asked one after the other, %s at the best", short(p50), short(both[1].best()-both[0].best()))
	return nil
}
