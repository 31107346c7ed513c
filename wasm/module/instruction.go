package module

import (
	"errors"
	"fmt"
)

// Op is an instruction's opcode; of those with a prefix, the prefix times 256 and
// what follows it.
type Op uint32

// The opcodes that somebody who rewrites code has to know.
const (
	OpUnreachable  Op = 0x00
	OpBlock        Op = 0x02
	OpLoop         Op = 0x03
	OpIf           Op = 0x04
	OpElse         Op = 0x05
	OpEnd          Op = 0x0b
	OpBr           Op = 0x0c
	OpBrIf         Op = 0x0d
	OpBrTable      Op = 0x0e
	OpReturn       Op = 0x0f
	OpCall         Op = 0x10
	OpCallIndirect Op = 0x11
	OpSelect       Op = 0x1b
	OpLocalGet     Op = 0x20
	OpLocalSet     Op = 0x21
	OpLocalTee     Op = 0x22
	OpGlobalGet    Op = 0x23
	OpGlobalSet    Op = 0x24
	OpMemoryGrow   Op = 0x40
	OpI32Const     Op = 0x41
	OpI64Const     Op = 0x42
	OpI32LtS       Op = 0x48
	OpI64LtS       Op = 0x53
	OpI32Eq        Op = 0x46
	OpI64Eq        Op = 0x51
	OpI32Add       Op = 0x6a
	OpI32Sub       Op = 0x6b
	OpI32Mul       Op = 0x6c
	OpI32DivS      Op = 0x6d
	OpI32DivU      Op = 0x6e
	OpI32RemS      Op = 0x6f
	OpI32RemU      Op = 0x70
	OpI64Sub       Op = 0x7d
	OpI64Mul       Op = 0x7e
	OpI64DivS      Op = 0x7f
	OpI64DivU      Op = 0x80
	OpI64RemS      Op = 0x81
	OpI64RemU      Op = 0x82
	OpI64Shl       Op = 0x86
	OpI64ShrU      Op = 0x88
	OpI64ExtendI32 Op = 0xad // unsigned
	OpRefFunc      Op = 0xd2
	OpMemoryInit   Op = 0xfc08
	OpMemoryCopy   Op = 0xfc0a
	OpMemoryFill   Op = 0xfc0b
	OpTableInit    Op = 0xfc0c
	OpTableCopy    Op = 0xfc0e
	OpTableGrow    Op = 0xfc0f
	OpTableFill    Op = 0xfc11
)

// Instruction is one instruction.
type Instruction struct {
	Op Op
	// Index is the first immediate of those that have indices: a function, local,
	// global, label, type or table.
	Index uint32
	// Raw are all its bytes.
	Raw []byte
}

// opens tells whether an instruction begins a block, which an end closes.
func (i Instruction) opens() bool { return i.Op == OpBlock || i.Op == OpLoop || i.Op == OpIf }

// Walk calls visit with each instruction of a function's code. It ends with the
// first error, be it of the code or of visit.
func Walk(code []byte, visit func(Instruction) error) error {
	r := &reader{data: code}
	for depth := 1; depth > 0; {
		in := r.instruction()
		switch {
		case r.err != nil:
			return r.err
		case in.opens():
			depth++
		case in.Op == OpEnd:
			depth--
		}
		if err := visit(in); err != nil {
			return err
		}
	}
	if r.left() > 0 {
		return fmt.Errorf("at byte %d: instructions follow the function's end", r.at)
	}
	return nil
}

func (r *reader) instruction() Instruction {
	from := r.at
	in := Instruction{Op: Op(r.byte())}
	switch op := in.Op; {
	case op == OpBlock || op == OpLoop || op == OpIf:
		r.signed(33)
	case op == OpBrTable:
		for n := r.count(); n > 0 && r.err == nil; n-- {
			r.u32()
		}
		in.Index = r.u32()
	case op == OpCallIndirect:
		in.Index = r.u32()
		r.u32()
	case op == 0x12 || op == 0x13:
		r.fail(errors.New("tail calls are refused"))
	case op == 0x1c: // select with types
		r.valueTypes()
	case op == OpBr, op == OpBrIf, op == OpCall, op >= 0x20 && op <= 0x26, op == OpRefFunc:
		in.Index = r.u32()
	case op >= 0x28 && op <= 0x3e:
		r.address()
	case op == 0x3f || op == OpMemoryGrow:
		r.zero()
	case op == OpI32Const:
		r.signed(32)
	case op == OpI64Const:
		r.signed(64)
	case op == 0x43:
		r.bytes(4)
	case op == 0x44:
		r.bytes(8)
	case op == 0xd0: // ref.null
		r.reference()
	case op == 0xfc:
		in.Op = op<<8 | Op(r.small())
		r.bulk(&in)
	case op == 0xfd:
		in.Op = op<<8 | Op(r.small())
		r.vector(in.Op & 0xff)
	case op == OpUnreachable, op == 0x01, op == OpElse, op == OpEnd, op == OpReturn, op == 0x1a, op == 0x1b,
		op >= 0x45 && op <= 0xc4, op == 0xd1:
	default:
		r.fail(fmt.Errorf("instruction %#x is not known", uint32(op)))
	}
	if r.err != nil {
		return Instruction{}
	}
	in.Raw = r.data[from:r.at:r.at]
	return in
}

// small is what follows a prefix.
func (r *reader) small() uint32 {
	n := r.u32()
	if n > 0xff {
		r.fail(fmt.Errorf("instruction %d after a prefix is not known", n))
		return 0
	}
	return n
}

// zero is the index of the only memory.
func (r *reader) zero() {
	if r.byte() != 0 {
		r.fail(errors.New("several memories are refused"))
	}
}

// address is the alignment and offset of a load or store.
func (r *reader) address() {
	if r.u32() >= 1<<6 {
		r.fail(errors.New("several memories are refused"))
	}
	r.u32()
}

// bulk are the immediates of conversions that saturate, and of operations on whole
// ranges.
func (r *reader) bulk(in *Instruction) {
	switch in.Op {
	case OpMemoryInit:
		in.Index = r.u32()
		r.zero()
	case OpMemoryCopy:
		r.zero()
		r.zero()
	case OpMemoryFill:
		r.zero()
	case OpTableInit, OpTableCopy:
		in.Index = r.u32()
		r.u32()
	case 0xfc09, 0xfc0d, OpTableGrow, 0xfc10, OpTableFill: // data.drop, elem.drop, table.size
		in.Index = r.u32()
	default:
		if in.Op > 0xfc07 {
			r.fail(fmt.Errorf("instruction %#x is not known", uint32(in.Op)))
		}
	}
}

// vector are the immediates of operations on 128 bits.
func (r *reader) vector(op Op) {
	switch {
	case op <= 11 || op == 92 || op == 93:
		r.address()
	case op == 12 || op == 13: // v128.const, i8x16.shuffle
		r.bytes(16)
	case op >= 21 && op <= 34: // lanes
		r.byte()
	case op >= 84 && op <= 91: // loads and stores of a lane
		r.address()
		r.byte()
	}
}

// AppendU32 and AppendS64 write the immediates of instructions.
func AppendU32(out []byte, n uint32) []byte { return appendU32(out, n) }

// AppendS64 writes a signed number, of 32 bits or 64.
func AppendS64(out []byte, n int64) []byte { return appendS64(out, n) }
