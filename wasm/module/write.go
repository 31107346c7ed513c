package module

// Bytes writes the module. Custom sections, such as names for debuggers, are not
// kept.
func (m *Module) Bytes() []byte {
	out := append([]byte(nil), header...)
	section := func(id byte, n int, each func(out []byte, i int) []byte) {
		if n == 0 {
			return
		}
		body := appendU32(nil, uint32(n))
		for i := range n {
			body = each(body, i)
		}
		out = append(appendU32(append(out, id), uint32(len(body))), body...)
	}
	index := func(id byte, n *uint32) {
		if n != nil {
			body := appendU32(nil, *n)
			out = append(appendU32(append(out, id), uint32(len(body))), body...)
		}
	}
	section(sectionType, len(m.Types), func(out []byte, i int) []byte {
		return appendTypes(appendTypes(append(out, 0x60), m.Types[i].Params), m.Types[i].Results)
	})
	section(sectionImport, len(m.Imports), func(out []byte, i int) []byte {
		in := m.Imports[i]
		out = append(appendName(appendName(out, in.Module), in.Name), byte(in.Kind))
		if in.Kind == Func {
			return appendU32(out, in.Type)
		}
		return append(out, in.Raw...)
	})
	section(sectionFunction, len(m.Functions), func(out []byte, i int) []byte { return appendU32(out, m.Functions[i].Type) })
	section(sectionTable, len(m.Tables), func(out []byte, i int) []byte {
		return appendLimits(append(out, byte(m.Tables[i].Element)), m.Tables[i].Limits)
	})
	section(sectionMemory, len(m.Memories), func(out []byte, i int) []byte { return appendLimits(out, m.Memories[i]) })
	section(sectionGlobal, len(m.Globals), func(out []byte, i int) []byte {
		g := m.Globals[i]
		mutable := byte(0)
		if g.Mutable {
			mutable = 1
		}
		return append(append(out, byte(g.Type), mutable), g.Init...)
	})
	section(sectionExport, len(m.Exports), func(out []byte, i int) []byte {
		return appendU32(append(appendName(out, m.Exports[i].Name), byte(m.Exports[i].Kind)), m.Exports[i].Index)
	})
	index(sectionStart, m.Start)
	section(sectionElement, len(m.Elements), func(out []byte, i int) []byte { return append(out, m.Elements[i]...) })
	index(sectionDataCount, m.DataCount)
	section(sectionCode, len(m.Functions), func(out []byte, i int) []byte {
		f := m.Functions[i]
		body := appendU32(nil, uint32(len(f.Locals)))
		for _, l := range f.Locals {
			body = append(appendU32(body, l.Count), byte(l.Type))
		}
		body = append(body, f.Code...)
		return append(appendU32(out, uint32(len(body))), body...)
	})
	section(sectionData, len(m.Data), func(out []byte, i int) []byte { return append(out, m.Data[i]...) })
	return out
}

func appendTypes(out []byte, types []ValueType) []byte {
	out = appendU32(out, uint32(len(types)))
	for _, t := range types {
		out = append(out, byte(t))
	}
	return out
}

func appendLimits(out []byte, l Limits) []byte {
	if !l.Bounded {
		return appendU32(append(out, 0), l.Min)
	}
	return appendU32(appendU32(append(out, 1), l.Min), l.Max)
}
