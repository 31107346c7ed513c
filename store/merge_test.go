package store_test

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/naru-rag/naru/rag"
	"github.com/naru-rag/naru/store"
	"github.com/naru-rag/naru/store/embedded"
)

// vectorOf is a made-up meaning of two dimensions.
func vectorOf(near float32) []float32 { return []float32{near, 1 - near} }

// filled is a store of passages, each with how near it is to the question.
func filled(t *testing.T, model string, fusion store.Fusion, texts map[string]float32) *store.Store {
	t.Helper()
	engine, err := embedded.Open(t.TempDir(), embedded.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := engine.Close(); err != nil {
			t.Error(err)
		}
	})
	opt := store.Options{Fusion: fusion}
	if model != "" {
		opt.Vectors = store.Vectors{Model: model, Dimensions: 2}
	}
	s := store.New(engine.Conn(), opt)
	if err := s.Ensure(t.Context()); err != nil {
		t.Fatal(err)
	}
	for text := range texts {
		id := store.DocumentID("t", text)
		e := store.Entry{
			Document: rag.Document{ID: id, URI: text, Text: text, Hash: "h", Language: "en", Access: rag.Access{Tenant: "t"}},
			Passages: []rag.Passage{{Text: text, End: len(text), Language: "en"}},
		}
		if err := s.Put(t.Context(), e); err != nil {
			t.Fatal(err)
		}
	}
	list, err := s.Lacking(t.Context(), "t", 100)
	if err != nil {
		t.Fatal(err)
	}
	var vectors []store.Vector
	for _, l := range list {
		vectors = append(vectors, store.Vector{ID: l.ID, Digest: l.Digest, Values: vectorOf(texts[l.Text])})
	}
	if err := s.SetVectors(t.Context(), "t", vectors); err != nil {
		t.Fatal(err)
	}
	return s
}

// TestMerge: what several stores found comes in the order of its signals, whatever each of
// them makes of its scores; where one of them knows no meaning, by words.
func TestMerge(t *testing.T) {
	here := map[string]float32{"The ferry leaves at nine.": .9, "The mill is old.": .3}
	there := map[string]float32{"A ferry leaves at ten from the pier.": .95, "The tower is tall.": .2, "The ferry and the mill.": .5}
	query := rag.Query{Text: "When does the ferry leave?", Language: "en", Limit: 4, Vector: vectorOf(1), Asker: rag.Asker{Tenant: "t"}}
	search := func(s *store.Store, query rag.Query) []rag.Passage {
		t.Helper()
		r, err := s.Search(t.Context(), query)
		if err != nil {
			t.Fatal(err)
		}
		return r.Passages
	}
	order := func(passages []rag.Passage) (all []string) {
		for _, p := range passages {
			all = append(all, p.Text)
		}
		return all
	}
	ours, calibrated := search(filled(t, "m", "", here), query), search(filled(t, "m", "", there), query)
	want := slices.Concat(ours, calibrated)
	slices.SortFunc(want, func(a, b rag.Passage) int { return cmp.Or(cmp.Compare(b.Score, a.Score), strings.Compare(a.ID, b.ID)) })
	want = want[:query.Limit]
	if want[0].Text != "A ferry leaves at ten from the pier." || want[1].Text != "The ferry leaves at nine." {
		t.Fatalf("the best are %q", order(want))
	}
	for _, fusion := range store.Fusions {
		theirs := search(filled(t, "m", fusion, there), query)
		merged := store.Merge(query.Limit, ours, theirs)
		if !slices.Equal(order(merged), order(want)) || merged[0].Score != want[0].Score || merged[0].Strength != 0 {
			t.Errorf("with %s over there: %q, want %q", fusion, order(merged), order(want))
		}
		if got := store.Merge(query.Limit, nil, theirs); !slices.Equal(order(got), order(theirs)) || got[0].Score != theirs[0].Score {
			t.Errorf("one store alone is %v, was %v", got, theirs)
		}
		if got := store.Merge(query.Limit, theirs, ours); fmt.Sprint(got) != fmt.Sprint(merged) {
			t.Error("it depends on who comes first")
		}
		if got := store.Merge(query.Limit, ours, ours); len(got) != len(ours) {
			t.Errorf("what two stores have is there twice: %q", order(got))
		}
	}
	byWords := query
	byWords.Vector = nil
	words := search(filled(t, "", "", there), byWords)
	for _, p := range store.Merge(query.Limit, ours, words) {
		if p.Meaning != 0 || p.Score != p.Words || p.Words <= 0 {
			t.Errorf("by words alone: %+v", p)
		}
	}
	if got := store.Merge(query.Limit); len(got) > 0 {
		t.Errorf("of nothing: %v", got)
	}
}
