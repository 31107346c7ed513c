//go:build wasip1

package guest

import "unsafe"

// The functions of the module naru. The linker leaves out those that nothing calls,
// and with them the need for a grant.

//go:wasmimport naru result
func importResult(at unsafe.Pointer)

//go:wasmimport naru log
func importLog(level int32, at unsafe.Pointer, size uint32)

//go:wasmimport naru config
func importConfig() int32

//go:wasmimport naru lookup
func importLookup(at unsafe.Pointer, size uint32) int32

//go:wasmimport naru terms
func importTerms(at unsafe.Pointer, size uint32) int32

//go:wasmimport naru embed
func importEmbed(at unsafe.Pointer, size uint32) int32

//go:wasmimport naru search
func importSearch(at unsafe.Pointer, size uint32) int32

func hostLog(level Level, line string) {
	importLog(int32(level), unsafe.Pointer(unsafe.StringData(line)), uint32(len(line)))
}

func hostConfig() (string, int) { return result(importConfig()) }

func hostLookup(key string) (string, int) {
	return result(importLookup(unsafe.Pointer(unsafe.StringData(key)), uint32(len(key))))
}

func hostTerms(asked string) (string, int) {
	return result(importTerms(unsafe.Pointer(unsafe.StringData(asked)), uint32(len(asked))))
}

func hostEmbed(asked string) (string, int) {
	return result(importEmbed(unsafe.Pointer(unsafe.StringData(asked)), uint32(len(asked))))
}

func hostSearch(asked string) (string, int) {
	return result(importSearch(unsafe.Pointer(unsafe.StringData(asked)), uint32(len(asked))))
}

// result is what a function has announced, or its code.
func result(size int32) (string, int) {
	if size <= 0 {
		return "", int(size)
	}
	data := make([]byte, size)
	importResult(unsafe.Pointer(unsafe.SliceData(data)))
	return unsafe.String(unsafe.SliceData(data), size), 0
}
