package segment

import (
	"errors"
	"fmt"
	"slices"

	"github.com/qdrant/go-client/qdrant"

	"github.com/naru-rag/naru/store/embedded/internal/payload"
)

// Config says what of its points a segment indexes.
type Config struct {
	Dense  []Dense
	Sparse []string // names of vectors
	Fields []Field
}

// Dense is a dense vector.
type Dense struct {
	Name string // "" for the vector without a name
	Size int    // values, 1 to MaxSize
	// Distance is Cosine (vectors come with length one), Dot, Euclid or Manhattan.
	Distance qdrant.Distance
}

// Field is a payload field.
type Field struct {
	Name string // a payload key, as [payload.Parse] reads it
	Type qdrant.FieldType
}

// MaxSize is how many values a dense vector has at most.
const MaxSize = 1 << 16

// Equal tells whether both index the same, in the same order.
func (c Config) Equal(other Config) bool {
	return slices.Equal(c.Dense, other.Dense) && slices.Equal(c.Sparse, other.Sparse) && slices.Equal(c.Fields, other.Fields)
}

// check tells what is wrong with a config.
func (c Config) check() error {
	vectors, fields := map[string]bool{}, map[string]bool{}
	once := func(names map[string]bool, kind, name string) error {
		if names[name] {
			return fmt.Errorf("segment: %s %q is configured twice", kind, name)
		}
		names[name] = true
		return nil
	}
	for _, d := range c.Dense {
		if err := once(vectors, "vector", d.Name); err != nil {
			return err
		}
		if d.Size < 1 || d.Size > MaxSize {
			return fmt.Errorf("segment: vector %q has size %d; it must be 1 to %d", d.Name, d.Size, MaxSize)
		}
		switch d.Distance {
		case qdrant.Distance_Cosine, qdrant.Distance_Dot, qdrant.Distance_Euclid, qdrant.Distance_Manhattan:
		default:
			return fmt.Errorf("segment: vector %q has an unknown distance (%d)", d.Name, d.Distance)
		}
	}
	for _, name := range c.Sparse {
		if err := once(vectors, "vector", name); err != nil {
			return err
		}
	}
	for _, f := range c.Fields {
		if err := once(fields, "field", f.Name); err != nil {
			return err
		}
		if _, err := payload.Parse(f.Name); err != nil {
			return fmt.Errorf("segment: field %q: %w", f.Name, err)
		}
		if _, ok := valueWidths[f.Type]; !ok && !unindexed(f.Type) {
			return fmt.Errorf("segment: field %q has an unknown type (%d)", f.Name, f.Type)
		}
	}
	if len(c.Dense)+len(c.Sparse)+len(c.Fields) > maxParts {
		return errors.New("segment: too many vectors and fields")
	}
	return nil
}

// maxParts bounds how many vectors and fields there are together, so that what
// a damaged footer claims stays small.
const maxParts = 1 << 16

// unindexed tells whether fields of a type are recorded only.
func unindexed(t qdrant.FieldType) bool {
	return t == qdrant.FieldType_FieldTypeGeo || t == qdrant.FieldType_FieldTypeText
}
