// Package pointid turns the ids of Qdrant points into fixed-size keys whose
// bytes have the order of the ids. Start with [Parse].
package pointid

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"slices"
	"strconv"

	"github.com/qdrant/go-client/qdrant"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// Size is the length of a key in bytes.
const Size = 17

// Key is a point id as a fixed-size value. Comparing the bytes gives the order
// of ids: numbers first, by value, then UUIDs.
type Key [Size]byte

const (
	kindNumber byte = 0
	kindUUID   byte = 1
)

// Compare orders keys as ids are ordered.
func (k Key) Compare(other Key) int { return bytes.Compare(k[:], other[:]) }

// ID returns the key in the form that requests and responses use, UUIDs in
// lower case with hyphens.
func (k Key) ID() *qdrant.PointId {
	if k[0] == kindNumber {
		return qdrant.NewIDNum(binary.BigEndian.Uint64(k[1:9]))
	}
	return qdrant.NewIDUUID(k.String())
}

// String returns the id as text.
func (k Key) String() string {
	if k[0] == kindNumber {
		return strconv.FormatUint(binary.BigEndian.Uint64(k[1:9]), 10)
	}
	var out [36]byte
	at := 0
	for i, b := range k[1:] {
		if i == 4 || i == 6 || i == 8 || i == 10 {
			out[at] = '-'
			at++
		}
		hex.Encode(out[at:at+2], []byte{b})
		at += 2
	}
	return string(out[:])
}

// Parse checks a point id and returns its key, or an InvalidArgument status.
// UUIDs may be written with hyphens, without, in braces or as a urn, as in
// Qdrant.
func Parse(id *qdrant.PointId) (Key, error) {
	var key Key
	switch v := id.GetPointIdOptions().(type) {
	case *qdrant.PointId_Num:
		key[0] = kindNumber
		binary.BigEndian.PutUint64(key[1:9], v.Num)
		return key, nil
	case *qdrant.PointId_Uuid:
		key[0] = kindUUID
		if !parseUUID(key[1:], v.Uuid) {
			return key, status.Errorf(codes.InvalidArgument, "Unable to parse UUID: point id %q is not one", v.Uuid)
		}
		return key, nil
	default:
		return key, status.Error(codes.InvalidArgument, "a point id is missing: set num or uuid")
	}
}

// ParseAll parses ids; the first that is wrong is the error.
func ParseAll(ids []*qdrant.PointId) ([]Key, error) {
	keys := make([]Key, len(ids))
	for i, id := range ids {
		key, err := Parse(id)
		if err != nil {
			return nil, err
		}
		keys[i] = key
	}
	return keys, nil
}

// Sort returns the keys in order, each once.
func Sort(keys []Key) []Key {
	sorted := slices.Clone(keys)
	slices.SortFunc(sorted, Key.Compare)
	return slices.Compact(sorted)
}

func parseUUID(dst []byte, s string) bool {
	switch {
	case len(s) == 38 && s[0] == '{' && s[37] == '}':
		s = s[1:37]
	case len(s) == 45 && s[:9] == "urn:uuid:":
		s = s[9:]
	}
	var digits [32]byte
	switch len(s) {
	case 36:
		if s[8] != '-' || s[13] != '-' || s[18] != '-' || s[23] != '-' {
			return false
		}
		copy(digits[0:], s[:8])
		copy(digits[8:], s[9:13])
		copy(digits[12:], s[14:18])
		copy(digits[16:], s[19:23])
		copy(digits[20:], s[24:])
	case 32:
		copy(digits[:], s)
	default:
		return false
	}
	_, err := hex.Decode(dst, digits[:])
	return err == nil
}
