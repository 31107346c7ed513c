package host

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"

	"github.com/naru-rag/naru/wasm/abi"
	"github.com/naru-rag/naru/wasm/meter"
)

// instance is one running module. One call at a time has it.
type instance struct {
	module               api.Module
	memory               api.Memory
	fuel, stack          api.MutableGlobal
	alloc, handle, reset api.Function
	wasi                 wasi
	atStart              uint32 // bytes of memory
	words                [3]uint64
}

var (
	i32 = api.ValueTypeI32
	i64 = api.ValueTypeI64
)

// signatures are the types of the functions that a module exports.
var signatures = map[string]struct{ params, results []api.ValueType }{
	abi.ExportVersion: {nil, []api.ValueType{i32}},
	abi.ExportAlloc:   {[]api.ValueType{i32}, []api.ValueType{i32}},
	abi.ExportCall:    {[]api.ValueType{i32, i32, i32}, []api.ValueType{i64}},
	abi.ExportReset:   {nil, nil},
	exportInitialize:  {nil, nil},
}

const exportInitialize = "_initialize"

// checkExports compares what a module exports with SPEC.md.
func (p *Plugin) checkExports() error {
	exported := p.engine.module.ExportedFunctions()
	for name, want := range signatures {
		f, ok := exported[name]
		switch optional := name == abi.ExportReset || name == exportInitialize; {
		case !ok && optional:
		case !ok:
			return fmt.Errorf("it exports no function %s", name)
		case !slices.Equal(f.ParamTypes(), want.params) || !slices.Equal(f.ResultTypes(), want.results):
			return fmt.Errorf("its function %s has another type than the interface says", name)
		}
	}
	memory, ok := p.engine.module.ExportedMemories()[abi.ExportMemory]
	if !ok {
		return fmt.Errorf("it exports no memory under the name %s", abi.ExportMemory)
	}
	if wants := uint64(memory.Min()) * page; wants > p.limits(nil).Memory {
		return fmt.Errorf("it begins with %d KiB of memory, and has a limit of %d KiB", wants>>10, p.limits(nil).Memory>>10)
	}
	return nil
}

// start makes an instance. Its start function and _initialize have the fuel of a
// call for themselves, and the time of the call that they are made for.
func (p *Plugin) start(ctx context.Context, deadline time.Time) (*instance, error) {
	in := &instance{}
	if err := p.begin(ctx, in, deadline); err != nil {
		if in.module != nil {
			in.close()
		}
		return nil, err
	}
	return in, nil
}

func (p *Plugin) begin(ctx context.Context, in *instance, deadline time.Time) error {
	r := &run{plugin: p, deadline: deadline, budget: p.limits(nil).Fuel, wasi: &in.wasi}
	r.ctx = context.WithValue(ctx, runKey{}, r)
	var err error
	in.module, err = p.engine.runtime.InstantiateModule(p.allocating(r.ctx), p.engine.module, wazero.NewModuleConfig().WithName("").WithStartFunctions())
	if err != nil {
		return r.failure(err)
	}
	in.memory = in.module.ExportedMemory(abi.ExportMemory)
	r.globals(in.module)
	in.fuel, in.stack = r.fuel, r.stack
	if f := in.module.ExportedFunction(exportInitialize); f != nil {
		in.stack.Set(meter.MaxStack)
		if _, err := f.Call(r.ctx); err != nil {
			return r.failure(err)
		}
	}
	version, err := in.module.ExportedFunction(abi.ExportVersion).Call(r.ctx)
	if err != nil {
		return r.failure(err)
	}
	if api.DecodeI32(version[0]) != abi.Version {
		return &Error{p.name, Invalid, fmt.Errorf("it speaks version %d of the interface, and this host version %d", api.DecodeI32(version[0]), abi.Version)}
	}
	in.alloc, in.handle = in.module.ExportedFunction(abi.ExportAlloc), in.module.ExportedFunction(abi.ExportCall)
	in.reset = in.module.ExportedFunction(abi.ExportReset)
	in.atStart = in.memory.Size()
	return nil
}

// call takes a request to its response; see SPEC.md. Whatever it returns an error
// for, the instance is good for nothing afterwards.
func (in *instance) call(r *run) ([]byte, error) {
	request := r.call.Request
	r.fuel, r.stack, r.wasi = in.fuel, in.stack, &in.wasi
	in.fuel.Set(0)
	in.stack.Set(meter.MaxStack)

	in.words[0] = uint64(len(request))
	if err := in.alloc.CallWithStack(r.ctx, in.words[:]); err != nil {
		return nil, err
	}
	at := uint32(in.words[0])
	if at == 0 {
		return nil, &ended{NoMemory, fmt.Errorf("naru_alloc has no room for a request of %d bytes", len(request))}
	}
	if !in.memory.Write(at, request) {
		return nil, &ended{OutOfRange, fmt.Errorf("naru_alloc returned %d for %d bytes, and there are %d bytes of memory", at, len(request), in.memory.Size())}
	}
	in.words = [3]uint64{uint64(r.call.Hook), uint64(at), uint64(len(request))}
	if err := in.handle.CallWithStack(r.ctx, in.words[:]); err != nil {
		return nil, err
	}
	at, size := uint32(in.words[0]>>32), uint32(in.words[0])
	if int64(size) > int64(r.output) {
		return nil, &ended{TooLong, fmt.Errorf("%d bytes, and at most %d are taken", size, r.output)}
	}
	read, ok := in.memory.Read(at, size)
	if !ok {
		return nil, &ended{OutOfRange, fmt.Errorf("%d bytes at %d, and there are %d bytes of memory", size, at, in.memory.Size())}
	}
	response := slices.Clone(read)
	if in.reset != nil {
		if err := in.reset.CallWithStack(r.ctx, in.words[:]); err != nil {
			return nil, err
		}
	}
	if int32(in.stack.Get()) != meter.MaxStack {
		return nil, errors.New("calls are open after the call")
	}
	return response, nil
}

func (in *instance) close() { _ = in.module.Close(context.Background()) }
