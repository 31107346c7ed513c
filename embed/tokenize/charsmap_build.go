package tokenize

import (
	"encoding/binary"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"
)

// BuildCharsmap writes a precompiled character map, as SentencePiece does and
// [NewUnigram] reads, that replaces each character by a string; an empty string
// drops it. It is an error that names the character if one is no Unicode
// character or NUL, or a replacement is too long, no UTF-8 or holds NUL.
func BuildCharsmap(replace map[rune]string) ([]byte, error) {
	runes := slices.Sorted(maps.Keys(replace))
	keys := make([]string, len(runes))
	values := make([]uint32, len(runes))
	places := map[string]uint32{}
	var replacements []byte
	for i, r := range runes {
		to := replace[r]
		if r == 0 || !utf8.ValidRune(r) {
			return nil, fmt.Errorf("tokenize: %U cannot be replaced", r)
		}
		if len(to) >= maxReplacement || !utf8.ValidString(to) || strings.Contains(to, "\x00") {
			return nil, fmt.Errorf("tokenize: %U cannot be replaced by %.40q", r, to)
		}
		place, ok := places[to]
		if !ok {
			place = uint32(len(replacements))
			places[to] = place
			replacements = append(append(replacements, to...), 0)
		}
		keys[i], values[i] = string(r), place
	}
	units, err := buildDoubleArray(keys, values)
	if err != nil {
		return nil, fmt.Errorf("tokenize: character map: %w", err)
	}
	blob := binary.LittleEndian.AppendUint32(nil, uint32(4*len(units)))
	for _, unit := range units {
		blob = binary.LittleEndian.AppendUint32(blob, unit)
	}
	return append(blob, replacements...), nil
}
