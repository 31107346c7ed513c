// Package gguf reads and writes GGUF, the format in which language and embedding
// models are shipped: metadata, and tensors of weights packed in blocks. It
// follows ggml's description of the format, versions 2 and 3, little endian.
//
// Start with [Open] or [Parse]. To read the code: file.go and reader.go take a
// file apart, metadata.go answers what it says of itself, types.go lists the
// types of tensors, dequantise.go and codes.go read their blocks, and writer.go
// makes files.
//
// # What it promises
//
//   - Nothing is copied but small things: a file is mapped, and a tensor is read
//     a row at a time.
//   - Whatever the bytes are, nothing panics, nothing outside them is read, and
//     no more memory is taken than they have. The error says where, and what is
//     wrong.
//   - [Tensor.Dequantise] gives ggml's values to the last bit.
//   - All reads may be made by many goroutines at once.
//
// # What it does not
//
//   - Big-endian files, version 1 and models split over several files are refused.
//   - Mapped memory faults where the file is cut short while it is open, as it
//     does for every program. Close ends the use of all that was read from it.
package gguf
