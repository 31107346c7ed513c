package gguf

import (
	"encoding/binary"
	"fmt"
	"math"
)

// CodeBlock returns how many values share a scale in [Tensor.Codes]: 32, or 16.
func (t Tensor) CodeBlock() int { return layouts[t.Type].scaled }

// Codes stores a row as integers: value i is codes[i] × scales[b] - minimums[b],
// where b is i / [Tensor.CodeBlock], which is what the packed types say, but for
// the last bits of a float32. Types that are not packed are rounded, to 127 steps
// either side of zero for the largest value of a block. There are as many codes
// as columns, and scales and minimums as blocks; it says whether any minimum is
// not zero.
func (t Tensor) Codes(codes []int8, scales, minimums []float32, row int) (minimal bool, err error) {
	data, err := t.row(row)
	if err != nil {
		return false, err
	}
	l := layouts[t.Type]
	n := t.Columns()
	if n%l.scaled != 0 {
		return false, fmt.Errorf("tensor %s has rows of %d values, which are no blocks of %d", t.Name, n, l.scaled)
	}
	if blocks := n / l.scaled; len(codes) != n || len(scales) != blocks || len(minimums) != blocks {
		return false, fmt.Errorf("tensor %s has rows of %d values in %d blocks, and room is for %d, %d and %d", t.Name, n, blocks, len(codes), len(scales), len(minimums))
	}
	if l.values == 1 {
		return false, t.round(codes, scales, minimums, row)
	}
	perBlock := l.values / l.scaled
	for at, b := 0, 0; at < n; at, b = at+l.values, b+perBlock {
		unpack(t.Type, data[:l.bytes], codes[at:at+l.values], scales[b:b+perBlock], minimums[b:b+perBlock])
		data = data[l.bytes:]
	}
	for _, m := range minimums {
		minimal = minimal || m != 0
	}
	return minimal, nil
}

// round makes codes of numbers.
func (t Tensor) round(codes []int8, scales, minimums []float32, row int) error {
	values := make([]float32, len(codes))
	if err := t.Dequantise(values, row); err != nil {
		return err
	}
	clear(minimums)
	for b := range scales {
		block := values[b*32 : (b+1)*32]
		var top float32
		for _, v := range block {
			if v-v != 0 {
				return fmt.Errorf("tensor %s has a value in row %d that is not finite", t.Name, row)
			}
			top = max(top, v, -v)
		}
		scales[b] = top / 127
		for i, v := range block {
			code := 0.
			if scales[b] > 0 {
				code = math.RoundToEven(float64(v) / float64(scales[b]))
			}
			codes[b*32+i] = int8(max(-127, min(127, code)))
		}
	}
	return nil
}

// nonlinear are the values of IQ4_NL.
var nonlinear = [16]int8{-127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113}

// unpack reads a block of a packed type.
func unpack(t Type, block []byte, codes []int8, scales, minimums []float32) {
	switch t {
	case Q4_0:
		scales[0], minimums[0] = float16(block), 0
		low, high := codes[:16], codes[16:32]
		for i, b := range block[2:18] {
			low[i], high[i] = int8(b&0xf)-8, int8(b>>4)-8
		}
	case Q5_0:
		scales[0], minimums[0] = float16(block), 0
		fifth := binary.LittleEndian.Uint32(block[2:])
		for i, b := range block[6:22] {
			codes[i] = int8(b&0xf|byte(fifth>>i&1)<<4) - 16
			codes[i+16] = int8(b>>4|byte(fifth>>(i+16)&1)<<4) - 16
		}
	case Q8_0:
		scales[0], minimums[0] = float16(block), 0
		for i, b := range block[2:34] {
			codes[i] = int8(b)
		}
	case IQ4_NL:
		scales[0], minimums[0] = float16(block), 0
		for i, b := range block[2:18] {
			codes[i], codes[i+16] = nonlinear[b&0xf], nonlinear[b>>4]
		}
	case Q4_K:
		unpackQ4K(block, codes, scales, minimums)
	case Q6_K:
		unpackQ6K(block, codes, scales, minimums)
	}
}

// unpackQ4K reads 256 values: two float16 for all, eight pairs of a scale and a
// minimum of 6 bits each, and the values, those of two blocks of 32 in the halves
// of 32 bytes.
func unpackQ4K(block []byte, codes []int8, scales, minimums []float32) {
	d, m := float16(block), float16(block[2:])
	packed, values := block[4:16], block[16:144]
	for b := range 8 {
		var scale, minimum byte
		if b < 4 {
			scale, minimum = packed[b]&63, packed[b+4]&63
		} else {
			scale = packed[b+4]&0xf | packed[b-4]>>6<<4
			minimum = packed[b+4]>>4 | packed[b]>>6<<4
		}
		scales[b], minimums[b] = d*float32(scale), m*float32(minimum)
		shift := b % 2 * 4
		for i, v := range values[b/2*32 : b/2*32+32] {
			codes[b*32+i] = int8(v >> shift & 0xf)
		}
	}
}

// unpackQ6K reads 256 values of six bits: 128 bytes with the lower four of two
// each, 64 with the upper two of four, sixteen scales of a byte and a float16 for
// all.
func unpackQ6K(block []byte, codes []int8, scales, minimums []float32) {
	d := float16(block[208:])
	for b := range 16 {
		scales[b], minimums[b] = d*float32(int8(block[192+b])), 0
	}
	for half := range 2 {
		low, high := block[half*64:half*64+64], block[128+half*32:128+half*32+32]
		out := codes[half*128 : half*128+128]
		for i := range 32 {
			out[i] = int8(low[i]&0xf|high[i]&3<<4) - 32
			out[i+32] = int8(low[i+32]&0xf|high[i]>>2&3<<4) - 32
			out[i+64] = int8(low[i]>>4|high[i]>>4&3<<4) - 32
			out[i+96] = int8(low[i+32]>>4|high[i]>>6<<4) - 32
		}
	}
}
