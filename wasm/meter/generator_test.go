package meter_test

import (
	"math/rand/v2"
	"slices"

	"github.com/naru-rag/naru/wasm/module"
)

// generator makes modules that are valid, at random, and end.
type generator struct {
	random *rand.Rand
	out    []byte
	// locals of the function that is being made: two parameters, and some.
	types []module.ValueType
	depth int
	// labels are the results of the open blocks; loops have none to branch with.
	labels []label
	self   int // the number of the function
	left   int // how many more instructions
}

type label struct {
	loop bool
}

const functions, pages = 4, 1

// module has four functions (i32, i64) -> i64 that call those before them, also
// through a table, a memory and some globals.
func (g *generator) module() *module.Module {
	signature := module.FuncType{Params: []module.ValueType{module.I32, module.I64}, Results: []module.ValueType{module.I64}}
	m := &module.Module{
		Types:    []module.FuncType{signature, {Params: []module.ValueType{module.I32}}},
		Tables:   []module.TableType{{Element: module.FuncRef, Limits: module.Limits{Min: functions, Max: 64, Bounded: true}}},
		Memories: []module.Limits{{Min: pages, Max: 4, Bounded: true}},
		Globals: []module.GlobalType{
			{Type: module.I64, Mutable: true, Init: []byte{0x42, 7, 0x0b}}, {Type: module.I32, Mutable: true, Init: []byte{0x41, 3, 0x0b}},
		},
		Exports: []module.Export{{Name: "run", Kind: module.Func, Index: functions - 1}, {Name: "memory", Kind: module.Memory}},
	}
	segment := []byte{0, 0x41, 0, 0x0b, functions}
	for i := range functions {
		segment = append(segment, byte(i))
	}
	m.Elements = []module.Segment{segment}
	m.Data = []module.Segment{append([]byte{1}, append([]byte{64}, make([]byte, 64)...)...)}
	count := uint32(1)
	m.DataCount = &count
	for i := range functions {
		m.Functions = append(m.Functions, g.function(i))
	}
	return m
}

func (g *generator) function(number int) module.Function {
	g.out, g.self, g.left, g.depth = nil, number, 20+g.random.IntN(120), 0
	g.types = []module.ValueType{module.I32, module.I64, module.I32, module.I64, module.I32}
	g.labels = []label{{}}
	for g.left > 0 {
		g.statement()
	}
	g.value(module.I64)
	return module.Function{Type: 0, Locals: []module.Local{{Count: 1, Type: module.I32}, {Count: 1, Type: module.I64}, {Count: 1, Type: module.I32}},
		Code: append(slices.Clone(g.out), 0x0b)}
}

func (g *generator) op(bytes ...byte) { g.out = append(g.out, bytes...); g.left-- }

func (g *generator) constant(op byte, n int64) {
	g.out = module.AppendS64(append(g.out, op), n)
	g.left--
}

func (g *generator) local(t module.ValueType) byte {
	for {
		if i := g.random.IntN(len(g.types) - 1); g.types[i] == t { // the last counts loops
			return byte(i)
		}
	}
}

// value leaves one value on the stack.
func (g *generator) value(t module.ValueType) {
	g.depth++
	defer func() { g.depth-- }()
	if g.depth > 6 || g.left < 0 {
		g.leaf(t)
		return
	}
	binary32 := []byte{0x6a, 0x6b, 0x6c, 0x71, 0x72, 0x73, 0x74, 0x76, 0x77}
	switch choice := g.random.IntN(13); {
	case choice < 3:
		g.leaf(t)
	case choice < 6:
		g.value(t)
		g.value(t)
		op := binary32[g.random.IntN(len(binary32))]
		if t == module.I64 {
			op += 0x12
		}
		g.op(op)
	case choice == 6 && t == module.I32:
		g.value(module.I64)
		g.op([]byte{0xa7, 0x50}[g.random.IntN(2)]) // wrap, eqz
	case choice == 6:
		g.value(module.I32)
		g.op([]byte{0xac, 0xad}[g.random.IntN(2)])
	case choice == 7: // division may trap
		g.value(t)
		g.value(t)
		op := byte(0x6d) + byte(g.random.IntN(4))
		if t == module.I64 {
			op += 0x12
		}
		g.constantOr(t)
		g.op(op)
	case choice == 8: // if with a result
		g.value(module.I32)
		g.op(0x04, byte(t))
		g.labels = append(g.labels, label{})
		g.value(t)
		g.op(0x05)
		g.value(t)
		g.labels = g.labels[:len(g.labels)-1]
		g.op(0x0b)
	case choice == 9 && g.self > 0:
		g.value(module.I32)
		g.value(module.I64)
		if g.random.IntN(2) == 0 {
			g.op(0x10, byte(g.random.IntN(g.self)))
		} else {
			g.constant(0x41, int64(g.random.IntN(g.self)))
			g.op(0x11, 0, 0)
		}
		if t == module.I32 {
			g.op(0xa7)
		}
	case choice == 10: // load, somewhere
		g.address()
		if t == module.I32 {
			g.op(0x28, 2, 0)
		} else {
			g.op(0x29, 3, 0)
		}
	case choice == 11:
		g.float(t)
	default:
		g.value(t)
		g.value(t)
		g.value(module.I32)
		g.op(0x1b)
	}
}

// float computes with f32 or f64, and makes an integer of the result: zero of a NaN,
// whose payload differs from machine to machine.
func (g *generator) float(t module.ValueType) {
	convert, add, truncate := byte(0xb4), byte(0x92), byte(0)
	if g.random.IntN(2) == 0 {
		convert, add, truncate = 0xb9, 0xa0, 2
	}
	if t == module.I64 {
		truncate += 4
	}
	for range 2 {
		g.value(module.I64)
		g.op(convert)
	}
	g.op(add + byte(g.random.IntN(7))) // add, sub, mul, div, min, max, copysign
	g.op(0xfc, truncate)
}

// constantOr makes most divisors odd, so that few divisions trap.
func (g *generator) constantOr(t module.ValueType) {
	if g.random.IntN(20) == 0 {
		return
	}
	if t == module.I32 {
		g.constant(0x41, 1)
		g.op(0x72)
		return
	}
	g.constant(0x42, 1)
	g.op(0x84)
}

// address is one that is in memory, mostly.
func (g *generator) address() {
	g.value(module.I32)
	mask := int64(0x7ff8)
	if g.random.IntN(100) == 0 {
		mask = 0x3fff8
	}
	g.constant(0x41, mask)
	g.op(0x71)
}

func (g *generator) leaf(t module.ValueType) {
	switch g.random.IntN(3) {
	case 0:
		if t == module.I32 {
			g.constant(0x41, int64(int32(g.random.Uint32())))
		} else {
			g.constant(0x42, int64(g.random.Uint64()))
		}
	case 1:
		if t == module.I64 {
			g.op(0x23, 0)
		} else {
			g.op(0x23, 1)
		}
	default:
		g.op(0x20, g.local(t))
	}
}

// statement leaves the stack as it was.
func (g *generator) statement() {
	t := []module.ValueType{module.I32, module.I64}[g.random.IntN(2)]
	nested := len(g.labels) < 5
	switch choice := g.random.IntN(14); {
	case choice < 4:
		g.value(t)
		g.op(0x21, g.local(t))
	case choice == 4:
		g.value(t)
		if t == module.I64 {
			g.op(0x24, 0)
		} else {
			g.op(0x24, 1)
		}
	case choice == 5:
		g.address()
		g.value(t)
		if t == module.I32 {
			g.op(0x36, 2, 0)
		} else {
			g.op(0x37, 3, 0)
		}
	case choice == 6 && nested: // block
		g.op(0x02, 0x40)
		g.nested(false)
	case choice == 7 && nested: // if
		g.value(module.I32)
		g.op(0x04, 0x40)
		g.nested(false)
	case choice == 8 && nested && !slices.Contains(g.labels, label{true}): // a loop that counts down, one in another would count with the same
		g.constant(0x41, int64(1+g.random.IntN(30)))
		g.op(0x21, 4)
		g.op(0x03, 0x40)
		g.labels = append(g.labels, label{true})
		for range 1 + g.random.IntN(3) {
			g.statement()
		}
		g.op(0x20, 4)
		g.constant(0x41, 1)
		g.op(0x6b)
		g.op(0x22, 4)
		g.op(0x0d, 0)
		g.labels = g.labels[:len(g.labels)-1]
		g.op(0x0b)
	case choice == 9: // leave a block
		if at, ok := g.outward(); ok {
			g.value(module.I32)
			g.op(0x0d, at)
		}
	case choice == 10:
		if at, ok := g.outward(); ok {
			g.value(module.I32)
			g.op(0x0e, 1, at, at)
			g.out[len(g.out)-3] = 1
			// What follows is not reached; it has to be valid all the same.
		}
	case choice == 11: // ranges
		switch g.random.IntN(5) {
		case 0:
			g.address()
			g.value(module.I32)
			g.length()
			g.op(0xfc, 11, 0)
		case 1:
			g.address()
			g.address()
			g.length()
			g.op(0xfc, 10, 0, 0)
		case 2:
			g.address()
			g.constant(0x41, int64(g.random.IntN(32)))
			g.constant(0x41, int64(g.random.IntN(32)))
			g.op(0xfc, 8, 0, 0)
		case 3:
			g.constant(0x41, int64(g.random.IntN(2)))
			g.op(0x40, 0)
			g.op(0x1a)
		case 4:
			g.op(0xd0, 0x70)
			g.constant(0x41, int64(g.random.IntN(3)))
			g.op(0xfc, 15, 0)
			g.op(0x1a)
		}
	case choice == 12 && g.random.IntN(8) == 0:
		g.value(module.I64)
		g.op(0x0f)
	default:
		g.value(t)
		g.op(0x1a)
	}
}

func (g *generator) length() {
	g.value(module.I32)
	g.constant(0x41, 0xfff)
	g.op(0x71)
}

func (g *generator) nested(loop bool) {
	g.labels = append(g.labels, label{loop})
	for range 1 + g.random.IntN(4) {
		g.statement()
	}
	g.labels = g.labels[:len(g.labels)-1]
	g.op(0x0b)
}

// outward is the label of an open block without results that is no loop.
func (g *generator) outward() (byte, bool) {
	for at := 0; at < len(g.labels)-1; at++ {
		if l := g.labels[len(g.labels)-1-at]; !l.loop {
			return byte(at), true
		}
	}
	return 0, false
}
