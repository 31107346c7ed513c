package filter

import (
	"cmp"
	"slices"

	"github.com/qdrant/go-client/qdrant"

	"github.com/naru-rag/naru/internal/bitset"
	"github.com/naru-rag/naru/store/embedded/internal/payload"
)

func (f field) match(of *qdrant.Match) (*leaf, error) {
	switch m := of.GetMatchValue().(type) {
	case *qdrant.Match_Keyword:
		return f.oneOfKeywords([]string{m.Keyword}), nil
	case *qdrant.Match_Keywords:
		return f.oneOfKeywords(m.Keywords.GetStrings()), nil
	case *qdrant.Match_Integer:
		return f.oneOfIntegers([]int64{m.Integer}), nil
	case *qdrant.Match_Integers:
		return f.oneOfIntegers(m.Integers.GetIntegers()), nil
	case *qdrant.Match_Boolean:
		return f.isBool(m.Boolean), nil
	case *qdrant.Match_ExceptKeywords:
		list := setOf(m.ExceptKeywords.GetStrings())
		return f.noneOf(func(v *qdrant.Value) bool { return isKeyword(v, list) }), nil
	case *qdrant.Match_ExceptIntegers:
		list := setOf(m.ExceptIntegers.GetIntegers())
		return f.noneOf(func(v *qdrant.Value) bool { return isInteger(v, list) }), nil
	case *qdrant.Match_Text:
		return f.hasText(m.Text, everyWord), nil
	case *qdrant.Match_TextAny:
		return f.hasText(m.TextAny, someWord), nil
	case *qdrant.Match_Phrase:
		return f.hasText(m.Phrase, wordsInARow), nil
	case nil:
		return nil, invalid("Malformed Match condition: the match on field %q has no value", f.path)
	default:
		return nil, unimplemented("a match of the kind %T", m)
	}
}

func (f field) oneOfKeywords(keywords []string) *leaf {
	list := setOf(keywords)
	return f.hasIndexed(costValue,
		func(v *qdrant.Value) bool { return isKeyword(v, list) },
		func(ix Index, into bitset.Set) (bool, error) { return ix.Keywords(f.name, list, into) })
}

func (f field) oneOfIntegers(integers []int64) *leaf {
	list := setOf(integers)
	return f.hasIndexed(costValue,
		func(v *qdrant.Value) bool { return isInteger(v, list) },
		func(ix Index, into bitset.Set) (bool, error) { return ix.Integers(f.name, list, into) })
}

func (f field) isBool(wanted bool) *leaf {
	return f.hasIndexed(costValue,
		func(v *qdrant.Value) bool {
			b, ok := v.GetKind().(*qdrant.Value_BoolValue)
			return ok && b.BoolValue == wanted
		},
		func(ix Index, into bitset.Set) (bool, error) { return ix.Bool(f.name, wanted, into) })
}

// noneOf holds where a value other than null is not listed, values of other
// kinds included.
func (f field) noneOf(listed func(*qdrant.Value) bool) *leaf {
	return f.has(costValue, func(v *qdrant.Value) bool { return !payload.IsNull(v) && !listed(v) })
}

// setOf sorts the values of a condition, for a search in them.
func setOf[T cmp.Ordered](values []T) []T {
	sorted := slices.Clone(values)
	slices.Sort(sorted)
	return slices.Compact(sorted)
}

func isKeyword(v *qdrant.Value, of []string) bool {
	s, ok := v.GetKind().(*qdrant.Value_StringValue)
	if ok {
		_, ok = slices.BinarySearch(of, s.StringValue)
	}
	return ok
}

// isInteger takes no doubles: 2.0 is not the integer 2 in Qdrant.
func isInteger(v *qdrant.Value, of []int64) bool {
	n, ok := v.GetKind().(*qdrant.Value_IntegerValue)
	if ok {
		_, ok = slices.BinarySearch(of, n.IntegerValue)
	}
	return ok
}
