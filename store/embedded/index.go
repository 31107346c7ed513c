package embedded

import (
	"slices"

	"github.com/qdrant/go-client/qdrant"
)

// doc is one version of a point. It never changes: a write puts another doc in
// its place.
type doc struct {
	key     pointKey
	version uint64
	point   *qdrant.PointStruct
}

func newDoc(key pointKey, version uint64, p *qdrant.PointStruct) *doc {
	return &doc{key: key, version: version, point: p}
}

func (d *doc) payload() map[string]*qdrant.Value { return d.point.GetPayload() }

// sparse returns the point's vector of a name, nil where it has none.
func (d *doc) sparse(name string) *qdrant.SparseVector {
	return d.point.GetVectors().GetVectors().GetVectors()[name].GetSparse()
}

// index is a collection in memory, built from its points at Open. Documents are
// numbered in the order they arrive and a number is never given twice; what is
// replaced or deleted stays in the postings, marked dead, until compaction
// builds a fresh index. The counts that scores depend on are exact throughout.
//
// It has no lock of its own: see [collection].
type index struct {
	docs  []*doc // by number; nil is dead
	live  bitset
	byKey map[pointKey]uint32
	order []uint32 // the live ones in the order of their keys

	vectors map[string]*inverted
	fields  map[string]*fieldIndex
}

// newIndex builds an index of docs, which are in the order of their keys.
func newIndex(config *qdrant.CreateCollection, fields map[string]*qdrant.CreateFieldIndexCollection, docs []*doc) *index {
	ix := &index{
		byKey:   make(map[pointKey]uint32, len(docs)),
		vectors: map[string]*inverted{},
		fields:  map[string]*fieldIndex{},
	}
	for name, p := range config.GetSparseVectorsConfig().GetMap() {
		ix.vectors[name] = &inverted{idf: p.GetModifier() == qdrant.Modifier_Idf, terms: map[uint32]*posting{}}
	}
	for name, f := range fields {
		if fi := newFieldIndex(f); fi != nil {
			ix.fields[name] = fi
		}
	}
	for _, d := range docs {
		ix.order = append(ix.order, ix.add(d))
	}
	return ix
}

func (ix *index) count() int { return len(ix.order) }
func (ix *index) dead() int  { return len(ix.docs) - len(ix.byKey) }

func (ix *index) get(key pointKey) *doc {
	n, ok := ix.byKey[key]
	if !ok {
		return nil
	}
	return ix.docs[n]
}

// add gives d the next number. The caller keeps order.
func (ix *index) add(d *doc) uint32 {
	n := uint32(len(ix.docs))
	ix.docs = append(ix.docs, d)
	ix.live = ix.live.grown(len(ix.docs))
	ix.live.set(n)
	ix.byKey[d.key] = n
	for name, inv := range ix.vectors {
		if v := d.sparse(name); v != nil {
			inv.add(n, v)
		}
	}
	for _, fi := range ix.fields {
		fi.add(n, d)
	}
	return n
}

// remove marks the document of a key dead. The caller keeps order.
func (ix *index) remove(key pointKey) {
	n, ok := ix.byKey[key]
	if !ok {
		return
	}
	for name, inv := range ix.vectors {
		if v := ix.docs[n].sparse(name); v != nil {
			inv.remove(v)
		}
	}
	ix.docs[n] = nil
	ix.live.clear(n)
	delete(ix.byKey, key)
}

// apply puts the outcome of a write in place. changed is in the order of keys.
func (ix *index) apply(changed []change) {
	added := make([]uint32, 0, len(changed))
	for _, c := range changed {
		ix.remove(c.key)
		if c.doc != nil {
			added = append(added, ix.add(c.doc))
		}
	}
	merged := make([]uint32, 0, len(ix.order)+len(added))
	for _, n := range ix.order {
		if ix.docs[n] == nil {
			continue
		}
		for len(added) > 0 && ix.docs[added[0]].key.compare(ix.docs[n].key) < 0 {
			merged, added = append(merged, added[0]), added[1:]
		}
		merged = append(merged, n)
	}
	ix.order = append(merged, added...)
}

// after returns the position in order of the first key not before key.
func (ix *index) after(key pointKey) int {
	at, _ := slices.BinarySearchFunc(ix.order, key, func(n uint32, k pointKey) int { return ix.docs[n].key.compare(k) })
	return at
}

// wasteful tells whether half of the index and more is dead.
func (ix *index) wasteful() bool { return ix.dead() > 1024 && ix.dead() > len(ix.byKey) }

// living returns the live documents in the order of their keys.
func (ix *index) living() []*doc {
	docs := make([]*doc, len(ix.order))
	for i, n := range ix.order {
		docs[i] = ix.docs[n]
	}
	return docs
}

// inverted is the index of one sparse vector: for each of its dimensions, the
// documents that have it and their weights.
type inverted struct {
	idf    bool
	points int // live documents that have this vector
	terms  map[uint32]*posting
}

// posting lists documents in ascending order, dead ones among them.
type posting struct {
	docs    []uint32
	weights []float32
	live    int
}

func (inv *inverted) add(n uint32, v *qdrant.SparseVector) {
	inv.points++
	for i, term := range v.Indices {
		p := inv.terms[term]
		if p == nil {
			p = &posting{}
			inv.terms[term] = p
		}
		p.docs = append(p.docs, n)
		p.weights = append(p.weights, v.Values[i])
		p.live++
	}
}

func (inv *inverted) remove(v *qdrant.SparseVector) {
	inv.points--
	for _, term := range v.Indices {
		p := inv.terms[term]
		p.live--
		if p.live == 0 {
			delete(inv.terms, term)
		}
	}
}

// fieldIndex finds documents by the value of a payload field: words for a
// keyword field, integers for an integer field.
type fieldIndex struct {
	path     path
	words    map[string]*docSet
	integers map[int64]*docSet
	empty    docSet
}

// newFieldIndex returns nil for a type of field that is recorded only.
func newFieldIndex(f *qdrant.CreateFieldIndexCollection) *fieldIndex {
	p, err := parsePath(f.GetFieldName())
	if err != nil {
		return nil
	}
	switch f.GetFieldType() {
	case qdrant.FieldType_FieldTypeKeyword:
		return &fieldIndex{path: p, words: map[string]*docSet{}}
	case qdrant.FieldType_FieldTypeInteger:
		return &fieldIndex{path: p, integers: map[int64]*docSet{}}
	default:
		return nil
	}
}

func (fi *fieldIndex) add(n uint32, d *doc) {
	if fi.path.isEmpty(d.payload()) {
		fi.empty.add(n)
		return
	}
	fi.path.any(d.payload(), func(v *qdrant.Value) bool {
		switch k := v.GetKind().(type) {
		case *qdrant.Value_StringValue:
			addOnce(fi.words, k.StringValue, n)
		case *qdrant.Value_IntegerValue:
			addOnce(fi.integers, k.IntegerValue, n)
		}
		return false
	})
}

// addOnce adds n to the set of value; an array may hold a value twice. A nil
// map is a field of another type.
func addOnce[K comparable](sets map[K]*docSet, value K, n uint32) {
	if sets == nil {
		return
	}
	s := sets[value]
	if s == nil {
		s = &docSet{}
		sets[value] = s
	}
	if len(s.list) > 0 && s.list[len(s.list)-1] == n {
		return
	}
	s.add(n)
}
