package tokenize

import (
	"fmt"
	"slices"
)

// buildDoubleArray writes a trie of keys as Darts-clone's double array (Aoe
// 1989, the form of Yata's library): a node's children lie at its place
// exclusive-or their bytes, its value where a byte 0 would. The keys are sorted,
// different, not empty and without a zero byte.
func buildDoubleArray(keys []string, values []uint32) ([]uint32, error) {
	b := &arrayBuilder{keys: keys, values: values}
	b.grow(0)
	b.taken[0] = true
	b.units[0] = 0
	if len(keys) > 0 {
		if err := b.node(0, 0, len(keys), 0); err != nil {
			return nil, err
		}
	}
	return b.units, nil
}

type arrayBuilder struct {
	keys   []string
	values []uint32
	units  []uint32
	taken  []bool // units that are nodes or values
	places []bool // places of some node's children: no two nodes share one
	free   int    // all units before are taken
}

const (
	// unusedUnit is led to by no byte.
	unusedUnit = 1 << 31
	// searched is how many of the last units are looked at for room. Older ones
	// are nearly full, and looking at them all takes quadratic time.
	searched = 16 * 256
	// maxUnits is how far an offset reaches that is written as it is.
	maxUnits = 1 << 21
)

// grow makes unit i exist, in whole blocks of the 256 places that one can be
// exclusive-or a byte.
func (b *arrayBuilder) grow(i int) {
	for i >= len(b.units) {
		b.units = append(b.units, slices.Repeat([]uint32{unusedUnit}, 256)...)
		b.taken = append(b.taken, make([]bool, 256)...)
		b.places = append(b.places, make([]bool, 256)...)
	}
}

// node gives places to the children of unit, which are those of the keys from
// first to last after depth bytes, and to theirs.
func (b *arrayBuilder) node(unit, first, last, depth int) error {
	var labels []byte // 0 is the value
	var starts []int
	for i := first; i < last; i++ {
		var label byte
		if depth < len(b.keys[i]) {
			label = b.keys[i][depth]
		}
		if len(labels) == 0 || labels[len(labels)-1] != label {
			labels, starts = append(labels, label), append(starts, i)
		}
	}
	place := b.place(labels)
	if len(b.units) > maxUnits {
		return fmt.Errorf("%d strings need more than %d units", len(b.keys), maxUnits)
	}
	b.units[unit] |= uint32(unit^place) << 10
	for k, label := range labels {
		child := place ^ int(label)
		b.taken[child] = true
		b.units[child] = uint32(label)
		if label == 0 {
			b.units[unit] |= unitHasLeaf
			b.units[child] = 1<<31 | b.values[starts[k]]
		}
	}
	starts = append(starts, last)
	for k, label := range labels {
		if label != 0 {
			if err := b.node(place^int(label), starts[k], starts[k+1], depth+1); err != nil {
				return err
			}
		}
	}
	return nil
}

// place finds room for children with these labels.
func (b *arrayBuilder) place(labels []byte) int {
	for b.free < len(b.taken) && b.taken[b.free] {
		b.free++
	}
	for i := max(b.free, len(b.units)-searched); ; i++ {
		b.grow(i)
		place := i ^ int(labels[0])
		if b.taken[i] || b.places[place] {
			continue
		}
		if !slices.ContainsFunc(labels, func(label byte) bool { return b.taken[place^int(label)] }) {
			b.places[place] = true
			return place
		}
	}
}
