package segment

import (
	"hash/crc32"
	"unsafe"
)

// The bytes of a segment.
//
// All numbers are little-endian and unsigned unless said otherwise. Floats are
// IEEE 754.
//
//	header    "naru.seg", version u32, 52 zero bytes
//	sections  each at a multiple of 64, zero bytes between them
//	footer    at a multiple of 64, see below
//	trailer   footer offset u64, footer length u64, version u32,
//	          CRC-32C u32 of the footer and the trailer up to here, "naru.end"
//
// The footer starts with the CRC-32C (u32) of every block of 64 KiB of what is
// before it; the last block is as long as what is left. Then come
//
//	documents u64
//	dense vectors u32, each: name, size u32, distance u32
//	sparse vectors u32, each: name, documents that have it u64
//	payload fields u32, each: name, type u32
//	sections u32, each: length u64
//
// where a name is its length u32 and its bytes, and distance and type have the
// numbers of Qdrant's protocol. Sections follow one another in this order, so
// that their lengths say where they are:
//
//	keys      17 bytes for each document, ascending
//	versions  u64 for each document
//
// and for each dense vector, whose rows are the documents that have it,
//
//	documents  u32 for each row, ascending; empty where every document has one
//	vectors    float32 × size for each row
//	codes      int8 × size for each row: the vector, symmetrically quantised
//	bounds     for each row float32 × 3: the scale (a value is about scale ×
//	           code), the length of scale × codes, and the length of what that
//	           differs from the vector by; both lengths rounded up
//
// and for each sparse vector
//
//	documents  u32 for each document that has it; empty where every one has
//	postings   (document u32, weight float32), by term and document
//	blocks     for each 128 postings of a term that has more than 128: last
//	           document u32, highest weight float32
//	terms      ascending: term u32, documents u32, number of its first posting
//	           u64, number of its first block u64, highest weight float32,
//	           lowest weight float32
//
// and for each payload field that is indexed, one or two value indexes and
//
//	empty  u32: the documents where the field is empty
//
// A value index has the values of one kind, ascending as bytes, each with the
// documents that have it:
//
//	values  the values' bytes, one after another
//	ends    u64 for each value: where it ends in values; empty where all values
//	        have one width
//	lists   u64 for each value: where its documents end in documents
//	documents  u32, ascending for each value
//
// Keyword and uuid fields have one of strings. Integer and float fields have
// two, of integers and of floats, both as 8 bytes. Datetime fields have one of 8
// bytes, microseconds since 1970. Bool fields have one of 1 byte. Values other
// than strings are written so that their order as bytes is theirs, see value.go.

const (
	headerMagic  = "naru.seg"
	trailerMagic = "naru.end"
	version      = 1

	headerSize  = 64
	trailerSize = 32
	alignment   = 64
	blockShift  = 16
	blockSize   = 1 << blockShift

	// postingsPerBlock is how many postings one skip covers.
	postingsPerBlock = 128
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// posting is a document that has a term, as in the bytes.
type posting struct {
	doc    uint32
	weight float32
}

// postingBlock sums up 128 postings, as in the bytes.
type postingBlock struct {
	last uint32
	max  float32
}

// termEntry is an entry of the dictionary of a sparse vector, as in the bytes.
type termEntry struct {
	term, docs      uint32
	postings, block uint64 // the first
	max, min        float32
}

// rowBound is what is known about how far codes are off, as in the bytes.
type rowBound struct {
	scale     float32
	length    float32 // of scale × codes, rounded up
	deviation float32 // length of the difference to the vector, rounded up
}

// view returns bytes as values. The caller has made sure of the alignment, and
// that T has no padding.
func view[T any](b []byte) []T {
	if len(b) == 0 {
		return nil
	}
	var zero T
	return unsafe.Slice((*T)(unsafe.Pointer(unsafe.SliceData(b))), len(b)/int(unsafe.Sizeof(zero)))
}

// bytesOf returns values as bytes, the opposite of view.
func bytesOf[T any](values []T) []byte {
	if len(values) == 0 {
		return nil
	}
	var zero T
	return unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(values))), len(values)*int(unsafe.Sizeof(zero)))
}

// littleEndian tells whether this machine can view the bytes in place.
func littleEndian() bool {
	one := uint16(1)
	return *(*byte)(unsafe.Pointer(&one)) == 1
}

func aligned(n uint64) uint64 { return (n + alignment - 1) / alignment * alignment }
