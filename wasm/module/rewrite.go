package module

import "slices"

// AddImports puts imported functions before those that the module has, and corrects
// every index of a function. It returns the index of the first.
func (m *Module) AddImports(add ...Import) (uint32, error) {
	at := uint32(0)
	for _, i := range m.Imports {
		if i.Kind == Func {
			at++
		}
	}
	by := uint32(len(add))
	move := func(index uint32) uint32 {
		if index >= at {
			return index + by
		}
		return index
	}
	for i := range m.Functions {
		code, err := moved(m.Functions[i].Code, move)
		if err != nil {
			return 0, err
		}
		m.Functions[i].Code = code
	}
	for i := range m.Globals {
		init, err := moved(m.Globals[i].Init, move)
		if err != nil {
			return 0, err
		}
		m.Globals[i].Init = init
	}
	for i, e := range m.Exports {
		if e.Kind == Func {
			m.Exports[i].Index = move(e.Index)
		}
	}
	if m.Start != nil {
		*m.Start = move(*m.Start)
	}
	for i, segment := range m.Elements {
		r := &reader{data: segment}
		m.Elements[i] = r.movedElement(move)
		if r.err != nil {
			return 0, r.err
		}
	}
	m.Imports = append(slices.Clone(m.Imports), add...)
	return at, nil
}

// moved corrects the functions that code names.
func moved(code []byte, move func(uint32) uint32) ([]byte, error) {
	out := make([]byte, 0, len(code)+len(code)/8)
	err := Walk(code, func(in Instruction) error {
		if in.Op == OpCall || in.Op == OpRefFunc {
			out = appendU32(append(out, byte(in.Op)), move(in.Index))
		} else {
			out = append(out, in.Raw...)
		}
		return nil
	})
	return out, err
}

func (r *reader) movedElement(move func(uint32) uint32) Segment {
	expression := func(out []byte) []byte {
		code, err := moved(r.expression(), move)
		if err != nil {
			r.fail(err)
		}
		return append(out, code...)
	}
	flags := r.u32()
	out := appendU32(nil, flags)
	if flags&1 == 0 {
		if flags&2 != 0 {
			out = appendU32(out, r.u32())
		}
		out = expression(out)
	}
	if flags&3 != 0 {
		out = append(out, r.byte())
	}
	n := r.count()
	out = appendU32(out, uint32(n))
	for ; n > 0 && r.err == nil; n-- {
		if flags&4 != 0 {
			out = expression(out)
		} else {
			out = appendU32(out, move(r.u32()))
		}
	}
	return out
}

// AddGlobals puts globals after those that the module has, and returns the index of
// the first.
func (m *Module) AddGlobals(add ...GlobalType) uint32 {
	at := uint32(len(m.Globals))
	for _, i := range m.Imports {
		if i.Kind == Global {
			at++
		}
	}
	m.Globals = append(slices.Clone(m.Globals), add...)
	return at
}

// AddType returns the index of a function type, which it adds where it is missing.
func (m *Module) AddType(t FuncType) uint32 {
	same := func(other FuncType) bool {
		return slices.Equal(t.Params, other.Params) && slices.Equal(t.Results, other.Results)
	}
	if i := slices.IndexFunc(m.Types, same); i >= 0 {
		return uint32(i)
	}
	m.Types = append(slices.Clone(m.Types), t)
	return uint32(len(m.Types) - 1)
}
