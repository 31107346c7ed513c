package gguf

import (
	"encoding/binary"
	"fmt"
	"math"
)

// Keys returns the keys of the metadata, in the order of the file.
func (f *File) Keys() []string { return f.keys }

// Has tells whether there is a key.
func (f *File) Has(key string) bool {
	_, ok := f.values[key]
	return ok
}

// get returns a value, or an error that says what is there instead.
func (f *File) get(key, wanted string, fits func(value) bool) (value, error) {
	v, ok := f.values[key]
	switch {
	case !ok:
		return v, fmt.Errorf("model %s has no metadata key %s, which is to be a %s", f.name, key, wanted)
	case fits(v):
		return v, nil
	case v.kind == kindArray:
		return v, fmt.Errorf("model %s: metadata key %s is an array of %d × %s, and not a %s", f.name, key, v.count, v.of, wanted)
	}
	return v, fmt.Errorf("model %s: metadata key %s is a %s, and not a %s", f.name, key, v.kind, wanted)
}

// String returns a text.
func (f *File) String(key string) (string, error) {
	v, err := f.get(key, "string", func(v value) bool { return v.kind == kindString })
	return string(v.data), err
}

// Bool returns a truth value.
func (f *File) Bool(key string) (bool, error) {
	v, err := f.get(key, "bool", func(v value) bool { return v.kind == kindBool })
	return err == nil && v.data[0] != 0, err
}

// Uint returns an integer of any size that is not negative.
func (f *File) Uint(key string) (uint64, error) {
	v, err := f.get(key, "number from 0 on", func(v value) bool {
		n, ok := integer(v)
		return ok && (n >= 0 || v.kind == kindUint64)
	})
	if err != nil {
		return 0, err
	}
	n, _ := integer(v)
	return uint64(n), nil
}

// integer reads an integer of any size; a uint64 keeps its bits.
func integer(v value) (n int64, ok bool) {
	switch v.kind {
	case kindUint8:
		return int64(v.data[0]), true
	case kindInt8:
		return int64(int8(v.data[0])), true
	case kindUint16:
		return int64(binary.LittleEndian.Uint16(v.data)), true
	case kindInt16:
		return int64(int16(binary.LittleEndian.Uint16(v.data))), true
	case kindUint32:
		return int64(binary.LittleEndian.Uint32(v.data)), true
	case kindInt32:
		return int64(int32(binary.LittleEndian.Uint32(v.data))), true
	case kindUint64, kindInt64:
		return int64(binary.LittleEndian.Uint64(v.data)), true
	}
	return 0, false
}

// Float returns a number with a fraction.
func (f *File) Float(key string) (float64, error) {
	v, err := f.get(key, "float", func(v value) bool { return v.kind == kindFloat32 || v.kind == kindFloat64 })
	switch {
	case err != nil:
		return 0, err
	case v.kind == kindFloat32:
		return float64(math.Float32frombits(binary.LittleEndian.Uint32(v.data))), nil
	}
	return math.Float64frombits(binary.LittleEndian.Uint64(v.data)), nil
}

// Bytes returns an array of bytes, as it lies in the file.
func (f *File) Bytes(key string) ([]byte, error) {
	v, err := f.get(key, "array of bytes", func(v value) bool {
		return v.kind == kindArray && (v.of == kindUint8 || v.of == kindInt8)
	})
	return v.data, err
}

// Float32s returns a copy of an array of float32.
func (f *File) Float32s(key string) ([]float32, error) {
	v, err := f.get(key, "array of float32", func(v value) bool { return v.kind == kindArray && v.of == kindFloat32 })
	if err != nil {
		return nil, err
	}
	out := make([]float32, v.count)
	readFloat32s(out, v.data)
	return out, nil
}

// Int32s returns a copy of an array of int32 or uint32.
func (f *File) Int32s(key string) ([]int32, error) {
	v, err := f.get(key, "array of int32", func(v value) bool {
		return v.kind == kindArray && (v.of == kindInt32 || v.of == kindUint32)
	})
	if err != nil {
		return nil, err
	}
	out := make([]int32, v.count)
	for i := range out {
		out[i] = int32(binary.LittleEndian.Uint32(v.data[4*i:]))
	}
	return out, nil
}

// Strings are an array of strings, where they lie in the file.
type Strings struct {
	data []byte
	ends []uint32 // of each, after its last byte; it begins 8 bytes after the last end
}

// Strings returns an array of strings.
func (f *File) Strings(key string) (*Strings, error) {
	v, err := f.get(key, "array of strings", func(v value) bool { return v.kind == kindArray && v.of == kindString })
	if err != nil {
		return nil, err
	}
	if uint64(len(v.data)) > math.MaxUint32 {
		return nil, fmt.Errorf("model %s: the strings of metadata key %s have %d bytes, which is too many", f.name, key, len(v.data))
	}
	s := &Strings{data: v.data, ends: make([]uint32, v.count)}
	at := 0
	for i := range s.ends {
		at += 8 + int(binary.LittleEndian.Uint64(v.data[at:]))
		s.ends[i] = uint32(at)
	}
	return s, nil
}

// Len returns how many there are.
func (s *Strings) Len() int { return len(s.ends) }

// Piece returns one of them, which must not be written to.
func (s *Strings) Piece(i int) []byte {
	from := uint32(0)
	if i > 0 {
		from = s.ends[i-1]
	}
	return s.data[from+8 : s.ends[i] : s.ends[i]]
}
