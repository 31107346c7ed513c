package segment

import (
	"bytes"
	"math"
)

// sparse writes the sections of a sparse vector and returns how many documents
// have it.
func (m *merger) sparse(i int) (uint64, error) {
	tables, indexes := make([]*table, len(m.inputs)), make([]*sparseIndex, len(m.inputs))
	for k := range m.inputs {
		indexes[k] = &m.inputs[k].Segment.sparse[i]
		tables[k] = &indexes[k].table
		if err := indexes[k].terms.checkAll(); err != nil {
			return 0, err
		}
	}
	points, err := m.table(tables)
	if err != nil {
		return 0, err
	}
	return uint64(points), writeTerms(m.w, m.terms(indexes))
}

// terms is the source of the terms of all inputs.
func (m *merger) terms(indexes []*sparseIndex) termSource {
	return func(f func(term uint32, postings []posting) error) error {
		dictionaries := make([][]termEntry, len(indexes))
		for k, x := range indexes {
			dictionaries[k] = view[termEntry](x.terms.data)
		}
		for n := 0; ; n++ {
			if err := m.check(n); err != nil {
				return err
			}
			term, some := uint32(math.MaxUint32), false
			for _, d := range dictionaries {
				if len(d) > 0 {
					term, some = min(term, d[0].term), true
				}
			}
			if !some {
				return nil
			}
			m.runs.reset()
			for k, d := range dictionaries {
				if len(d) == 0 || d[0].term != term {
					continue
				}
				l, err := indexes[k].list(&d[0])
				if err != nil {
					return err
				}
				if err := m.runs.addPostings(&m.inputs[k], indexes[k].postings, l.postings); err != nil {
					return err
				}
				dictionaries[k] = d[1:]
			}
			if postings := m.runs.postings(); len(postings) > 0 {
				if err := f(term, postings); err != nil {
					return err
				}
			}
		}
	}
}

// values is the source of the values of all inputs.
func (m *merger) values(indexes []*valueIndex) valueSource {
	return func(f func(value []byte, docs []uint32) error) error {
		next := make([]int, len(indexes))
		heads := make([][]byte, len(indexes))
		advance := func(k int) (err error) {
			heads[k] = nil
			if next[k] < indexes[k].n {
				heads[k], err = indexes[k].value(next[k])
			}
			next[k]++
			return err
		}
		for k := range indexes {
			if err := advance(k); err != nil {
				return err
			}
		}
		for n := 0; ; n++ {
			if err := m.check(n); err != nil {
				return err
			}
			first := -1
			for k, x := range indexes {
				if next[k] <= x.n && (first < 0 || bytes.Compare(heads[k], heads[first]) < 0) {
					first = k
				}
			}
			if first < 0 {
				return nil
			}
			value := heads[first]
			m.runs.reset()
			for k, x := range indexes {
				if next[k] > x.n || !bytes.Equal(heads[k], value) {
					continue
				}
				from, to, err := x.list(next[k] - 1)
				if err != nil {
					return err
				}
				if err := m.runs.addDocuments(&m.inputs[k], x.documents, from, to); err != nil {
					return err
				}
				if err := advance(k); err != nil {
					return err
				}
			}
			if docs := m.runs.documents(); len(docs) > 0 {
				if err := f(value, docs); err != nil {
					return err
				}
			}
		}
	}
}
