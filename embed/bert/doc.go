// Package bert runs encoders of the BERT family, which turn text into vectors
// whose cosine says how close texts are in meaning. It reads the GGUF files in
// which such models are shipped (architecture "bert": BERT, XLM-RoBERTa and what
// was made of them, such as multilingual-e5, bge-m3 and KURE) and needs nothing
// but a CPU.
//
// Start with [New]. To read the code: config.go reads what the file says of the
// model, weights.go unpacks the weights for the kernels of package simd,
// encoder.go divides texts among processors, and forward.go is the network:
// embeddings, attention, feed-forward, in the order of Devlin et al., BERT
// (2018).
//
// # What it promises
//
//   - A text gives the same vector, to the last bit, on every processor, alone or
//     among others.
//   - Weights are int8 or less, and activations int8 with a scale for each block
//     of 32 values; sums are exact integers within a block.
//   - A model that embeds nothing costs nothing: weights are unpacked at the first
//     text, from a file that is mapped.
//   - Whatever the file says, there is an error that names the tensor or key, and
//     no panic. A model with absurd numbers gives absurd vectors, and never one
//     with NaN in it: that is an error too.
//   - An Encoder is safe for concurrent use; each call uses all processors.
//
// # What it does not
//
//   - Rotary or ALiBi positions, gated feed-forward and mixtures of experts
//     (nomic-bert, jina-bert) are refused by name.
package bert
