package host

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/tetratelabs/wazero/experimental"

	"github.com/naru-rag/naru/embed"
	"github.com/naru-rag/naru/wasm/abi"
)

// Options of a [Plugin]. Name and Limits are required.
type Options struct {
	Name   string
	Limits abi.Limits
	// Ceiling bounds the limits besides, for a document by its length; zero is none.
	Ceiling abi.Limits
	// Grants are the names of the functions that it may import; see SPEC.md.
	Grants []string
	// Config is what the function config answers.
	Config []byte
	// Lookup is the operator's table.
	Lookup func(key string) (value string, ok bool)
	// Embedder is what embed asks; nil where there is none.
	Embedder embed.Embedder
	// Compiled is the module's compiled form for this machine, where there is one.
	Compiled Files
	// Idle is how many instances wait for calls at most; zero means 16.
	Idle int
	// Log takes what the plugin logs; nil drops it.
	Log *slog.Logger
	// Now tells the time for deadlines; nil means time.Now.
	Now func() time.Time
}

// Plugin is a module that was loaded.
type Plugin struct {
	name   string
	opt    Options
	engine *engine
	pool   pool
	// compiledHere is set where the compiled form had to be made.
	compiledHere bool

	mu     sync.RWMutex // held for reading while a call runs
	closed bool
}

// Load makes a metered module ready for calls. Nothing of it runs yet. ctx bounds the
// time that compiling takes only roughly; a module that was compiled before is loaded
// in a few milliseconds.
func Load(ctx context.Context, code []byte, opt Options) (*Plugin, error) {
	if opt.Name == "" || opt.Limits.Fuel <= 0 || opt.Limits.Memory == 0 || opt.Limits.Deadline <= 0 || opt.Limits.Output <= 0 {
		return nil, fmt.Errorf("plugin %q: a name, and limits of fuel, memory, deadline and output are required", opt.Name)
	}
	if opt.Now == nil {
		opt.Now = time.Now
	}
	if opt.Idle == 0 {
		opt.Idle = 16
	}
	e, err := newEngine(ctx, code, opt.Compiled)
	if err != nil {
		return nil, fmt.Errorf("plugin %s: %w", opt.Name, err)
	}
	p := &Plugin{name: opt.Name, opt: opt, engine: e, pool: pool{limit: opt.Idle}, compiledHere: len(e.made) > 0}
	e.made = nil
	if err = p.checkExports(); err == nil {
		err = p.provide(ctx)
	}
	if err != nil {
		e.close(ctx)
		return nil, fmt.Errorf("plugin %s: %w", opt.Name, err)
	}
	return p, nil
}

// Name is the plugin's name.
func (p *Plugin) Name() string { return p.name }

// CompiledHere tells whether the module had to be compiled when it was loaded.
func (p *Plugin) CompiledHere() bool { return p.compiledHere }

func (p *Plugin) granted(grant string) bool { return slices.Contains(p.opt.Grants, grant) }

// Call is a request at a hook.
type Call struct {
	Hook    abi.Hook
	Request []byte
	// Audience is whoever may see what the request holds: instances are kept apart
	// by it.
	Audience string
	// Search finds what the asker may see; nil where nobody asks.
	Search func(ctx context.Context, text string, limit int) ([]abi.Passage, error)
}

// Usage is what a call took.
type Usage struct {
	Time    time.Duration
	Fuel    int64
	Memory  int // bytes that the instance has
	Started bool
	// Away tells whether the embedder or the search failed that the plugin asked.
	Away bool
}

// ErrClosed is returned by calls of a plugin that was closed.
var ErrClosed = errors.New("the plugin is closed")

// Call makes a call. The error is an [*Error], or ErrClosed. The response is the
// caller's.
func (p *Plugin) Call(ctx context.Context, call Call) ([]byte, Usage, error) {
	p.mu.RLock()
	defer p.mu.RUnlock()
	if p.closed {
		return nil, Usage{}, ErrClosed
	}
	began := p.opt.Now()
	limits := p.limits(&call)
	r := &run{plugin: p, call: &call, deadline: began.Add(limits.Deadline), budget: limits.Fuel, output: limits.Output}
	r.ctx = context.WithValue(ctx, runKey{}, r)
	usage := Usage{}
	in := p.pool.take(call.Audience)
	if in == nil {
		usage.Started = true
		var err error
		if in, err = p.start(r.ctx, r.deadline); err != nil {
			usage.Time = p.opt.Now().Sub(began)
			return nil, usage, err
		}
	}
	response, err := in.call(r)
	usage.Time, usage.Fuel, usage.Memory, usage.Away = p.opt.Now().Sub(began), r.used(), int(in.memory.Size()), r.away
	// What has grown to most of what it may have would fail soon: the next call gets
	// a new one.
	if err != nil || uint64(usage.Memory) > limits.Memory/4*3 && p.large(in) {
		in.close()
	} else {
		p.pool.give(call.Audience, in)
	}
	if err != nil {
		return nil, usage, r.failure(err)
	}
	return response, usage, nil
}

// limits are those of a call, or those of a start where that is nil.
func (p *Plugin) limits(call *Call) abi.Limits {
	if call != nil && call.Hook == abi.Document {
		return abi.Least(p.opt.Limits, p.opt.Ceiling.ForDocument(len(call.Request)))
	}
	return abi.Least(p.opt.Limits, p.opt.Ceiling)
}

// large tells whether an instance has grown since it was started.
func (p *Plugin) large(in *instance) bool { return in.memory.Size() > in.atStart }

// Close waits for calls to end, and lets go of everything.
func (p *Plugin) Close(ctx context.Context) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return nil
	}
	p.closed = true
	p.pool.drain()
	p.engine.close(ctx)
	return nil
}

// allocating is a context in which instances get their memory.
func (p *Plugin) allocating(ctx context.Context) context.Context {
	return experimental.WithMemoryAllocator(ctx, bounded{p.limits(nil).Memory})
}

// Start starts an instance and lets go of it again: an error says why the plugin
// cannot take calls.
func (p *Plugin) Start(ctx context.Context) error {
	p.mu.RLock()
	defer p.mu.RUnlock()
	if p.closed {
		return ErrClosed
	}
	in, err := p.start(ctx, p.opt.Now().Add(p.limits(nil).Deadline))
	if err != nil {
		return err
	}
	in.close()
	return nil
}
