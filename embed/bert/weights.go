package bert

import (
	"fmt"

	"github.com/naru-rag/naru/embed/gguf"
	"github.com/naru-rag/naru/internal/simd"
)

// model is a network, ready for use.
type model struct {
	Config
	tokens    gguf.Tensor // embeddings, read row by row from the file
	positions []float32   // rows of Width values
	types     []float32   // the first type's; empty where there is none
	embedding norm
	layers    []layer
}

// layer is one of the equal parts of the network.
type layer struct {
	qkv, output           matrix // attention
	outputNorm, layerNorm norm
	up, down              matrix // feed-forward
}

// norm is what a layer normalisation multiplies with and adds.
type norm struct{ weight, bias []float32 }

// matrix is a matrix of weights as the kernels want it: int8 codes in panels of
// rows, with a scale and, in some types, a minimum for each block of a row. It is
// unpacked from the file once, into memory of the process: a weight is used for
// every token, and takes a byte in place of half of one.
type matrix struct {
	rows, columns int
	block         int // values with one scale
	panels        []byte
	scales        []float32 // of each panel: blocks × Panel
	minimums      []float32 // likewise, or nil where the type has none
	bias          []float32 // rows, filled up to whole panels
}

// newMatrix puts tensors one below the other, so that what takes the same input
// is multiplied at once. biases go with them.
func newMatrix(tensors []gguf.Tensor, biases [][]float32) (m matrix, err error) {
	m.columns, m.block = tensors[0].Columns(), tensors[0].CodeBlock()
	for _, t := range tensors {
		if t.CodeBlock() != m.block {
			return m, fmt.Errorf("tensors %s and %s take the same input, and one has %d values to a scale, the other %d", tensors[0].Name, t.Name, m.block, t.CodeBlock())
		}
		m.rows += t.Rows()
	}
	for _, b := range biases {
		m.bias = append(m.bias, b...)
	}
	blocks := m.columns / m.block
	m.panels = make([]byte, m.rows*m.columns)
	m.scales = make([]float32, m.rows*blocks)
	row := 0
	codes := make([]int8, simd.Panel*m.columns)
	scales, minimums := make([]float32, blocks), make([]float32, blocks)
	for _, t := range tensors {
		for r := range t.Rows() {
			in := row % simd.Panel
			some, err := t.Codes(codes[in*m.columns:(in+1)*m.columns], scales, minimums, r)
			if err != nil {
				return m, err
			}
			if some && m.minimums == nil {
				m.minimums = make([]float32, len(m.scales))
			}
			panel := row / simd.Panel
			for b := range blocks {
				m.scales[(panel*blocks+b)*simd.Panel+in] = scales[b]
				if some {
					m.minimums[(panel*blocks+b)*simd.Panel+in] = minimums[b]
				}
			}
			if row++; row%simd.Panel == 0 {
				simd.PackPanel(m.panels[panel*simd.Panel*m.columns:(panel+1)*simd.Panel*m.columns], codes, m.columns)
			}
		}
	}
	return m, nil
}

// multiply stores the products of the rows of a with the rows of m, and its bias.
func (m *matrix) multiply(dst []float32, a *simd.Activations, rows int) {
	blocks := m.columns / m.block
	for panel := range m.rows / simd.Panel {
		from, to := panel*simd.Panel, (panel+1)*simd.Panel
		var minimums, bias []float32
		if m.minimums != nil {
			minimums = m.minimums[from*blocks : to*blocks]
		}
		if m.bias != nil {
			bias = m.bias[from:to]
		}
		simd.MulPanel(dst[from:], m.rows, m.panels[from*m.columns:to*m.columns], m.scales[from*blocks:to*blocks], minimums, bias, a, 0, rows)
	}
}

// loader reads tensors of a file; after the first error it returns nothing of use.
type loader struct {
	file *gguf.File
	err  error
}

// tensor returns a tensor of so many columns and rows.
func (l *loader) tensor(name string, columns, rows int) gguf.Tensor {
	t, err := l.file.Tensor(name)
	if err == nil && (t.Columns() != columns || t.Rows() != rows) {
		err = fmt.Errorf("model %s: tensor %s has %d rows of %d values, and is to have %d of %d", l.file.Name(), name, t.Rows(), t.Columns(), rows, columns)
	}
	if l.err == nil {
		l.err = err
	}
	return t
}

// floats returns all values of a tensor.
func (l *loader) floats(name string, columns, rows int) []float32 {
	t := l.tensor(name, columns, rows)
	if l.err != nil {
		return nil
	}
	values := make([]float32, columns*rows)
	for r := range rows {
		if err := t.Dequantise(values[r*columns:(r+1)*columns], r); err != nil {
			l.err = err
		}
	}
	return values
}

func (l *loader) norm(name string, width int) norm {
	return norm{l.floats(name+".weight", width, 1), l.floats(name+".bias", width, 1)}
}

// matrix returns the weights and biases of parts that take the same input, each
// of so many rows.
func (l *loader) matrix(columns, rows int, names ...string) (m matrix) {
	var tensors []gguf.Tensor
	var biases [][]float32
	for _, name := range names {
		tensors = append(tensors, l.tensor(name+".weight", columns, rows))
		biases = append(biases, l.floats(name+".bias", rows, 1))
	}
	if l.err == nil {
		m, l.err = newMatrix(tensors, biases)
	}
	return m
}

// readModel unpacks the weights of a file.
func readModel(f *gguf.File, c Config) (*model, error) {
	l := &loader{file: f}
	words, err := f.Tensor("token_embd.weight")
	if err != nil {
		return nil, err
	}
	m := &model{Config: c, tokens: l.tensor(words.Name, c.Width, words.Rows())}
	m.positions = l.floats("position_embd.weight", c.Width, c.Limit)
	if types, err := f.Tensor("token_types.weight"); err == nil {
		m.types = l.floats(types.Name, c.Width, types.Rows())
		m.types = m.types[:min(len(m.types), c.Width)]
	}
	m.embedding = l.norm("token_embd_norm", c.Width)
	for i := range c.Layers {
		name := func(part string) string { return fmt.Sprintf("blk.%d.%s", i, part) }
		m.layers = append(m.layers, layer{
			qkv:        l.matrix(c.Width, c.Width, name("attn_q"), name("attn_k"), name("attn_v")),
			output:     l.matrix(c.Width, c.Width, name("attn_output")),
			outputNorm: l.norm(name("attn_output_norm"), c.Width),
			up:         l.matrix(c.Width, c.Inner, name("ffn_up")),
			down:       l.matrix(c.Inner, c.Width, name("ffn_down")),
			layerNorm:  l.norm(name("layer_output_norm"), c.Width),
		})
		if l.err != nil {
			return nil, l.err
		}
	}
	return m, l.err
}
