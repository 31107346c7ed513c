package host

import (
	"context"
	"time"

	"github.com/tetratelabs/wazero/api"

	"github.com/naru-rag/naru/wasm/abi"
	"github.com/naru-rag/naru/wasm/meter"
)

// slice is how much fuel a module is granted at a time: what runs between two looks
// at the clock. It is about a millisecond of one core.
const slice = 1_000_000

// run is what a call, or the start of an instance, may use and has used. One
// goroutine has it.
type run struct {
	ctx      context.Context
	plugin   *Plugin
	call     *Call // nil at the start
	deadline time.Time
	// budget is what may be granted, and granted what was.
	budget, granted int64
	// output is how long the response may be.
	output int
	// fuel and stack are the module's; they are not known before it calls the host.
	fuel, stack api.MutableGlobal
	// result is what the last function of the host's answered.
	result []byte
	// away is set where the host could not do what it was asked for.
	away bool
	// searches and lines count what was asked.
	searches, lines int
	wasi            *wasi
}

type runKey struct{}

// running is the run that a function of the host's is called in.
func running(ctx context.Context, m api.Module) *run {
	r := ctx.Value(runKey{}).(*run)
	if r.fuel == nil {
		r.globals(m)
	}
	return r
}

func (r *run) globals(m api.Module) {
	r.fuel = m.ExportedGlobal(meter.Fuel).(api.MutableGlobal)
	r.stack = m.ExportedGlobal(meter.Stack).(api.MutableGlobal)
}

// refuel grants the next slice to a module whose fuel is owed, or ends it.
func (r *run) refuel() {
	if r.ctx.Err() != nil {
		panic(&ended{Canceled, r.ctx.Err()})
	}
	if !r.plugin.opt.Now().Before(r.deadline) {
		panic(&ended{NoTime, nil})
	}
	owed := -int64(r.fuel.Get())
	grant := min(owed+slice, r.budget-r.granted)
	r.granted += grant
	r.fuel.Set(uint64(grant - owed))
	if grant < owed {
		panic(&ended{NoFuel, nil})
	}
}

// charge takes fuel for what the host is about to do.
func (r *run) charge(n int64) {
	left := int64(r.fuel.Get()) - n
	r.fuel.Set(uint64(left))
	if left < 0 {
		r.refuel()
	}
}

// chargeImport is the charge for a call of the host with so many bytes.
func (r *run) chargeImport(bytes int) { r.charge(abi.CostImport + int64(bytes)/abi.BytesPerFuel) }

// used is the fuel that was used, of what there was.
func (r *run) used() int64 {
	if r.fuel == nil {
		return 0
	}
	return min(r.granted-int64(r.fuel.Get()), r.budget)
}
