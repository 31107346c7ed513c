package gguf

import (
	"encoding/binary"
	"fmt"
	"math"
)

// reader takes numbers and strings from bytes. After the first error it returns
// zeros, and err says what it was.
type reader struct {
	data []byte
	at   int
	err  error
}

func (r *reader) fail(format string, args ...any) {
	if r.err == nil {
		r.err = fmt.Errorf("at byte %d: %s", r.at, fmt.Sprintf(format, args...))
	}
}

// take returns the next n bytes, nil where there are fewer.
func (r *reader) take(n uint64) []byte {
	if r.err == nil && n > uint64(len(r.data)-r.at) {
		r.fail("%d bytes are wanted and %d are left: the file is cut short or not as it says", n, len(r.data)-r.at)
	}
	if r.err != nil {
		return nil
	}
	b := r.data[r.at : r.at+int(n)]
	r.at += int(n)
	return b
}

func (r *reader) uint32() uint32 {
	if b := r.take(4); b != nil {
		return binary.LittleEndian.Uint32(b)
	}
	return 0
}

func (r *reader) uint64() uint64 {
	if b := r.take(8); b != nil {
		return binary.LittleEndian.Uint64(b)
	}
	return 0
}

// maxName bounds names of keys and tensors; ggml's are at most 64 bytes long.
const maxName = 1 << 10

func (r *reader) name() string {
	n := r.uint64()
	if r.err == nil && (n == 0 || n > maxName) {
		r.fail("a name has %d bytes, and may have 1 to %d", n, maxName)
		return ""
	}
	return string(r.take(n))
}

// kind is the type of a value in the metadata.
type kind uint32

const (
	kindUint8 kind = iota
	kindInt8
	kindUint16
	kindInt16
	kindUint32
	kindInt32
	kindFloat32
	kindBool
	kindString
	kindArray
	kindUint64
	kindInt64
	kindFloat64
	kinds
)

var kindNames = [kinds]string{"uint8", "int8", "uint16", "int16", "uint32", "int32", "float32", "bool", "string", "array", "uint64", "int64", "float64"}

func (k kind) String() string {
	if k < kinds {
		return kindNames[k]
	}
	return fmt.Sprintf("unknown (%d)", uint32(k))
}

// kindSizes are the bytes of a value; 0 where it has a length of its own.
var kindSizes = [kinds]uint64{1, 1, 2, 2, 4, 4, 4, 1, 0, 0, 8, 8, 8}

// value is a value of the metadata, where it lies.
type value struct {
	kind  kind
	data  []byte // of a number or string, or of all elements
	of    kind   // the elements of an array
	count int
}

// maxDepth is how deep arrays may lie in arrays.
const maxDepth = 8

func (r *reader) value() value {
	k := kind(r.uint32())
	if k == kindArray {
		return r.array(0)
	}
	from := r.at
	r.skip(k, 1, 0)
	v := value{kind: k}
	if r.err == nil {
		v.data = r.data[from:r.at]
		if k == kindString {
			v.data = v.data[8:]
		}
	}
	return v
}

func (r *reader) array(depth int) value {
	of, count := kind(r.uint32()), r.uint64()
	from := r.at
	r.skip(of, count, depth+1)
	if r.err != nil {
		return value{}
	}
	return value{kind: kindArray, of: of, count: int(count), data: r.data[from:r.at]}
}

// skip goes past values of a kind.
func (r *reader) skip(k kind, count uint64, depth int) {
	switch {
	case r.err != nil:
	case k >= kinds:
		r.fail("a value is of type %s", k)
	case depth > maxDepth:
		r.fail("arrays lie deeper than %d in each other", maxDepth)
	case kindSizes[k] > 0:
		if count > math.MaxInt64/8 {
			r.fail("an array has %d elements", count)
			return
		}
		r.take(count * kindSizes[k])
	default:
		for ; count > 0 && r.err == nil; count-- {
			if k == kindString {
				r.take(r.uint64())
			} else {
				r.array(depth)
			}
		}
	}
}
