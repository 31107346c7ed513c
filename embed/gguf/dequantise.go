package gguf

import (
	"encoding/binary"
	"fmt"
	"math"
)

// Dequantise stores the values of a row, Columns of them, as ggml computes them.
func (t Tensor) Dequantise(dst []float32, row int) error {
	data, err := t.row(row)
	if err != nil {
		return err
	}
	if len(dst) != t.Columns() {
		return fmt.Errorf("tensor %s has rows of %d values, and room is for %d", t.Name, t.Columns(), len(dst))
	}
	switch t.Type {
	case F32:
		readFloat32s(dst, data)
		return nil
	case F16:
		for i := range dst {
			dst[i] = float16(data[2*i:])
		}
		return nil
	case BF16:
		for i := range dst {
			dst[i] = math.Float32frombits(uint32(binary.LittleEndian.Uint16(data[2*i:])) << 16)
		}
		return nil
	}
	l := layouts[t.Type]
	var codes [256]int8
	var scales, minimums [16]float32
	for at := 0; at < len(dst); at += l.values {
		unpack(t.Type, data[:l.bytes], codes[:l.values], scales[:], minimums[:])
		data = data[l.bytes:]
		for i, code := range codes[:l.values] {
			b := i / l.scaled
			dst[at+i] = float32(scales[b]*float32(code)) - minimums[b]
		}
	}
	return nil
}

func readFloat32s(dst []float32, data []byte) {
	for i := range dst {
		dst[i] = math.Float32frombits(binary.LittleEndian.Uint32(data[4*i:]))
	}
}

// float16 reads a number of half precision (IEEE 754 binary16).
func float16(b []byte) float32 {
	h := uint32(binary.LittleEndian.Uint16(b))
	sign, exponent, fraction := h>>15<<31, h>>10&0x1f, h&0x3ff
	switch exponent {
	case 0:
		f := float32(fraction) * 0x1p-24
		return math.Float32frombits(math.Float32bits(f) | sign)
	case 0x1f:
		return math.Float32frombits(sign | 0xff<<23 | fraction<<13)
	}
	return math.Float32frombits(sign | (exponent+127-15)<<23 | fraction<<13)
}
