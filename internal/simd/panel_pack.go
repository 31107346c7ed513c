//go:build !purego && (amd64 || arm64)

package simd

import (
	"encoding/binary"
	"unsafe"
)

// packPanelFours lays out four codes of the first row, four of the second and so
// on, then the next four of each, and flips the bits of flip in each four.
func packPanelFours(dst []byte, codes []int8, n int, flip uint32) {
	bytes := unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(codes))), len(codes))
	for r := range Panel {
		row := bytes[r*n:][:n]
		for k := 0; k+4 <= len(row); k += 4 {
			binary.LittleEndian.PutUint32(dst[k*Panel+4*r:], binary.LittleEndian.Uint32(row[k:])^flip)
		}
	}
}
