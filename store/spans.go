package store

import (
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/naru-rag/naru/rag"
)

// errSpans is returned for a packed list of spans that is not one.
var errSpans = errors.New("source spans are malformed")

// packSpans packs source spans into text: for each one, as varints, how far its
// start is from the end of the one before and its length, then the same for the
// bytes of the original; in base64, since a payload holds text.
func packSpans(spans []rag.SourceSpan) string {
	if len(spans) == 0 {
		return ""
	}
	var out []byte
	var end, to int64
	for _, s := range spans {
		for _, v := range []int64{int64(s.Start) - end, int64(s.End - s.Start), s.From - to, s.To - s.From} {
			out = binary.AppendVarint(out, v)
		}
		end, to = int64(s.End), s.To
	}
	return base64.RawStdEncoding.EncodeToString(out)
}

// unpackSpans is the inverse of packSpans.
func unpackSpans(packed string) ([]rag.SourceSpan, error) {
	if packed == "" {
		return nil, nil
	}
	in, err := base64.RawStdEncoding.Strict().DecodeString(packed)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errSpans, err)
	}
	var spans []rag.SourceSpan
	var end, to int64
	for len(in) > 0 {
		var v [4]int64
		for i := range v {
			n := 0
			if v[i], n = binary.Varint(in); n <= 0 {
				return nil, fmt.Errorf("%w: cut short after %d", errSpans, len(spans))
			}
			in = in[n:]
		}
		start, from := end+v[0], to+v[2]
		end, to = start+v[1], from+v[3]
		spans = append(spans, rag.SourceSpan{Start: int(start), End: int(end), From: from, To: to})
	}
	return spans, nil
}
