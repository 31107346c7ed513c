package storetest

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"google.golang.org/grpc"

	"github.com/naru-rag/naru/rag"
	"github.com/naru-rag/naru/store"
)

// meaningful is a store whose passages have vectors of four dimensions, which the
// tests make up.
type meaningful struct {
	*subject
	*store.Store
}

func newMeaningful(conn grpc.ClientConnInterface, model string) *store.Store {
	return newFused(conn, model, "")
}

func newFused(conn grpc.ClientConnInterface, model string, f store.Fusion) *store.Store {
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	return store.New(conn, store.Options{
		Collection: "storetest", Rules: "first", Vectors: store.Vectors{Model: model, Dimensions: 4}, Fusion: f,
		Clock: func() time.Time {
			now = now.Add(time.Hour)
			return now
		},
	})
}

// withMeaning is a sentence about a store that is empty and has vectors.
func withMeaning(says string, check func(m *meaningful)) sentence {
	return sentence{says, func(s *subject) {
		m := &meaningful{s, newMeaningful(s.conn, "m1")}
		// The subject's own store made an index without vectors.
		b, err := m.Store.Build(s.ctx)
		if err != nil || b == nil {
			s.Fatalf("Build returns %v, %v", b, err)
		}
		if err := b.Finish(s.ctx); err != nil {
			s.Fatal(err)
		}
		check(m)
	}}
}

// direction is a vector in which one dimension stands out.
func direction(dimension int) []float32 {
	v := []float32{.1, .1, .1, .1}
	v[dimension] = 1
	return v
}

// about gives each passage that lacks a vector that of the first word it has.
func (m *meaningful) embed(of *store.Store, about ...string) {
	m.Helper()
	list, err := of.Lacking(m.ctx, tenant, 100)
	if err != nil {
		m.Fatal(err)
	}
	var vectors []store.Vector
	for _, p := range list {
		i := slices.IndexFunc(about, func(word string) bool { return strings.Contains(p.Text, word) })
		if i >= 0 {
			vectors = append(vectors, store.Vector{ID: p.ID, Digest: p.Digest, Values: direction(i)})
		}
	}
	if err := of.SetVectors(m.ctx, tenant, vectors); err != nil {
		m.Fatal(err)
	}
}

// search returns the texts that are found and what the search lacked.
func (m *meaningful) search(of *store.Store, text string, vector []float32, asker rag.Asker) (texts, degraded []string) {
	m.Helper()
	r, err := of.Search(m.ctx, rag.Query{Text: text, Vector: vector, Language: "en", Limit: 10, Asker: asker})
	if err != nil {
		m.Fatal(err)
	}
	for _, p := range r.Passages {
		texts = append(texts, p.Text)
	}
	return texts, r.Degraded
}

func (m *meaningful) lacking(of *store.Store) (texts []string) {
	m.Helper()
	list, err := of.Lacking(m.ctx, tenant, 100)
	if err != nil {
		m.Fatal(err)
	}
	for _, p := range list {
		texts = append(texts, p.Text[strings.LastIndex(p.Text, "\n")+1:])
	}
	if n, err := of.CountLacking(m.ctx, tenant); err != nil || n != len(list) {
		m.Errorf("CountLacking returns %d, %v, and Lacking lists %d", n, err, len(list))
	}
	return texts
}

func (m *meaningful) put(entries ...store.Entry) {
	m.Helper()
	if err := m.Store.Put(m.ctx, entries...); err != nil {
		m.Fatal(err)
	}
}

func modified(e store.Entry, at time.Time) store.Entry {
	e.Document.Modified = at
	return e
}

var meaning = []sentence{
	withMeaning("A passage is found by its words before it has a vector, and the search says what is missing", func(m *meaningful) {
		m.put(entry("a", "The ferry leaves at noon.", "The museum is closed."))
		texts, degraded := m.search(m.Store, "ferry", direction(0), anyone)
		if !slices.Equal(texts, []string{"The ferry leaves at noon."}) || len(degraded) != 1 || !strings.Contains(degraded[0], "2 of 2") {
			m.Errorf("found %q, degraded %q", texts, degraded)
		}
		m.embed(m.Store, "ferry")
		if _, degraded = m.search(m.Store, "ferry", direction(0), anyone); len(degraded) != 1 || !strings.Contains(degraded[0], "1 of 2 passages (50 %)") {
			m.Errorf("half way, degraded %q", degraded)
		}
		m.embed(m.Store, "ferry", "museum")
		if _, degraded = m.search(m.Store, "ferry", direction(0), anyone); len(degraded) != 0 {
			m.Errorf("in the end, degraded %q", degraded)
		}
	}),
	withMeaning("A passage is found by what it means where no word is the same", func(m *meaningful) {
		m.put(entry("a", "The ferry leaves at noon.", "The museum is closed."))
		m.embed(m.Store, "ferry", "museum")
		for i, want := range []string{"The ferry leaves at noon.", "The museum is closed."} {
			for _, words := range []string{"zwölf Uhr", "?"} {
				if texts, _ := m.search(m.Store, words, direction(i), anyone); len(texts) != 2 || texts[0] != want {
					m.Errorf("%q in the direction of %q finds %q", words, want, texts)
				}
			}
		}
	}),
	withMeaning("Words and meaning together put first what both find", func(m *meaningful) {
		m.put(entry("a", "The ferry leaves at noon.", "The boat leaves at noon.", "The museum sells ferry tickets."))
		m.embed(m.Store, "The ferry", "museum", "boat")
		vector := []float32{1, .1, 1.05, .1}
		texts, _ := m.search(m.Store, "ferry", vector, anyone)
		if want := []string{"The ferry leaves at noon.", "The boat leaves at noon.", "The museum sells ferry tickets."}; !slices.Equal(texts, want) {
			m.Errorf("found %q, want %q", texts, want)
		}
	}),
	withMeaning("What is to be embedded is listed with the newest document first, the undated last, and no other tenant's", func(m *meaningful) {
		day := time.Date(2026, 5, 1, 0, 0, 0, 0, time.UTC)
		m.put(modified(entry("old", "Old."), day), modified(entry("new", "New."), day.AddDate(0, 1, 0)), entry("empty"),
			accessible(entry("theirs", "Theirs."), rag.Access{Tenant: "other"}))
		m.put(modified(entry("undated", "Undated."), time.Time{}))
		var order []string
		for range 4 {
			list, err := m.Store.Lacking(m.ctx, tenant, 1)
			if err != nil {
				m.Fatal(err)
			}
			if len(list) == 0 {
				break
			}
			order = append(order, list[0].Text[strings.LastIndex(list[0].Text, "\n")+1:])
			if err := m.SetVectors(m.ctx, tenant, []store.Vector{{ID: list[0].ID, Digest: list[0].Digest, Values: direction(0)}}); err != nil {
				m.Fatal(err)
			}
		}
		if want := []string{"New.", "Old.", "Undated."}; !slices.Equal(order, want) {
			m.Errorf("in the order %q, want %q", order, want)
		}
		if _, err := m.Store.Lacking(m.ctx, "", 1); !errors.Is(err, rag.ErrNoTenant) {
			m.Errorf("Lacking without a tenant returns %v", err)
		}
		if err := m.SetVectors(m.ctx, "", []store.Vector{{}}); !errors.Is(err, rag.ErrNoTenant) {
			m.Errorf("SetVectors without a tenant returns %v", err)
		}
	}),
	withMeaning("A vector of what a passage said before, or of one that is gone, is not set", func(m *meaningful) {
		m.put(entry("a", "The ferry leaves at noon."), entry("b", "The museum is closed."), entry("c", "The café is open."))
		list, err := m.Store.Lacking(m.ctx, tenant, 10)
		if err != nil || len(list) != 3 {
			m.Fatalf("Lacking returns %v, %v", list, err)
		}
		m.put(entry("a", "The ferry leaves at one."))
		if err := m.Store.Delete(m.ctx, tenant, entry("b").Document.ID); err != nil {
			m.Fatal(err)
		}
		var vectors []store.Vector
		for _, p := range list {
			vectors = append(vectors, store.Vector{ID: p.ID, Digest: p.Digest, Values: direction(0)})
		}
		if err := m.SetVectors(m.ctx, tenant, vectors); err != nil {
			m.Fatal(err)
		}
		if left := m.lacking(m.Store); !slices.Equal(left, []string{"The ferry leaves at one."}) {
			m.Errorf("there lack %q", left)
		}
		if documents := m.documents(tenant); len(documents) != 2 {
			m.Errorf("there are %d documents", len(documents))
		}
	}),
	withMeaning("A tenant cannot set vectors of another's passages", func(m *meaningful) {
		m.put(entry("a", "The ferry leaves at noon."))
		list, err := m.Store.Lacking(m.ctx, tenant, 10)
		if err != nil {
			m.Fatal(err)
		}
		for _, values := range [][]float32{direction(0), nil} {
			if err := m.SetVectors(m.ctx, "other", []store.Vector{{ID: list[0].ID, Digest: list[0].Digest, Values: values, Refused: "by us"}}); err != nil {
				m.Fatal(err)
			}
			if left := m.lacking(m.Store); len(left) != 1 {
				m.Errorf("there lack %q", left)
			}
		}
	}),
	withMeaning("A document that is put again keeps the vectors of what it still says", func(m *meaningful) {
		m.put(entry("a", "The ferry leaves at noon.", "The museum is closed."))
		m.embed(m.Store, "ferry", "museum")
		again := entry("a", "The ferry leaves at noon.", "The museum is open.")
		again.Document.Hash = "decaf"
		m.put(again)
		if left := m.lacking(m.Store); !slices.Equal(left, []string{"The museum is open."}) {
			m.Errorf("there lack %q", left)
		}
		if texts, _ := m.search(m.Store, "?", direction(0), anyone); len(texts) != 1 || texts[0] != "The ferry leaves at noon." {
			m.Errorf("found %q", texts)
		}
	}),
	withMeaning("A passage that cannot be embedded is asked for no more, until it says something else", func(m *meaningful) {
		m.put(entry("a", "The ferry leaves at noon."))
		list, err := m.Store.Lacking(m.ctx, tenant, 10)
		if err != nil {
			m.Fatal(err)
		}
		if err := m.SetVectors(m.ctx, tenant, []store.Vector{{ID: list[0].ID, Digest: list[0].Digest, Refused: "too long"}}); err != nil {
			m.Fatal(err)
		}
		if left := m.lacking(m.Store); len(left) != 0 {
			m.Errorf("there lack %q", left)
		}
		if texts, degraded := m.search(m.Store, "ferry", direction(0), anyone); len(texts) != 1 || len(degraded) != 0 {
			m.Errorf("found %q, degraded %q", texts, degraded)
		}
		m.put(entry("a", "The ferry leaves at one."))
		if left := m.lacking(m.Store); len(left) != 1 {
			m.Errorf("after it was replaced there lack %q", left)
		}
	}),
	withMeaning("By meaning, too, nobody finds what they may not see", func(m *meaningful) {
		for i, access := range []rag.Access{
			{Tenant: tenant, Principals: []string{"crew"}}, {Tenant: "other"}, {Tenant: tenant, Region: "kr"}, {Tenant: tenant},
		} {
			e := accessible(entry(fmt.Sprint(i), fmt.Sprint("Text of ", i)), access)
			m.put(e)
			if err := m.SetVectors(m.ctx, access.Tenant, vectorsOf(m, access.Tenant)); err != nil {
				m.Fatal(err)
			}
		}
		for _, c := range []struct {
			asker rag.Asker
			want  []string
		}{
			{rag.Asker{Tenant: tenant, Regions: []string{"jp"}}, []string{"Text of 3"}},
			{rag.Asker{Tenant: tenant}, []string{"Text of 2", "Text of 3"}},
			{rag.Asker{Tenant: tenant, Principals: []string{"crew"}, Regions: []string{"jp"}}, []string{"Text of 0", "Text of 3"}},
			{rag.Asker{Tenant: "other"}, []string{"Text of 1"}},
		} {
			for _, words := range []string{"?", "text"} {
				texts, _ := m.search(m.Store, words, direction(0), c.asker)
				if slices.Sort(texts); !slices.Equal(texts, c.want) {
					m.Errorf("%+v finds %q by %q, want %q", c.asker, texts, words, c.want)
				}
			}
		}
	}),
	withMeaning("Another model makes a new version, and until it answers the old one is searched by words", func(m *meaningful) {
		m.put(entry("a", "The ferry leaves at noon.", "The museum is closed."))
		m.embed(m.Store, "ferry", "museum")
		next := newMeaningful(m.conn, "m2")
		b, err := next.Build(m.ctx)
		if err != nil || b == nil {
			m.Fatalf("Build returns %v, %v", b, err)
		}
		if err := b.Carry(m.ctx, nil); err != nil {
			m.Fatal(err)
		}
		if left := m.lacking(b.Store); len(left) != 2 {
			m.Errorf("in the next version there lack %q", left)
		}
		texts, degraded := m.search(next, "ferry", direction(1), anyone)
		if len(texts) != 1 || len(degraded) != 1 || !strings.Contains(degraded[0], "another model") {
			m.Errorf("found %q, degraded %q", texts, degraded)
		}
		m.embed(b.Store, "museum", "ferry") // the other way round
		if err := b.Finish(m.ctx); err != nil {
			m.Fatal(err)
		}
		if texts, degraded = m.search(next, "?", direction(1), anyone); len(texts) != 2 || texts[0] != "The ferry leaves at noon." || len(degraded) != 0 {
			m.Errorf("then found %q, degraded %q", texts, degraded)
		}
	}),
	withMeaning("Each fusion finds what both halves find, first what is best for both, and nothing that may not be seen", func(m *meaningful) {
		m.put(entry("a", "The ferry leaves at noon.", "The boat leaves at one.", "The museum sells ferry tickets.", "The café is open."),
			accessible(entry("b", "The ferry leaves in secret."), rag.Access{Tenant: tenant, Principals: []string{"crew"}}),
			accessible(entry("c", "The ferry is theirs."), rag.Access{Tenant: "other"}))
		m.embed(m.Store, "ferry leaves", "boat", "museum", "café")
		for _, f := range store.Fusions {
			of := newFused(m.conn, "m1", f)
			if f != store.FusionCalibrated {
				b, err := of.Build(m.ctx)
				if err != nil || b == nil {
					m.Fatalf("%s: Build returns %v, %v", f, b, err)
				}
				if err := b.Carry(m.ctx, nil); err != nil {
					m.Fatal(err)
				}
				if left := m.lacking(b.Store); len(left) != 0 {
					m.Errorf("%s: another fusion embeds %q again", f, left)
				}
				if err := b.Finish(m.ctx); err != nil {
					m.Fatal(err)
				}
			}
			if v, err := of.Serving(m.ctx); err != nil || v.Fusion != f {
				m.Errorf("%s: %+v answers, %v", f, v, err)
			}
			r, err := of.Search(m.ctx, rag.Query{Text: "ferry", Vector: []float32{1, .9, .1, .1}, Language: "en", Limit: 10, Asker: anyone})
			if err != nil {
				m.Fatalf("%s: %v", f, err)
			}
			var texts []string
			for i, p := range r.Passages {
				texts = append(texts, p.Text)
				if byWords := strings.Contains(p.Text, "ferry"); (p.Words > 0) != byWords || p.Meaning <= 0 || i > 0 && p.Score > r.Passages[i-1].Score {
					m.Errorf("%s: %q has the scores %v, %v by words and %v by meaning", f, p.Text, p.Score, p.Words, p.Meaning)
				}
			}
			if len(texts) != 4 || texts[0] != "The ferry leaves at noon." || texts[3] != "The café is open." {
				m.Errorf("%s finds %q", f, texts)
			}
			// By words or meaning alone there is nothing to bring together.
			if texts, _ := m.search(of, "ferry", nil, anyone); len(texts) != 2 {
				m.Errorf("%s: by words it finds %q", f, texts)
			}
			if texts, _ := m.search(of, "?", direction(1), anyone); len(texts) != 4 || texts[0] != "The boat leaves at one." {
				m.Errorf("%s: by meaning it finds %q", f, texts)
			}
		}
	}),
	withMeaning("A version is searched by the fusion that it was made with, also after going back to it", func(m *meaningful) {
		m.put(entry("a", "The ferry leaves at noon."))
		m.embed(m.Store, "ferry")
		next := newFused(m.conn, "m1", store.FusionRRF)
		score := func() float64 {
			r, err := next.Search(m.ctx, rag.Query{Text: "ferry", Vector: direction(0), Language: "en", Limit: 1, Asker: anyone})
			if err != nil || len(r.Passages) != 1 {
				m.Fatalf("%+v, %v", r, err)
			}
			return r.Passages[0].Score
		}
		before := score()
		b, err := next.Build(m.ctx)
		if err != nil || b == nil {
			m.Fatalf("Build returns %v, %v", b, err)
		}
		if stale := next.Stale(store.Version{Rules: "first", Model: "m1", Fusion: store.FusionCalibrated}); !slices.Equal(stale, []string{"fusion"}) {
			m.Errorf("stale are %q", stale)
		}
		if err := errors.Join(b.Carry(m.ctx, nil), b.Finish(m.ctx)); err != nil {
			m.Fatal(err)
		}
		if after := score(); after == before || after != 1 { // two first places: 1/2 and 1/2
			m.Errorf("the score is %v, and was %v", after, before)
		}
		if _, err := next.Rollback(m.ctx); err != nil {
			m.Fatal(err)
		}
		if again := score(); again != before {
			m.Errorf("after going back the score is %v, and was %v", again, before)
		}
	}),
	withMeaning("A next version by the same model takes the vectors over", func(m *meaningful) {
		m.put(entry("a", "The ferry leaves at noon.", "The museum is closed."))
		m.embed(m.Store, "ferry", "museum")
		b, err := m.Store.Rebuild(m.ctx)
		if err != nil || b == nil {
			m.Fatalf("Rebuild returns %v, %v", b, err)
		}
		if err := b.Put(m.ctx, entry("b", "The ferry leaves at noon.")); err != nil {
			m.Fatal(err)
		}
		if err := b.Carry(m.ctx, nil); err != nil {
			m.Fatal(err)
		}
		if left := m.lacking(b.Store); len(left) != 0 {
			m.Errorf("there lack %q", left)
		}
	}),
}

// vectorsOf gives what a tenant lacks one direction.
func vectorsOf(m *meaningful, tenant string) (vectors []store.Vector) {
	list, err := m.Store.Lacking(m.ctx, tenant, 100)
	if err != nil {
		m.Fatal(err)
	}
	for _, p := range list {
		vectors = append(vectors, store.Vector{ID: p.ID, Digest: p.Digest, Values: direction(0)})
	}
	return vectors
}
