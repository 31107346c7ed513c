package module

import (
	"bytes"
	"strings"
	"testing"
)

// sample has one of everything that Parse reads.
func sample() []byte {
	start, count := uint32(1), uint32(1)
	m := &Module{
		Types:     []FuncType{{}, {Params: []ValueType{I32, F64}, Results: []ValueType{I64, V128}}},
		Imports:   []Import{{Module: "host", Name: "log", Kind: Func}, {Module: "host", Name: "g", Kind: Global, Raw: []byte{byte(I32), 0}}},
		Functions: []Function{{Code: []byte{0x10, 0, 0x0b}, Locals: []Local{{3, F32}}}, {Code: []byte{0x02, 0x40, 0x0c, 0, 0x0b, 0x0b}}},
		Tables:    []TableType{{FuncRef, Limits{1, 9, true}}},
		Memories:  []Limits{{Min: 1}},
		Globals:   []GlobalType{{FuncRef, false, []byte{0xd2, 1, 0x0b}}},
		Exports:   []Export{{"run", Func, 2}, {"memory", Memory, 0}},
		Start:     &start,
		Elements: []Segment{
			{0, 0x41, 0, 0x0b, 1, 2}, {1, 0, 1, 1}, {2, 0, 0x41, 0, 0x0b, 0, 1, 1}, {3, 0, 1, 2},
			{4, 0x41, 0, 0x0b, 1, 0xd2, 2, 0x0b}, {5, 0x70, 1, 0xd2, 0, 0x0b}, {6, 0, 0x41, 0, 0x0b, 0x70, 1, 0xd0, 0x70, 0x0b}, {7, 0x70, 0},
		},
		DataCount: &count,
		Data:      []Segment{{1, 3, 'a', 'b', 'c'}},
	}
	return m.Bytes()
}

func TestRoundTrip(t *testing.T) {
	want := sample()
	withNames := append(bytes.Clone(want), 0, 5, 4, 'n', 'a', 'm', 'e')
	for _, data := range [][]byte{want, withNames} {
		m, err := Parse(data)
		if err != nil {
			t.Fatal(err)
		}
		if got := m.Bytes(); !bytes.Equal(got, want) {
			t.Errorf("written again it is %x, and was %x", got, want)
		}
	}
}

// What names a function names the same one after imports were put before it.
func TestAddImports(t *testing.T) {
	m, err := Parse(sample())
	if err != nil {
		t.Fatal(err)
	}
	at, err := m.AddImports(Import{Module: "x", Name: "y"}, Import{Module: "x", Name: "z"})
	if err != nil || at != 1 {
		t.Fatalf("the first is %d, %v", at, err)
	}
	if !bytes.Equal(m.Functions[0].Code, []byte{0x10, 0, 0x0b}) || m.Exports[0].Index != 4 || m.Exports[1].Index != 0 || *m.Start != 3 ||
		!bytes.Equal(m.Globals[0].Init, []byte{0xd2, 3, 0x0b}) {
		t.Errorf("it became %+v", m)
	}
	for i, want := range []string{"\x00\x41\x00\x0b\x01\x04", "\x01\x00\x01\x03", "\x02\x00\x41\x00\x0b\x00\x01\x03", "\x03\x00\x01\x04",
		"\x04\x41\x00\x0b\x01\xd2\x04\x0b", "\x05\x70\x01\xd2\x00\x0b", "\x06\x00\x41\x00\x0b\x70\x01\xd0\x70\x0b", "\x07\x70\x00"} {
		if string(m.Elements[i]) != want {
			t.Errorf("segment %d is %x", i, m.Elements[i])
		}
	}
}

func TestParseRefuses(t *testing.T) {
	header := string(header)
	for name, tt := range map[string]struct{ data, says string }{
		"nothing":            {"", "begins otherwise"},
		"a component":        {"\x00asm\x0d\x00\x01\x00", "begins otherwise"},
		"half a section":     {header + "\x01\x05\x01", "1 bytes are left"},
		"too many types":     {header + "\x01\x05\xff\xff\xff\xff\x0f", "are announced"},
		"no function's type": {header + "\x01\x02\x01\x5f", "no function's"},
		"twice":              {header + "\x01\x01\x00\x01\x01\x00", "twice"},
		"unknown":            {header + "\x0d\x01\x00", "section 13"},
		"left over":          {header + "\x01\x02\x00\x00", "left over"},
		"shared memory":      {header + "\x05\x03\x01\x03\x01", "shared"},
		"no code":            {header + "\x01\x04\x01\x60\x00\x00\x03\x02\x01\x00", "no code"},
		"a type too far":     {header + "\x03\x02\x01\x07\x0a\x04\x01\x02\x00\x0b", "has type 7"},
		"no end":             {header + "\x01\x04\x01\x60\x00\x00\x03\x02\x01\x00\x0a\x04\x01\x02\x00\x01", "no end"},
		"a long number":      {header + "\x01\x80\x80\x80\x80\x80\x00", "5 bytes"},
	} {
		if _, err := Parse([]byte(tt.data)); err == nil || !strings.Contains(err.Error(), tt.says) {
			t.Errorf("%s: the error is %v", name, err)
		}
	}
	for n := range sample() {
		if _, err := Parse(sample()[:n]); err == nil && n > len(header) {
			m, _ := Parse(sample()[:n])
			if bytes.Equal(m.Bytes(), sample()) {
				t.Errorf("%d bytes are the whole", n)
			}
		}
	}
	for name, tt := range map[string]struct{ code, says string }{
		"a tail call":      {"\x12\x00\x0b", "tail calls"},
		"an exception":     {"\x06\x40\x0b", "0x6"},
		"a thread":         {"\xfe\x00\x00\x00\x0b", "0xfe"},
		"relaxed SIMD":     {"\xfd\x80\x02\x0b", "256"},
		"another memory":   {"\x28\x42\x01\x00\x0b", "several memories"},
		"what follows":     {"\x0b\x01", "follow"},
		"no end":           {"\x02\x40\x0b", "too early"},
		"a large constant": {"\x41\x80\x80\x80\x80\x80\x00\x0b", "32 bits"},
	} {
		if err := Walk([]byte(tt.code), func(Instruction) error { return nil }); err == nil || !strings.Contains(err.Error(), tt.says) {
			t.Errorf("%s: the error is %v", name, err)
		}
	}
}

// FuzzParse reads and rewrites whatever it is given.
func FuzzParse(f *testing.F) {
	f.Add(sample())
	f.Fuzz(func(t *testing.T, data []byte) {
		m, err := Parse(data)
		if err != nil {
			return
		}
		again, err := Parse(m.Bytes())
		if err != nil {
			t.Fatalf("what was written cannot be read: %v", err)
		}
		if !bytes.Equal(again.Bytes(), m.Bytes()) {
			t.Fatal("written twice it differs")
		}
		if _, err := again.AddImports(Import{Module: "a", Name: "b", Type: again.AddType(FuncType{})}); err == nil {
			if _, err := Parse(again.Bytes()); err != nil {
				t.Fatalf("with an import it cannot be read: %v", err)
			}
		}
	})
}
