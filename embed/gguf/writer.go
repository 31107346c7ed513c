package gguf

import (
	"encoding/binary"
	"fmt"
	"io"
	"math"
)

// Writer makes a file: metadata and tensors are written in the order in which
// they are added, so that equal additions give equal bytes. The zero Writer is
// ready.
type Writer struct {
	values  []byte
	count   uint64
	tensors []newTensor
	err     error
}

type newTensor struct {
	name string
	dims []int
	kind Type
	data []byte
}

// Add adds a value: a string, bool, uint32, int32, float32, []string, []float32,
// []int32 or []byte. Others are an error of WriteTo.
func (w *Writer) Add(key string, v any) {
	w.count++
	w.values = appendString(w.values, key)
	little := binary.LittleEndian
	kindOf := func(k kind) { w.values = little.AppendUint32(w.values, uint32(k)) }
	array := func(of kind, n int) {
		kindOf(kindArray)
		kindOf(of)
		w.values = little.AppendUint64(w.values, uint64(n))
	}
	switch v := v.(type) {
	case string:
		kindOf(kindString)
		w.values = appendString(w.values, v)
	case bool:
		kindOf(kindBool)
		if v {
			w.values = append(w.values, 1)
		} else {
			w.values = append(w.values, 0)
		}
	case uint32:
		kindOf(kindUint32)
		w.values = little.AppendUint32(w.values, v)
	case int32:
		kindOf(kindInt32)
		w.values = little.AppendUint32(w.values, uint32(v))
	case float32:
		kindOf(kindFloat32)
		w.values = little.AppendUint32(w.values, math.Float32bits(v))
	case []string:
		array(kindString, len(v))
		for _, s := range v {
			w.values = appendString(w.values, s)
		}
	case []float32:
		array(kindFloat32, len(v))
		for _, f := range v {
			w.values = little.AppendUint32(w.values, math.Float32bits(f))
		}
	case []int32:
		array(kindInt32, len(v))
		for _, n := range v {
			w.values = little.AppendUint32(w.values, uint32(n))
		}
	case []byte:
		array(kindUint8, len(v))
		w.values = append(w.values, v...)
	default:
		w.err = fmt.Errorf("metadata key %s: a %T cannot be written", key, v)
	}
}

func appendString(b []byte, s string) []byte {
	return append(binary.LittleEndian.AppendUint64(b, uint64(len(s))), s...)
}

// AddTensor adds a tensor, whose data are blocks of its type, the dimension of a
// row first. The data are kept until WriteTo.
func (w *Writer) AddTensor(name string, kind Type, data []byte, dims ...int) {
	t := Tensor{Name: name, Dims: dims, Type: kind}
	if l, ok := layouts[kind]; !ok || len(dims) == 0 || len(dims) > maxDims || dims[0]%l.values != 0 || t.size() != uint64(len(data)) {
		w.err = fmt.Errorf("tensor %s: %d bytes are not %v values of type %s", name, len(data), dims, kind)
		return
	}
	w.tensors = append(w.tensors, newTensor{name, dims, kind, data})
}

// WriteTo writes the file, version 3.
func (w *Writer) WriteTo(to io.Writer) (int64, error) {
	if w.err != nil {
		return 0, w.err
	}
	little := binary.LittleEndian
	head := little.AppendUint32([]byte(Magic), 3)
	head = little.AppendUint64(head, uint64(len(w.tensors)))
	head = little.AppendUint64(head, w.count)
	head = append(head, w.values...)
	offset := 0
	for _, t := range w.tensors {
		head = appendString(head, t.name)
		head = little.AppendUint32(head, uint32(len(t.dims)))
		for _, d := range t.dims {
			head = little.AppendUint64(head, uint64(d))
		}
		head = little.AppendUint32(head, uint32(t.kind))
		head = little.AppendUint64(head, uint64(offset))
		offset += aligned(len(t.data))
	}
	written := int64(0)
	write := func(b []byte, to io.Writer) error {
		n, err := to.Write(append(b[:len(b):len(b)], make([]byte, aligned(len(b))-len(b))...))
		written += int64(n)
		return err
	}
	if err := write(head, to); err != nil {
		return written, err
	}
	for _, t := range w.tensors {
		if err := write(t.data, to); err != nil {
			return written, err
		}
	}
	return written, nil
}

func aligned(n int) int { return (n + defaultAlignment - 1) / defaultAlignment * defaultAlignment }
