package segment

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/qdrant/go-client/qdrant"

	"github.com/naru-rag/naru/store/embedded/internal/payload"
	"github.com/naru-rag/naru/store/embedded/internal/pointid"
)

// Builder makes a segment of points, in memory. It is for one goroutine, and
// for one segment.
type Builder struct {
	config   Config
	err      error // what is wrong with config
	keys     []byte
	versions []uint64
	dense    []denseRows
	sparse   []sparseRows
	fields   []fieldValues
}

// denseRows are the rows of a dense vector so far.
type denseRows struct {
	docs    []uint32
	vectors [][]float32 // the points' own
}

// sparseRows are the documents that have a sparse vector so far, and their terms.
type sparseRows struct {
	docs     []uint32
	postings []termPosting
}

// fieldValues are the values of a payload field so far.
type fieldValues struct {
	Field
	path   payload.Path
	values []valueLists // by valueWidths
	empty  []uint32
}

// NewBuilder returns a builder of segments that index what config says. What is
// wrong with config is an error of the first Add, or of Build.
func NewBuilder(config Config) *Builder {
	b := &Builder{config: Config{
		Dense: slices.Clone(config.Dense), Sparse: slices.Clone(config.Sparse), Fields: slices.Clone(config.Fields),
	}}
	if b.err = config.check(); b.err != nil {
		return b
	}
	b.dense, b.sparse = make([]denseRows, len(config.Dense)), make([]sparseRows, len(config.Sparse))
	for _, f := range config.Fields {
		if unindexed(f.Type) {
			continue
		}
		path, err := payload.Parse(f.Name)
		b.err = errors.Join(b.err, err)
		b.fields = append(b.fields, fieldValues{Field: f, path: path, values: make([]valueLists, len(valueWidths[f.Type]))})
	}
	return b
}

// Len returns how many points were added.
func (b *Builder) Len() int { return len(b.versions) }

// Add adds a point. Keys ascend from point to point. Its vectors are named
// vectors, the one without a name under "": dense ones of the size configured,
// sparse ones with their indices ascending, both with finite values. Vectors and
// payload that the config does not name are left out. Dense vectors must not
// change before Build. After an error, the builder is of no more use.
func (b *Builder) Add(key pointid.Key, version uint64, p *qdrant.PointStruct) error {
	if b.err == nil {
		b.err = b.add(key, version, p)
	}
	return b.err
}

func (b *Builder) add(key pointid.Key, version uint64, p *qdrant.PointStruct) error {
	doc := b.Len()
	if doc >= maxDocs {
		return fmt.Errorf("segment: there are more than %d points", maxDocs)
	}
	if doc > 0 && string(b.keys[len(b.keys)-pointid.Size:]) >= string(key[:]) {
		return fmt.Errorf("segment: point %s is not after the one before it", key)
	}
	vectors := p.GetVectors().GetVectors().GetVectors()
	for i, d := range b.config.Dense {
		if v := vectors[d.Name]; v != nil {
			if err := b.dense[i].add(uint32(doc), d, v.GetDense().GetData()); err != nil {
				return fmt.Errorf("segment: point %s: vector %q %w", key, d.Name, err)
			}
		}
	}
	for i, name := range b.config.Sparse {
		if v := vectors[name]; v != nil {
			if err := b.sparse[i].add(uint32(doc), v.GetSparse()); err != nil {
				return fmt.Errorf("segment: point %s: vector %q %w", key, name, err)
			}
		}
	}
	for i := range b.fields {
		b.fields[i].add(uint32(doc), p.GetPayload())
	}
	b.keys, b.versions = append(b.keys, key[:]...), append(b.versions, version)
	return nil
}

func (r *denseRows) add(doc uint32, d Dense, values []float32) error {
	if len(values) != d.Size {
		return fmt.Errorf("has %d values instead of %d", len(values), d.Size)
	}
	if !finite(values) {
		return errNotFinite
	}
	r.docs, r.vectors = append(r.docs, doc), append(r.vectors, values)
	return nil
}

func (r *sparseRows) add(doc uint32, v *qdrant.SparseVector) error {
	terms, weights := v.GetIndices(), v.GetValues()
	if v == nil || len(terms) != len(weights) {
		return fmt.Errorf("is not a sparse one (%d indices and %d values)", len(terms), len(weights))
	}
	if !finite(weights) {
		return errNotFinite
	}
	r.docs = append(r.docs, doc)
	for i, term := range terms {
		if i > 0 && terms[i-1] >= term {
			return fmt.Errorf("has index %d after %d", term, terms[i-1])
		}
		r.postings = append(r.postings, termPosting{term: term, posting: posting{doc: doc, weight: weights[i]}})
	}
	return nil
}

var errNotFinite = errors.New("has a value that is not a finite number")

func finite(values []float32) bool {
	for _, v := range values {
		if math.Float32bits(v)&0x7f800000 == 0x7f800000 {
			return false
		}
	}
	return true
}

func (f *fieldValues) add(doc uint32, p map[string]*qdrant.Value) {
	if f.path.IsEmpty(p) {
		f.empty = append(f.empty, doc)
	}
	var memory [64]byte
	f.path.Any(p, func(v *qdrant.Value) bool {
		if value, i, ok := appendValue(memory[:0], f.Type, v); ok {
			f.values[i].add(value, doc)
		}
		return false
	})
}

// Build returns the segment. The builder is of no more use afterwards.
func (b *Builder) Build() ([]byte, error) {
	if b.err != nil {
		return nil, b.err
	}
	b.err = errors.New("segment: the builder has built")
	f := &footer{docs: uint64(b.Len()), config: b.config}
	w := newWriter(nil, b.size())
	w.section(b.keys)
	w.section(bytesOf(b.versions))
	for _, r := range b.dense {
		w.section(b.table(r.docs))
		r.write(w)
	}
	for _, r := range b.sparse {
		f.points = append(f.points, uint64(len(r.docs)))
		w.section(b.table(r.docs))
		if err := writeTerms(w, eachTerm(sortByTerm(r.postings))); err != nil {
			return nil, err
		}
	}
	for i := range b.fields {
		x := &b.fields[i]
		for j := range x.values {
			if err := writeValues(w, valueWidths[x.Type][j], x.values[j].each()); err != nil {
				return nil, err
			}
		}
		w.section(bytesOf(x.empty))
	}
	return w.finish(f)
}

// write writes vectors, codes and bounds.
func (r *denseRows) write(w *writer) {
	w.begin()
	for _, v := range r.vectors {
		w.write(bytesOf(v))
	}
	w.end()
	bounds := make([]rowBound, len(r.vectors))
	var codes []int8
	w.begin()
	for i, v := range r.vectors {
		codes = slices.Grow(codes[:0], len(v))[:len(v)]
		bounds[i] = quantise(v, codes)
		w.write(bytesOf(codes))
	}
	w.end()
	w.section(bytesOf(bounds))
}

// table returns what a segment says about the documents that have a vector.
func (b *Builder) table(docs []uint32) []byte {
	if len(docs) == b.Len() {
		return nil
	}
	return bytesOf(docs)
}

// size estimates how many bytes the segment will have.
func (b *Builder) size() int {
	n := 4096 + len(b.keys) + 8*len(b.versions)
	for i, r := range b.dense {
		n += (4 + boundSize + 5*b.config.Dense[i].Size) * len(r.docs)
	}
	for _, r := range b.sparse {
		n += 4*len(r.docs) + 9*len(r.postings)
	}
	for _, f := range b.fields {
		n += 4 * len(f.empty)
		for _, v := range f.values {
			n += v.bytes + 16*len(v.counts) + 4*len(v.entries)
		}
	}
	return n + n/blockSize*4
}
