package meter

import "github.com/naru-rag/naru/wasm/module"

// division is what a remainder is computed with.
type division struct {
	divide, multiply, subtract, equal, constant module.Op
	signed                                      bool
}

var divisions = map[module.Op]division{
	module.OpI32RemS: {module.OpI32DivS, module.OpI32Mul, module.OpI32Sub, module.OpI32Eq, module.OpI32Const, true},
	module.OpI32RemU: {module.OpI32DivU, module.OpI32Mul, module.OpI32Sub, module.OpI32Eq, module.OpI32Const, false},
	module.OpI64RemS: {module.OpI64DivS, module.OpI64Mul, module.OpI64Sub, module.OpI64Eq, module.OpI64Const, true},
	module.OpI64RemU: {module.OpI64DivU, module.OpI64Mul, module.OpI64Sub, module.OpI64Eq, module.OpI64Const, false},
}

// remainder is a remainder in other words, a-a/b*b: wazero 1.12.0 compiles the
// instruction wrongly for arm64 (see RATIONALE.md). A signed one by -1 is computed
// by 1, which leaves as little and does not overflow. It traps where b is 0, as the
// instruction does.
func (b *body) remainder(op module.Op) []byte {
	d := divisions[op]
	left := b.left
	if d.constant == module.OpI64Const {
		left += 2
	}
	right := left + 1
	var out []byte
	local := func(op module.Op, index uint32) { out = module.AppendU32(append(out, byte(op)), index) }
	constant := func(n int64) { out = module.AppendS64(append(out, byte(d.constant)), n) }
	local(module.OpLocalSet, right)
	local(module.OpLocalSet, left)
	if d.signed {
		constant(1)
		local(module.OpLocalGet, right)
		local(module.OpLocalGet, right)
		constant(-1)
		out = append(out, byte(d.equal), byte(module.OpSelect))
		local(module.OpLocalSet, right)
	}
	local(module.OpLocalGet, left)
	local(module.OpLocalGet, left)
	local(module.OpLocalGet, right)
	out = append(out, byte(d.divide))
	local(module.OpLocalGet, right)
	return append(out, byte(d.multiply), byte(d.subtract))
}
