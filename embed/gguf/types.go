package gguf

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Type is how a tensor's values are packed, by ggml's number.
type Type uint32

// The types that can be read.
const (
	F32    Type = 0
	F16    Type = 1
	Q4_0   Type = 2
	Q5_0   Type = 6
	Q8_0   Type = 8
	Q4_K   Type = 12
	Q6_K   Type = 14
	IQ4_NL Type = 20
	BF16   Type = 30
)

// layout is what a block is made of.
type layout struct {
	values, bytes int
	// scaled is how many values share a scale in [Tensor.Codes].
	scaled int
}

var layouts = map[Type]layout{
	F32:    {1, 4, 32},
	F16:    {1, 2, 32},
	BF16:   {1, 2, 32},
	Q4_0:   {32, 2 + 16, 32},
	Q5_0:   {32, 2 + 4 + 16, 32},
	Q8_0:   {32, 2 + 32, 32},
	IQ4_NL: {32, 2 + 16, 32},
	Q4_K:   {256, 2 + 2 + 12 + 128, 32},
	Q6_K:   {256, 128 + 64 + 16 + 2, 16},
}

// typeNames are ggml's, of types that are not supported too.
var typeNames = map[Type]string{
	F32: "F32", F16: "F16", Q4_0: "Q4_0", 3: "Q4_1", Q5_0: "Q5_0", 7: "Q5_1", Q8_0: "Q8_0", 9: "Q8_1", 10: "Q2_K", 11: "Q3_K",
	Q4_K: "Q4_K", 13: "Q5_K", Q6_K: "Q6_K", 15: "Q8_K", 16: "IQ2_XXS", 17: "IQ2_XS", 18: "IQ3_XXS", 19: "IQ1_S", IQ4_NL: "IQ4_NL",
	21: "IQ3_S", 22: "IQ2_S", 23: "IQ4_XS", 24: "I8", 25: "I16", 26: "I32", 27: "I64", 28: "F64", 29: "IQ1_M", BF16: "BF16",
	34: "TQ1_0", 35: "TQ2_0", 39: "MXFP4",
}

func (t Type) String() string {
	if name, ok := typeNames[t]; ok {
		return fmt.Sprintf("%s (%d)", name, uint32(t))
	}
	return fmt.Sprintf("unknown (%d)", uint32(t))
}

// supported names what can be read.
var supported = func() string {
	var names []string
	for _, t := range slices.Sorted(maps.Keys(layouts)) {
		names = append(names, typeNames[t])
	}
	return strings.Join(names, ", ")
}()

// Tensor is an array of weights. Its rows are what lies next to each other.
type Tensor struct {
	Name string
	// Dims are the dimensions, that of a row first, as the file has them.
	Dims []int
	Type Type
	data []byte
}

// Columns returns how many values a row has.
func (t Tensor) Columns() int { return t.Dims[0] }

// Rows returns how many rows there are, all dimensions but the first together.
func (t Tensor) Rows() int {
	n := 1
	for _, d := range t.Dims[1:] {
		n *= d
	}
	return n
}

func (t Tensor) size() uint64 {
	l := layouts[t.Type]
	return uint64(t.Rows()) * uint64(t.Columns()/l.values) * uint64(l.bytes)
}

// row returns the blocks of a row.
func (t Tensor) row(i int) ([]byte, error) {
	if i < 0 || i >= t.Rows() {
		return nil, fmt.Errorf("tensor %s has %d rows, and none with the number %d", t.Name, t.Rows(), i)
	}
	l := layouts[t.Type]
	n := t.Columns() / l.values * l.bytes
	return t.data[i*n : (i+1)*n], nil
}
