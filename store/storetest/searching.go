package storetest

import (
	"cmp"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"sync"

	"github.com/naru-rag/naru/rag"
	"github.com/naru-rag/naru/store"
)

var searching = []sentence{
	{"A passage that is found equals the one that was put", func(s *subject) {
		e := entry("a", "The ferry leaves at noon.", "Bicycles travel free.")
		s.put(e)
		found := s.find("bicycles", anyone)
		if len(found) != 1 {
			s.Fatalf("%d passages found, want 1", len(found))
		}
		if found[0].Score <= 0 || found[0].Words != found[0].Score || found[0].Meaning != 0 {
			s.Errorf("its score is %v, by words %v and by meaning %v", found[0].Score, found[0].Words, found[0].Meaning)
		}
		found[0].Score, found[0].Words = 0, 0
		if !reflect.DeepEqual(found[0], e.Passages[1]) {
			s.Errorf("found\n%+v\nwant\n%+v", found[0], e.Passages[1])
		}
	}},
	{"Nothing found is no passage and no error", func(s *subject) {
		if found := s.find("ferry", anyone); len(found) != 0 {
			s.Errorf("an empty store finds %v", found)
		}
		s.put(entry("a", "The ferry leaves at noon."))
		if found := s.find("kiwi", anyone); len(found) != 0 {
			s.Errorf("found %v", found)
		}
		if found := s.find(" ?! ", anyone); len(found) != 0 {
			s.Errorf("a question without a word finds %v", found)
		}
	}},
	{"The best passage comes first", func(s *subject) {
		s.put(entry("a", "Harbour harbour harbour.", "The harbour and the ferry and many other words.", "The ferry ticket."))
		found := s.find("ferry ticket", anyone)
		if len(found) != 2 || found[0].Ordinal != 2 || found[0].Score <= found[1].Score {
			s.Errorf("found %+v", found)
		}
	}},
	{"Rare words weigh more than common ones", func(s *subject) {
		s.put(entry("a", "ferry boat", "ferry ship", "ferry pier", "ferry anchor", "lighthouse anchor"))
		if found := s.texts("ferry lighthouse", anyone); len(found) != 5 || found[0] != "lighthouse anchor" {
			s.Errorf("found %q", found)
		}
	}},
	{"Title and headings are searched", func(s *subject) {
		e := entry("a", "At noon.", "At ten.")
		e.Passages[1].Headings = []string{"Kiwi"}
		s.put(e)
		if found := s.texts("kiwi", anyone); !slices.Equal(found, []string{"At ten."}) {
			s.Errorf("found %q", found)
		}
		if found := s.texts("timetable", anyone); len(found) != 2 {
			s.Errorf("found %q", found)
		}
	}},
	{"Equal scores are ordered by passage ID", func(s *subject) {
		for i := range 20 {
			s.put(entry(fmt.Sprint(i), "The ferry leaves at noon."))
		}
		r, err := s.Search(s.ctx, rag.Query{Text: "ferry", Language: "en", Limit: 20, Asker: anyone})
		if err != nil {
			s.Fatal(err)
		}
		if len(r.Passages) != 20 || !slices.IsSortedFunc(r.Passages, func(a, b rag.Passage) int { return cmp.Compare(a.ID, b.ID) }) {
			s.Errorf("%d passages found, or they are not in order", len(r.Passages))
		}
	}},
	{"Limit is how many passages are returned", func(s *subject) {
		s.put(entry("a", "ferry one", "ferry two", "ferry three"))
		r, err := s.Search(s.ctx, rag.Query{Text: "ferry", Language: "en", Limit: 2, Asker: anyone})
		if err != nil || len(r.Passages) != 2 {
			s.Errorf("%d passages found (%v), want 2", len(r.Passages), err)
		}
		if _, err := s.Search(s.ctx, rag.Query{Text: "ferry", Language: "en", Asker: anyone}); err == nil {
			s.Error("a limit of zero is no error")
		}
	}},
	{"Searching is safe while documents are written", func(s *subject) {
		s.put(entry("a", "The ferry leaves at noon."))
		var wait sync.WaitGroup
		for i := range 4 {
			wait.Go(func() {
				for range 10 {
					e := entry(fmt.Sprint("w", i), "A boat.", "Another boat.")
					if err := s.Put(s.ctx, e); err != nil {
						s.Error(err)
					}
				}
			})
			wait.Go(func() {
				for range 20 {
					if found := s.find("ferry", anyone); len(found) != 1 {
						s.Errorf("%d passages found, want 1", len(found))
					}
				}
			})
		}
		wait.Wait()
	}},
}

var access = []sentence{
	{"A search says when there is nothing that the asker may see", func(s *subject) {
		for _, tt := range []struct {
			put   []store.Entry
			empty bool
		}{
			{nil, true},
			{[]store.Entry{entry("no text")}, true},
			{[]store.Entry{accessible(entry("a", "Secret ferry."), rag.Access{Tenant: tenant, Principals: []string{"crew"}})}, true},
			{[]store.Entry{accessible(entry("a", "Their ferry."), rag.Access{Tenant: "other"})}, true},
			{[]store.Entry{entry("b", "A ship.")}, false},
		} {
			s.put(tt.put...)
			r, err := s.Search(s.ctx, rag.Query{Text: "bicycle", Language: "en", Limit: 1, Asker: anyone})
			if err != nil || r.Empty != tt.empty {
				s.Errorf("after %d more documents Empty is %v, %v", len(tt.put), r.Empty, err)
			}
		}
	}},
	{"Without a tenant there is an error, not everything", func(s *subject) {
		s.put(entry("a", "The ferry leaves at noon."))
		if r, err := s.Search(s.ctx, rag.Query{Text: "ferry", Limit: 1}); !errors.Is(err, rag.ErrNoTenant) || len(r.Passages) > 0 {
			s.Errorf("Search returns %v, %v", r, err)
		}
		if err := s.Put(s.ctx, accessible(entry("b", "x"), rag.Access{})); !errors.Is(err, rag.ErrNoTenant) {
			s.Errorf("Put returns %v", err)
		}
		if err := s.Delete(s.ctx, "", "a"); !errors.Is(err, rag.ErrNoTenant) {
			s.Errorf("Delete returns %v", err)
		}
		if _, _, err := s.Document(s.ctx, "", "a"); !errors.Is(err, rag.ErrNoTenant) {
			s.Errorf("Document returns %v", err)
		}
		if _, _, err := s.Count(s.ctx, ""); !errors.Is(err, rag.ErrNoTenant) {
			s.Errorf("Count returns %v", err)
		}
		for _, err := range s.Documents(s.ctx, "") {
			if !errors.Is(err, rag.ErrNoTenant) {
				s.Errorf("Documents yields %v", err)
			}
		}
	}},
	{"A tenant reaches nothing of another", func(s *subject) {
		mine, theirs := entry("a", "Our ferry."), accessible(entry("a", "Their ferry."), rag.Access{Tenant: "other"})
		s.put(mine, theirs)
		if found := s.texts("ferry", anyone); !slices.Equal(found, []string{"Our ferry."}) {
			s.Errorf("found %q", found)
		}
		if err := s.Delete(s.ctx, tenant, theirs.Document.ID); err != nil {
			s.Fatal(err)
		}
		if _, _, err := s.Document(s.ctx, tenant, theirs.Document.ID); !errors.Is(err, store.ErrNotFound) {
			s.Errorf("Document returns %v, want ErrNotFound", err)
		}
		if found := s.texts("ferry", rag.Asker{Tenant: "other"}); !slices.Equal(found, []string{"Their ferry."}) {
			s.Errorf("the other tenant finds %q", found)
		}
		if infos := s.documents(tenant); len(infos) != 1 || infos[0].ID != mine.Document.ID {
			s.Errorf("listed %+v", infos)
		}
	}},
	{"A passage that names principals is found only by who acts as one", func(s *subject) {
		s.put(accessible(entry("a", "Secret ferry."), rag.Access{Tenant: tenant, Principals: []string{"captain", "crew"}}), entry("b", "Public ferry."))
		for _, tt := range []struct {
			principals []string
			want       int
		}{{nil, 1}, {[]string{"guest"}, 1}, {[]string{"crew"}, 2}, {[]string{"guest", "captain"}, 2}, {[]string{"Crew"}, 1}, {[]string{""}, 1}} {
			if found := s.texts("ferry", rag.Asker{Tenant: tenant, Principals: tt.principals}); len(found) != tt.want {
				s.Errorf("as %q: found %q, want %d", tt.principals, found, tt.want)
			}
		}
	}},
	{"An asker with regions finds those, and what has none", func(s *subject) {
		s.put(accessible(entry("a", "Korean ferry."), rag.Access{Tenant: tenant, Region: "kr"}),
			accessible(entry("b", "French ferry."), rag.Access{Tenant: tenant, Region: "fr"}), entry("c", "A ferry."))
		for _, tt := range []struct {
			regions []string
			want    int
		}{{nil, 3}, {[]string{"kr"}, 2}, {[]string{"kr", "fr"}, 3}, {[]string{"us"}, 1}} {
			if found := s.texts("ferry", rag.Asker{Tenant: tenant, Regions: tt.regions}); len(found) != tt.want {
				s.Errorf("in %q: found %q, want %d", tt.regions, found, tt.want)
			}
		}
	}},
}
