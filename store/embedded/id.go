package embedded

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"

	"github.com/qdrant/go-client/qdrant"
)

// pointKey is a point id as a fixed-size value. Comparing the bytes gives the
// order of ids: numbers first, by value, then UUIDs.
type pointKey [17]byte

const (
	kindNumber byte = 0
	kindUUID   byte = 1
)

func (k pointKey) compare(other pointKey) int { return bytes.Compare(k[:], other[:]) }

// id returns the key in the form that requests and responses use, UUIDs in
// lower case with hyphens.
func (k pointKey) id() *qdrant.PointId {
	if k[0] == kindNumber {
		return qdrant.NewIDNum(binary.BigEndian.Uint64(k[1:9]))
	}
	return qdrant.NewIDUUID(k.String())
}

func (k pointKey) String() string {
	if k[0] == kindNumber {
		return k.id().String()
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

// keyOf checks a point id and returns its key. UUIDs may be written with
// hyphens, without, in braces or as a urn, as in Qdrant.
func keyOf(id *qdrant.PointId) (pointKey, error) {
	var key pointKey
	switch v := id.GetPointIdOptions().(type) {
	case *qdrant.PointId_Num:
		key[0] = kindNumber
		binary.BigEndian.PutUint64(key[1:9], v.Num)
		return key, nil
	case *qdrant.PointId_Uuid:
		key[0] = kindUUID
		if !parseUUID(key[1:], v.Uuid) {
			return key, invalid("point id %q is not a UUID", v.Uuid)
		}
		return key, nil
	default:
		return key, invalid("a point id is missing: set num or uuid")
	}
}

func keysOf(ids []*qdrant.PointId) ([]pointKey, error) {
	keys := make([]pointKey, len(ids))
	for i, id := range ids {
		key, err := keyOf(id)
		if err != nil {
			return nil, err
		}
		keys[i] = key
	}
	return keys, nil
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
