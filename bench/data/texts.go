package data

import "fmt"

// Texts are questions and passages of the question sets as they are there, to be
// embedded. Those one after another are of different sets, and so in several
// languages.
type Texts struct {
	Queries, Passages []string
}

// How many tokens the texts have, with the model's prefix and special tokens.
const (
	QueryTokens  = 12
	FewestTokens = 290 // of a passage
	MostTokens   = 310
)

// What the model wants around a text.
const (
	queryPrefix   = "query: "
	passagePrefix = "passage: "
	specialTokens = 2
)

// PickTexts returns so many texts of the sets in evalDir, or all that have the
// right length where there are fewer: the first of each set, by turns. tokens
// counts those of a text without special tokens.
func PickTexts(evalDir string, tokens func(text string) int, queries, passages int) (Texts, error) {
	sets, err := Sets(evalDir)
	if err != nil {
		return Texts{}, err
	}
	questions, contexts := make([][]string, len(sets)), make([][]string, len(sets))
	for i, set := range sets {
		for _, q := range set.Questions {
			if tokens(queryPrefix+q.Text)+specialTokens == QueryTokens {
				questions[i] = append(questions[i], q.Text)
			}
		}
		for _, p := range set.Passages {
			if n := tokens(passagePrefix+p.Text) + specialTokens; FewestTokens <= n && n <= MostTokens {
				contexts[i] = append(contexts[i], p.Text)
			}
		}
	}
	t := Texts{byTurns(questions, queries), byTurns(contexts, passages)}
	if len(t.Queries) == 0 || len(t.Passages) == 0 {
		return t, fmt.Errorf("embedding cannot be measured with the question sets in %s: %d of their questions have %d tokens, %d of their passages %d to %d",
			evalDir, len(t.Queries), QueryTokens, len(t.Passages), FewestTokens, MostTokens)
	}
	return t, nil
}

// byTurns takes n texts, or all: the first of each list, then the second.
func byTurns(lists [][]string, n int) []string {
	var out []string
	for i, more := 0, true; more; i++ {
		more = false
		for _, list := range lists {
			if i >= len(list) {
				continue
			}
			if out, more = append(out, list[i]), true; len(out) == n {
				return out
			}
		}
	}
	return out
}
