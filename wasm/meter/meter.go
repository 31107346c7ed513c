package meter

import (
	"fmt"

	"github.com/naru-rag/naru/wasm/module"
)

// The names by which the host finds what was written into a module.
const (
	// ImportModule and Refuel are the imported function () -> () that a module calls
	// when its fuel has run out. It must put fuel into [Fuel] or end the call.
	ImportModule = "naru_meter"
	Refuel       = "refuel"
	// Fuel is the exported global (i64) with the fuel that is left; below zero it is
	// owed.
	Fuel = "naru_meter_fuel"
	// Stack is the exported global (i32) with the stack that is left, in slots of 8
	// bytes; below zero after a call that was too deep.
	Stack = "naru_meter_stack"
)

// What things cost, in fuel; whatever is not named costs one.
const (
	costCall         = 4
	costCallIndirect = 6
	// costRuntime is what it costs besides to leave the module's code for the runtime:
	// ref.func, memory.grow and table.grow do.
	costRuntime = 100
	// bytesPerFuel of a range of memory cost one, as a power of two; an element of
	// a table costs one.
	bytesPerFuel = 5
	// pageBytes is the size of a page of memory, as a power of two.
	pageBytes = 16
)

// How much may happen between two looks at the fuel, in fuel: smallFunction in a
// function that does not look at it, longestUnseen in one that does.
const (
	smallFunction = 128
	longestUnseen = 20_000
)

// mostSpare is the most that one charge takes for what may not be done, in fuel.
const mostSpare = 12

// What a frame takes of the stack, in slots, besides a slot for each parameter and
// local: a part of its instructions stands for what they keep meanwhile.
const (
	frameSlots          = 16
	instructionsPerSlot = 8
)

// MaxStack is the most stack that [Meter] grants, in slots. A frame takes at least
// [frameSlots], so that calls are never deeper than wazero's interpreter can go, and
// a module ends at the same call interpreted and compiled.
const MaxStack = 2000 * frameSlots

// Meter writes the code into a module, which has to be valid. stack is how many
// slots calls may take together, at most [MaxStack].
func Meter(m *module.Module, stack int32) error {
	if stack < 0 || stack > MaxStack {
		return fmt.Errorf("a stack of %d slots: must be from 0 to %d", stack, MaxStack)
	}
	for _, e := range m.Exports {
		if e.Name == Fuel || e.Name == Stack {
			return fmt.Errorf("it exports %q, which is a name of the host's", e.Name)
		}
	}
	for _, i := range m.Imports {
		if i.Module == ImportModule {
			return fmt.Errorf("it imports %s.%s, which is a name of the host's", i.Module, i.Name)
		}
	}
	refuel, err := m.AddImports(module.Import{Module: ImportModule, Name: Refuel, Type: m.AddType(module.FuncType{})})
	if err != nil {
		return err
	}
	constant := func(op module.Op, n int64) []byte {
		return append(module.AppendS64([]byte{byte(op)}, n), byte(module.OpEnd))
	}
	fuel := m.AddGlobals(
		module.GlobalType{Type: module.I64, Mutable: true, Init: constant(module.OpI64Const, 0)},
		module.GlobalType{Type: module.I32, Mutable: true, Init: constant(module.OpI32Const, int64(stack))},
	)
	w := writer{m: m, refuel: refuel, fuel: fuel, stack: fuel + 1}
	for i := range m.Functions {
		if err := w.function(&m.Functions[i]); err != nil {
			return fmt.Errorf("function %d: %w", i, err)
		}
	}
	m.Exports = append(m.Exports,
		module.Export{Name: Fuel, Kind: module.Global, Index: w.fuel}, module.Export{Name: Stack, Kind: module.Global, Index: w.stack})
	return nil
}
