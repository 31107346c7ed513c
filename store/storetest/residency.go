package storetest

import (
	"errors"
	"slices"
	"strings"

	"github.com/naru-rag/naru/rag"
	"github.com/naru-rag/naru/store"
)

// of is a store over the same index in which only documents of some regions may be; of
// none, where there are none.
func (s *subject) of(rules string, regions ...string) *subject {
	regions = append([]string{}, regions...)
	return &subject{s.T, store.New(s.conn, store.Options{Collection: "storetest", Rules: rules, Regions: regions}), s.ctx, s.conn}
}

// belonging makes a document of a region, of one passage.
func belonging(region, text string) store.Entry {
	return accessible(entry(region, text), rag.Access{Tenant: tenant, Region: region})
}

// mixed puts a Korean document, a Saudi one, and one of no region, and returns them.
func (s *subject) mixed() (kr, sa, none store.Entry) {
	s.Helper()
	kr, sa, none = belonging("kr", "The Korean ferry."), belonging("sa", "The Saudi ferry."), entry("none", "Some ferry.")
	s.put(kr, sa, none)
	return kr, sa, none
}

var residency = []sentence{
	{"A store of regions finds what is of these, and nothing else, whoever asks", func(s *subject) {
		s.mixed()
		for _, tt := range []struct {
			here, asks []string
			want       string
		}{
			{[]string{"sa"}, nil, "Saudi"}, {[]string{"sa"}, []string{"kr"}, ""}, {[]string{"sa"}, []string{"kr", "sa", ""}, "Saudi"},
			{[]string{"kr", "sa"}, nil, "Korean Saudi"}, {[]string{"kr", "sa"}, []string{"kr"}, "Korean"}, {[]string{"SA"}, nil, ""}, {[]string{"*"}, nil, ""}, {nil, nil, ""},
		} {
			of := s.of("first", tt.here...)
			found := of.texts("ferry", rag.Asker{Tenant: tenant, Regions: tt.asks})
			slices.Sort(found)
			text := strings.NewReplacer("The ", "", " ferry.", "").Replace(strings.Join(found, " "))
			if text != tt.want {
				s.Errorf("in %q, restricted to %q: found %q", tt.here, tt.asks, found)
			}
			r, err := of.Search(s.ctx, rag.Query{Text: "ferry", Language: "en", Limit: 10, Asker: rag.Asker{Tenant: tenant, Regions: tt.asks}})
			if err != nil || r.Empty != (tt.want == "") {
				s.Errorf("in %q, restricted to %q: empty is %v, %v", tt.here, tt.asks, r.Empty, err)
			}
		}
	}},
	{"A condition of a query finds nothing of another region", func(s *subject) {
		kr, _, none := s.mixed()
		for _, c := range []rag.Condition{{Field: rag.FieldDocument, Any: []string{kr.Document.ID, none.Document.ID}}, {Field: rag.FieldLanguage, Any: []string{"en"}}} {
			r, err := s.of("first", "sa").Search(s.ctx, rag.Query{Text: "Korean ferry", Language: "en", Limit: 10, Asker: anyone, Narrow: []rag.Condition{c}})
			if err != nil || slices.ContainsFunc(r.Passages, func(p rag.Passage) bool { return p.Region != "sa" }) {
				s.Errorf("by %s: %+v, %v", c.Field, r.Passages, err)
			}
		}
	}},
	{"A store of regions counts, lists, shows and reads nothing else", func(s *subject) {
		kr, sa, none := s.mixed()
		here := s.of("first", "sa")
		if documents, passages, err := here.Count(s.ctx, tenant); documents != 1 || passages != 1 || err != nil {
			s.Errorf("%d documents, %d passages, %v", documents, passages, err)
		}
		page, _, err := here.Page(s.ctx, anyone, "", 10)
		if err != nil || len(page) != 1 || page[0].ID != sa.Document.ID {
			s.Errorf("a page has %+v, %v", page, err)
		}
		for _, e := range []store.Entry{kr, none} {
			_, info := here.Info(s.ctx, tenant, e.Document.ID)
			_, text := here.Text(s.ctx, tenant, e.Document.ID)
			_, _, document := here.Document(s.ctx, tenant, e.Document.ID)
			remove := here.Remove(s.ctx, tenant, e.Document.ID)
			for _, err := range []error{info, text, document, remove} {
				if !errors.Is(err, store.ErrNotFound) {
					s.Errorf("of %s: %v", e.Document.URI, err)
				}
			}
		}
		for of, want := range map[*subject]bool{here: true, s: false, s.of("first", "kr", "sa"): true, s.of("first", "*"): true} {
			if hides, err := of.Hides(s.ctx, tenant); hides != want || err != nil {
				s.Errorf("it hides some: %v, %v", hides, err)
			}
			if hides, err := of.Hides(s.ctx, "nobody"); hides || err != nil {
				s.Errorf("it hides some of nobody's: %v, %v", hides, err)
			}
		}
		if info, err := here.Info(s.ctx, tenant, sa.Document.ID); err != nil || info.ID != sa.Document.ID {
			s.Errorf("its own: %+v, %v", info, err)
		}
		for _, info := range here.documents(tenant) {
			if info.Region == "kr" {
				s.Errorf("an indexer lists %+v", info)
			}
		}
	}},
	{"A store of regions takes documents of these, and removes none of another", func(s *subject) {
		kr, _, none := s.mixed()
		here := s.of("first", "sa")
		for _, e := range []store.Entry{belonging("kr", "x"), entry("other", "x"), belonging("SA", "x")} {
			if err := here.Put(s.ctx, belonging("sa", "y"), e); !errors.Is(err, store.ErrRegion) {
				s.Errorf("a document of %q: %v", e.Document.Region, err)
			}
		}
		if got := here.texts("y", anyone); len(got) > 0 {
			s.Errorf("of what was refused as a whole, %q is there", got)
		}
		if err := here.Delete(s.ctx, tenant, kr.Document.ID, none.Document.ID); err != nil {
			s.Fatal(err)
		}
		if got := s.texts("ferry", anyone); !slices.Contains(got, "The Korean ferry.") || len(got) != 2 {
			s.Errorf("after deleting what is of no region and of another, there is %q", got)
		}
	}},
	{"Passages of another region are no queue of this one", func(s *subject) {
		s.mixed()
		here := store.New(s.conn, store.Options{Collection: "storetest", Rules: "first", Regions: []string{"sa"}, Vectors: store.Vectors{Model: "m", Dimensions: 4}})
		list, err := here.Lacking(s.ctx, tenant, 10)
		n, wrong := here.CountLacking(s.ctx, tenant)
		if err != nil || wrong != nil || len(list) != 1 || n != 1 || list[0].URI != "sa" {
			s.Errorf("%+v, %v; %d, %v", list, err, n, wrong)
		}
	}},
	{"The next version is not built where it would lose documents of others", func(s *subject) {
		kr, _, _ := s.mixed()
		if _, err := s.of("second", "sa").Build(s.ctx); !errors.Is(err, store.ErrShared) {
			s.Errorf("Build returns %v", err)
		}
		b, err := s.of("second", "sa", "kr").Build(s.ctx)
		if err != nil {
			s.Fatal(err)
		}
		if err := b.Finish(s.ctx); err != nil {
			s.Fatal(err)
		}
		if got := s.with("second"); len((&subject{s.T, got, s.ctx, s.conn}).texts("ferry", anyone)) != 3 {
			s.Error("the next version lacks some")
		}
		// What comes while it is being built is not lost either.
		if err := s.Delete(s.ctx, tenant, kr.Document.ID); err != nil {
			s.Fatal(err)
		}
		if b, err = s.of("third", "sa").Build(s.ctx); err != nil {
			s.Fatal(err)
		}
		s.put(kr)
		if err := b.Finish(s.ctx); !errors.Is(err, store.ErrShared) {
			s.Errorf("Finish returns %v", err)
		}
	}},
}
