package storetest

import (
	"maps"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/naru-rag/naru/rag"
	"github.com/naru-rag/naru/store"
)

// about gives an entry annotations.
func about(e store.Entry, annotations map[string][]string) store.Entry {
	e.Document.Annotations = annotations
	for i := range e.Passages {
		e.Passages[i].Annotations = annotations
	}
	return e
}

// ask searches with conditions and variants, and returns the texts found, sorted.
func (s *subject) ask(q rag.Query) []string {
	s.Helper()
	q.Language, q.Limit = "en", 10
	if q.Asker.Tenant == "" {
		q.Asker = anyone
	}
	r, err := s.Search(s.ctx, q)
	if err != nil {
		s.Fatal(err)
	}
	texts := []string{}
	for _, p := range r.Passages {
		texts = append(texts, p.Text)
	}
	slices.Sort(texts)
	return texts
}

var narrowing = []sentence{
	{"Annotations come back as they were put", func(s *subject) {
		e := about(entry("a", "The ferry leaves at noon."), map[string][]string{"nearby.cell": {"wydm9", "a=b", ""}, "other-one.kind": {"나루"}})
		s.put(e)
		found := s.find("ferry", anyone)
		if len(found) != 1 || !maps.EqualFunc(found[0].Annotations, e.Document.Annotations, slices.Equal[[]string]) {
			s.Errorf("found %+v", found)
		}
	}},
	{"Conditions leave only what all of them hold for", func(s *subject) {
		korean := entry("ko", "Korean ferry.")
		korean.Passages[0].Language = "ko"
		old := modified(entry("old", "Old ferry."), time.Date(1999, 1, 1, 0, 0, 0, 0, time.UTC))
		undated := modified(entry("undated", "Undated ferry."), time.Time{})
		near := about(entry("near", "Near ferry."), map[string][]string{"nearby.cell": {"w", "wy"}, "nearby.kind": {"pier"}})
		far := about(entry("far", "Far ferry."), map[string][]string{"nearby.cell": {"u"}, "other.cell": {"wy"}})
		all := []store.Entry{korean, old, undated, near, far}
		s.put(all...)
		for _, tt := range []struct {
			name string
			with []rag.Condition
			want string
		}{
			{"language", []rag.Condition{{Field: "language", Any: []string{"ko", "fr"}}}, "Korean"},
			{"no language", []rag.Condition{{Field: "language", Any: []string{"fr"}}}, ""},
			{"document", []rag.Condition{{Field: "document", Any: []string{old.Document.ID, far.Document.ID}}}, "Far Old"},
			{"from", []rag.Condition{{Field: "modified", From: time.Date(2026, 3, 1, 10, 0, 0, 0, time.UTC)}}, "Far Korean Near"},
			{"before", []rag.Condition{{Field: "modified", Before: time.Date(1999, 1, 1, 0, 0, 1, 0, time.UTC)}}, "Old"},
			{"just before", []rag.Condition{{Field: "modified", Before: time.Date(1999, 1, 1, 0, 0, 0, 0, time.UTC)}}, ""},
			{"annotation", []rag.Condition{{Field: "annotations.nearby.cell", Any: []string{"wy"}}}, "Near"},
			{"annotations", []rag.Condition{{Field: "annotations.nearby.cell", Any: []string{"wy", "u"}}}, "Far Near"},
			{"both", []rag.Condition{{Field: "annotations.nearby.cell", Any: []string{"wy", "u"}}, {Field: "annotations.nearby.kind", Any: []string{"pier"}}}, "Near"},
			{"none", nil, "Far Korean Near Old Undated"},
		} {
			var want []string
			for _, name := range strings.Fields(tt.want) {
				want = append(want, name+" ferry.")
			}
			found := s.ask(rag.Query{Text: "ferry", Narrow: tt.with})
			if !slices.Equal(found, want) {
				s.Errorf("%s: found %q, want %q", tt.name, found, want)
			}
			// What a caller narrows by means the same here and there.
			var held []string
			for _, e := range all {
				p := e.Passages[0]
				p.Modified = e.Document.Modified
				if !slices.ContainsFunc(tt.with, func(c rag.Condition) bool { return !c.Holds(&p) }) {
					held = append(held, p.Text)
				}
			}
			if slices.Sort(held); !slices.Equal(held, want) {
				s.Errorf("%s: the conditions hold for %q, want %q", tt.name, held, want)
			}
		}
	}},
	{"A condition on what is no field is an error", func(s *subject) {
		s.put(entry("a", "The ferry leaves at noon."))
		for _, field := range []string{"tenant", "principals", "", "annotations"} {
			if _, err := s.Search(s.ctx, rag.Query{Text: "ferry", Language: "en", Limit: 1, Asker: anyone, Narrow: []rag.Condition{{Field: field, Any: []string{tenant}}}}); err == nil {
				s.Errorf("%q is a field", field)
			}
		}
	}},
	{"Conditions do not widen what an asker sees", func(s *subject) {
		secret := accessible(entry("a", "Secret ferry."), rag.Access{Tenant: tenant, Principals: []string{"captain"}})
		s.put(about(secret, map[string][]string{"x.y": {"z"}}))
		if found := s.ask(rag.Query{Text: "ferry", Narrow: []rag.Condition{{Field: "document", Any: []string{secret.Document.ID}}, {Field: "annotations.x.y", Any: []string{"z"}}}}); len(found) > 0 {
			s.Errorf("found %q", found)
		}
	}},
	{"A store that conditions leave nothing of is not empty", func(s *subject) {
		s.put(entry("a", "The ferry leaves at noon."))
		r, err := s.Search(s.ctx, rag.Query{Text: "ferry", Language: "en", Limit: 1, Asker: anyone, Narrow: []rag.Condition{{Field: "language", Any: []string{"ko"}}}})
		if err != nil || r.Empty || len(r.Passages) > 0 {
			s.Errorf("found %+v (%v)", r, err)
		}
	}},
	{"What is found for a variant is found for the question", func(s *subject) {
		s.put(entry("a", "The ferry leaves at noon.", "The boat is red.", "A lighthouse."))
		for _, tt := range []struct {
			variants []string
			want     []string
		}{
			{nil, []string{"The ferry leaves at noon."}},
			{[]string{"boat?"}, []string{"The boat is red.", "The ferry leaves at noon."}},
			{[]string{"boat?", " ?! ", "lighthouse ferry"}, []string{"A lighthouse.", "The boat is red.", "The ferry leaves at noon."}},
		} {
			if found := s.ask(rag.Query{Text: "ferry?", Variants: tt.variants}); !reflect.DeepEqual(found, tt.want) {
				s.Errorf("%q: found %q, want %q", tt.variants, found, tt.want)
			}
		}
		if found := s.ask(rag.Query{Text: "?", Variants: []string{"boat"}}); !slices.Equal(found, []string{"The boat is red."}) {
			s.Errorf("by a variant alone: found %q", found)
		}
	}},
}
