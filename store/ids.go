package store

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
)

// PassageID returns the id of a passage, a UUID (version 8, of a SHA-256) that
// depends on nothing but its arguments. Each part goes in with its length, so
// that no two lists of arguments look alike.
func PassageID(tenant, document string, ordinal int) string {
	sum := digest("passage", tenant, document, string(binary.AppendVarint(nil, int64(ordinal))))
	sum[6] = sum[6]&0x0f | 0x80
	sum[8] = sum[8]&0x3f | 0x80
	h := hex.EncodeToString(sum[:16])
	return h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:]
}

// DocumentID returns the id of the document of a key, 32 hexadecimal digits:
// the same for each of its versions, another in each tenant.
func DocumentID(tenant, key string) string {
	sum := digest("document", tenant, key)
	return hex.EncodeToString(sum[:16])
}

func digest(parts ...string) [sha256.Size]byte {
	var in []byte
	for _, p := range parts {
		in = binary.AppendUvarint(in, uint64(len(p)))
		in = append(in, p...)
	}
	return sha256.Sum256(in)
}
