package segment

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math"

	"github.com/naru-rag/naru/internal/bitset"
	"github.com/naru-rag/naru/store/embedded/internal/pointid"
)

// Input is a segment to merge. Its documents in Dead, which has room for Len
// documents or is nil, are left out.
type Input struct {
	Segment *Segment
	Dead    bitset.Set
}

// Merge writes the segment of what lives in one or more inputs, which have one
// config and no live key in common. Apart from the inputs it needs memory for
// some bytes per document, and for the documents of the most frequent term or
// value.
func Merge(ctx context.Context, w io.Writer, inputs []Input) error {
	m, err := newMerger(ctx, inputs)
	if err != nil {
		return err
	}
	size := int64(4096)
	for _, in := range inputs {
		size += in.Segment.size
	}
	m.w = newWriter(w, int(min(size, flushSize)))
	f := &footer{docs: uint64(len(m.order)), config: inputs[0].Segment.config}
	if err := m.documents(); err != nil {
		return err
	}
	for i := range f.config.Dense {
		if err := m.dense(i); err != nil {
			return err
		}
	}
	for i := range f.config.Sparse {
		points, err := m.sparse(i)
		if err != nil {
			return err
		}
		f.points = append(f.points, points)
	}
	for i := range inputs[0].Segment.fields {
		if err := m.field(i); err != nil {
			return err
		}
	}
	_, err = m.w.finish(f)
	return err
}

// merger is a merge, and where its documents are.
type merger struct {
	ctx    context.Context
	w      *writer
	inputs []mergeInput
	order  []uint32 // the input of each new document
	runs   runs
}

// mergeInput is an input and the new numbers of its documents.
type mergeInput struct {
	*Segment
	numbers []uint32 // gone where it is dead
	live    []uint32 // the old numbers of those that live
}

const gone = math.MaxUint32

// newMerger numbers the documents.
func newMerger(ctx context.Context, inputs []Input) (*merger, error) {
	if len(inputs) == 0 {
		return nil, errors.New("segment: there is nothing to merge")
	}
	m := &merger{ctx: ctx}
	total := 0
	for _, in := range inputs {
		if !in.Segment.config.Equal(inputs[0].Segment.config) {
			return nil, fmt.Errorf("segment: %s and %s are to be merged and index different things", in.Segment.name, inputs[0].Segment.name)
		}
		x := mergeInput{Segment: in.Segment, numbers: make([]uint32, in.Segment.docs)}
		for doc := range x.numbers {
			if x.numbers[doc] = gone; !in.Dead.Has(uint32(doc)) {
				x.live = append(x.live, uint32(doc))
			}
		}
		total += len(x.live)
		m.inputs = append(m.inputs, x)
	}
	if total > maxDocs {
		return nil, fmt.Errorf("segment: %d documents are more than one segment holds", total)
	}
	m.order = make([]uint32, total)
	next := make([]int, len(inputs)) // position in live
	var last []byte
	for n := range m.order {
		if err := m.check(n); err != nil {
			return nil, err
		}
		first := -1
		var key []byte
		for i := range m.inputs {
			in := &m.inputs[i]
			if next[i] == len(in.live) {
				continue
			}
			if k := in.key(int(in.live[next[i]])); first < 0 || bytes.Compare(k, key) < 0 {
				first, key = i, k
			}
		}
		if n > 0 && bytes.Equal(key, last) {
			return nil, fmt.Errorf("segment: point %s lives in two segments that are to be merged", pointid.Key(key))
		}
		in := &m.inputs[first]
		in.numbers[in.live[next[first]]] = uint32(n)
		m.order[n], last = uint32(first), key
		next[first]++
	}
	return m, nil
}

// check looks at the context now and then, n counting what is done.
func (m *merger) check(n int) error {
	if n%1024 == 0 {
		return m.ctx.Err()
	}
	return nil
}

// each calls f with every document in the new order, by its old number.
func (m *merger) each(f func(in *mergeInput, doc uint32) error) error {
	next := make([]int, len(m.inputs))
	for n, i := range m.order {
		if err := m.check(n); err != nil {
			return err
		}
		in := &m.inputs[i]
		if err := f(in, in.live[next[i]]); err != nil {
			return err
		}
		next[i]++
	}
	return nil
}

// documents writes keys and versions.
func (m *merger) documents() error {
	m.w.begin()
	err := m.each(func(in *mergeInput, doc uint32) error {
		m.w.write(in.key(int(doc)))
		return m.w.err
	})
	if err != nil {
		return err
	}
	m.w.end()
	m.w.begin()
	err = m.each(func(in *mergeInput, doc uint32) error {
		m.w.write(bytesOf(in.versions[doc : doc+1]))
		return m.w.err
	})
	m.w.end()
	return err
}

// eachRow calls f with every row of tables, one for each input, in the new order.
func (m *merger) eachRow(tables []*table, f func(i, row int, number uint32) error) error {
	rows := make([]int, len(tables))
	next := make([]int, len(tables))
	for n, i := range m.order {
		if err := m.check(n); err != nil {
			return err
		}
		t := tables[i]
		doc := m.inputs[i].live[next[i]]
		next[i]++
		for !t.all() && rows[i] < t.rows && t.list[rows[i]] < doc {
			rows[i]++
		}
		row := rows[i]
		if t.all() {
			row = int(doc)
		}
		if row == t.rows || t.document(row) != doc {
			continue
		}
		if err := f(int(i), row, uint32(n)); err != nil {
			return err
		}
	}
	return nil
}

// table writes which new documents have a row, and returns how many.
func (m *merger) table(tables []*table) (int, error) {
	count := 0
	for _, t := range tables {
		if err := t.checkAll(); err != nil {
			return 0, err
		}
	}
	err := m.eachRow(tables, func(int, int, uint32) error { count++; return nil })
	if err != nil {
		return 0, err
	}
	m.w.begin()
	if count < len(m.order) {
		err = m.eachRow(tables, func(_, _ int, number uint32) error {
			m.w.write(bytesOf([]uint32{number}))
			return m.w.err
		})
	}
	m.w.end()
	return count, err
}

// dense writes the sections of a dense vector.
func (m *merger) dense(i int) error {
	tables, indexes := make([]*table, len(m.inputs)), make([]*denseIndex, len(m.inputs))
	for k := range m.inputs {
		indexes[k] = &m.inputs[k].Segment.dense[i]
		tables[k] = &indexes[k].table
	}
	if _, err := m.table(tables); err != nil {
		return err
	}
	size := indexes[0].Size
	for _, part := range []struct {
		section func(*denseIndex) *section
		row     int // bytes
	}{
		{func(x *denseIndex) *section { return x.vectors }, size * 4},
		{func(x *denseIndex) *section { return x.codes }, size},
		{func(x *denseIndex) *section { return x.bounds }, boundSize},
	} {
		m.w.begin()
		err := m.eachRow(tables, func(k, row int, _ uint32) error {
			s := part.section(indexes[k])
			if err := s.check(row*part.row, (row+1)*part.row); err != nil {
				return err
			}
			m.w.write(s.data[row*part.row : (row+1)*part.row])
			return m.w.err
		})
		if err != nil {
			return err
		}
		m.w.end()
	}
	return nil
}

// field writes the sections of a payload field.
func (m *merger) field(i int) error {
	first := &m.inputs[0].Segment.fields[i]
	for j, width := range valueWidths[first.Type] {
		indexes := make([]*valueIndex, len(m.inputs))
		for k := range m.inputs {
			indexes[k] = &m.inputs[k].Segment.fields[i].values[j]
		}
		if err := writeValues(m.w, width, m.values(indexes)); err != nil {
			return err
		}
	}
	m.runs.reset()
	for k := range m.inputs {
		in := &m.inputs[k]
		empty := in.Segment.fields[i].empty
		if err := m.runs.addDocuments(in, empty, 0, len(empty.data)/4); err != nil {
			return err
		}
	}
	m.w.section(bytesOf(m.runs.documents()))
	return m.w.err
}
