package meter_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"

	"github.com/naru-rag/naru/wasm/meter"
	"github.com/naru-rag/naru/wasm/module"
)

const stack = meter.MaxStack

// fewModules is how many are made where it is to be quick, and fuelEverywhere what
// those use and compute, hashed.
const (
	fewModules     = 30
	fuelEverywhere = "e06ed92f71abf027"
)

var errFuel = errors.New("out of fuel")

// engines are those that wazero has here.
func engines() map[string]wazero.RuntimeConfig {
	return map[string]wazero.RuntimeConfig{"interpreted": wazero.NewRuntimeConfigInterpreter(), "compiled": wazero.NewRuntimeConfigCompiler()}
}

// outcome is what became of a call.
type outcome struct {
	results []uint64
	trap    string // empty where there was none
	memory  []byte
	fuel    int64
	stack   int32
}

// run calls "run" of a module with arguments, granting so much fuel, a slice at a
// time. A module that is not metered has no limit.
func run(t *testing.T, config wazero.RuntimeConfig, code []byte, fuel, slice int64, args ...uint64) outcome {
	t.Helper()
	ctx := context.Background()
	r := wazero.NewRuntimeWithConfig(ctx, config.WithCoreFeatures(api.CoreFeaturesV2))
	defer r.Close(ctx)
	granted := int64(0)
	_, err := r.NewHostModuleBuilder(meter.ImportModule).NewFunctionBuilder().WithFunc(func(_ context.Context, m api.Module) {
		global := m.ExportedGlobal(meter.Fuel).(api.MutableGlobal)
		left := int64(global.Get())
		grant := min(slice-left, fuel-granted)
		if granted += grant; left+grant < 0 {
			panic(errFuel)
		}
		global.Set(uint64(left + grant))
	}).Export(meter.Refuel).Instantiate(ctx)
	if err != nil {
		t.Fatal(err)
	}
	compiled, err := r.CompileModule(ctx, code)
	if err != nil {
		t.Fatalf("the module is not valid: %v", err)
	}
	m, err := r.InstantiateModule(ctx, compiled, wazero.NewModuleConfig().WithStartFunctions())
	var o outcome
	if err == nil {
		o.results, err = m.ExportedFunction("run").Call(ctx, args...)
		if memory := m.ExportedMemory("memory"); memory != nil {
			data, _ := memory.Read(0, memory.Size())
			o.memory = slices.Clone(data)
		}
		if g := m.ExportedGlobal(meter.Fuel); g != nil {
			o.fuel = granted - int64(g.Get())
			o.stack = int32(m.ExportedGlobal(meter.Stack).Get())
		}
	}
	if err != nil {
		o.trap, _, _ = strings.Cut(err.Error(), "\n")
	}
	return o
}

func metered(t testing.TB, code []byte) []byte {
	t.Helper()
	m, err := module.Parse(code)
	if err != nil {
		t.Fatal(err)
	}
	if err := meter.Meter(m, stack); err != nil {
		t.Fatal(err)
	}
	return m.Bytes()
}

// TestComputesTheSame makes modules at random and compares what they compute with
// what they compute metered, and the fuel that takes interpreted and compiled.
func TestComputesTheSame(t *testing.T) {
	n := 300
	if testing.Short() {
		n = fewModules
	}
	traps, loops := 0, 0
	everywhere := fnv.New64a()
	for seed := range uint64(n) {
		g := &generator{random: rand.New(rand.NewPCG(seed, 1))}
		code := g.module().Bytes()
		with := metered(t, code)
		args := []uint64{uint64(g.random.Uint32()), g.random.Uint64()}
		var fuels []int64
		var results [][]uint64
		for name, config := range engines() {
			want := run(t, config, code, 0, 0, args...)
			got := run(t, config, with, 1<<40, 1000, args...)
			if !slices.Equal(got.results, want.results) || got.trap != want.trap || !slices.Equal(got.memory, want.memory) {
				t.Fatalf("seed %d, %s: metered it is %v (%s), and plain %v (%s)", seed, name, got.results, got.trap, want.results, want.trap)
			}
			if want.trap != "" {
				traps++
			} else if got.stack != stack {
				t.Fatalf("seed %d, %s: %d slots of the stack are left, of %d", seed, name, got.stack, stack)
			}
			fuels, results = append(fuels, got.fuel), append(results, got.results)
			// With half of it the module ends, for it looks at the fuel now and then.
			if short := run(t, config, with, got.fuel/2, 100, args...); got.fuel > 10_000 && !strings.Contains(short.trap, errFuel.Error()) && want.trap == "" {
				t.Errorf("seed %d, %s: with half of the fuel it ends by %q", seed, name, short.trap)
			}
		}
		if fuels[0] != fuels[1] || !slices.Equal(results[0], results[1]) {
			t.Fatalf("seed %d: fuel is %v interpreted and compiled, results are %x", seed, fuels, results)
		}
		if fuels[0] > 1000 {
			loops++
		}
		if seed < uint64(fewModules) {
			fmt.Fprintln(everywhere, fuels[0], results[0])
		}
	}
	// The same figure on amd64 and arm64, which .ci/run runs emulated.
	if got := fmt.Sprintf("%x", everywhere.Sum64()); got != fuelEverywhere {
		t.Errorf("the fuel and results of the first %d modules are %s, and %s elsewhere", fewModules, got, fuelEverywhere)
	}
	t.Logf("%d modules: %d of %d runs trapped, %d modules used more than 1,000 fuel", n, traps, 2*n, loops)
	if traps == 0 || traps > n || loops < n/10 {
		t.Error("the modules are not varied enough")
	}
}

// small is a module with one function "run", (i32, i64) -> i64, and others of that
// type before it.
func small(memory bool, bodies ...[]byte) *module.Module {
	m := &module.Module{
		Types:  []module.FuncType{{Params: []module.ValueType{module.I32, module.I64}, Results: []module.ValueType{module.I64}}, {}},
		Tables: []module.TableType{{Element: module.FuncRef, Limits: module.Limits{Min: 1}}},
	}
	for _, b := range bodies {
		m.Functions = append(m.Functions, module.Function{Code: append(b, 0x0b)})
	}
	if memory {
		m.Memories = []module.Limits{{Min: 1}}
	}
	m.Exports = []module.Export{{Name: "run", Kind: module.Func, Index: uint32(len(bodies) - 1)}}
	return m
}

// TestEnds runs what would never end, or takes long in one instruction.
func TestEnds(t *testing.T) {
	i32 := func(n int64) []byte { return module.AppendS64([]byte{0x41}, n) }
	join := func(parts ...[]byte) []byte { return slices.Concat(parts...) }
	result := []byte{0x42, 0}
	start := uint32(1)
	loopAtStart := small(false, join([]byte{0x03, 0x40, 0x0c, 0, 0x0b}, result), result)
	loopAtStart.Functions = append([]module.Function{loopAtStart.Functions[1]}, module.Function{Type: 1, Code: []byte{0x03, 0x40, 0x0c, 0, 0x0b, 0x0b}})
	loopAtStart.Exports[0].Index, loopAtStart.Start = 0, &start
	calls := append(bytes.Repeat([]byte{0x20, 0, 0x20, 1, 0x10, 0, 0x1a}, 25_000), result...)
	// Looks at the fuel stand between the calls, in loops that nobody comes by.
	some, loop := calls[:100*7], []byte{0x41, 0, 0x04, 0x40, 0x03, 0x40, 0x0b}
	past := append(bytes.Repeat(join(some, loop, []byte{0x0b}), 250), result...)
	otherwise := append(bytes.Repeat(join(some, loop, []byte{0x05, 0x0b}), 250), result...)
	const fuel = 1_000_000
	for name, tt := range map[string]struct {
		m    *module.Module
		trap string
	}{
		"a loop":                         {small(false, join([]byte{0x03, 0x40, 0x0c, 0, 0x0b}, result)), "out of fuel"},
		"a loop at the start":            {loopAtStart, "out of fuel"},
		"recursion":                      {small(false, []byte{0x20, 0, 0x20, 1, 0x10, 0}), "unreachable"},
		"recursion by the table":         {recursive(), "unreachable"},
		"filling much":                   {small(true, join(i32(0), i32(0), i32(-1), []byte{0xfc, 11, 0}, result)), "out of fuel"},
		"copying much":                   {small(true, join(i32(0), i32(0), i32(-1), []byte{0xfc, 10, 0, 0}, result)), "out of fuel"},
		"growing memory":                 {small(true, join(i32(60_000), []byte{0x40, 0, 0x1a}, result)), "out of fuel"},
		"growing a table":                {small(false, join([]byte{0xd0, 0x70}, i32(60_000_000), []byte{0xfc, 15, 0, 0x1a}, result)), "out of fuel"},
		"filling a table":                {small(false, join(i32(0), []byte{0xd0, 0x70}, i32(60_000_000), []byte{0xfc, 17, 0}, result)), "out of fuel"},
		"filling in unreachable":         {small(true, join([]byte{0x00, 0xfc, 11, 0}, result)), "unreachable"},
		"many calls of a small function": {small(false, join(bytes.Repeat([]byte{0x01}, 50), result), calls), "out of fuel"},
		"many calls beside loops":        {small(false, join(bytes.Repeat([]byte{0x01}, 50), result), past), "out of fuel"},
		"many calls beside loops, else":  {small(false, join(bytes.Repeat([]byte{0x01}, 50), result), otherwise), "out of fuel"},
		"many calls of a large function": {small(false, join(bytes.Repeat([]byte{0x01}, 5000), result), calls), "out of fuel"},
		"a long function":                {small(false, join(bytes.Repeat([]byte{0x01}, 1_100_000), result)), "out of fuel"},
		"many references":                {declared(small(false, join(bytes.Repeat([]byte{0xd2, 0, 0x1a}, 20_000), result))), "out of fuel"},
		"a loop in the 2nd block":        {small(false, join([]byte{0x02, 0x40, 0x0b, 0x03, 0x40, 0x0c, 0, 0x0b}, result)), "out of fuel"},
	} {
		code := metered(t, tt.m.Bytes())
		for engine, config := range engines() {
			got := run(t, config.WithMemoryLimitPages(64), code, fuel, 10_000, 1, 2)
			if !strings.Contains(got.trap, tt.trap) {
				t.Errorf("%s, %s: it ends by %q, %d fuel", name, engine, got.trap, got.fuel)
			}
		}
	}
}

// recursive calls itself through the table.
func recursive() *module.Module {
	m := small(false, []byte{0x20, 0, 0x20, 1, 0x41, 0, 0x11, 0, 0})
	m.Elements = []module.Segment{{0, 0x41, 0, 0x0b, 1, 0}}
	return m
}

// declared lets code refer to the first function.
func declared(m *module.Module) *module.Module {
	m.Elements = []module.Segment{{3, 0, 1, 0}}
	return m
}

// TestRefuses modules that would speak to the host in its own names.
func TestRefuses(t *testing.T) {
	for _, change := range []func(m *module.Module){
		func(m *module.Module) { m.Exports[0].Name = meter.Fuel },
		func(m *module.Module) { m.Exports[0].Name = meter.Stack },
		func(m *module.Module) {
			m.Imports = []module.Import{{Module: meter.ImportModule, Name: meter.Refuel, Type: 1}}
		},
	} {
		m := small(false, []byte{0x42, 0})
		change(m)
		if err := meter.Meter(m, stack); err == nil || !strings.Contains(err.Error(), "a name of the host's") {
			t.Errorf("the error is %v", err)
		}
	}
}

// TestRemainders compares remainders with those of Go, at the corners and at random.
func TestRemainders(t *testing.T) {
	join := func(parts ...[]byte) []byte { return slices.Concat(parts...) }
	corner32 := []uint32{0, 1, 2, 3, 7, 1<<31 - 1, 1 << 31, 1<<31 + 1, 1<<32 - 2, 1<<32 - 1}
	random := rand.New(rand.NewPCG(7, 7))
	corner64 := []uint64{0, 1, 2, 3, 1<<63 - 1, 1 << 63, 1<<63 + 1, 1<<64 - 2, 1<<64 - 1}
	for range 20 {
		corner32, corner64 = append(corner32, random.Uint32()>>random.IntN(32)), append(corner64, random.Uint64()>>random.IntN(64))
	}
	// Two parameters, (i32, i64) -> i64: what is divided, and by what.
	code32 := func(op byte) []byte {
		return join([]byte{0x20, 0, 0x20, 1, 0xa7, op, 0xad})
	}
	code64 := func(op byte) []byte {
		return join([]byte{0x20, 0, 0xac, 0x20, 1, op})
	}
	for _, tt := range []struct {
		name string
		code []byte
		want func(a uint32, b uint64) uint64
	}{
		{"i32.rem_s", code32(0x6f), func(a uint32, b uint64) uint64 {
			if int32(b) == -1 {
				return 0
			}
			return uint64(uint32(int32(a) % int32(b)))
		}},
		{"i32.rem_u", code32(0x70), func(a uint32, b uint64) uint64 { return uint64(a % uint32(b)) }},
		{"i64.rem_s", code64(0x81), func(a uint32, b uint64) uint64 {
			if int64(b) == -1 {
				return 0
			}
			return uint64(int64(int32(a)) % int64(b))
		}},
		{"i64.rem_u", code64(0x82), func(a uint32, b uint64) uint64 { return uint64(int64(int32(a))) % b }},
	} {
		code := metered(t, small(false, tt.code).Bytes())
		parsed, err := module.Parse(code)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range parsed.Functions {
			_ = module.Walk(f.Code, func(in module.Instruction) error {
				switch in.Op {
				case module.OpI32RemS, module.OpI32RemU, module.OpI64RemS, module.OpI64RemU:
					t.Errorf("%s: the instruction is still there", tt.name)
				}
				return nil
			})
		}
		for engine, config := range engines() {
			call := caller(t, config, code)
			for _, a := range corner32 {
				for _, b := range corner64 {
					got, trap := call(uint64(a), b)
					switch by := map[bool]uint64{true: uint64(uint32(b)), false: b}[strings.HasPrefix(tt.name, "i32")]; {
					case by == 0 && !strings.Contains(trap, "divide by zero"):
						t.Fatalf("%s, %s: by zero it is %d, %q", tt.name, engine, got, trap)
					case by != 0 && (trap != "" || got != tt.want(a, b)):
						t.Fatalf("%s, %s: of %d by %d it is %d, want %d (%s)", tt.name, engine, a, b, got, tt.want(a, b), trap)
					}
				}
			}
		}
	}
}

// caller is one instance that is called many times.
func caller(t *testing.T, config wazero.RuntimeConfig, code []byte) func(args ...uint64) (uint64, string) {
	t.Helper()
	ctx := context.Background()
	r := wazero.NewRuntimeWithConfig(ctx, config.WithCoreFeatures(api.CoreFeaturesV2))
	t.Cleanup(func() { r.Close(ctx) })
	if _, err := r.NewHostModuleBuilder(meter.ImportModule).NewFunctionBuilder().WithFunc(func(_ context.Context, m api.Module) {
		m.ExportedGlobal(meter.Fuel).(api.MutableGlobal).Set(1000)
	}).Export(meter.Refuel).Instantiate(ctx); err != nil {
		t.Fatal(err)
	}
	m, err := r.Instantiate(ctx, code)
	if err != nil {
		t.Fatal(err)
	}
	return func(args ...uint64) (uint64, string) {
		m.ExportedGlobal(meter.Stack).(api.MutableGlobal).Set(stack)
		results, err := m.ExportedFunction("run").Call(ctx, args...)
		if err != nil {
			trap, _, _ := strings.Cut(err.Error(), "\n")
			return 0, trap
		}
		return results[0], ""
	}
}
