package storetest

import (
	"context"
	"fmt"
	"testing"
	"time"

	"google.golang.org/grpc"

	"github.com/naru-rag/naru/rag"
	"github.com/naru-rag/naru/store"
)

// Run checks that what connect returns keeps the contract. connect is called
// once for each subtest and returns a connection to an empty store, which it
// cleans up itself.
func Run(t *testing.T, connect func(t *testing.T) grpc.ClientConnInterface) {
	for _, group := range []struct {
		name      string
		sentences []sentence
	}{
		{"searching", searching},
		{"narrowing", narrowing},
		{"access", access},
		{"residency", residency},
		{"writing", writing},
		{"listing", listing},
		{"paging", paging},
		{"meaning", meaning},
		{"versions", versions},
	} {
		t.Run(group.name, func(t *testing.T) {
			for _, s := range group.sentences {
				t.Run(s.says, func(t *testing.T) {
					ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
					defer cancel()
					conn := connect(t)
					st := store.New(conn, store.Options{Collection: "storetest", Rules: "first"})
					if err := st.Ensure(ctx); err != nil {
						t.Fatal(err)
					}
					s.check(&subject{T: t, ctx: ctx, Store: st, conn: conn})
				})
			}
		})
	}
}

// sentence is one promise and what checks it.
type sentence struct {
	says  string
	check func(s *subject)
}

// subject is an empty store under test.
type subject struct {
	*testing.T
	*store.Store
	ctx  context.Context
	conn grpc.ClientConnInterface
}

const tenant = "ferry"

// entry makes a document of so many passages for everyone in the tenant.
func entry(uri string, texts ...string) store.Entry {
	e := store.Entry{
		Source: "folder", Key: "key of " + uri,
		Document: rag.Document{
			ID: store.DocumentID(tenant, uri), URI: uri, Title: "Timetable", Language: "en", Hash: "c0ffee",
			Modified: time.Date(2026, 3, 1, 10, 0, 0, 123, time.UTC),
			Access:   rag.Access{Tenant: tenant},
		},
	}
	at := 0
	for i, text := range texts {
		e.Passages = append(e.Passages, rag.Passage{
			ID: store.PassageID(tenant, e.Document.ID, i), Document: e.Document.ID, Title: "Timetable", URI: uri,
			Headings: []string{"Lines", fmt.Sprint("Line ", i)}, Text: text, Start: at, End: at + len(text), Ordinal: i,
			Language: "en", Modified: e.Document.Modified, Hash: e.Document.Hash,
			Source: []rag.SourceSpan{{Start: at, End: at + len(text), From: int64(at) * 2, To: int64(at+len(text)) * 2}},
			Access: e.Document.Access,
		})
		at += len(text)
	}
	return e
}

// accessible sets who may see an entry.
func accessible(e store.Entry, a rag.Access) store.Entry {
	e.Document.Access = a
	e.Document.ID = store.DocumentID(a.Tenant, e.Document.URI)
	for i := range e.Passages {
		p := &e.Passages[i]
		p.Access, p.Document, p.ID = a, e.Document.ID, store.PassageID(a.Tenant, e.Document.ID, i)
	}
	return e
}

func (s *subject) put(entries ...store.Entry) {
	s.Helper()
	if err := s.Put(s.ctx, entries...); err != nil {
		s.Fatal(err)
	}
}

// find searches as an asker of the tenant.
func (s *subject) find(text string, asker rag.Asker) []rag.Passage {
	s.Helper()
	r, err := s.Search(s.ctx, rag.Query{Text: text, Language: "en", Limit: 10, Asker: asker})
	if err != nil {
		s.Fatal(err)
	}
	if len(r.Degraded) > 0 {
		s.Errorf("the search is degraded: %q", r.Degraded)
	}
	return r.Passages
}

// texts searches and returns the texts that were found.
func (s *subject) texts(text string, asker rag.Asker) []string {
	s.Helper()
	texts := []string{}
	for _, p := range s.find(text, asker) {
		texts = append(texts, p.Text)
	}
	return texts
}

// documents lists the URIs of a tenant.
func (s *subject) documents(of string, sources ...string) []store.DocumentInfo {
	s.Helper()
	infos := []store.DocumentInfo{}
	for info, err := range s.Documents(s.ctx, of, sources...) {
		if err != nil {
			s.Fatal(err)
		}
		infos = append(infos, info)
	}
	return infos
}

var anyone = rag.Asker{Tenant: tenant}
