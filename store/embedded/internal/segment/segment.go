package segment

import (
	"bytes"
	"fmt"
	"math"
	"sort"
	"sync/atomic"
	"unsafe"

	"github.com/naru-rag/naru/store/embedded/internal/payload"
	"github.com/naru-rag/naru/store/embedded/internal/pointid"
)

// Segment is an open segment. All its methods are safe for concurrent use.
type Segment struct {
	name     string
	size     int64
	config   Config
	body     *checked
	docs     int
	keys     []byte
	versions []uint64
	dense    []denseIndex
	sparse   []sparseIndex
	fields   []fieldIndex
}

// maxDocs is how many documents a segment has at most: their numbers, and their
// count, fit in an int32.
const maxDocs = math.MaxInt32

// Open reads a segment. name is what errors call it. data stays referenced and
// must not change as long as the segment is used. Errors wrap [ErrDamaged]
// unless they are about the machine, or about data not beginning at a multiple
// of 8.
func Open(name string, data []byte) (*Segment, error) {
	if !littleEndian() {
		return nil, errBigEndian
	}
	if uintptr(unsafe.Pointer(unsafe.SliceData(data)))%8 != 0 {
		return nil, errMisaligned
	}
	damaged := func(err error) error { return fmt.Errorf("%w: %s: %w", ErrDamaged, name, err) }
	body, sums, rest, err := splitFooter(data)
	if err != nil {
		return nil, damaged(err)
	}
	f, err := decodeFooter(rest)
	if err != nil {
		return nil, damaged(err)
	}
	if f.docs > maxDocs {
		return nil, damaged(fmt.Errorf("%d documents are more than %d", f.docs, maxDocs))
	}
	s := &Segment{name: name, size: int64(len(data)), config: f.config, docs: int(f.docs)}
	s.body = &checked{
		file: name, config: &s.config, data: body, sums: view[uint32](sums), good: make([]atomic.Uint32, len(sums)/4/32+1),
	}
	if err := s.body.cut(f.lengths); err != nil {
		return nil, damaged(err)
	}
	if err := s.arrange(f); err != nil {
		return nil, err
	}
	return s, nil
}

// cut finds the sections.
func (c *checked) cut(lengths []uint64) error {
	if want := c.config.sectionCount(); len(lengths) != want {
		return fmt.Errorf("there are %d sections instead of %d", len(lengths), want)
	}
	at := uint64(headerSize)
	c.sections = make([]section, len(lengths))
	for i, n := range lengths {
		if at > uint64(len(c.data)) || n > uint64(len(c.data))-at {
			return fmt.Errorf("section %s of %d bytes at offset %d does not fit", c.config.sectionNames()[i], n, at)
		}
		c.sections[i] = section{of: c, at: at, data: c.data[at : at+n : at+n]}
		at = aligned(at + n)
	}
	if at != uint64(len(c.data)) {
		return fmt.Errorf("the sections end at offset %d instead of %d", at, len(c.data))
	}
	return nil
}

// arrange gives the sections their meaning, and checks their lengths and what
// is small and used by everything.
func (s *Segment) arrange(f *footer) error {
	rest := s.body.sections
	next := func() *section {
		first := &rest[0]
		rest = rest[1:]
		return first
	}
	keys, versions := next(), next()
	s.keys, s.versions = keys.data, view[uint64](versions.data)
	if uint64(len(s.keys)) != f.docs*pointid.Size || uint64(len(versions.data)) != f.docs*8 {
		return keys.damaged("%d bytes of keys and %d of versions are not those of %d documents", len(s.keys), len(versions.data), s.docs)
	}
	if err := keys.checkAll(); err != nil {
		return err
	}
	if err := versions.checkAll(); err != nil {
		return err
	}
	for doc := 1; doc < s.docs; doc++ {
		if bytes.Compare(s.key(doc-1), s.key(doc)) >= 0 {
			return keys.damaged("the key of document %d is not after that before it", doc)
		}
	}
	for _, d := range s.config.Dense {
		x := denseIndex{Dense: d, table: table{section: next(), docs: s.docs}, vectors: next(), codes: next(), bounds: next()}
		if err := x.arrange(); err != nil {
			return err
		}
		s.dense = append(s.dense, x)
	}
	for i, name := range s.config.Sparse {
		x := sparseIndex{name: name, table: table{section: next(), docs: s.docs}, postings: next(), blocks: next(), terms: next()}
		if err := x.arrange(f.points[i]); err != nil {
			return err
		}
		s.sparse = append(s.sparse, x)
	}
	for _, field := range s.config.Fields {
		if unindexed(field.Type) {
			continue
		}
		path, err := payload.Parse(field.Name)
		if err != nil {
			return fmt.Errorf("%w: %s: field %q: %w", ErrDamaged, s.name, field.Name, err)
		}
		x := fieldIndex{Field: field, path: path.String(), docs: s.docs}
		for _, width := range valueWidths[field.Type] {
			v := valueIndex{width: width, docs: s.docs, values: next(), ends: next(), lists: next(), documents: next()}
			if err := v.arrange(); err != nil {
				return err
			}
			x.values = append(x.values, v)
		}
		x.empty = next()
		if len(x.empty.data)%4 != 0 {
			return x.empty.damaged("%d bytes are not a list of documents", len(x.empty.data))
		}
		s.fields = append(s.fields, x)
	}
	return nil
}

// sectionCount returns how many sections a segment of this config has.
func (c *Config) sectionCount() int {
	n := 2 + 4*len(c.Dense) + 4*len(c.Sparse)
	for _, f := range c.Fields {
		if !unindexed(f.Type) {
			n += 4*len(valueWidths[f.Type]) + 1
		}
	}
	return n
}

// sectionNames returns what errors call the sections.
func (c *Config) sectionNames() []string {
	names := []string{"keys", "versions"}
	add := func(kind, of string, parts ...string) {
		for _, part := range parts {
			names = append(names, fmt.Sprintf("%s of %s %q", part, kind, of))
		}
	}
	for _, d := range c.Dense {
		add("vector", d.Name, "documents", "vectors", "codes", "bounds")
	}
	for _, name := range c.Sparse {
		add("vector", name, "documents", "postings", "blocks", "terms")
	}
	for _, f := range c.Fields {
		if unindexed(f.Type) {
			continue
		}
		for range valueWidths[f.Type] {
			add("field", f.Name, "values", "ends", "lists", "documents")
		}
		add("field", f.Name, "empty")
	}
	return names
}

// Name returns what Open was given.
func (s *Segment) Name() string { return s.name }

// Config returns what is indexed; it must not be changed.
func (s *Segment) Config() Config { return s.config }

// Len returns how many documents there are.
func (s *Segment) Len() int { return s.docs }

// Size returns how many bytes the segment has.
func (s *Segment) Size() int64 { return s.size }

func (s *Segment) key(doc int) []byte { return s.keys[doc*pointid.Size:][:pointid.Size] }

// Key returns the key of a document, which is below Len.
func (s *Segment) Key(doc uint32) pointid.Key { return pointid.Key(s.key(int(doc))) }

// Version returns the version that a document, which is below Len, was added with.
func (s *Segment) Version(doc uint32) uint64 { return s.versions[doc] }

// Seek returns the first document whose key is not before key, Len where there
// is none.
func (s *Segment) Seek(key pointid.Key) uint32 {
	return uint32(sort.Search(s.docs, func(doc int) bool { return bytes.Compare(s.key(doc), key[:]) >= 0 }))
}

// Find returns the document of a key, and whether there is one.
func (s *Segment) Find(key pointid.Key) (doc uint32, ok bool) {
	doc = s.Seek(key)
	return doc, int(doc) < s.docs && s.Key(doc) == key
}
