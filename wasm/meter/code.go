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
	// run are instructions that are not written yet, and are charged for together;
	// checked is set where the fuel has to be looked at before them.
	run     stretch
	checked bool
	// spare is what of the run may be charged for without being done.
	spare int64
	// next are those behind the run, up to the next fork.
	next stretch
	// done is what the function does at most, before the run. seen is how much that was
	// at the last look at the fuel: one for the function, and one for each open block,
	// for a look in a block is not on every way past it.
	done int64
	seen []int64
	// kept is set where the fuel is kept in the local number between calls.
	kept bool
	// number and count are two locals of our own, i64 and i32; from left on there are
	// two of i32 and two of i64 where the function computes remainders.
	number, count, left uint32
}

// stretch is a part of a function that begins where a charge may stand.
type stretch struct {
	code []byte
	// cost is what it costs, and hidden what it does besides in functions that do not
	// look at the fuel.
	cost, hidden int64
	// depth is how many blocks were open where it began.
	depth int
}

// function rewrites one. Its instructions become a block of their own, whose end
// every return leads to, so that what the frame took is given back in one place.
func (w *writer) function(f *module.Function) error {
	t := w.m.Types[f.Type]
	locals, instructions, remainders, leaf, loops := uint64(len(t.Params)), int64(0), false, true, false
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
		loops = loops || in.Op == module.OpLoop
		leaf = leaf && in.Op != module.OpCall && in.Op != module.OpCallIndirect
		return nil
	}); err != nil {
		return err
	}
	slots := int64(locals) + frameSlots + instructions/instructionsPerSlot

	b := &body{writer: w, kept: loops, number: uint32(locals), count: uint32(locals) + 1, left: uint32(locals) + 2, seen: []int64{0}, checked: !leaf || instructions > smallFunction}
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
	if loops {
		b.out = b.load(b.out)
	}
	b.out = append(b.out, byte(module.OpBlock))
	b.out = append(b.out, w.blockType(t.Results)...)
	if err := module.Walk(f.Code, b.instruction); err != nil {
		return err
	}
	b.flush(false)
	if loops {
		b.out = b.store(b.out)
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

// instruction takes over one.
func (b *body) instruction(in module.Instruction) error {
	switch in.Op {
	case module.OpReturn:
		b.take(1, module.AppendU32([]byte{byte(module.OpBr)}, uint32(b.depth())))
		b.fork(b.depth())
	case module.OpBlock:
		b.open()
		b.take(1, in.Raw)
	case module.OpLoop:
		b.open()
		b.take(1, in.Raw)
		b.flush(true)
	case module.OpIf:
		b.open()
		b.take(1, in.Raw)
		b.fork(b.depth())
	case module.OpElse:
		b.take(0, in.Raw)
		b.fork(b.depth() - 1)
		b.close()
		b.open()
	case module.OpEnd:
		b.take(0, in.Raw)
		if b.depth() > 0 {
			b.close()
			b.fork(b.depth())
		}
	case module.OpBr, module.OpBrTable:
		b.take(1, in.Raw)
		b.fork(b.depth())
	case module.OpUnreachable:
		if b.kept {
			b.next.code = b.store(b.next.code)
		}
		b.take(1, in.Raw)
		b.fork(b.depth())
	case module.OpCall:
		b.take(costCall, b.call(in.Raw))
		b.next.hidden += smallFunction
	case module.OpCallIndirect:
		b.take(costCallIndirect, b.call(in.Raw))
		b.next.hidden += smallFunction
	case module.OpMemoryFill, module.OpMemoryCopy, module.OpMemoryInit:
		b.ranged(in.Raw, module.OpI64ShrU, bytesPerFuel)
	case module.OpMemoryGrow:
		b.next.cost += costRuntime
		b.ranged(in.Raw, module.OpI64Shl, pageBytes-bytesPerFuel)
	case module.OpTableGrow:
		b.next.cost += costRuntime
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
	if b.unseen() > longestUnseen {
		b.flush(true)
	}
	return nil
}

// depth is how many blocks are open.
func (b *body) depth() int { return len(b.seen) - 1 }

func (b *body) open()  { b.seen = append(b.seen, b.seen[b.depth()]) }
func (b *body) close() { b.seen = b.seen[:b.depth()] }

// unseen is what has been done at most since the last look at the fuel.
func (b *body) unseen() int64 {
	return b.done + b.run.cost + b.run.hidden + b.next.cost + b.next.hidden - b.seen[b.depth()]
}

func (b *body) take(cost int64, raw []byte) {
	b.next.code = append(b.next.code, raw...)
	b.next.cost += cost
}

// fork ends a stretch where a condition decides what is done next. One that is short
// is charged for with the run before it, done or not: a charge costs more than a few
// instructions. What follows may join the run only where that began with at most so
// many open blocks as within: whoever comes there has then come through its charge.
func (b *body) fork(within int) {
	switch {
	case len(b.run.code) == 0:
		b.run, b.next = b.next, b.run
	case b.spare+b.next.cost <= mostSpare:
		b.spare += b.next.cost
		b.run.code = append(b.run.code, b.next.code...)
		b.run.cost += b.next.cost
		b.run.hidden += b.next.hidden
	default:
		b.write()
		b.run, b.next = b.next, b.run
	}
	if b.run.depth > within {
		b.write()
	}
	b.next = stretch{code: b.next.code[:0], depth: b.depth()}
}

// flush writes all there is. What follows is charged for by itself, and looks at the
// fuel first where checked is set.
func (b *body) flush(checked bool) {
	b.fork(-1)
	b.checked = checked
}

// write writes the run with its charge before it.
func (b *body) write() {
	if b.run.cost > 0 || b.checked {
		b.get()
		b.constant(module.OpI64Const, b.run.cost)
		b.out = append(b.out, byte(module.OpI64Sub))
		switch {
		case b.checked:
			b.refuelBelowZero(b.run.depth)
		case b.kept:
			b.indexed(module.OpLocalSet, b.number)
		default:
			b.indexed(module.OpGlobalSet, b.fuel)
		}
	}
	b.out = append(b.out, b.run.code...)
	b.done += b.run.cost + b.run.hidden
	b.run = stretch{code: b.run.code[:0]}
	b.checked, b.spare = false, 0
}

// ranged takes over an instruction whose topmost operand is the length of a range,
// and charges for that, shifted, before it is done.
func (b *body) ranged(raw []byte, shift module.Op, by int64) {
	b.flush(false)
	b.indexed(module.OpLocalSet, b.count)
	b.get()
	b.indexed(module.OpLocalGet, b.count)
	b.out = append(b.out, byte(module.OpI64ExtendI32))
	b.constant(module.OpI64Const, by)
	b.out = append(b.out, byte(shift), byte(module.OpI64Sub))
	b.refuelBelowZero(b.depth())
	b.indexed(module.OpLocalGet, b.count)
	b.take(1, raw)
}

// refuelBelowZero sets the fuel to what is on the stack, and calls the host where
// that is owed. It stands where so many blocks are open as depth.
func (b *body) refuelBelowZero(depth int) {
	for ; depth <= b.depth(); depth++ {
		b.seen[depth] = b.done
	}
	b.indexed(module.OpLocalTee, b.number)
	if !b.kept {
		b.indexed(module.OpGlobalSet, b.fuel)
		b.indexed(module.OpLocalGet, b.number)
	}
	b.constant(module.OpI64Const, 0)
	b.out = append(b.out, byte(module.OpI64LtS), byte(module.OpIf), 0x40)
	b.out = append(b.out, b.call(module.AppendU32([]byte{byte(module.OpCall)}, b.refuel))...)
	b.out = append(b.out, byte(module.OpEnd))
}

// get puts the fuel on the stack.
func (b *body) get() {
	if b.kept {
		b.indexed(module.OpLocalGet, b.number)
	} else {
		b.indexed(module.OpGlobalGet, b.fuel)
	}
}

// store takes the fuel from the local that it is kept in to the global, and load back.
func (b *body) store(out []byte) []byte {
	out = module.AppendU32(append(out, byte(module.OpLocalGet)), b.number)
	return module.AppendU32(append(out, byte(module.OpGlobalSet)), b.fuel)
}

func (b *body) load(out []byte) []byte {
	out = module.AppendU32(append(out, byte(module.OpGlobalGet)), b.fuel)
	return module.AppendU32(append(out, byte(module.OpLocalSet)), b.number)
}

// call is a call with the fuel in its global, where others find it.
func (b *body) call(raw []byte) []byte {
	if !b.kept {
		return raw
	}
	return b.load(append(b.store(nil), raw...))
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
