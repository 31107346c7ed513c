package host

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"

	"github.com/tetratelabs/wazero/api"

	"github.com/naru-rag/naru/embed"
	"github.com/naru-rag/naru/lang"
	"github.com/naru-rag/naru/wasm/abi"
	"github.com/naru-rag/naru/wasm/meter"
)

// function is one that a module may import.
type function struct {
	params, results []api.ValueType
	// grant is what it takes; empty where none.
	grant string
	call  func(r *run, m api.Module, stack []uint64)
}

// asking is a function that takes a text from the module and answers with a result.
func asking(grant string, answer func(r *run, asked []byte) ([]byte, int32)) function {
	return function{[]api.ValueType{i32, i32}, []api.ValueType{i32}, grant, func(r *run, m api.Module, stack []uint64) {
		asked := r.read(m, stack[0], stack[1])
		r.chargeImport(len(asked))
		if len(asked) > abi.MaxAsked {
			stack[0] = api.EncodeI32(abi.ResultWrong)
			return
		}
		stack[0] = r.answer(answer(r, asked))
	}}
}

// decode reads what a module asks, which is charged for whatever it is.
func (r *run) decode(asked []byte, request any) bool {
	r.charge(abi.CostJSONByte * int64(len(asked)))
	return json.Unmarshal(asked, request) == nil
}

var imports = map[string]map[string]function{
	meter.ImportModule: {
		meter.Refuel: {call: func(r *run, _ api.Module, _ []uint64) { r.refuel() }},
	},
	abi.ImportModule: {
		abi.ImportResult: {params: []api.ValueType{i32}, call: func(r *run, m api.Module, stack []uint64) {
			r.chargeImport(len(r.result))
			if !m.Memory().Write(uint32(stack[0]), r.result) {
				panic(&ended{Trapped, fmt.Errorf("result is to be written at %d, %d bytes, and there are %d bytes of memory", uint32(stack[0]), len(r.result), m.Memory().Size())})
			}
		}},
		abi.ImportLog: {params: []api.ValueType{i32, i32, i32}, grant: abi.ImportLog, call: func(r *run, m api.Module, stack []uint64) {
			line := r.read(m, stack[1], stack[2])
			r.chargeImport(len(line))
			r.log(api.DecodeI32(stack[0]), line)
		}},
		abi.ImportConfig: {results: []api.ValueType{i32}, grant: abi.ImportConfig, call: func(r *run, _ api.Module, stack []uint64) {
			r.chargeImport(0)
			stack[0] = r.answer(r.plugin.opt.Config, abi.ResultNone)
		}},
		abi.ImportLookup: asking(abi.ImportLookup, (*run).lookup),
		abi.ImportTerms:  asking(abi.ImportTerms, (*run).terms),
		abi.ImportEmbed:  asking(abi.ImportEmbed, (*run).embed),
		abi.ImportSearch: asking(abi.ImportSearch, (*run).search),
	},
	wasiModule: wasiFunctions,
}

// read is a range of a module's memory, which the module owns. Where there is none
// it ends the call.
func (r *run) read(m api.Module, at, size uint64) []byte {
	data, ok := m.Memory().Read(uint32(at), uint32(size))
	if !ok {
		panic(&ended{Trapped, fmt.Errorf("a range of %d bytes at %d, and there are %d bytes of memory", uint32(size), uint32(at), m.Memory().Size())})
	}
	return data
}

// answer keeps a result until the module takes it, and is what the function returns:
// otherwise, where there is none.
func (r *run) answer(result []byte, otherwise int32) uint64 {
	r.result = result
	if result == nil {
		return api.EncodeI32(otherwise)
	}
	return api.EncodeI32(int32(len(result)))
}

func (r *run) log(level int32, line []byte) {
	if r.lines++; r.lines > abi.MaxLogLines || r.plugin.opt.Log == nil {
		return
	}
	levels := [...]slog.Level{slog.LevelDebug, slog.LevelInfo, slog.LevelWarn, slog.LevelError}
	text := strings.ToValidUTF8(string(line[:min(len(line), abi.MaxLogLine)]), "�")
	r.plugin.opt.Log.Log(r.ctx, levels[max(0, min(int(level), len(levels)-1))], "plugin", "name", r.plugin.name, "says", text)
}

func (r *run) lookup(key []byte) ([]byte, int32) {
	if r.plugin.opt.Lookup == nil {
		return nil, abi.ResultNone
	}
	value, ok := r.plugin.opt.Lookup(string(key))
	if !ok {
		return nil, abi.ResultNone
	}
	return []byte(value), 0
}

func (r *run) terms(asked []byte) ([]byte, int32) {
	var request abi.TermsRequest
	if !r.decode(asked, &request) || len(request.Text) > abi.MaxTermsText {
		return nil, abi.ResultWrong
	}
	r.charge(abi.CostTermsByte * int64(len(request.Text)))
	if request.Language == "" {
		request.Language = lang.Detect(request.Text)
	}
	result := abi.TermsResult{Terms: []abi.Term{}}
	for _, t := range lang.Analyze(request.Text, request.Language) {
		result.Terms = append(result.Terms, abi.Term{Term: t.Text, Start: t.Start, End: t.End})
	}
	return encode(result)
}

func (r *run) embed(asked []byte) ([]byte, int32) {
	var request abi.EmbedRequest
	if !r.decode(asked, &request) {
		return nil, abi.ResultWrong
	}
	kind, ok := map[string]embed.Kind{"query": embed.Query, "passage": embed.Passage}[request.Kind]
	if !ok || len(request.Texts) == 0 || len(request.Texts) > abi.MaxEmbedTexts {
		return nil, abi.ResultWrong
	}
	for _, text := range request.Texts {
		if len(text) > abi.MaxEmbedText {
			return nil, abi.ResultWrong
		}
	}
	r.charge(abi.CostEmbedText * int64(len(request.Texts)))
	if r.plugin.opt.Embedder == nil {
		return nil, abi.ResultNone
	}
	ctx, cancel := r.untilDeadline()
	defer cancel()
	embedded, err := r.plugin.opt.Embedder.Embed(ctx, kind, request.Texts)
	if err != nil {
		r.complain("embed", err)
		return nil, abi.ResultFailed
	}
	return encode(abi.EmbedResult{Vectors: embedded.Vectors})
}

func (r *run) search(asked []byte) ([]byte, int32) {
	var request abi.SearchRequest
	if !r.decode(asked, &request) || request.Text == "" || request.Limit < 1 || request.Limit > abi.MaxSearchLimit {
		return nil, abi.ResultWrong
	}
	if r.call == nil || r.call.Search == nil {
		return nil, abi.ResultFailed
	}
	if r.searches++; r.searches > abi.MaxSearches {
		return nil, abi.ResultTooMany
	}
	r.charge(abi.CostSearch)
	ctx, cancel := r.untilDeadline()
	defer cancel()
	passages, err := r.call.Search(ctx, request.Text, request.Limit)
	if err != nil {
		r.complain("search", err)
		return nil, abi.ResultFailed
	}
	return encode(abi.SearchResult{Passages: passages})
}

// untilDeadline bounds what the host does for a module by the time that is left.
func (r *run) untilDeadline() (context.Context, context.CancelFunc) {
	return context.WithTimeout(r.ctx, r.deadline.Sub(r.plugin.opt.Now()))
}

// complain tells the operator why a function could not answer; the module learns
// only that it could not.
func (r *run) complain(function string, err error) {
	r.away = true
	if r.plugin.opt.Log != nil {
		r.plugin.opt.Log.WarnContext(r.ctx, "a plugin was not answered", "name", r.plugin.name, "function", function, "error", err.Error())
	}
}

func encode(result any) ([]byte, int32) {
	data, err := json.Marshal(result)
	if err != nil {
		return nil, abi.ResultFailed
	}
	return data, 0
}

// provide defines what the module imports, and nothing else. What it imports and may
// not is an error.
func (p *Plugin) provide(ctx context.Context) error {
	wanted := map[string][]string{}
	for _, f := range p.engine.module.ImportedFunctions() {
		module, name, _ := f.Import()
		known, ok := imports[module][name]
		switch {
		case !ok:
			return fmt.Errorf("it imports %.40q.%.40q, which this host does not have", module, name)
		case !equalTypes(f, known):
			return fmt.Errorf("it imports %s.%s with another type than that has", module, name)
		case known.grant != "" && !p.granted(known.grant):
			return fmt.Errorf("it imports %s.%s, which takes the grant %s: it has to be among its grants", module, name, known.grant)
		}
		wanted[module] = append(wanted[module], name)
	}
	if len(p.engine.module.ImportedMemories()) > 0 {
		return fmt.Errorf("it imports a memory: it has to bring its own")
	}
	for module, names := range wanted {
		builder := p.engine.runtime.NewHostModuleBuilder(module)
		for _, name := range names {
			f := imports[module][name]
			builder.NewFunctionBuilder().WithGoModuleFunction(api.GoModuleFunc(func(ctx context.Context, m api.Module, stack []uint64) {
				f.call(running(ctx, m), m, stack)
			}), f.params, f.results).Export(name)
		}
		if _, err := builder.Instantiate(ctx); err != nil {
			return err
		}
	}
	return nil
}

func equalTypes(f api.FunctionDefinition, want function) bool {
	return string(f.ParamTypes()) == string(want.params) && string(f.ResultTypes()) == string(want.results)
}

// Has tells whether a module may import a function of this name at all.
func Has(module, name string) bool {
	_, ok := imports[module][name]
	return ok && module != meter.ImportModule
}

// GrantOf is the grant that it takes to import a function; empty where it takes none.
func GrantOf(module, name string) string { return imports[module][name].grant }
