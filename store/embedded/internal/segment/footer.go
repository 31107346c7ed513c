package segment

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"slices"

	"github.com/qdrant/go-client/qdrant"
)

// footer is what a segment says about itself.
type footer struct {
	docs    uint64
	config  Config
	points  []uint64 // for each sparse vector: documents that have it
	lengths []uint64 // of the sections
}

// encode returns the footer's bytes after those of the checksums.
func (f *footer) encode(sums []byte) []byte {
	le := binary.LittleEndian
	b := slices.Clone(sums)
	name := func(s string) {
		b = le.AppendUint32(b, uint32(len(s)))
		b = append(b, s...)
	}
	b = le.AppendUint64(b, f.docs)
	b = le.AppendUint32(b, uint32(len(f.config.Dense)))
	for _, d := range f.config.Dense {
		name(d.Name)
		b = le.AppendUint32(b, uint32(d.Size))
		b = le.AppendUint32(b, uint32(d.Distance))
	}
	b = le.AppendUint32(b, uint32(len(f.config.Sparse)))
	for i, s := range f.config.Sparse {
		name(s)
		b = le.AppendUint64(b, f.points[i])
	}
	b = le.AppendUint32(b, uint32(len(f.config.Fields)))
	for _, field := range f.config.Fields {
		name(field.Name)
		b = le.AppendUint32(b, uint32(field.Type))
	}
	b = le.AppendUint32(b, uint32(len(f.lengths)))
	for _, n := range f.lengths {
		b = le.AppendUint64(b, n)
	}
	return b
}

// appendTrailer appends the trailer of a footer that begins at an offset.
func appendTrailer(footer []byte, at uint64) []byte {
	le := binary.LittleEndian
	b := le.AppendUint64(footer, at)
	b = le.AppendUint64(b, uint64(len(footer)))
	b = le.AppendUint32(b, version)
	b = le.AppendUint32(b, crc32.Checksum(b, castagnoli))
	return append(b, trailerMagic...)
}

// splitFooter checks header and trailer and cuts data into what the blocks
// cover, their checksums, and the encoded footer.
func splitFooter(data []byte) (body, sums, rest []byte, err error) {
	le := binary.LittleEndian
	if len(data) < headerSize+trailerSize {
		return nil, nil, nil, fmt.Errorf("%d bytes are too few", len(data))
	}
	if string(data[:len(headerMagic)]) != headerMagic || string(data[len(data)-len(trailerMagic):]) != trailerMagic {
		return nil, nil, nil, errors.New("it does not begin and end as a segment does")
	}
	trailer := data[len(data)-trailerSize:]
	if v, w := le.Uint32(data[len(headerMagic):]), le.Uint32(trailer[16:]); v != version || w != version {
		return nil, nil, nil, fmt.Errorf("it has version %d (%d at its end), and %d is known", v, w, version)
	}
	at, n := le.Uint64(trailer), le.Uint64(trailer[8:])
	end := uint64(len(data) - trailerSize)
	if at < headerSize || at%alignment != 0 || at > end || n != end-at {
		return nil, nil, nil, fmt.Errorf("a footer of %d bytes at offset %d does not fit in %d bytes", n, at, len(data))
	}
	if crc32.Checksum(data[at:end+20], castagnoli) != le.Uint32(trailer[20:]) {
		return nil, nil, nil, fmt.Errorf("the footer at offset %d does not have its checksum", at)
	}
	blocks := (at + blockSize - 1) / blockSize
	if n < blocks*4 {
		return nil, nil, nil, fmt.Errorf("the footer at offset %d is too short for %d checksums", at, blocks)
	}
	return data[:at], data[at : at+blocks*4], data[at+blocks*4 : end], nil
}

// footerReader reads the encoded footer; past its end everything is zero and bad is set.
type footerReader struct {
	rest []byte
	bad  bool
}

func (r *footerReader) take(n uint64) []byte {
	if n > uint64(len(r.rest)) {
		r.bad, r.rest = true, nil
		return make([]byte, min(n, 8))
	}
	b := r.rest[:n]
	r.rest = r.rest[n:]
	return b
}

func (r *footerReader) u32() uint32 { return binary.LittleEndian.Uint32(r.take(4)) }
func (r *footerReader) u64() uint64 { return binary.LittleEndian.Uint64(r.take(8)) }

func (r *footerReader) name() string { return string(r.take(uint64(r.u32()))) }

// count reads how many of something that has at least size bytes follow.
func (r *footerReader) count(size int) int {
	n := uint64(r.u32())
	if n > uint64(len(r.rest)/size) {
		r.bad = true
		return 0
	}
	return int(n)
}

func decodeFooter(encoded []byte) (*footer, error) {
	r := &footerReader{rest: encoded}
	f := &footer{docs: r.u64()}
	for range r.count(12) {
		f.config.Dense = append(f.config.Dense, Dense{Name: r.name(), Size: int(r.u32()), Distance: qdrant.Distance(r.u32())})
	}
	for range r.count(12) {
		f.config.Sparse = append(f.config.Sparse, r.name())
		f.points = append(f.points, r.u64())
	}
	for range r.count(8) {
		f.config.Fields = append(f.config.Fields, Field{Name: r.name(), Type: qdrant.FieldType(r.u32())})
	}
	for range r.count(8) {
		f.lengths = append(f.lengths, r.u64())
	}
	if r.bad || len(r.rest) > 0 {
		return nil, errors.New("the footer does not have the length that its contents need")
	}
	return f, f.config.check()
}
