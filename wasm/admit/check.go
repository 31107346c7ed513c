package admit

import (
	"errors"
	"fmt"
	"strings"

	"github.com/naru-rag/naru/wasm/abi"
	"github.com/naru-rag/naru/wasm/host"
	"github.com/naru-rag/naru/wasm/manifest"
	"github.com/naru-rag/naru/wasm/meter"
	"github.com/naru-rag/naru/wasm/module"
)

// How large a module may be, and what it may have. What real compilers make is well
// within: a plugin in Go has about 3,000 functions in 2 MB. All that is in each
// instance (tables, globals, segments) comes to less than 8 MB, beside its memory.
const (
	maxTypes     = 10_000
	maxFunctions = 30_000
	maxImports   = 100
	maxExports   = 1_000
	maxGlobals   = 10_000
	maxData      = 100_000 // segments: a plugin in Go has 35,000
	maxTables    = 2
	maxElements  = 1 << 16  // of a table
	maxSegments  = 10_000   // of elements
	maxElemBytes = 64 << 10 // of all element segments: an instance has 40 for each
	maxParams    = 200      // of a function, and results
	maxLocals    = 10_000   // of a function
	maxCode      = 1 << 20  // bytes of a function
	maxDepth     = 600      // blocks in blocks
	maxTargets   = 50_000   // of the br_tables of a function
)

// Report is what a module has and asks for, as far as it says so itself.
type Report struct {
	// Imports are the names of what it imports, such as "naru.log".
	Imports []string `json:"imports"`
	// Grants are those that it cannot do without.
	Grants []string `json:"grants"`
	Bytes  int      `json:"bytes"`
	// Memory is how many bytes it begins with.
	Memory    uint64 `json:"memory"`
	Functions int    `json:"functions"`
	// Initializes tells whether anything runs before the first call.
	Initializes bool `json:"initializes"`
}

// Prepare checks a module and writes the metering into it; it compiles and runs
// nothing. Whatever the bytes are it takes time and memory of a multiple of their
// number; [Admit] has it done where that can be stopped.
func Prepare(code []byte) (metered []byte, report Report, err error) {
	if len(code) > manifest.MaxModule {
		return nil, Report{}, fmt.Errorf("the module has %d bytes, and at most %d are taken", len(code), manifest.MaxModule)
	}
	m, err := module.Parse(code)
	if err != nil {
		return nil, Report{}, fmt.Errorf("the module: %w", err)
	}
	if err := check(m); err != nil {
		return nil, Report{}, fmt.Errorf("the module: %w", err)
	}
	report = Report{Bytes: len(code), Memory: uint64(m.Memories[0].Min) << 16, Functions: len(m.Functions), Initializes: m.Start != nil, Imports: []string{}, Grants: []string{}}
	for _, i := range m.Imports {
		report.Imports = append(report.Imports, i.Module+"."+i.Name)
		if grant := host.GrantOf(i.Module, i.Name); grant != "" {
			report.Grants = append(report.Grants, grant)
		}
	}
	for _, e := range m.Exports {
		report.Initializes = report.Initializes || e.Name == "_initialize"
	}
	for i := range m.Tables {
		t := &m.Tables[i].Limits
		if !t.Bounded || t.Max > maxElements {
			t.Max, t.Bounded = maxElements, true
		}
	}
	if err := meter.Meter(m, meter.MaxStack); err != nil {
		return nil, Report{}, fmt.Errorf("the module: %w", err)
	}
	return m.Bytes(), report, nil
}

func check(m *module.Module) error {
	for _, c := range []struct {
		what    string
		n, most int
	}{
		{"types", len(m.Types), maxTypes}, {"functions", len(m.Functions), maxFunctions}, {"imports", len(m.Imports), maxImports},
		{"exports", len(m.Exports), maxExports}, {"globals", len(m.Globals), maxGlobals}, {"tables", len(m.Tables), maxTables},
		{"data segments", len(m.Data), maxData}, {"element segments", len(m.Elements), maxSegments},
	} {
		if c.n > c.most {
			return fmt.Errorf("it has %d %s, and at most %d are taken", c.n, c.what, c.most)
		}
	}
	for _, t := range m.Types {
		if len(t.Params) > maxParams || len(t.Results) > maxParams {
			return fmt.Errorf("a type has %d parameters and %d results, and at most %d are taken", len(t.Params), len(t.Results), maxParams)
		}
	}
	for i, t := range m.Tables {
		if t.Min > maxElements {
			return fmt.Errorf("table %d has %d elements, and at most %d are taken", i, t.Min, maxElements)
		}
	}
	elements := 0
	for _, segment := range m.Elements {
		elements += len(segment)
	}
	if elements > maxElemBytes {
		return fmt.Errorf("its element segments have %d bytes, and at most %d are taken", elements, maxElemBytes)
	}
	for _, i := range m.Imports {
		switch {
		case i.Kind != module.Func:
			return fmt.Errorf("it imports the %v %.40q.%.40q: only functions can be imported", i.Kind, i.Module, i.Name)
		case !host.Has(i.Module, i.Name):
			return fmt.Errorf("it imports %.40q.%.40q, which there is not: see SPEC.md", i.Module, i.Name)
		}
	}
	if len(m.Memories) != 1 {
		return fmt.Errorf("it has %d memories of its own: it needs one", len(m.Memories))
	}
	known := map[string]bool{abi.ExportVersion: true, abi.ExportAlloc: true, abi.ExportCall: true, abi.ExportReset: true}
	for _, e := range m.Exports {
		if strings.HasPrefix(e.Name, "naru_") && !known[e.Name] {
			return fmt.Errorf("it exports %.40q: names that begin with naru_ are the interface's", e.Name)
		}
	}
	for i, f := range m.Functions {
		if err := checkFunction(f); err != nil {
			return fmt.Errorf("function %d: %w", i, err)
		}
	}
	return nil
}

func checkFunction(f module.Function) error {
	locals := 0
	for _, l := range f.Locals {
		if l.Count > maxLocals {
			return fmt.Errorf("it has %d locals, and at most %d are taken", l.Count, maxLocals)
		}
		locals += int(l.Count)
	}
	if locals > maxLocals {
		return fmt.Errorf("it has %d locals, and at most %d are taken", locals, maxLocals)
	}
	if len(f.Code) > maxCode {
		return fmt.Errorf("it has %d bytes of code, and at most %d are taken", len(f.Code), maxCode)
	}
	depth, targets := 0, 0
	return module.Walk(f.Code, func(in module.Instruction) error {
		switch in.Op {
		case module.OpBlock, module.OpLoop, module.OpIf:
			if depth++; depth > maxDepth {
				return fmt.Errorf("blocks lie deeper in one another than %d", maxDepth)
			}
		case module.OpEnd:
			depth--
		case module.OpBrTable:
			if targets += len(in.Raw); targets > maxTargets {
				return errors.New("its br_tables are too long")
			}
		}
		return nil
	})
}
