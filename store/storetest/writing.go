package storetest

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"sync"

	"github.com/naru-rag/naru/rag"
	"github.com/naru-rag/naru/store"
)

var writing = []sentence{
	{"Ensure may run again, and several at once", func(s *subject) {
		var wait sync.WaitGroup
		for range 4 {
			wait.Go(func() {
				if err := s.Ensure(s.ctx); err != nil {
					s.Error(err)
				}
			})
		}
		wait.Wait()
	}},
	{"Put replaces a document with all its passages", func(s *subject) {
		s.put(entry("a", "Old ferry one.", "Old ferry two.", "Old ferry three."))
		e := entry("a", "New ferry.")
		e.Document.Hash, e.Passages[0].Hash = "beef", "beef"
		s.put(e)
		if found := s.texts("ferry", anyone); !slices.Equal(found, []string{"New ferry."}) {
			s.Errorf("found %q", found)
		}
		info, passages, err := s.Document(s.ctx, tenant, e.Document.ID)
		if err != nil {
			s.Fatal(err)
		}
		if info.Hash != "beef" || info.Passages != 1 || !reflect.DeepEqual(passages, e.Passages) {
			s.Errorf("stored %+v, %+v", info, passages)
		}
	}},
	{"Putting the same again changes nothing", func(s *subject) {
		e := entry("a", "The ferry.", "The ship.")
		s.put(e)
		before := s.find("ferry", anyone)
		s.put(e, e)
		if after := s.find("ferry", anyone); !reflect.DeepEqual(after, before) {
			s.Errorf("found %+v, before %+v", after, before)
		}
		if d, p, err := s.Count(s.ctx, tenant); d != 1 || p != 2 || err != nil {
			s.Errorf("Count returns %d, %d, %v", d, p, err)
		}
	}},
	{"Words of what was replaced no longer count", func(s *subject) {
		s.put(entry("a", "ferry", "ship"))
		before := s.find("ferry", anyone)
		for i := range 5 {
			s.put(entry("b", fmt.Sprint("ferry ", i), "ferry"))
		}
		if err := s.Delete(s.ctx, tenant, store.DocumentID(tenant, "b")); err != nil {
			s.Fatal(err)
		}
		if after := s.find("ferry", anyone); !reflect.DeepEqual(after, before) {
			s.Errorf("found %+v, before %+v", after, before)
		}
	}},
	{"Narrowing who may see a document takes effect at once", func(s *subject) {
		s.put(entry("a", "The ferry."))
		s.put(accessible(entry("a", "The ferry."), rag.Access{Tenant: tenant, Principals: []string{"crew"}}))
		if found := s.texts("ferry", anyone); len(found) != 0 {
			s.Errorf("found %q", found)
		}
	}},
	{"A document without passages is remembered and never found", func(s *subject) {
		e := entry("empty")
		s.put(e)
		if found := s.find("Timetable", anyone); len(found) != 0 {
			s.Errorf("found %+v", found)
		}
		info, passages, err := s.Document(s.ctx, tenant, e.Document.ID)
		if err != nil || info.Hash != e.Document.Hash || info.Passages != 0 || len(passages) != 0 {
			s.Errorf("Document returns %+v, %+v, %v", info, passages, err)
		}
		if d, p, err := s.Count(s.ctx, tenant); d != 1 || p != 0 || err != nil {
			s.Errorf("Count returns %d, %d, %v", d, p, err)
		}
		s.put(entry("empty", "A ferry now."))
		if d, p, err := s.Count(s.ctx, tenant); d != 1 || p != 1 || err != nil {
			s.Errorf("with text, Count returns %d, %d, %v", d, p, err)
		}
		s.put(e)
		if found := s.find("ferry", anyone); len(found) != 0 {
			s.Errorf("emptied, found %+v", found)
		}
	}},
	{"Put without a document ID is an error", func(s *subject) {
		e := entry("a", "x")
		e.Document.ID = ""
		if err := s.Put(s.ctx, e); err == nil {
			s.Error("no error")
		}
	}},
	{"Delete removes documents and is content when there are none", func(s *subject) {
		a, b, c := entry("a", "ferry one", "ferry two"), entry("b", "ferry three"), entry("c", "ferry four")
		s.put(a, b, c)
		for range 2 {
			if err := s.Delete(s.ctx, tenant, a.Document.ID, b.Document.ID); err != nil {
				s.Fatal(err)
			}
		}
		if err := s.Delete(s.ctx, tenant); err != nil {
			s.Fatal(err)
		}
		if found := s.texts("ferry", anyone); !slices.Equal(found, []string{"ferry four"}) {
			s.Errorf("found %q", found)
		}
		if d, p, err := s.Count(s.ctx, tenant); d != 1 || p != 1 || err != nil {
			s.Errorf("Count returns %d, %d, %v", d, p, err)
		}
	}},
}

var listing = []sentence{
	{"Documents lists what was put, whoever may see it", func(s *subject) {
		want := map[string]store.DocumentInfo{}
		for i := range 30 {
			e := accessible(entry(fmt.Sprint(i), "one", "two"), rag.Access{Tenant: tenant, Principals: []string{"crew"}, Region: "kr"})
			e.Document.Title, e.Document.Language = fmt.Sprint("Document ", i), "und"
			s.put(e)
			want[e.Document.ID] = store.DocumentInfo{
				ID: e.Document.ID, URI: e.Document.URI, Title: e.Document.Title, Language: "und", Hash: e.Document.Hash,
				Modified: e.Document.Modified, Passages: 2, Source: "folder", Key: "key of " + e.Document.URI, Access: e.Document.Access,
			}
		}
		infos := s.documents(tenant)
		if len(infos) != len(want) {
			s.Errorf("%d documents listed, want %d", len(infos), len(want))
		}
		for _, info := range infos {
			if !reflect.DeepEqual(info, want[info.ID]) {
				s.Errorf("listed %+v, want %+v", info, want[info.ID])
			}
		}
	}},
	{"Documents of a source are those that came from it", func(s *subject) {
		a, b := entry("a", "x"), entry("b", "y")
		b.Source = "web"
		s.put(a, b)
		if infos := s.documents(tenant, "web"); len(infos) != 1 || infos[0].ID != b.Document.ID {
			s.Errorf("listed %+v", infos)
		}
		if infos := s.documents(tenant, "web", "folder"); len(infos) != 2 {
			s.Errorf("listed %+v", infos)
		}
		if infos := s.documents(tenant, "none"); len(infos) != 0 {
			s.Errorf("listed %+v", infos)
		}
	}},
	{"A long document comes back whole and in order", func(s *subject) {
		texts := make([]string, 1100)
		for i := range texts {
			texts[i] = fmt.Sprint("Passage ", i, ". ")
		}
		e := entry("long", texts...)
		s.put(e)
		_, passages, err := s.Document(s.ctx, tenant, e.Document.ID)
		if err != nil {
			s.Fatal(err)
		}
		if !reflect.DeepEqual(passages, e.Passages) {
			s.Errorf("%d passages came back, or they differ", len(passages))
		}
	}},
	{"A document that is not there is ErrNotFound", func(s *subject) {
		if _, _, err := s.Document(s.ctx, tenant, "nope"); !errors.Is(err, store.ErrNotFound) {
			s.Errorf("Document returns %v", err)
		}
	}},
}
