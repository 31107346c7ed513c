package gguf

import "io"

// digested is how much of each of three places in a tensor Digest takes.
const digested = 2 << 10

// Digest writes to w what tells the file from others: all metadata, and of each
// tensor the beginning, the middle and the end. Reading a model whole would take
// longer than embedding a question with it, and training changes all weights.
func (f *File) Digest(w io.Writer) error {
	parts := [][]byte{f.head}
	for _, name := range f.names {
		data := f.tensors[name].data
		n := min(digested, len(data))
		middle := (len(data) - n) / 2
		parts = append(parts, data[:n], data[middle:middle+n], data[len(data)-n:])
	}
	for _, part := range parts {
		if _, err := w.Write(part); err != nil {
			return err
		}
	}
	return nil
}
