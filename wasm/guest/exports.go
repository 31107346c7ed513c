//go:build wasip1

package guest

import (
	"unsafe"

	"github.com/naru-rag/naru/wasm/abi"
)

// request and response are what the host writes and reads while no Go code runs. As
// variables they are kept from the garbage collector. A request is never written
// again: the strings that a plugin gets are parts of it.
var request, response []byte

//go:wasmexport naru_abi
func exportVersion() uint32 { return abi.Version }

//go:wasmexport naru_alloc
func exportAlloc(size uint32) unsafe.Pointer {
	request = make([]byte, max(size, 1))[:size]
	return unsafe.Pointer(unsafe.SliceData(request))
}

//go:wasmexport naru_call
func exportCall(op uint32, at unsafe.Pointer, size uint32) uint64 {
	if at != unsafe.Pointer(unsafe.SliceData(request)) || int(size) > len(request) {
		panic("naru_call: the request is not where naru_alloc has made room for it")
	}
	response = registered.call(abi.Hook(op), unsafe.String(unsafe.SliceData(request), size))
	return uint64(uintptr(unsafe.Pointer(unsafe.SliceData(response))))<<32 | uint64(len(response))
}

//go:wasmexport naru_reset
func exportReset() { request, response = nil, nil }
