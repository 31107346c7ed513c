package tokenize

import "fmt"

// check says which id lies outside a vocabulary of n pieces.
func (s Specials) check(n int) error {
	if s.Unknown < 0 {
		return fmt.Errorf("id %d of the unknown token: a tokenizer needs one", s.Unknown)
	}
	for _, special := range []struct {
		name string
		id   int32
	}{{"first", s.Begin}, {"last", s.End}, {"unknown", s.Unknown}, {"padding", s.Pad}} {
		if special.id < -1 || int64(special.id) >= int64(n) {
			return fmt.Errorf("id %d of the %s token lies outside the vocabulary of %d pieces", special.id, special.name, n)
		}
	}
	return nil
}
