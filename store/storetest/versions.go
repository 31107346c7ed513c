package storetest

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/qdrant/go-client/qdrant"
	"google.golang.org/protobuf/proto"

	"github.com/naru-rag/naru/rag"
	"github.com/naru-rag/naru/store"
)

// with is a store over the same index that writes by other rules. Its clock
// moves on by an hour at each look, so that it trusts no earlier one.
func (s *subject) with(rules string) *store.Store {
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	return store.New(s.conn, store.Options{Collection: "storetest", Rules: rules, Clock: func() time.Time {
		now = now.Add(time.Hour)
		return now
	}})
}

// build begins the next version, and expects that there is one to build.
func (s *subject) build(rules string) *store.Build {
	s.Helper()
	b, err := s.with(rules).Build(s.ctx)
	if err != nil || b == nil {
		s.Fatalf("Build returns %v, %v", b, err)
	}
	return b
}

func (s *subject) index(of *store.Store) string {
	s.Helper()
	r, err := of.Search(s.ctx, rag.Query{Text: "ferry", Language: "en", Limit: 10, Asker: anyone})
	if err != nil {
		s.Fatal(err)
	}
	return r.Index
}

var versions = []sentence{
	{"A search names the version that it searched", func(s *subject) {
		s.put(entry("a", "The ferry leaves at noon."))
		serving, err := s.Serving(s.ctx)
		if err != nil || serving.Rules != "first" || !serving.Complete {
			s.Fatalf("Serving returns %+v, %v", serving, err)
		}
		if got := s.index(s.Store); got != serving.Collection {
			s.Errorf("the search names %q, want %q", got, serving.Collection)
		}
	}},
	{"The same rules ask for no new version", func(s *subject) {
		if b, err := s.with("first").Build(s.ctx); b != nil || err != nil {
			s.Errorf("Build returns %v, %v", b, err)
		}
	}},
	{"While the next version is built the one before answers, and then the next", func(s *subject) {
		secret := accessible(entry("secret", "Their ferry."), rag.Access{Tenant: "other", Principals: []string{"crew"}})
		s.put(entry("a", "The ferry leaves at noon.", "Bicycles travel free."), secret)
		before := s.index(s.Store)
		b := s.build("second")
		if err := b.Carry(s.ctx, nil); err != nil {
			s.Fatal(err)
		}
		after := s.with("second")
		if got := s.index(after); got != before {
			s.Errorf("while %s is built %q answers", b.Version, got)
		}
		if err := b.Finish(s.ctx); err != nil {
			s.Fatal(err)
		}
		if got := s.index(after); got != b.Version.Collection || got == before {
			s.Errorf("then %q answers, want %s", got, b.Version)
		}
		if found := s.texts("ferry", anyone); !slices.Equal(found, []string{"The ferry leaves at noon."}) {
			s.Errorf("found %q", found)
		}
		if found := s.texts("ferry", rag.Asker{Tenant: "other"}); len(found) != 0 {
			s.Errorf("who is no principal finds %q", found)
		}
		if found := s.texts("ferry", rag.Asker{Tenant: "other", Principals: []string{"crew"}}); len(found) != 1 {
			s.Errorf("the principal finds %q", found)
		}
	}},
	{"What is put, replaced or deleted while a version is built is so in it", func(s *subject) {
		old, gone := entry("old", "The ferry leaves at noon."), entry("gone", "A ferry of the past.")
		s.put(old, gone)
		parent := s.with("second")
		b, err := parent.Build(s.ctx)
		if err != nil {
			s.Fatal(err)
		}
		if err := b.Carry(s.ctx, nil); err != nil {
			s.Fatal(err)
		}
		newer := entry("old", "The ferry leaves at ten.")
		newer.Document.Hash = "fa11"
		if err := errors.Join(parent.Put(s.ctx, newer, entry("new", "Another ferry.")), parent.Delete(s.ctx, tenant, gone.Document.ID), b.Finish(s.ctx)); err != nil {
			s.Fatal(err)
		}
		found := s.texts("ferry", anyone)
		slices.Sort(found)
		if want := []string{"Another ferry.", "The ferry leaves at ten."}; !slices.Equal(found, want) {
			s.Errorf("found %q, want %q", found, want)
		}
	}},
	{"What a source put into the build itself is not replaced by the former edition", func(s *subject) {
		s.put(entry("a", "The ferry leaves at noon."))
		b := s.build("second")
		newer := entry("a", "The ferry leaves when it is full.")
		newer.Document.Hash = "fa11"
		if err := errors.Join(b.Carry(s.ctx, nil), b.Put(s.ctx, newer), b.Finish(s.ctx)); err != nil {
			s.Fatal(err)
		}
		if found := s.texts("ferry", anyone); !slices.Equal(found, []string{"The ferry leaves when it is full."}) {
			s.Errorf("found %q", found)
		}
	}},
	{"A build that was cut short is taken up, one by other rules begun anew", func(s *subject) {
		for i := range 5 {
			s.put(entry(fmt.Sprint(i), "The ferry leaves at noon."))
		}
		first := s.build("second")
		if err := first.Carry(s.ctx, nil); err != nil {
			s.Fatal(err)
		}
		again := s.build("second")
		if again.Version.Collection != first.Version.Collection {
			s.Errorf("the second build is of %s, the first of %s", again.Version, first.Version)
		}
		if d, _, err := again.Count(s.ctx, tenant); d != 5 || err != nil {
			s.Errorf("it has %d documents, %v", d, err)
		}
		other := s.build("third")
		if d, _, err := other.Count(s.ctx, tenant); d != 0 || err != nil {
			s.Errorf("a build by other rules has %d documents, %v", d, err)
		}
		if err := other.Finish(s.ctx); err != nil {
			s.Fatal(err)
		}
		if found := s.texts("ferry", anyone); len(found) != 5 {
			s.Errorf("found %q", found)
		}
	}},
	{"Rollback goes back to the version before, and to none that is not complete", func(s *subject) {
		s.put(entry("a", "The ferry leaves at noon."))
		if _, err := s.Rollback(s.ctx); !errors.Is(err, store.ErrNoVersion) {
			s.Errorf("Rollback returns %v", err)
		}
		before := s.index(s.Store)
		if err := s.build("second").Finish(s.ctx); err != nil {
			s.Fatal(err)
		}
		version, err := s.with("first").Rollback(s.ctx)
		if err != nil || version.Collection != before || version.Rules != "first" {
			s.Errorf("Rollback returns %+v, %v; want %s", version, err, before)
		}
		if got := s.index(s.with("first")); got != before {
			s.Errorf("%q answers, want %s", got, before)
		}
	}},
	{"The last version is kept, and those before it are not", func(s *subject) {
		s.put(entry("a", "The ferry leaves at noon."))
		for _, rules := range []string{"second", "third", "fourth"} {
			if err := s.build(rules).Finish(s.ctx); err != nil {
				s.Fatal(err)
			}
		}
		all, err := s.Versions(s.ctx)
		if err != nil || len(all) != 2 || all[0].Rules != "third" || all[1].Rules != "fourth" || !all[1].Serving {
			s.Errorf("Versions returns %+v, %v", all, err)
		}
	}},
	{"Documents that say the same keep no version from answering", func(s *subject) {
		for i := range 60 {
			s.put(entry(fmt.Sprint(i), "The ferry leaves at noon."))
		}
		if err := s.build("second").Finish(s.ctx); err != nil {
			s.Error(err)
		}
	}},
	{"A version that does not find what it holds does not answer", func(s *subject) {
		s.put(entry("a", "The ferry leaves at noon."))
		before := s.index(s.Store)
		b := s.build("second")
		if err := b.Put(s.ctx, entry("a", "The ferry leaves at noon.")); err != nil {
			s.Fatal(err)
		}
		for i := range 40 {
			if err := b.Put(s.ctx, entry(fmt.Sprint(i), "The ferry leaves at noon.")); err != nil {
				s.Fatal(err)
			}
		}
		// Its passages have lost their vectors.
		_, err := qdrant.NewPointsClient(s.conn).DeleteVectors(s.ctx, &qdrant.DeletePointVectors{
			CollectionName: b.Version.Collection, Wait: proto.Bool(true),
			PointsSelector: qdrant.NewPointsSelectorFilter(&qdrant.Filter{}), Vectors: &qdrant.VectorsSelector{Names: []string{"terms"}},
		})
		if err != nil {
			s.Fatal(err)
		}
		if err := b.Finish(s.ctx); !errors.Is(err, store.ErrNotEqual) {
			s.Errorf("Finish returns %v", err)
		}
		if got := s.index(s.with("first")); got != before {
			s.Errorf("%q answers, want %s", got, before)
		}
	}},
}
