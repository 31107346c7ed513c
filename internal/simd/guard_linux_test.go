package simd

import (
	"syscall"
	"testing"
	"unsafe"
)

// guarded returns size bytes that lie against a page that cannot be touched,
// which follows them or, if before is set, precedes them.
func guarded(t *testing.T, size int, before bool) []byte {
	t.Helper()
	page := syscall.Getpagesize()
	room := (size + page - 1) / page * page
	all, err := syscall.Mmap(-1, 0, room+2*page, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_ANON|syscall.MAP_PRIVATE)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := syscall.Munmap(all); err != nil {
			t.Error(err)
		}
	})
	for _, guard := range [][]byte{all[:page], all[page+room:]} {
		if err := syscall.Mprotect(guard, syscall.PROT_NONE); err != nil {
			t.Fatal(err)
		}
	}
	if before {
		return all[page:][:size:size]
	}
	return all[page+room-size:][:size:size]
}

// of returns memory as n values; n may be 0.
func of[T any](memory []byte, n int, before bool) []T {
	var zero T
	size := n * int(unsafe.Sizeof(zero))
	if !before {
		memory = memory[len(memory)-size:]
	}
	return unsafe.Slice((*T)(unsafe.Pointer(unsafe.SliceData(memory))), n)
}

// TestGuardPages ends, and then begins, all three slices at a page that cannot
// be touched: to read or write there kills the test.
func TestGuardPages(t *testing.T) {
	for _, before := range []bool{false, true} {
		dst, query, rows := guarded(t, 64, before), guarded(t, 4096, before), guarded(t, 6*4096, before)
		eachPath(t, func(t *testing.T) {
			for _, n := range lengths() {
				for count := range 6 {
					for _, k := range float32Kernels {
						k.kernel(of[float32](dst, count, before), of[float32](query, n, before), of[float32](rows, count*n, before))
					}
					DotInt8(of[int32](dst, count, before), of[int8](query, n, before), of[int8](rows, count*n, before))
				}
			}
		})
	}
}

// TestEncoderGuardPages does the same to all slices of the kernels that an encoder
// needs.
func TestEncoderGuardPages(t *testing.T) {
	for _, before := range []bool{false, true} {
		memory := make([][]byte, 8)
		for i := range memory {
			memory[i] = guarded(t, 6*4096, before)
		}
		floats := func(i, n int) []float32 { return of[float32](memory[i], n, before) }
		eachPath(t, func(t *testing.T) {
			for rows := range 15 {
				for _, block := range []int{16, 32} {
					for blocks := range 4 {
						n := blocks * block
						a := Activations{
							N: n, Block: block,
							Codes: of[int8](memory[0], rows*n, before), Scales: floats(1, rows*blocks), Sums: of[int32](memory[2], rows*blocks, before),
						}
						a.Quantise(floats(3, rows*n))
						panel := of[byte](memory[4], Panel*n, before)
						PackPanel(panel, of[int8](memory[5], Panel*n, before), n)
						MulPanel(floats(3, rows*Panel), Panel, panel, floats(5, Panel*blocks), floats(6, Panel*blocks), floats(7, Panel), &a, 0, rows)
					}
				}
				for columns := range 40 {
					const n = 3
					MulFloat32(floats(0, rows*columns), columns, floats(1, rows*n), n, floats(2, n*columns), columns, rows, n, columns)
				}
			}
			for n := range 70 {
				GELU(floats(0, n))
				for rows := range 4 {
					Softmax(floats(0, rows*n), n, rows, n, 1)
					NormaliseLayer(floats(0, rows*n), floats(1, rows*n), floats(2, n), floats(3, n), 1e-5)
					NormaliseLayer(floats(0, rows*n), nil, floats(2, n), floats(3, n), 1e-5)
				}
			}
		})
	}
}
