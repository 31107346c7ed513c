package storetest

import (
	"errors"
	"fmt"
	"strings"

	"github.com/qdrant/go-client/qdrant"
	"google.golang.org/protobuf/proto"

	"github.com/naru-rag/naru/rag"
	"github.com/naru-rag/naru/store"
)

// paging holds the sentences about looking documents up one by one, and about
// listing them a page at a time.
var paging = []sentence{
	{"Info knows a document without reading its passages", func(s *subject) {
		e := entry("a", "The ferry.", "The ship.")
		s.put(e)
		info, err := s.Info(s.ctx, tenant, e.Document.ID)
		if err != nil || info.ID != e.Document.ID || info.Hash != e.Document.Hash || info.Passages != 2 || info.Source != "folder" {
			s.Errorf("Info returns %+v, %v", info, err)
		}
	}},
	{"Info of an unknown document is ErrNotFound, and so is another tenant's", func(s *subject) {
		e := entry("a", "The ferry.")
		s.put(e)
		for _, of := range []struct{ tenant, id string }{{tenant, "unknown"}, {"other", e.Document.ID}} {
			if _, err := s.Info(s.ctx, of.tenant, of.id); !errors.Is(err, store.ErrNotFound) {
				s.Errorf("Info of %v returns %v", of, err)
			}
		}
		if _, err := s.Info(s.ctx, "", e.Document.ID); !errors.Is(err, rag.ErrNoTenant) {
			s.Errorf("Info without a tenant returns %v", err)
		}
	}},
	{"What was removed is neither found nor listed nor counted, and its hash is known", func(s *subject) {
		e := entry("a", "The ferry.", "The ship.")
		s.put(e, entry("b", "The boat."))
		if err := s.Remove(s.ctx, tenant, e.Document.ID); err != nil {
			s.Fatal(err)
		}
		if found := s.texts("ferry ship", anyone); len(found) != 0 {
			s.Errorf("found %q", found)
		}
		if infos, _, err := s.Page(s.ctx, anyone, "", 10); err != nil || len(infos) != 1 || infos[0].URI != "b" {
			s.Errorf("Page returns %+v, %v", infos, err)
		}
		if d, p, err := s.Count(s.ctx, tenant); d != 1 || p != 1 || err != nil {
			s.Errorf("Count returns %d, %d, %v", d, p, err)
		}
		if info, err := s.Info(s.ctx, tenant, e.Document.ID); err != nil || !info.Removed || info.Hash != e.Document.Hash || info.Key != e.Key {
			s.Errorf("Info returns %+v, %v", info, err)
		}
		if len(s.documents(tenant)) != 2 {
			s.Error("Documents does not list what was removed")
		}
		s.put(e)
		if found := s.texts("ferry", anyone); len(found) != 1 {
			s.Errorf("put again, found %q", found)
		}
		if err := s.Remove(s.ctx, tenant, "unknown"); !errors.Is(err, store.ErrNotFound) {
			s.Errorf("Remove of an unknown document returns %v", err)
		}
	}},
	{"Text is the document's text, with what is in no passage", func(s *subject) {
		text := "# Ferry\n\nIt leaves at nine. It returns at ten.\n\nFares\n\nFive euros.\n"
		e := entry("a")
		e.Document.Text = text
		for i, span := range [][2]int{{9, 26}, {9, 46}, {55, 66}} {
			e.Passages = append(e.Passages, rag.Passage{
				Title: "Timetable", Language: "en", Text: text[span[0]:span[1]], Start: span[0], End: span[1], Ordinal: i,
			})
		}
		s.put(e)
		if got, err := s.Text(s.ctx, tenant, e.Document.ID); err != nil || got != text {
			s.Errorf("Text returns %q, %v; want %q", got, err, text)
		}
		e.Document.Text = ""
		s.put(e)
		want := strings.Repeat(" ", 9) + text[9:46] + strings.Repeat(" ", 9) + text[55:66]
		if got, err := s.Text(s.ctx, tenant, e.Document.ID); err != nil || got != want {
			s.Errorf("without the document's text, Text returns %q, %v; want %q", got, err, want)
		}
		if _, err := s.Text(s.ctx, "other", e.Document.ID); !errors.Is(err, store.ErrNotFound) {
			s.Errorf("Text for another tenant returns %v", err)
		}
		if _, err := s.Text(s.ctx, "", e.Document.ID); !errors.Is(err, rag.ErrNoTenant) {
			s.Errorf("Text without a tenant returns %v", err)
		}
	}},
	{"Pages together list every document once, and no other tenant's", func(s *subject) {
		for i := range 7 {
			s.put(entry(fmt.Sprint("document ", i), "One.", "Two."))
		}
		s.put(accessible(entry("theirs", "Three."), rag.Access{Tenant: "other"}))
		for _, limit := range []int{1, 3, 7, 100} {
			seen := map[string]bool{}
			mark := ""
			for pages := 0; pages == 0 || mark != ""; pages++ {
				infos, next, err := s.Page(s.ctx, anyone, mark, limit)
				if err != nil || len(infos) > limit || pages > 7 {
					s.Fatalf("page %d of %d returns %d documents, %v", pages, limit, len(infos), err)
				}
				for _, info := range infos {
					if seen[info.ID] || info.URI == "theirs" {
						s.Errorf("%s is listed again, or is another tenant's", info.URI)
					}
					seen[info.ID] = true
				}
				mark = next
			}
			if len(seen) != 7 {
				s.Errorf("pages of %d list %d documents, want 7", limit, len(seen))
			}
		}
	}},
	{"A page shows what the asker may see", func(s *subject) {
		s.put(entry("open", "One."), accessible(entry("secret", "Two."), rag.Access{Tenant: tenant, Principals: []string{"crew"}}))
		for _, tt := range []struct {
			asker rag.Asker
			want  int
		}{{anyone, 1}, {rag.Asker{Tenant: tenant, Principals: []string{"crew"}}, 2}} {
			if infos, _, err := s.Page(s.ctx, tt.asker, "", 10); err != nil || len(infos) != tt.want {
				s.Errorf("%+v is shown %d documents, %v; want %d", tt.asker, len(infos), err, tt.want)
			}
		}
		if _, _, err := s.Page(s.ctx, rag.Asker{}, "", 10); !errors.Is(err, rag.ErrNoTenant) {
			s.Errorf("without a tenant Page returns %v", err)
		}
	}},
	{"A mark that no page gave out is ErrBadMark", func(s *subject) {
		if _, _, err := s.Page(s.ctx, anyone, "no mark", 10); !errors.Is(err, store.ErrBadMark) {
			s.Errorf("Page returns %v", err)
		}
	}},
	{"Infos knows those of several documents that are there", func(s *subject) {
		a, b := entry("a", "The ferry."), entry("b", "The ship.")
		s.put(a, b)
		known, err := s.Infos(s.ctx, tenant, []string{b.Document.ID, "unknown", a.Document.ID})
		if err != nil || len(known) != 2 || known[a.Document.ID].URI != "a" || known[b.Document.ID].URI != "b" {
			s.Errorf("Infos returns %+v, %v", known, err)
		}
		if known, err := s.Infos(s.ctx, "other", []string{a.Document.ID}); err != nil || len(known) > 0 {
			s.Errorf("of another tenant Infos returns %+v, %v", known, err)
		}
		if _, err := s.Infos(s.ctx, "", []string{a.Document.ID}); !errors.Is(err, rag.ErrNoTenant) {
			s.Errorf("without a tenant Infos returns %v", err)
		}
	}},
	{"Pages of a source list what came from its kind, with what was removed", func(s *subject) {
		for i := range 5 {
			e := entry(fmt.Sprint("object ", i), "One.")
			e.Source = "s3"
			s.put(e, entry(fmt.Sprint("file ", i), "Two."))
		}
		removed := store.DocumentID(tenant, "object 3")
		if err := s.Remove(s.ctx, tenant, removed); err != nil {
			s.Fatal(err)
		}
		seen := map[string]bool{}
		for mark := ""; ; {
			infos, next, err := s.PageOfSource(s.ctx, tenant, "s3", mark, 2)
			if err != nil {
				s.Fatal(err)
			}
			for _, info := range infos {
				if info.Source != "s3" || seen[info.ID] {
					s.Errorf("%+v is listed", info)
				}
				seen[info.ID] = true
			}
			if mark = next; mark == "" {
				break
			}
		}
		if len(seen) != 5 || !seen[removed] {
			s.Errorf("%d are listed", len(seen))
		}
		if _, _, err := s.PageOfSource(s.ctx, "", "s3", "", 2); !errors.Is(err, rag.ErrNoTenant) {
			s.Errorf("without a tenant PageOfSource returns %v", err)
		}
	}},
	{"Passages whose document is not there are orphans, until it is deleted", func(s *subject) {
		whole, half := entry("whole", "One.", "Two.", "Three."), entry("half", "The ferry.", "The ship.", "The boat.")
		s.put(whole, half, accessible(entry("theirs", "Four.", "Five."), rag.Access{Tenant: "other"}))
		// As a server that stopped in the middle of a Put leaves it.
		if _, err := qdrant.NewPointsClient(s.conn).Delete(s.ctx, &qdrant.DeletePoints{CollectionName: "storetest", Wait: proto.Bool(true),
			Points: qdrant.NewPointsSelector(qdrant.NewID(store.PassageID(tenant, half.Document.ID, 0)))}); err != nil {
			s.Fatal(err)
		}
		orphans := func() (all []store.Orphan) {
			for mark := ""; ; {
				some, next, err := s.Orphans(s.ctx, tenant, mark, 3)
				if err != nil {
					s.Fatal(err)
				}
				all = append(all, some...)
				if mark = next; mark == "" {
					return all
				}
			}
		}
		all := orphans()
		for _, o := range all {
			if o != (store.Orphan{ID: half.Document.ID, URI: "half", Source: "folder", Key: "key of half", Hash: "c0ffee"}) {
				s.Errorf("%+v is an orphan", o)
			}
		}
		if len(all) == 0 {
			s.Error("there are no orphans")
		}
		if err := s.Delete(s.ctx, tenant, half.Document.ID); err != nil {
			s.Fatal(err)
		}
		if all := orphans(); len(all) > 0 || len(s.texts("ferry ship boat", anyone)) > 0 {
			s.Errorf("there are still %+v", all)
		}
		if _, _, err := s.Orphans(s.ctx, "", "", 3); !errors.Is(err, rag.ErrNoTenant) {
			s.Errorf("without a tenant Orphans returns %v", err)
		}
	}},
}
