package bert_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/naru-rag/naru/embed/bert"
	"github.com/naru-rag/naru/embed/gguf"
)

// tiny is a model small enough to be computed again as it is written down.
type tiny struct {
	width, inner, heads, layers, limit int
	pooling                            uint32
	weights                            map[string][]float32
	pieces                             []string
	// change edits the file that is made.
	change func(key string, v any) any
	skip   string // a tensor that is left out
}

func newTiny(seed uint64) *tiny {
	m := &tiny{width: 64, inner: 96, heads: 2, layers: 2, limit: 16, pooling: 1, weights: map[string][]float32{}}
	m.pieces = []string{"[PAD]", "[UNK]", "[CLS]", "[SEP]", "▁ferry", "▁the", "▁leave", "s", "▁at", "▁noon", "▁boat"}
	random := rand.New(rand.NewPCG(seed, 1))
	add := func(name string, n int, mean, spread float64) {
		v := make([]float32, n)
		for i := range v {
			v[i] = float32(mean + spread*random.NormFloat64())
		}
		m.weights[name] = v
	}
	norm := func(name string) {
		add(name+".weight", m.width, 1, .1)
		add(name+".bias", m.width, 0, .1)
	}
	linear := func(name string, rows, columns int) {
		add(name+".weight", rows*columns, 0, .15)
		add(name+".bias", rows, 0, .1)
	}
	add("token_embd.weight", len(m.pieces)*m.width, 0, 1)
	add("position_embd.weight", m.limit*m.width, 0, .3)
	add("token_types.weight", 2*m.width, 0, .1)
	norm("token_embd_norm")
	for i := range m.layers {
		b := fmt.Sprintf("blk.%d.", i)
		for _, part := range []string{"attn_q", "attn_k", "attn_v", "attn_output"} {
			linear(b+part, m.width, m.width)
		}
		linear(b+"ffn_up", m.inner, m.width)
		linear(b+"ffn_down", m.width, m.inner)
		norm(b + "attn_output_norm")
		norm(b + "layer_output_norm")
	}
	return m
}

// columns returns how long the rows of a tensor are.
func (m *tiny) columns(name string) int {
	switch {
	case strings.HasSuffix(name, "ffn_down.weight"):
		return m.inner
	case strings.HasSuffix(name, "norm.weight"), !strings.HasSuffix(name, ".bias"):
		return m.width
	}
	return len(m.weights[name])
}

func (m *tiny) file(t testing.TB) *gguf.File {
	t.Helper()
	var w gguf.Writer
	add := func(key string, v any) {
		if m.change != nil {
			v = m.change(key, v)
		}
		if v != nil {
			w.Add(key, v)
		}
	}
	add("general.architecture", "bert")
	add("general.name", "tiny")
	add("bert.block_count", uint32(m.layers))
	add("bert.context_length", uint32(m.limit))
	add("bert.embedding_length", uint32(m.width))
	add("bert.feed_forward_length", uint32(m.inner))
	add("bert.attention.head_count", uint32(m.heads))
	add("bert.attention.layer_norm_epsilon", float32(1e-12))
	add("bert.pooling_type", m.pooling)
	add("tokenizer.ggml.model", "bert")
	add("tokenizer.ggml.tokens", m.pieces)
	add("tokenizer.ggml.cls_token_id", uint32(2))
	add("tokenizer.ggml.seperator_token_id", uint32(3))
	add("tokenizer.ggml.unknown_token_id", uint32(1))
	add("tokenizer.ggml.padding_token_id", uint32(0))
	names := slices.Sorted(func(yield func(string) bool) {
		for name := range m.weights {
			if name != m.skip && !yield(name) {
				return
			}
		}
	})
	for _, name := range names {
		var data []byte
		for _, v := range m.weights[name] {
			data = binary.LittleEndian.AppendUint32(data, math.Float32bits(v))
		}
		columns := m.columns(name)
		w.AddTensor(name, gguf.F32, data, columns, len(m.weights[name])/columns)
	}
	var out bytes.Buffer
	if _, err := w.WriteTo(&out); err != nil {
		t.Fatal(err)
	}
	f, err := gguf.Parse("tiny.gguf", out.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// forward is the network as it is written down, in float64.
func (m *tiny) forward(ids []int) []float64 {
	w := func(name string) []float32 { return m.weights[name] }
	n := len(ids)
	x := make([][]float64, n)
	for i, id := range ids {
		x[i] = make([]float64, m.width)
		for j := range x[i] {
			x[i][j] = float64(w("token_embd.weight")[id*m.width+j]) + float64(w("position_embd.weight")[i*m.width+j]) + float64(w("token_types.weight")[j])
		}
	}
	norm := func(x [][]float64, name string) {
		for _, row := range x {
			mean, variance := 0., 0.
			for _, v := range row {
				mean += v / float64(len(row))
			}
			for _, v := range row {
				variance += (v - mean) * (v - mean) / float64(len(row))
			}
			for j := range row {
				row[j] = (row[j]-mean)/math.Sqrt(variance+1e-12)*float64(w(name + ".weight")[j]) + float64(w(name + ".bias")[j])
			}
		}
	}
	linear := func(x [][]float64, name string) [][]float64 {
		bias := w(name + ".bias")
		out := make([][]float64, len(x))
		for i, row := range x {
			out[i] = make([]float64, len(bias))
			for r := range bias {
				out[i][r] = float64(bias[r])
				for j, v := range row {
					out[i][r] += v * float64(w(name + ".weight")[r*len(row)+j])
				}
			}
		}
		return out
	}
	plus := func(x, y [][]float64) {
		for i := range x {
			for j := range x[i] {
				x[i][j] += y[i][j]
			}
		}
	}
	norm(x, "token_embd_norm")
	for l := range m.layers {
		b := fmt.Sprintf("blk.%d.", l)
		q, k, v := linear(x, b+"attn_q"), linear(x, b+"attn_k"), linear(x, b+"attn_v")
		mixed := make([][]float64, n)
		size := m.width / m.heads
		for i := range n {
			mixed[i] = make([]float64, m.width)
			for h := range m.heads {
				scores, sum := make([]float64, n), 0.
				for s := range n {
					for j := h * size; j < (h+1)*size; j++ {
						scores[s] += q[i][j] * k[s][j] / math.Sqrt(float64(size))
					}
					scores[s] = math.Exp(scores[s])
					sum += scores[s]
				}
				for s := range n {
					for j := h * size; j < (h+1)*size; j++ {
						mixed[i][j] += scores[s] / sum * v[s][j]
					}
				}
			}
		}
		plus(x, linear(mixed, b+"attn_output"))
		norm(x, b+"attn_output_norm")
		wide := linear(x, b+"ffn_up")
		for _, row := range wide {
			for j, v := range row {
				row[j] = v / 2 * (1 + math.Erf(v/math.Sqrt2))
			}
		}
		plus(x, linear(wide, b+"ffn_down"))
		norm(x, b+"layer_output_norm")
	}
	if m.pooling == 2 {
		return x[0]
	}
	out := make([]float64, m.width)
	for _, row := range x {
		for j, v := range row {
			out[j] += v
		}
	}
	return out
}

func encoder(t testing.TB, m *tiny) *bert.Encoder {
	t.Helper()
	e, err := bert.New(m.file(t))
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// TestIsTheNetwork compares with the network as it is written down.
func TestIsTheNetwork(t *testing.T) {
	for _, pooling := range []uint32{1, 2} {
		for seed := range uint64(4) {
			m := newTiny(seed)
			m.pooling = pooling
			vectors, err := encoder(t, m).Encode(t.Context(), []string{"The ferry leaves at noon", "나루는 boat", ""})
			if err != nil {
				t.Fatal(err)
			}
			for i, ids := range [][]int{{2, 5, 4, 6, 7, 8, 9, 3}, {2, 1, 10, 3} /* Hangul is taken apart with accents */, {2, 3}} {
				want := m.forward(ids)
				var dot, a, b float64
				for j, w := range want {
					g := float64(vectors[i][j])
					dot, a, b = dot+g*w, a+g*g, b+w*w
				}
				if cosine := dot / math.Sqrt(a*b); cosine < .9995 || math.Abs(a-1) > 1e-5 {
					t.Errorf("pooling %d, seed %d, text %d: cosine %.5f, length² %.5f", pooling, seed, i, cosine, a)
				}
			}
		}
	}
}

// TestAloneAndAmongOthers has each text in batches of any size.
func TestAloneAndAmongOthers(t *testing.T) {
	e := encoder(t, newTiny(1))
	var texts []string
	for i := range 300 {
		texts = append(texts, strings.Repeat("the ferry leaves ", i%7)+"at noon")
	}
	all, err := e.Encode(t.Context(), texts)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(texts); i += 37 {
		alone, err := e.Encode(t.Context(), texts[i:i+1])
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(alone[0], all[i]) {
			t.Errorf("text %d has another vector alone", i)
		}
	}
	if none, err := e.Encode(t.Context(), nil); err != nil || len(none) != 0 {
		t.Errorf("no texts give %v, %v", none, err)
	}
}

// TestLimit cuts a text where the model's context ends.
func TestLimit(t *testing.T) {
	e := encoder(t, newTiny(2))
	full := strings.TrimSpace(strings.Repeat("ferry ", 14)) // and [CLS] and [SEP]
	v, err := e.Encode(t.Context(), []string{full, full + " noon", full + strings.Repeat(" the boat", 100_000), strings.TrimSuffix(full, " ferry")})
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(v[0], v[1]) || !slices.Equal(v[0], v[2]) || slices.Equal(v[0], v[3]) {
		t.Error("texts are not cut at the limit")
	}
}

func TestRefuses(t *testing.T) {
	set := func(key string, to any) func(m *tiny) {
		return func(m *tiny) {
			m.change = func(k string, v any) any {
				if k == key {
					return to
				}
				return v
			}
		}
	}
	for _, tt := range []struct {
		name, says string
		break_     func(m *tiny)
	}{
		{"another architecture", `"llama"`, set("general.architecture", "llama")},
		{"no architecture", "general.architecture", set("general.architecture", nil)},
		{"no width", "bert.embedding_length", set("bert.embedding_length", nil)},
		{"an absurd width", "bert.embedding_length is 4000000000", set("bert.embedding_length", uint32(4e9))},
		{"a width in words", "bert.embedding_length is a string", set("bert.embedding_length", "wide")},
		{"heads that do not divide", "3 heads", set("bert.attention.head_count", uint32(3))},
		{"no heads", "head_count is 0", set("bert.attention.head_count", uint32(0))},
		{"another pooling", "pools by way 4", set("bert.pooling_type", uint32(4))},
		{"a tensor is missing", `no tensor "blk.1.ffn_up.weight"`, func(m *tiny) { m.skip = "blk.1.ffn_up.weight" }},
		{"a layer more", "blk.2.attn_q.weight", set("bert.block_count", uint32(3))},
		{"another shape", "tensor position_embd.weight has 16 rows", set("bert.context_length", uint32(17))},
		{"no tokens", "tokenizer.ggml.tokens", set("tokenizer.ggml.tokens", nil)},
		{"another tokenizer", `"gpt2"`, set("tokenizer.ggml.model", "gpt2")},
		{"no first token", "begins a text", set("tokenizer.ggml.cls_token_id", nil)},
		{"a token outside", "vocabulary", set("tokenizer.ggml.unknown_token_id", uint32(99))},
		{"more tokens than rows", "token", func(m *tiny) { m.pieces = append(m.pieces, "▁more") }},
		{"NaN", "not finite", func(m *tiny) { m.weights["blk.0.attn_q.weight"][3] = float32(math.NaN()) }},
		{"NaN beside the matrices", "no finite vector", func(m *tiny) { m.weights["token_embd_norm.bias"][3] = float32(math.NaN()) }},
		{"infinite positions", "no finite vector", func(m *tiny) { m.weights["position_embd.weight"][3] = float32(math.Inf(1)) }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			m := newTiny(3)
			tt.break_(m)
			e, err := bert.New(m.file(t))
			if err == nil {
				_, err = e.Encode(t.Context(), []string{"the ferry more"})
			}
			if err == nil || !strings.Contains(err.Error(), tt.says) {
				t.Errorf("the error is %v", err)
			}
		})
	}
}
