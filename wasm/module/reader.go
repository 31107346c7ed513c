package module

import (
	"encoding/binary"
	"errors"
	"fmt"
	"unicode/utf8"
)

// reader reads values of the format. Its first error stays; after it everything is
// zero.
type reader struct {
	data []byte
	at   int
	err  error
}

var errEnd = errors.New("it ends too early")

func (r *reader) fail(err error) {
	if r.err == nil {
		r.err = fmt.Errorf("at byte %d: %w", r.at, err)
		r.data = nil
		r.at = 0
	}
}

func (r *reader) left() int { return len(r.data) - r.at }

func (r *reader) byte() byte {
	if r.left() < 1 {
		r.fail(errEnd)
		return 0
	}
	b := r.data[r.at]
	r.at++
	return b
}

// bytes are the next n, which the caller must not change.
func (r *reader) bytes(n int) []byte {
	if n < 0 || r.left() < n {
		r.fail(errEnd)
		return nil
	}
	b := r.data[r.at : r.at+n : r.at+n]
	r.at += n
	return b
}

// u32 is an unsigned LEB128 number of at most 32 bits.
func (r *reader) u32() uint32 {
	var n uint64
	for shift := 0; shift < 35; shift += 7 {
		b := r.byte()
		n |= uint64(b&0x7f) << shift
		if b&0x80 == 0 {
			if n > 1<<32-1 {
				r.fail(errors.New("a number has more than 32 bits"))
				return 0
			}
			return uint32(n)
		}
	}
	r.fail(errors.New("a number has more than 5 bytes"))
	return 0
}

// signed skips a signed LEB128 number of at most so many bits, and returns it.
func (r *reader) signed(bits int) int64 {
	var n int64
	for shift := 0; shift < bits; shift += 7 {
		b := r.byte()
		n |= int64(b&0x7f) << shift
		if b&0x80 == 0 {
			if shift+7 < 64 && b&0x40 != 0 {
				n |= -1 << (shift + 7)
			}
			return n
		}
	}
	r.fail(fmt.Errorf("a number has more than %d bits", bits))
	return 0
}

// count is the length of a vector whose elements take at least one byte each.
func (r *reader) count() int {
	n := r.u32()
	if int64(n) > int64(r.left()) {
		r.fail(fmt.Errorf("%d things are announced, and %d bytes are left", n, r.left()))
		return 0
	}
	return int(n)
}

func (r *reader) name() string {
	b := r.bytes(r.count())
	if !utf8.Valid(b) {
		r.fail(errors.New("a name is not UTF-8"))
		return ""
	}
	return string(b)
}

// Values of the format, appended.

func appendU32(out []byte, n uint32) []byte { return binary.AppendUvarint(out, uint64(n)) }

func appendS64(out []byte, n int64) []byte {
	for {
		b := byte(n & 0x7f)
		n >>= 7
		if n == 0 && b&0x40 == 0 || n == -1 && b&0x40 != 0 {
			return append(out, b)
		}
		out = append(out, b|0x80)
	}
}

func appendName(out []byte, name string) []byte {
	return append(appendU32(out, uint32(len(name))), name...)
}
