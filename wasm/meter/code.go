package meter

import (
	"fmt"
	"math"

	"github.com/naru-rag/naru/wasm/module"
)

// writer rewrites the functions of a module.
type writer struct {
	m *module.Module
	// refuel is the index of the import, fuel and stack those of the globals.
	refuel, fuel, stack uint32
}

// body is a function while it is rewritten.
type body struct {
	*writer
	out []byte
	// run are instructions that are not charged for yet, and cost is what they cost;
	// checked is set where the fuel has to be looked at before them.
	run     []byte
	cost    int64
	checked bool
	// unseen is what has been done at most since the last look at the fuel, before the
	// run, and hidden what of the run is done in functions that do not look themselves.
	unseen, hidden int64
	// depth is how many blocks are open.
	depth uint32
	// number and count are two locals of our own, i64 and i32; from left on there are
	// two of i32 and two of i64 where the function computes remainders.
	number, count, left uint32
}

// function rewrites one. Its instructions become a block of their own, whose end
// every return leads to, so that what the frame took is given back in one place.
func (w *writer) function(f *module.Function) error {
	t := w.m.Types[f.Type]
	locals, instructions, remainders, leaf := uint64(len(t.Params)), int64(0), false, true
	for _, l := range f.Locals {
		locals += uint64(l.Count)
	}
	if locals > math.MaxInt32/2 {
		return fmt.Errorf("it has %d locals", locals)
	}
	if err := module.Walk(f.Code, func(in module.Instruction) error {
		instructions++
		_, is := divisions[in.Op]
		remainders = remainders || is
		leaf = leaf && in.Op != module.OpCall && in.Op != module.OpCallIndirect
		return nil
	}); err != nil {
		return err
	}
	slots := int64(locals) + frameSlots + instructions/instructionsPerSlot

	b := &body{writer: w, number: uint32(locals), count: uint32(locals) + 1, left: uint32(locals) + 2, checked: !leaf || instructions > smallFunction}
	f.Locals = append(f.Locals[:len(f.Locals):len(f.Locals)], module.Local{Count: 1, Type: module.I64}, module.Local{Count: 1, Type: module.I32})
	if remainders {
		f.Locals = append(f.Locals, module.Local{Count: 2, Type: module.I32}, module.Local{Count: 2, Type: module.I64})
	}
	// A function that calls none is no step of a recursion, and ends by itself but for
	// its loops: it needs no frame of its own and, where it is small, no look at the
	// fuel.
	if !leaf {
		b.frame(module.OpI32Sub, slots)
		b.trapBelowZero()
	}
	b.out = append(b.out, byte(module.OpBlock))
	b.out = append(b.out, w.blockType(t.Results)...)
	if err := module.Walk(f.Code, b.instruction); err != nil {
		return err
	}
	if !leaf {
		b.frame(module.OpI32Add, slots)
	}
	f.Code = append(b.out, byte(module.OpEnd))
	return nil
}

// blockType is the type of a block with these results.
func (w *writer) blockType(results []module.ValueType) []byte {
	switch len(results) {
	case 0:
		return []byte{0x40}
	case 1:
		return []byte{byte(results[0])}
	}
	return module.AppendS64(nil, int64(w.m.AddType(module.FuncType{Results: results})))
}

// instruction takes over one, and closes the run of those before where it ends one.
func (b *body) instruction(in module.Instruction) error {
	switch in.Op {
	case module.OpReturn:
		b.take(1, append([]byte{byte(module.OpBr)}, module.AppendU32(nil, b.depth)...))
		b.flush(false)
	case module.OpBlock:
		b.depth++
		b.take(1, in.Raw)
	case module.OpLoop:
		b.depth++
		b.take(1, in.Raw)
		b.flush(true)
	case module.OpIf:
		b.depth++
		b.take(1, in.Raw)
		b.flush(false)
	case module.OpElse:
		b.take(0, in.Raw)
		b.flush(false)
	case module.OpEnd:
		if b.depth > 0 {
			b.depth--
		}
		b.take(0, in.Raw)
		b.flush(false)
	case module.OpBr, module.OpBrTable, module.OpUnreachable:
		b.take(1, in.Raw)
		b.flush(false)
	case module.OpCall:
		b.take(costCall, in.Raw)
		b.hidden += smallFunction
	case module.OpCallIndirect:
		b.take(costCallIndirect, in.Raw)
		b.hidden += smallFunction
	case module.OpMemoryFill, module.OpMemoryCopy, module.OpMemoryInit:
		b.ranged(in.Raw, module.OpI64ShrU, bytesPerFuel)
	case module.OpMemoryGrow:
		b.cost += costRuntime
		b.ranged(in.Raw, module.OpI64Shl, pageBytes-bytesPerFuel)
	case module.OpTableGrow:
		b.cost += costRuntime
		b.ranged(in.Raw, module.OpI64ShrU, 0)
	case module.OpTableFill, module.OpTableCopy, module.OpTableInit:
		b.ranged(in.Raw, module.OpI64ShrU, 0)
	case module.OpRefFunc:
		b.take(costRuntime, in.Raw)
	case module.OpI32RemS, module.OpI32RemU, module.OpI64RemS, module.OpI64RemU:
		b.take(1, b.remainder(in.Op))
	default:
		b.take(1, in.Raw)
	}
	// What a function does between two of its loops ends by itself, and may be long all
	// the same: many calls of functions that do not look at the fuel.
	if b.unseen+b.hidden+b.cost > longestUnseen {
		b.flush(true)
	}
	return nil
}

func (b *body) take(cost int64, raw []byte) {
	b.run = append(b.run, raw...)
	b.cost += cost
}

// flush writes the run with its charge before it. What follows is charged for by
// itself, and looks at the fuel first where checked is set.
func (b *body) flush(checked bool) {
	if b.cost > 0 || b.checked {
		b.indexed(module.OpGlobalGet, b.fuel)
		b.constant(module.OpI64Const, b.cost)
		b.out = append(b.out, byte(module.OpI64Sub))
		if b.checked {
			b.refuelBelowZero()
		} else {
			b.indexed(module.OpGlobalSet, b.fuel)
		}
	}
	b.out = append(b.out, b.run...)
	b.unseen += b.cost + b.hidden
	b.run, b.cost, b.hidden, b.checked = b.run[:0], 0, 0, checked
}

// ranged takes over an instruction whose topmost operand is the length of a range,
// and charges for that, shifted, before it is done.
func (b *body) ranged(raw []byte, shift module.Op, by int64) {
	b.flush(false)
	b.indexed(module.OpLocalSet, b.count)
	b.indexed(module.OpGlobalGet, b.fuel)
	b.indexed(module.OpLocalGet, b.count)
	b.out = append(b.out, byte(module.OpI64ExtendI32))
	b.constant(module.OpI64Const, by)
	b.out = append(b.out, byte(shift), byte(module.OpI64Sub))
	b.refuelBelowZero()
	b.indexed(module.OpLocalGet, b.count)
	b.take(1, raw)
}

// refuelBelowZero sets the fuel to what is on the stack, and calls the host where
// that is owed.
func (b *body) refuelBelowZero() {
	b.unseen = 0
	b.indexed(module.OpLocalTee, b.number)
	b.indexed(module.OpGlobalSet, b.fuel)
	b.indexed(module.OpLocalGet, b.number)
	b.constant(module.OpI64Const, 0)
	b.out = append(b.out, byte(module.OpI64LtS), byte(module.OpIf), 0x40)
	b.indexed(module.OpCall, b.refuel)
	b.out = append(b.out, byte(module.OpEnd))
}

// frame takes slots of the stack, or gives them back.
func (b *body) frame(op module.Op, slots int64) {
	b.indexed(module.OpGlobalGet, b.stack)
	b.constant(module.OpI32Const, slots)
	b.out = append(b.out, byte(op))
	b.indexed(module.OpGlobalSet, b.stack)
}

func (b *body) trapBelowZero() {
	b.indexed(module.OpGlobalGet, b.stack)
	b.constant(module.OpI32Const, 0)
	b.out = append(b.out, byte(module.OpI32LtS), byte(module.OpIf), 0x40, byte(module.OpUnreachable), byte(module.OpEnd))
}

// indexed writes an instruction with an index.
func (b *body) indexed(op module.Op, index uint32) {
	b.out = module.AppendU32(append(b.out, byte(op)), index)
}

func (b *body) constant(op module.Op, n int64) {
	b.out = module.AppendS64(append(b.out, byte(op)), n)
}
