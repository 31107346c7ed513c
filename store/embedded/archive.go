package embedded

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"hash/crc32"
	"io"
	"maps"
	"slices"

	"github.com/qdrant/go-client/qdrant"

	"github.com/naru-rag/naru/store/embedded/internal/pointid"
)

// The file of a snapshot:
//
//	"NARUSNP1"
//	frames: kind, length (uvarint), that many bytes, CRC-32C of kind and bytes
//
// A collection is a frame 'C' with its name, one 'R' with its [record] and one
// 'P' for each point, its key before its value in the store. Frames 'A' hold an
// alias, a zero byte and the name of its collection. The last frame is 'E' with
// the number of frames before it: a file without it is cut short.
const archiveMagic = "NARUSNP1"

const (
	frameCollection = 'C'
	frameRecord     = 'R'
	framePoint      = 'P'
	frameAlias      = 'A'
	frameEnd        = 'E'
)

// maxFrame is what a frame may have, so that a file that lies about its lengths
// takes no more memory. No point has more: see maxPoint.
const maxFrame = maxPoint + pointid.Size

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

type archiveWriter struct {
	to     *bufio.Writer
	sum    hash.Hash
	frames uint64
	err    error
}

func newArchiveWriter(w io.Writer) *archiveWriter {
	sum := sha256.New()
	a := &archiveWriter{sum: sum, to: bufio.NewWriterSize(io.MultiWriter(w, sum), 1<<16)}
	_, a.err = a.to.WriteString(archiveMagic)
	return a
}

func (a *archiveWriter) frame(kind byte, parts ...[]byte) error {
	n, sum := 0, crc32.Update(0, castagnoli, []byte{kind})
	for _, p := range parts {
		n += len(p)
	}
	head := binary.AppendUvarint([]byte{kind}, uint64(n))
	for _, p := range append([][]byte{head}, parts...) {
		if a.err == nil {
			_, a.err = a.to.Write(p)
		}
	}
	for _, p := range parts {
		sum = crc32.Update(sum, castagnoli, p)
	}
	if a.err == nil {
		_, a.err = a.to.Write(binary.BigEndian.AppendUint32(nil, sum))
	}
	a.frames++
	return a.err
}

// writeArchive writes a snapshot and returns its checksum.
func writeArchive(ctx context.Context, to io.Writer, views []namedView, aliases map[string]string) (string, error) {
	w := newArchiveWriter(to)
	for _, v := range views {
		if err := w.collection(ctx, v.name, v.view); err != nil {
			return "", err
		}
	}
	err := errors.Join(w.aliases(aliases), w.end())
	return w.checksum(), err
}

// collection writes a collection as a view has it.
func (a *archiveWriter) collection(ctx context.Context, name string, v *view) error {
	r, err := v.record.encode()
	if err != nil {
		return err
	}
	if err := errors.Join(a.frame(frameCollection, []byte(name)), a.frame(frameRecord, r)); err != nil {
		return err
	}
	return each(v.snapshot, idKey(keyPoint, v.record.id), func(key, value []byte) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		return a.frame(framePoint, key, value)
	})
}

func (a *archiveWriter) aliases(of map[string]string) error {
	for _, alias := range slices.Sorted(maps.Keys(of)) {
		if err := a.frame(frameAlias, []byte(alias), []byte{0}, []byte(of[alias])); err != nil {
			return err
		}
	}
	return a.err
}

func (a *archiveWriter) end() error {
	if err := a.frame(frameEnd, binary.BigEndian.AppendUint64(nil, a.frames)); err != nil {
		return err
	}
	return a.to.Flush()
}

// checksum is the SHA-256 of the file, in hexadecimal.
func (a *archiveWriter) checksum() string { return hex.EncodeToString(a.sum.Sum(nil)) }

// ErrNotSnapshot is returned for a file that is no snapshot, or a damaged one.
var ErrNotSnapshot = errors.New("not a whole snapshot")

type archiveReader struct {
	from   *bufio.Reader
	frames uint64
}

func newArchiveReader(r io.Reader) (*archiveReader, error) {
	a := &archiveReader{from: bufio.NewReaderSize(r, 1<<16)}
	magic := make([]byte, len(archiveMagic))
	const version = len(archiveMagic) - 1
	switch _, err := io.ReadFull(a.from, magic); {
	case err != nil || string(magic[:version]) != archiveMagic[:version]:
		return nil, fmt.Errorf("%w: it does not begin as one", ErrNotSnapshot)
	case string(magic) != archiveMagic:
		return nil, fmt.Errorf("%w: it has format %q and this program reads %q: use the program that wrote it", ErrNotSnapshot, magic[version:], archiveMagic[version:])
	}
	return a, nil
}

// next returns the next frame; after the last it returns io.EOF.
func (a *archiveReader) next() (kind byte, data []byte, err error) {
	fail := func(what string) (byte, []byte, error) {
		return 0, nil, fmt.Errorf("%w: frame %d %s", ErrNotSnapshot, a.frames, what)
	}
	if kind, err = a.from.ReadByte(); err != nil {
		return fail("is missing: the file is cut short")
	}
	n, err := binary.ReadUvarint(a.from)
	if err != nil || n > maxFrame {
		return fail("has no length")
	}
	// What is read grows with what is there, not with what a length says.
	data, err = io.ReadAll(io.LimitReader(a.from, int64(n)))
	if err != nil {
		return 0, nil, err
	}
	var sum [4]byte
	if _, err := io.ReadFull(a.from, sum[:]); err != nil || uint64(len(data)) != n {
		return fail("is cut short")
	}
	if crc32.Update(crc32.Update(0, castagnoli, []byte{kind}), castagnoli, data) != binary.BigEndian.Uint32(sum[:]) {
		return fail("does not have its checksum")
	}
	if kind == frameEnd {
		if len(data) != 8 || binary.BigEndian.Uint64(data) != a.frames {
			return fail("counts other frames")
		}
		if _, err := a.from.ReadByte(); err != io.EOF {
			return fail("is the last and has something after it")
		}
		return 0, nil, io.EOF
	}
	a.frames++
	return kind, data, nil
}

// splitPoint reads a frame of a point.
func splitPoint(data []byte) (key pointid.Key, version uint64, p *qdrant.PointStruct, err error) {
	if len(data) < len(key) {
		return key, 0, nil, errors.New("a point is cut short")
	}
	copy(key[:], data)
	version, p, err = decodePoint(data[len(key):])
	if err != nil {
		return key, 0, nil, err
	}
	if of, err := pointid.Parse(p.GetId()); err != nil || of != key {
		return key, 0, nil, fmt.Errorf("a point has the id %v and the key of %s", p.GetId(), key)
	}
	return key, version, p, nil
}
