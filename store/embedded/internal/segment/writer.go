package segment

import (
	"encoding/binary"
	"errors"
	"hash/crc32"
	"io"
)

// writer writes the bytes of a segment, section by section in the order of the
// format. The first error stays and is returned by finish.
type writer struct {
	out     io.Writer // nil: everything stays in buf
	buf     []byte    // not yet written to out
	flushed uint64    // bytes written to out
	summed  int       // bytes of buf whose blocks are in sums
	sums    []uint32
	lengths []uint64
	start   uint64 // of the section being written
	err     error
}

// flushSize is how much is written to out at once; whole blocks.
const flushSize = 4 * blockSize

// newWriter returns a writer to out or, where that is nil, to memory, with room
// for size bytes.
func newWriter(out io.Writer, size int) *writer {
	w := &writer{out: out, buf: make([]byte, 0, size)}
	w.buf = append(w.buf, headerMagic...)
	w.buf = binary.LittleEndian.AppendUint32(w.buf, version)
	w.pad()
	return w
}

func (w *writer) offset() uint64 { return w.flushed + uint64(len(w.buf)) }

func (w *writer) pad() {
	var zeros [alignment]byte
	n := w.offset()
	w.write(zeros[:aligned(n)-n])
}

// begin starts the next section; end ends it.
func (w *writer) begin() {
	w.pad()
	w.start = w.offset()
}

func (w *writer) end() { w.lengths = append(w.lengths, w.offset()-w.start) }

// section writes a whole section.
func (w *writer) section(data []byte) {
	w.begin()
	w.write(data)
	w.end()
}

func (w *writer) write(p []byte) {
	if w.out == nil {
		w.buf = append(w.buf, p...)
		w.sum()
		return
	}
	for len(p) > 0 {
		n := min(len(p), flushSize-len(w.buf))
		w.buf, p = append(w.buf, p[:n]...), p[n:]
		if len(w.buf) == flushSize {
			w.sum()
			w.flush()
		}
	}
}

// sum takes the checksums of the blocks that are complete.
func (w *writer) sum() {
	for ; len(w.buf)-w.summed >= blockSize; w.summed += blockSize {
		w.sums = append(w.sums, crc32.Checksum(w.buf[w.summed:w.summed+blockSize], castagnoli))
	}
}

func (w *writer) flush() {
	if w.out == nil {
		return
	}
	if w.err == nil {
		var n int
		n, w.err = w.out.Write(w.buf)
		if w.err == nil && n < len(w.buf) {
			w.err = io.ErrShortWrite
		}
	}
	w.flushed += uint64(len(w.buf))
	w.buf, w.summed = w.buf[:0], 0
}

// finish writes footer and trailer and returns what is in memory.
func (w *writer) finish(f *footer) ([]byte, error) {
	if !littleEndian() {
		w.err = errors.Join(w.err, errBigEndian)
	}
	w.pad()
	w.sum()
	if w.summed < len(w.buf) {
		w.sums = append(w.sums, crc32.Checksum(w.buf[w.summed:], castagnoli))
	}
	f.lengths = w.lengths
	at := w.offset()
	end := f.encode(bytesOf(w.sums))
	end = appendTrailer(end, at)
	// What follows is not part of any block.
	w.buf = append(w.buf, end...)
	w.flush()
	return w.buf, w.err
}
