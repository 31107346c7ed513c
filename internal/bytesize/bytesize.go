// Package bytesize reads and writes sizes such as 64MiB.
package bytesize

import (
	"errors"
	"strconv"
	"strings"
)

// Size is a size in bytes. It is written with a unit, as in 64MiB, or as a
// plain number.
type Size int64

// The units that sizes are written in.
const (
	KiB Size = 1 << 10
	MiB Size = 1 << 20
	GiB Size = 1 << 30
)

var units = []struct {
	name string
	size Size
}{{"GiB", GiB}, {"MiB", MiB}, {"KiB", KiB}, {"B", 1}}

var errSize = errors.New("must be a size such as 64MiB, 512KiB or 1048576")

// Parse reads a size; a blank may stand before the unit.
func Parse(text string) (Size, error) {
	number, unit := text, Size(1)
	for _, u := range units {
		if before, ok := strings.CutSuffix(text, u.name); ok {
			number, unit = strings.TrimSuffix(before, " "), u.size
			break
		}
	}
	n, err := strconv.ParseUint(number, 10, 62)
	if err != nil || Size(n) > (1<<62)/unit {
		return 0, errSize
	}
	return Size(n) * unit, nil
}

// String writes the size in the largest unit that divides it.
func (s Size) String() string {
	for _, u := range units {
		if s != 0 && s%u.size == 0 {
			return strconv.FormatInt(int64(s/u.size), 10) + u.name
		}
	}
	return "0B"
}
