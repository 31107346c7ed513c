package host

import (
	"encoding/binary"
	"math/rand/v2"

	"github.com/tetratelabs/wazero/api"

	"github.com/naru-rag/naru/wasm/abi"
)

const wasiModule = "wasi_snapshot_preview1"

// wasi is what an instance finds of a system: nothing but a clock that stands, and
// numbers that only look random. Its zero value is ready.
type wasi struct {
	waited uint64 // nanoseconds
	random *rand.ChaCha8
}

// Results of the functions, by the names of WASI.
const (
	wasiSuccess = 0
	wasiBadf    = 8
	wasiFault   = 21
	wasiInval   = 28
	wasiNosys   = 52
)

// clockStart is 2000-01-01 in nanoseconds.
const clockStart = 946_684_800_000_000_000

// maxVectors bounds lists that a module gives.
const maxVectors = 1024

// wasiFunctions are all of WASI's, with their types as letters: i is i32, I is i64.
// Most refuse: there is nothing that they could work on.
var wasiFunctions = func() map[string]function {
	types := func(letters string) (t []api.ValueType) {
		for _, l := range letters {
			t = append(t, map[rune]api.ValueType{'i': i32, 'I': i64}[l])
		}
		return t
	}
	all := map[string]function{}
	define := func(name, params string, call func(r *run, m api.Memory, args []uint64) uint64) {
		all[name] = function{params: types(params), results: types("i"), call: func(r *run, m api.Module, stack []uint64) {
			r.charge(abi.CostImport)
			stack[0] = call(r, m.Memory(), stack)
		}}
	}
	refuse := func(errno uint64) func(*run, api.Memory, []uint64) uint64 {
		return func(*run, api.Memory, []uint64) uint64 { return errno }
	}
	for name, params := range map[string]string{
		"fd_advise": "iIIi", "fd_allocate": "iII", "fd_close": "i", "fd_datasync": "i", "fd_fdstat_set_flags": "ii", "fd_fdstat_set_rights": "iII",
		"fd_filestat_get": "ii", "fd_filestat_set_size": "iI", "fd_filestat_set_times": "iIIi", "fd_pread": "iiiIi", "fd_prestat_get": "ii",
		"fd_prestat_dir_name": "iii", "fd_pwrite": "iiiIi", "fd_read": "iiii", "fd_readdir": "iiiIi", "fd_renumber": "ii", "fd_seek": "iIii", "fd_sync": "i",
		"fd_tell": "ii", "path_create_directory": "iii", "path_filestat_get": "iiiii", "path_filestat_set_times": "iiiiIIi", "path_link": "iiiiiii",
		"path_open": "iiiiiIIii", "path_readlink": "iiiiii", "path_remove_directory": "iii", "path_rename": "iiiiii", "path_symlink": "iiiii",
		"path_unlink_file": "iii", "sock_accept": "iii", "sock_recv": "iiiiii", "sock_send": "iiiii", "sock_shutdown": "ii",
	} {
		define(name, params, refuse(wasiBadf))
	}
	define("proc_raise", "i", refuse(wasiNosys))
	define("sched_yield", "", func(*run, api.Memory, []uint64) uint64 { return wasiSuccess })
	define("args_get", "ii", func(*run, api.Memory, []uint64) uint64 { return wasiSuccess })
	define("environ_get", "ii", func(*run, api.Memory, []uint64) uint64 { return wasiSuccess })
	none := func(_ *run, m api.Memory, args []uint64) uint64 {
		return written(m.WriteUint32Le(uint32(args[0]), 0) && m.WriteUint32Le(uint32(args[1]), 0))
	}
	define("args_sizes_get", "ii", none)
	define("environ_sizes_get", "ii", none)
	define("clock_res_get", "ii", func(_ *run, m api.Memory, args []uint64) uint64 {
		return written(m.WriteUint64Le(uint32(args[1]), 1))
	})
	define("clock_time_get", "iIi", func(r *run, m api.Memory, args []uint64) uint64 {
		return written(m.WriteUint64Le(uint32(args[2]), clockStart+r.wasi.waited))
	})
	define("random_get", "ii", wasiRandom)
	define("fd_fdstat_get", "ii", wasiDescriptor)
	define("fd_write", "iiii", wasiWrite)
	define("poll_oneoff", "iiii", wasiPoll)
	all["proc_exit"] = function{params: types("i"), call: func(*run, api.Module, []uint64) {
		panic(&ended{outcome: Trapped, cause: errExit})
	}}
	return all
}()

func written(ok bool) uint64 {
	if !ok {
		return wasiFault
	}
	return wasiSuccess
}

// wasiRandom gives each instance the same numbers.
func wasiRandom(r *run, m api.Memory, args []uint64) uint64 {
	data, ok := m.Read(uint32(args[0]), uint32(args[1]))
	if !ok {
		return wasiFault
	}
	r.charge(int64(len(data)))
	if r.wasi.random == nil {
		r.wasi.random = rand.NewChaCha8([32]byte{})
	}
	_, _ = r.wasi.random.Read(data)
	return wasiSuccess
}

// wasiDescriptor says of the two descriptors that can be written to that they are
// terminals, more or less.
func wasiDescriptor(_ *run, m api.Memory, args []uint64) uint64 {
	if fd := uint32(args[0]); fd > 2 {
		return wasiBadf
	}
	stat := make([]byte, 24)
	stat[0] = 2 // a character device
	return written(m.Write(uint32(args[1]), stat))
}

// wasiWrite takes what is written for the log.
func wasiWrite(r *run, m api.Memory, args []uint64) uint64 {
	fd, vectors, n, out := uint32(args[0]), uint32(args[1]), uint32(args[2]), uint32(args[3])
	switch {
	case fd != 1 && fd != 2:
		return wasiBadf
	case n > maxVectors:
		return wasiInval
	}
	total := uint32(0)
	for i := range n {
		at, ok := m.ReadUint32Le(vectors + 8*i)
		size, ok2 := m.ReadUint32Le(vectors + 8*i + 4)
		if !ok || !ok2 {
			return wasiFault
		}
		line, ok := m.Read(at, size)
		if !ok {
			return wasiFault
		}
		r.chargeImport(len(line))
		if r.plugin.granted(abi.ImportLog) {
			r.log(1, line)
		}
		total += size
	}
	return written(m.WriteUint32Le(out, total))
}

// wasiPoll lets the clock go on to the first moment that is waited for: nobody waits
// really.
func wasiPoll(r *run, m api.Memory, args []uint64) uint64 {
	const subscription, event = 48, 32
	in, out, n := uint32(args[0]), uint32(args[1]), uint32(args[2])
	if n == 0 || n > maxVectors {
		return wasiInval
	}
	r.charge(int64(n))
	data, ok := m.Read(in, n*subscription)
	if !ok {
		return wasiFault
	}
	first, soonest := -1, uint64(0)
	for i := range int(n) {
		s := data[i*subscription:]
		if s[8] != 0 { // no clock
			continue
		}
		wait := binary.LittleEndian.Uint64(s[24:])
		if binary.LittleEndian.Uint16(s[40:])&1 != 0 { // a moment, not a while
			wait = max(wait, clockStart+r.wasi.waited) - clockStart - r.wasi.waited
		}
		if first < 0 || wait < soonest {
			first, soonest = i, wait
		}
	}
	if first < 0 {
		return wasiNosys
	}
	r.wasi.waited = min(r.wasi.waited+min(soonest, maxWait), maxWait)
	happened := make([]byte, event)
	copy(happened, data[first*subscription:][:8])
	return written(m.Write(out, happened) && m.WriteUint32Le(uint32(args[3]), 1))
}

// maxWait is how far the clock goes, in nanoseconds: a hundred years.
const maxWait = 100 * 365 * 24 * 3600 * 1e9
