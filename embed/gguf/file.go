package gguf

import (
	"fmt"
	"math/bits"
	"os"
)

// File is a model file. It may be read by many goroutines at once.
type File struct {
	name    string
	version uint32
	keys    []string // in the order of the file
	values  map[string]value
	names   []string
	tensors map[string]Tensor
	head    []byte // everything before the tensors
	close   func() error
}

// Magic begins every file.
const Magic = "GGUF"

// defaultAlignment is that of tensors where the metadata names none.
const defaultAlignment = 32

// Open maps a file. What is read from it is of use until Close.
func Open(path string) (*File, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("open model: %w", err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, fmt.Errorf("open model: %w", err)
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("open model: %s is no file", path)
	}
	data, unmap, err := mapFile(f, info.Size())
	if err != nil {
		return nil, fmt.Errorf("map model %s: %w", path, err)
	}
	file, err := Parse(path, data)
	if err != nil {
		_ = unmap()
		return nil, err
	}
	file.close = unmap
	return file, nil
}

// Parse reads a file that is in memory, which must not change. The name is for
// errors.
func Parse(name string, data []byte) (*File, error) {
	f := &File{name: name, values: map[string]value{}, tensors: map[string]Tensor{}, close: func() error { return nil }}
	if err := f.parse(data); err != nil {
		return nil, fmt.Errorf("model %s: %w", name, err)
	}
	return f, nil
}

// Close lets go of the file.
func (f *File) Close() error { return f.close() }

// Name returns the name that the file was opened by.
func (f *File) Name() string { return f.name }

func (f *File) parse(data []byte) error {
	r := &reader{data: data}
	if magic := r.take(4); r.err != nil || string(magic) != Magic {
		return fmt.Errorf("it does not begin with %q: it is no GGUF file", Magic)
	}
	f.version = r.uint32()
	if r.err == nil && f.version != 2 && f.version != 3 {
		if swapped := bits.ReverseBytes32(f.version); swapped == 2 || swapped == 3 {
			return fmt.Errorf("it is big endian; convert it to little endian")
		}
		return fmt.Errorf("it has version %d; 2 and 3 can be read: convert it with a recent program", f.version)
	}
	tensors, values := r.uint64(), r.uint64()
	for range values {
		key := r.name()
		v := r.value()
		if r.err != nil {
			return fmt.Errorf("metadata key %q: %w", key, r.err)
		}
		if _, twice := f.values[key]; twice {
			return fmt.Errorf("metadata key %q is there twice", key)
		}
		f.keys = append(f.keys, key)
		f.values[key] = v
	}
	if err := f.parseTensors(r, tensors); err != nil {
		return err
	}
	return r.err
}

// tensorInfo is what the file says of a tensor.
type tensorInfo struct {
	Tensor
	offset uint64
}

func (f *File) parseTensors(r *reader, count uint64) error {
	var infos []tensorInfo
	for range count {
		info, err := f.parseTensor(r)
		if err != nil {
			return fmt.Errorf("tensor %q: %w", info.Name, err)
		}
		infos = append(infos, info)
	}
	if r.err != nil {
		return r.err
	}
	alignment, err := f.alignment()
	if err != nil {
		return err
	}
	f.head = r.data[:r.at]
	start := (uint64(r.at) + alignment - 1) / alignment * alignment
	for _, info := range infos {
		size := info.size()
		if start > uint64(len(r.data)) || info.offset > uint64(len(r.data))-start || size > uint64(len(r.data))-start-info.offset {
			return fmt.Errorf("tensor %q: %d bytes from %d on are not in a file of %d: it is cut short", info.Name, size, start+info.offset, len(r.data))
		}
		if info.offset%alignment != 0 {
			return fmt.Errorf("tensor %q: offset %d is no multiple of %d", info.Name, info.offset, alignment)
		}
		info.data = r.data[start+info.offset:][:size:size]
		f.names = append(f.names, info.Name)
		f.tensors[info.Name] = info.Tensor
	}
	return nil
}

// maxDims is how many dimensions ggml's tensors have at most.
const maxDims = 4

func (f *File) parseTensor(r *reader) (info tensorInfo, err error) {
	info.Name = r.name()
	dims := r.uint32()
	if r.err == nil && (dims == 0 || dims > maxDims) {
		return info, fmt.Errorf("it has %d dimensions, and may have 1 to %d", dims, maxDims)
	}
	total := uint64(1)
	for i := range dims {
		n := r.uint64()
		high, low := bits.Mul64(total, n)
		if r.err == nil && (n == 0 || high != 0 || low > 1<<48) {
			return info, fmt.Errorf("dimension %d of %d is %d, which no file can hold", i, dims, n)
		}
		info.Dims, total = append(info.Dims, int(n)), low
	}
	info.Type = Type(r.uint32())
	info.offset = r.uint64()
	if r.err != nil {
		return info, r.err
	}
	if _, twice := f.tensors[info.Name]; twice {
		return info, fmt.Errorf("it is there twice")
	}
	f.tensors[info.Name] = Tensor{}
	layout, ok := layouts[info.Type]
	if !ok {
		return info, fmt.Errorf("its type is %s; supported are %s", info.Type, supported)
	}
	if info.Dims[0]%layout.values != 0 {
		return info, fmt.Errorf("its rows of %d values are not made of blocks of %d, as %s has", info.Dims[0], layout.values, info.Type)
	}
	return info, nil
}

func (f *File) alignment() (uint64, error) {
	if _, ok := f.values["general.alignment"]; !ok {
		return defaultAlignment, nil
	}
	n, err := f.Uint("general.alignment")
	if err == nil && (n == 0 || n%8 != 0 || n > 1<<20) {
		err = fmt.Errorf("metadata key general.alignment is %d, which is no alignment", n)
	}
	return n, err
}

// Tensors returns the names of all tensors, in the order of the file.
func (f *File) Tensors() []string { return f.names }

// Tensor returns a tensor by its name.
func (f *File) Tensor(name string) (Tensor, error) {
	t, ok := f.tensors[name]
	if !ok {
		return t, fmt.Errorf("model %s has no tensor %q", f.name, name)
	}
	return t, nil
}
