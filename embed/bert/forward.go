package bert

import (
	"context"
	"errors"
	"math"

	"github.com/naru-rag/naru/internal/simd"
)

// sequence is a text on its way: its tokens, and where they lie in a batch.
type sequence struct {
	ids         []int32
	first, last int // rows of the batch
	out         []float32
}

// rowsOfScores is how many rows of attention are computed at a time, so that
// their scores stay in a processor's cache.
const rowsOfScores = 64

// pass is the memory of one forward pass of several sequences, whose tokens are
// the rows of its matrices. It is for one goroutine.
type pass struct {
	m     *model
	x     []float32 // hidden states
	qkv   []float32 // queries, keys and values of all heads, side by side
	mixed []float32 // what attention makes of the values
	wide  []float32 // inside the feed-forward layer
	back  []float32 // what a layer adds to x
	keys  []float32 // keys of a head, transposed
	// scores of some rows of a head.
	scores []float32
	acts   simd.Activations
}

// grow returns a slice of n values with the memory of s where that is enough.
func grow(s []float32, n int) []float32 {
	if cap(s) < n {
		return make([]float32, n)
	}
	return s[:n]
}

// run encodes sequences into their out, unit length.
func (p *pass) run(ctx context.Context, sequences []sequence) error {
	m, rows := p.m, 0
	for i := range sequences {
		s := &sequences[i]
		s.first, s.last = rows, rows+len(s.ids)
		rows = s.last
	}
	width := m.Width
	p.x, p.mixed, p.back = grow(p.x, rows*width), grow(p.mixed, rows*width), grow(p.back, rows*width)
	p.qkv, p.wide = grow(p.qkv, rows*3*width), grow(p.wide, rows*m.Inner)
	for i := range sequences {
		if err := p.embed(&sequences[i]); err != nil {
			return err
		}
	}
	simd.NormaliseLayer(p.x, nil, m.embedding.weight, m.embedding.bias, m.Epsilon)
	for i := range m.layers {
		if err := ctx.Err(); err != nil {
			return err
		}
		p.layer(&m.layers[i], sequences, rows)
	}
	for i := range sequences {
		if err := p.pool(&sequences[i]); err != nil {
			return err
		}
	}
	return nil
}

// embed stores the sum of the embeddings of each token, its position and its
// type, which is the first one.
func (p *pass) embed(s *sequence) error {
	m := p.m
	for i, id := range s.ids {
		row := p.x[(s.first+i)*m.Width : (s.first+i+1)*m.Width]
		if err := m.tokens.Dequantise(row, int(id)); err != nil {
			return err
		}
		position := m.positions[i*m.Width : (i+1)*m.Width]
		for j := range row {
			row[j] += position[j]
		}
		for j := range m.types {
			row[j] += m.types[j]
		}
	}
	return nil
}

func (p *pass) layer(l *layer, sequences []sequence, rows int) {
	p.multiply(p.qkv, &l.qkv, p.x, rows)
	for i := range sequences {
		p.attend(&sequences[i])
	}
	p.multiply(p.back, &l.output, p.mixed, rows)
	simd.NormaliseLayer(p.x, p.back, l.outputNorm.weight, l.outputNorm.bias, p.m.Epsilon)
	p.multiply(p.wide, &l.up, p.x, rows)
	simd.GELU(p.wide)
	p.multiply(p.back, &l.down, p.wide, rows)
	simd.NormaliseLayer(p.x, p.back, l.layerNorm.weight, l.layerNorm.bias, p.m.Epsilon)
}

// multiply stores the product of each row of x with a matrix, and its bias.
func (p *pass) multiply(dst []float32, w *matrix, x []float32, rows int) {
	p.acts.N, p.acts.Block = w.columns, w.block
	p.acts.Quantise(x)
	w.multiply(dst, &p.acts, rows)
}

// attend stores what each token of a sequence takes from all of them: of every
// head, the values weighted by softmax(q·k/√size).
func (p *pass) attend(s *sequence) {
	m, n := p.m, s.last-s.first
	size := m.Width / m.Heads
	stride := 3 * m.Width
	rows := p.qkv[s.first*stride : s.last*stride]
	scale := float32(1 / math.Sqrt(float64(size)))
	p.keys = grow(p.keys, size*n)
	p.scores = grow(p.scores, min(n, rowsOfScores)*n)
	for head := range m.Heads {
		at := head * size
		for i := range n {
			key := rows[i*stride+m.Width+at : i*stride+m.Width+at+size]
			for j, v := range key {
				p.keys[j*n+i] = v
			}
		}
		for from := 0; from < n; from += rowsOfScores {
			count := min(rowsOfScores, n-from)
			simd.MulFloat32(p.scores, n, rows[from*stride+at:], stride, p.keys, n, count, size, n)
			simd.Softmax(p.scores, n, count, n, scale)
			simd.MulFloat32(p.mixed[(s.first+from)*m.Width+at:], m.Width, p.scores, n, rows[2*m.Width+at:], stride, count, n, size)
		}
	}
}

// errNoVector is what weights that are no model's lead to.
var errNoVector = errors.New("the model gives no finite vector: its file is damaged, or no embedding model")

// pool makes the vector of a sequence of its tokens'.
func (p *pass) pool(s *sequence) error {
	width := p.m.Width
	sums := make([]float64, width)
	last := s.last
	if p.m.Pooling == PoolFirst {
		last = s.first + 1
	}
	for row := s.first; row < last; row++ {
		for j, v := range p.x[row*width : (row+1)*width] {
			sums[j] += float64(v)
		}
	}
	square := 0.0
	for _, v := range sums {
		square += float64(v * v)
	}
	if !(square > 0) || math.IsInf(square, 0) {
		return errNoVector
	}
	scale := 1 / math.Sqrt(square)
	for j, v := range sums {
		s.out[j] = float32(v * scale)
	}
	return nil
}
