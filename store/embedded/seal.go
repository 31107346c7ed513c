package embedded

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"

	"google.golang.org/protobuf/proto"
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// seal encodes a value: a CRC-32C of key and value, the number of the write
// that stored it, the message. bbolt has no checksum of its own on data.
func seal(key []byte, version uint64, m proto.Message) ([]byte, error) {
	out := binary.BigEndian.AppendUint64(make([]byte, 4, 12+proto.Size(m)), version)
	out, err := proto.MarshalOptions{Deterministic: true}.MarshalAppend(out, m)
	if err != nil {
		return nil, err
	}
	binary.BigEndian.PutUint32(out, crc32.Update(crc32.Checksum(key, castagnoli), castagnoli, out[4:]))
	return out, nil
}

// unseal decodes what seal made and returns the version.
func unseal(key, sealed []byte, into proto.Message) (uint64, error) {
	if len(sealed) < 12 {
		return 0, fmt.Errorf("%w: a value is cut short", ErrCorrupt)
	}
	if sum := crc32.Update(crc32.Checksum(key, castagnoli), castagnoli, sealed[4:]); sum != binary.BigEndian.Uint32(sealed) {
		return 0, fmt.Errorf("%w: a checksum does not match", ErrCorrupt)
	}
	if err := proto.Unmarshal(sealed[12:], into); err != nil {
		return 0, fmt.Errorf("%w: %w", ErrCorrupt, err)
	}
	return binary.BigEndian.Uint64(sealed[4:]), nil
}
