package module

import (
	"bytes"
	"errors"
	"fmt"
)

// ValueType is the type of a value, by its byte.
type ValueType byte

// The types of values.
const (
	I32       ValueType = 0x7f
	I64       ValueType = 0x7e
	F32       ValueType = 0x7d
	F64       ValueType = 0x7c
	V128      ValueType = 0x7b
	FuncRef   ValueType = 0x70
	ExternRef ValueType = 0x6f
)

// FuncType is what a function takes and returns.
type FuncType struct{ Params, Results []ValueType }

// Kind is what is imported or exported.
type Kind byte

// The kinds of imports and exports.
const (
	Func Kind = iota
	Table
	Memory
	Global
)

func (k Kind) String() string { return [...]string{"function", "table", "memory", "global"}[k] }

// Import is what a module needs.
type Import struct {
	Module, Name string
	Kind         Kind
	// Type is a function's type. Of what is no function, Raw is the description.
	Type uint32
	Raw  []byte
}

// Export is what a module offers.
type Export struct {
	Name  string
	Kind  Kind
	Index uint32
}

// Limits are how large a table or memory is, and may become.
type Limits struct {
	Min uint32
	Max uint32
	// Bounded is set where there is a Max.
	Bounded bool
}

// TableType is a table.
type TableType struct {
	Element ValueType
	Limits
}

// GlobalType is a global, with the expression of its first value, its end included.
type GlobalType struct {
	Type    ValueType
	Mutable bool
	Init    []byte
}

// Segment is an element or data segment as it stands, from its flags on.
type Segment []byte

// Local is a run of locals of one type.
type Local struct {
	Count uint32
	Type  ValueType
}

// Function is a function that the module defines.
type Function struct {
	Type   uint32
	Locals []Local
	// Code are its instructions, with the end of the last.
	Code []byte
}

// Module is a module.
type Module struct {
	Types     []FuncType
	Imports   []Import
	Functions []Function
	Tables    []TableType
	Memories  []Limits
	Globals   []GlobalType
	Exports   []Export
	Start     *uint32
	Elements  []Segment
	// DataCount is set where the module announces how many data segments it has.
	DataCount *uint32
	Data      []Segment
}

var header = []byte("\x00asm\x01\x00\x00\x00")

// The sections, in the order that they must have; the count of data segments
// stands before the code.
const (
	sectionCustom = iota
	sectionType
	sectionImport
	sectionFunction
	sectionTable
	sectionMemory
	sectionGlobal
	sectionExport
	sectionStart
	sectionElement
	sectionCode
	sectionData
	sectionDataCount
)

var sectionNames = [...]string{"custom", "type", "import", "function", "table", "memory", "global", "export", "start", "element", "code", "data", "data count"}

// order is where a section stands among the others.
func order(section byte) int {
	switch section {
	case sectionDataCount:
		return 2*sectionCode - 1
	default:
		return 2 * int(section)
	}
}

// Parse reads a module. It keeps parts of data, which must not change.
func Parse(data []byte) (*Module, error) {
	if !bytes.HasPrefix(data, header) {
		return nil, errors.New("this is no WebAssembly module of version 1: it begins otherwise")
	}
	m := &Module{}
	r := &reader{data: data, at: len(header)}
	last := -1
	for r.err == nil && r.left() > 0 {
		section := r.byte()
		body := r.bytes(r.count())
		if r.err != nil || section == sectionCustom {
			continue
		}
		if int(section) >= len(sectionNames) {
			return nil, fmt.Errorf("section %d is not known", section)
		}
		if order(section) <= last {
			return nil, fmt.Errorf("section %s is there twice, or too late", sectionNames[section])
		}
		last = order(section)
		s := &reader{data: body}
		m.section(section, s)
		if s.err == nil && s.left() > 0 {
			s.fail(fmt.Errorf("%d bytes are left over", s.left()))
		}
		if s.err != nil {
			return nil, fmt.Errorf("section %s: %w", sectionNames[section], s.err)
		}
	}
	if r.err != nil {
		return nil, r.err
	}
	return m, m.check()
}

// check finds what the sections say differently of one thing.
func (m *Module) check() error {
	for _, f := range m.Functions {
		if f.Code == nil {
			return errors.New("functions are announced that have no code")
		}
		if int(f.Type) >= len(m.Types) {
			return fmt.Errorf("a function has type %d, and there are %d", f.Type, len(m.Types))
		}
	}
	for _, i := range m.Imports {
		if i.Kind == Func && int(i.Type) >= len(m.Types) {
			return fmt.Errorf("the import %s.%s has type %d, and there are %d", i.Module, i.Name, i.Type, len(m.Types))
		}
	}
	return nil
}

func (m *Module) section(section byte, r *reader) {
	switch section {
	case sectionStart:
		n := r.u32()
		m.Start = &n
		return
	case sectionDataCount:
		n := r.u32()
		m.DataCount = &n
		return
	}
	n := r.count()
	if section == sectionCode && n != len(m.Functions) {
		r.fail(fmt.Errorf("%d functions have code, and %d are announced", n, len(m.Functions)))
	}
	for i := 0; i < n && r.err == nil; i++ {
		switch section {
		case sectionType:
			m.Types = append(m.Types, r.funcType())
		case sectionImport:
			m.Imports = append(m.Imports, r.imported())
		case sectionFunction:
			m.Functions = append(m.Functions, Function{Type: r.u32()})
		case sectionTable:
			m.Tables = append(m.Tables, TableType{Element: r.reference(), Limits: r.limits()})
		case sectionMemory:
			m.Memories = append(m.Memories, r.limits())
		case sectionGlobal:
			m.Globals = append(m.Globals, GlobalType{Type: r.valueType(), Mutable: r.flag(), Init: r.expression()})
		case sectionExport:
			m.Exports = append(m.Exports, Export{Name: r.name(), Kind: r.kind(), Index: r.u32()})
		case sectionElement:
			m.Elements = append(m.Elements, r.element())
		case sectionCode:
			m.Functions[i].Locals, m.Functions[i].Code = r.body()
		case sectionData:
			m.Data = append(m.Data, r.dataSegment())
		}
	}
}

func (r *reader) flag() bool {
	b := r.byte()
	if b > 1 {
		r.fail(fmt.Errorf("a flag is %d", b))
	}
	return b == 1
}

func (r *reader) kind() Kind {
	k := Kind(r.byte())
	if k > Global {
		r.fail(fmt.Errorf("kind %d is not known", k))
		return Func
	}
	return k
}

func (r *reader) valueType() ValueType {
	switch t := ValueType(r.byte()); t {
	case I32, I64, F32, F64, V128, FuncRef, ExternRef:
		return t
	default:
		r.fail(fmt.Errorf("value type %#x is not known", byte(t)))
		return I32
	}
}

func (r *reader) reference() ValueType {
	t := r.valueType()
	if t != FuncRef && t != ExternRef {
		r.fail(errors.New("a table is of values that are no references"))
	}
	return t
}

func (r *reader) valueTypes() []ValueType {
	types := make([]ValueType, r.count())
	for i := range types {
		types[i] = r.valueType()
	}
	return types
}

func (r *reader) funcType() FuncType {
	if b := r.byte(); b != 0x60 && r.err == nil {
		r.fail(fmt.Errorf("type %#x is no function's", b))
	}
	return FuncType{Params: r.valueTypes(), Results: r.valueTypes()}
}

func (r *reader) limits() Limits {
	switch flags := r.byte(); flags {
	case 0:
		return Limits{Min: r.u32()}
	case 1:
		return Limits{Min: r.u32(), Max: r.u32(), Bounded: true}
	default:
		r.fail(fmt.Errorf("limits of kind %d are not known: shared and 64-bit memories are refused", flags))
		return Limits{}
	}
}

func (r *reader) imported() Import {
	i := Import{Module: r.name(), Name: r.name(), Kind: r.kind()}
	from := r.at
	switch i.Kind {
	case Func:
		i.Type = r.u32()
		return i
	case Table:
		r.reference()
		r.limits()
	case Memory:
		r.limits()
	case Global:
		r.valueType()
		r.flag()
	}
	if r.err == nil {
		i.Raw = r.data[from:r.at]
	}
	return i
}

// expression is a constant expression with its end.
func (r *reader) expression() []byte {
	from := r.at
	for r.err == nil {
		in := r.instruction()
		if in.Op == OpEnd {
			break
		}
		if in.opens() {
			r.fail(errors.New("a constant has a block in it"))
		}
	}
	if r.err != nil {
		return nil
	}
	return r.data[from:r.at]
}

// element is an element segment. Its eight forms differ in what they leave out.
func (r *reader) element() Segment {
	from := r.at
	flags := r.u32()
	if flags > 7 {
		r.fail(fmt.Errorf("element segments of kind %d are not known", flags))
	}
	active, explicit, expressions := flags&1 == 0, flags&2 != 0, flags&4 != 0
	if active {
		if explicit {
			r.u32()
		}
		r.expression()
	}
	if flags&3 != 0 {
		r.byte() // the kind of elements, or their type
	}
	for n := r.count(); n > 0 && r.err == nil; n-- {
		if expressions {
			r.expression()
		} else {
			r.u32()
		}
	}
	return r.since(from)
}

func (r *reader) dataSegment() Segment {
	from := r.at
	switch flags := r.u32(); flags {
	case 0:
		r.expression()
	case 1:
	case 2:
		r.u32()
		r.expression()
	default:
		r.fail(fmt.Errorf("data segments of kind %d are not known", flags))
	}
	r.bytes(r.count())
	return r.since(from)
}

func (r *reader) since(from int) []byte {
	if r.err != nil {
		return nil
	}
	return r.data[from:r.at:r.at]
}

// body is the code of a function. Its instructions are read when it is rewritten.
func (r *reader) body() ([]Local, []byte) {
	b := &reader{data: r.bytes(r.count())}
	if r.err != nil {
		return nil, nil
	}
	var locals []Local
	for n := b.count(); n > 0 && b.err == nil; n-- {
		locals = append(locals, Local{Count: b.u32(), Type: b.valueType()})
	}
	code := b.bytes(b.left())
	if b.err == nil && (len(code) == 0 || code[len(code)-1] != byte(OpEnd)) {
		b.fail(errors.New("a function has no end"))
	}
	if b.err != nil {
		r.fail(b.err)
		return nil, nil
	}
	return locals, code
}
