package embedded

import (
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/qdrant/go-client/qdrant"
	"google.golang.org/protobuf/proto"

	"github.com/naru-rag/naru/internal/bitset"
	"github.com/naru-rag/naru/store/embedded/internal/payload"
	"github.com/naru-rag/naru/store/embedded/internal/pointid"
)

// What is in the key-value store. Numbers in keys are big-endian, so that keys
// have their order; id is the number of a collection, given once and never
// again.
//
//	"m"                     format of the data folder
//	"n"                     last number given to a collection
//	"c" name                a collection: [record]
//	"a" alias               the name of a collection
//	"p" id key              a point: number of the write that stored it, PointStruct
//	"l" id number           the log: keys of the points that a write changed
//	"s" id                  the segments of a collection: [manifest]
//
// The points are the truth. Segments are made from them and can be made again;
// the log says which points are not in the segments of the manifest yet.
const (
	keyFormat     = 'm'
	keyNumber     = 'n'
	keyCollection = 'c'
	keyAlias      = 'a'
	keyPoint      = 'p'
	keyLog        = 'l'
	keySegments   = 's'
)

// formatVersion is the layout written by this program. Each earlier one is read
// by it as well; a later one is refused.
const formatVersion = 2

func textKey(kind byte, name string) []byte { return append([]byte{kind}, name...) }

func idKey(kind byte, id uint64) []byte {
	return binary.BigEndian.AppendUint64([]byte{kind}, id)
}

func pointKey(id uint64, key pointid.Key) []byte {
	return append(idKey(keyPoint, id), key[:]...)
}

func logKey(id, number uint64) []byte {
	return binary.BigEndian.AppendUint64(idKey(keyLog, id), number)
}

func number(value []byte) (uint64, error) {
	if len(value) != 8 {
		return 0, fmt.Errorf("%w: a number has %d bytes", ErrCorrupt, len(value))
	}
	return binary.BigEndian.Uint64(value), nil
}

// record describes a collection.
type record struct {
	id     uint64
	config *qdrant.CreateCollection
	fields []*qdrant.CreateFieldIndexCollection
}

func (r *record) encode() ([]byte, error) {
	out := binary.BigEndian.AppendUint64(nil, r.id)
	messages := []proto.Message{r.config}
	for _, f := range r.fields {
		messages = append(messages, f)
	}
	for _, m := range messages {
		encoded, err := proto.MarshalOptions{Deterministic: true}.Marshal(m)
		if err != nil {
			return nil, err
		}
		out = append(binary.AppendUvarint(out, uint64(len(encoded))), encoded...)
	}
	return out, nil
}

func decodeRecord(value []byte) (*record, error) {
	d := decoder{rest: value}
	r := &record{id: d.uint64(), config: &qdrant.CreateCollection{}}
	d.message(r.config)
	for d.err == nil && len(d.rest) > 0 {
		f := &qdrant.CreateFieldIndexCollection{}
		d.message(f)
		r.fields = append(r.fields, f)
	}
	return r, d.err
}

// manifest lists the segment files of a collection.
type manifest struct {
	// written is the number of the last write whose points are all in them.
	written uint64
	files   []manifestFile
}

type manifestFile struct {
	number uint64
	dead   bitset.Set
}

func (m *manifest) encode() []byte {
	out := binary.BigEndian.AppendUint64(nil, m.written)
	for _, f := range m.files {
		out = binary.BigEndian.AppendUint64(out, f.number)
		out = binary.AppendUvarint(out, uint64(len(f.dead)))
		for _, w := range f.dead {
			out = binary.BigEndian.AppendUint64(out, w)
		}
	}
	return out
}

func decodeManifest(value []byte) (*manifest, error) {
	d := decoder{rest: value}
	m := &manifest{written: d.uint64()}
	for d.err == nil && len(d.rest) > 0 {
		f := manifestFile{number: d.uint64()}
		words := d.uvarint()
		if words > uint64(len(d.rest))/8 {
			d.fail()
			break
		}
		for range words {
			f.dead = append(f.dead, d.uint64())
		}
		m.files = append(m.files, f)
	}
	return m, d.err
}

// encodePoint encodes a point and the number of the write that stores it.
func encodePoint(version uint64, p *qdrant.PointStruct) ([]byte, error) {
	out := binary.BigEndian.AppendUint64(make([]byte, 0, 8+proto.Size(p)), version)
	return proto.MarshalOptions{Deterministic: true}.MarshalAppend(out, p)
}

func decodePoint(value []byte) (uint64, *qdrant.PointStruct, error) {
	version, encoded, err := cutVersion(value)
	if err != nil {
		return 0, nil, err
	}
	p := &qdrant.PointStruct{}
	if err := proto.Unmarshal(encoded, p); err != nil {
		return 0, nil, fmt.Errorf("%w: %w", ErrCorrupt, err)
	}
	return version, p, nil
}

// decodePayload is decodePoint where nothing but the payload is wanted, in a
// fraction of the time.
func decodePayload(value []byte) (uint64, map[string]*qdrant.Value, error) {
	version, encoded, err := cutVersion(value)
	if err != nil {
		return 0, nil, err
	}
	fields, err := payload.Decode(encoded, payloadField)
	if err != nil {
		return 0, nil, fmt.Errorf("%w: %w", ErrCorrupt, err)
	}
	return version, fields, nil
}

// payloadField is the number of the payload in a PointStruct.
const payloadField = 3

func cutVersion(value []byte) (version uint64, encoded []byte, err error) {
	if len(value) < 8 {
		return 0, nil, fmt.Errorf("%w: a point is cut short", ErrCorrupt)
	}
	return binary.BigEndian.Uint64(value), value[8:], nil
}

// decodeKeys reads the keys of an entry of the log.
func decodeKeys(value []byte) ([]pointid.Key, error) {
	if len(value)%pointid.Size != 0 {
		return nil, fmt.Errorf("%w: an entry of the log has %d bytes", ErrCorrupt, len(value))
	}
	keys := make([]pointid.Key, len(value)/pointid.Size)
	for i := range keys {
		copy(keys[i][:], value[i*pointid.Size:])
	}
	return keys, nil
}

// decoder reads a record; after the first error it returns zeros.
type decoder struct {
	rest []byte
	err  error
}

func (d *decoder) fail() {
	if d.err == nil {
		d.err = fmt.Errorf("%w: a record is malformed", ErrCorrupt)
	}
	d.rest = nil
}

func (d *decoder) uint64() uint64 {
	if len(d.rest) < 8 {
		d.fail()
		return 0
	}
	v := binary.BigEndian.Uint64(d.rest)
	d.rest = d.rest[8:]
	return v
}

func (d *decoder) uvarint() uint64 {
	v, n := binary.Uvarint(d.rest)
	if n <= 0 {
		d.fail()
		return 0
	}
	d.rest = d.rest[n:]
	return v
}

func (d *decoder) message(m proto.Message) {
	n := d.uvarint()
	if n > uint64(len(d.rest)) {
		d.fail()
	}
	if d.err != nil {
		return
	}
	if err := proto.Unmarshal(d.rest[:n], m); err != nil {
		d.err = errors.Join(ErrCorrupt, err)
	}
	d.rest = d.rest[n:]
}
