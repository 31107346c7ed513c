package config

import (
	"errors"
	"strconv"
	"strings"
)

// Bytes is a size in bytes. It is written with a unit, as in 64MiB, or as a
// plain number.
type Bytes int64

// The units that sizes are written in.
const (
	KiB Bytes = 1 << 10
	MiB Bytes = 1 << 20
	GiB Bytes = 1 << 30
)

var units = []struct {
	name string
	size Bytes
}{{"GiB", GiB}, {"MiB", MiB}, {"KiB", KiB}, {"B", 1}}

var errBytes = errors.New("must be a size such as 64MiB, 512KiB or 1048576")

// parseBytes reads a size; a blank may stand before the unit.
func parseBytes(text string) (Bytes, error) {
	number, unit := text, Bytes(1)
	for _, u := range units {
		if before, ok := strings.CutSuffix(text, u.name); ok {
			number, unit = strings.TrimSuffix(before, " "), u.size
			break
		}
	}
	n, err := strconv.ParseUint(number, 10, 62)
	if err != nil || Bytes(n) > (1<<62)/unit {
		return 0, errBytes
	}
	return Bytes(n) * unit, nil
}

// String writes the size in the largest unit that divides it.
func (b Bytes) String() string {
	for _, u := range units {
		if b != 0 && b%u.size == 0 {
			return strconv.FormatInt(int64(b/u.size), 10) + u.name
		}
	}
	return "0B"
}
