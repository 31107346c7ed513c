package segment

import (
	"context"
	"errors"
	"fmt"
	"hash/crc32"
	"sync/atomic"
)

// ErrDamaged is what errors about bytes that are not those of a segment wrap.
// The segment has to be made again.
var ErrDamaged = errors.New("segment is damaged")

var (
	errBigEndian  = errors.New("segment: this machine is big-endian, and segments are read in place as little-endian")
	errMisaligned = errors.New("segment: the bytes do not begin at a multiple of 8")
)

// checked is the part of a segment that the checksums of blocks cover. Each
// block is checked when something in it is first used.
type checked struct {
	file     string
	config   *Config
	sections []section
	data     []byte
	sums     []uint32
	good     []atomic.Uint32 // a bit for each block
}

// section is a stretch of the bytes.
type section struct {
	of   *checked
	at   uint64
	data []byte
}

// check makes sure of the bytes from one offset in the section to another,
// which are within it.
func (s *section) check(from, to int) error {
	if from >= to {
		return nil
	}
	first, last := (s.at+uint64(from))>>blockShift, (s.at+uint64(to)-1)>>blockShift
	for b := first; b <= last; b++ {
		if s.of.good[b>>5].Load()&(1<<(b&31)) != 0 {
			continue
		}
		if !s.of.sum(b) {
			return s.damaged("the block at offset %d does not have its checksum", b<<blockShift)
		}
	}
	return nil
}

// checkAll makes sure of the whole section.
func (s *section) checkAll() error { return s.check(0, len(s.data)) }

// damaged returns an error about the section.
func (s *section) damaged(format string, args ...any) error {
	name := "?"
	for i, other := range s.of.sections {
		if other.at == s.at && len(other.data) == len(s.data) {
			name = s.of.config.sectionNames()[i]
		}
	}
	return fmt.Errorf("%w: %s, section %s at offset %d: %s", ErrDamaged, s.of.file, name, s.at, fmt.Sprintf(format, args...))
}

// sum compares a block with its checksum.
func (c *checked) sum(b uint64) bool {
	block := c.data[b<<blockShift : min((b+1)<<blockShift, uint64(len(c.data)))]
	if crc32.Checksum(block, castagnoli) != c.sums[b] {
		return false
	}
	c.good[b>>5].Or(1 << (b & 31))
	return true
}

// Verify compares every block with its checksum, those too that were compared
// before.
func (s *Segment) Verify(ctx context.Context) error {
	for b := range uint64(len(s.body.sums)) {
		if err := ctx.Err(); err != nil {
			return err
		}
		if !s.body.sum(b) {
			return fmt.Errorf("%w: %s: the block at offset %d does not have its checksum", ErrDamaged, s.name, b<<blockShift)
		}
	}
	return nil
}
