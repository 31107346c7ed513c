package indexer_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/naru-rag/naru/embed"
	"github.com/naru-rag/naru/embed/embedtest"
	"github.com/naru-rag/naru/indexer"
	"github.com/naru-rag/naru/rag"
	"github.com/naru-rag/naru/store"
	"github.com/naru-rag/naru/store/embedded"
)

// newMeaningful is a library whose passages are given vectors by an embedder.
func newMeaningful(t *testing.T, e embed.Embedder) *library {
	t.Helper()
	engine, err := embedded.Open(t.TempDir(), embedded.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { engine.Close() })
	l := newLibrary(t)
	l.conn = engine.Conn()
	l.use(e)
	return l
}

// use goes on with another embedder, as after a change of the configuration.
func (l *library) use(e embed.Embedder) {
	l.t.Helper()
	m := e.Model()
	l.store = store.New(l.conn, store.Options{Vectors: store.Vectors{Model: m.ID, Dimensions: m.Dimensions}})
	err := l.store.Ensure(l.t.Context())
	if err != nil {
		l.t.Fatal(err)
	}
	l.told = nil
	l.ix, err = indexer.New(l.store, indexer.Options{Access: rag.Access{Tenant: "t"}, Embedder: e, Embedding: func(done, total int, _ string) {
		l.told = append(l.told, fmt.Sprintf("%d/%d", done, total))
	}})
	if err != nil {
		l.t.Fatal(err)
	}
}

// search finds by meaning alone.
func (l *library) search(e embed.Embedder, text string) (uris, degraded []string) {
	l.t.Helper()
	q, err := e.Embed(l.t.Context(), embed.Query, []string{text})
	if err != nil {
		l.t.Fatal(err)
	}
	r, err := l.store.Search(l.t.Context(), rag.Query{Text: "?", Vector: q.Vectors[0], Language: "en", Limit: 3, Asker: rag.Asker{Tenant: "t"}})
	if err != nil {
		l.t.Fatal(err)
	}
	for _, p := range r.Passages {
		uris = append(uris, strings.TrimPrefix(p.URI, l.folder+"/"))
	}
	return uris, r.Degraded
}

func TestEmbedding(t *testing.T) {
	fake := &embedtest.Fake{Size: 3}
	l := newMeaningful(t, fake)
	for i, name := range strings.Fields("amber birch cedar dune ember fjord grove heath islet jetty") {
		l.write(fmt.Sprintf("%d.md", i), "To "+name+".")
	}
	l.write("copy.md", "To dune.")
	report := l.run()
	if report.Embedded.Passages != 11 || report.Embedded.Refused != 0 || report.Embedded.Tokens == 0 {
		t.Errorf("the report says %+v", report.Embedded)
	}
	if want := []string{"3/11", "6/11", "9/11", "11/11"}; !slices.Equal(l.told, want) {
		t.Errorf("it told %q, want %q", l.told, want)
	}
	if uris, degraded := l.search(fake, "heath"); len(uris) == 0 || uris[0] != "7.md" || len(degraded) > 0 {
		t.Errorf("found %q, degraded %q", uris, degraded)
	}
	asked := len(fake.Asked())
	l.write("7.md", "To heath at noon.")
	l.remove("8.md")
	if report = l.run(); report.Embedded.Passages != 1 || len(fake.Asked()) != asked+1 {
		t.Errorf("after a change it embeds %v", fake.Asked()[asked:])
	}
	if report = l.run(); report.Embedded.Passages != 0 {
		t.Errorf("without a change it embeds %+v", report.Embedded)
	}
}

// What two documents say is embedded once, whether they come together or not.
func TestEmbeddingOfCopies(t *testing.T) {
	fake := &embedtest.Fake{}
	l := newMeaningful(t, fake)
	l.write("a/x.md", "The same.")
	l.write("b/x.md", "The same.")
	l.run()
	l.write("c/x.md", "The same.")
	if report := l.run(); len(fake.Asked()) != 1 || report.Embedded.Passages != 0 || report.Passages != 3 {
		t.Errorf("it embeds %q, and reports %+v", fake.Asked(), report)
	}
}

func TestEmbeddingGoesOn(t *testing.T) {
	broken := errors.New("the embedder is down")
	calls := 0
	fake := &embedtest.Fake{Size: 2}
	l := newMeaningful(t, fake)
	for i := range 10 {
		l.write(fmt.Sprintf("%d.md", i), fmt.Sprintf("Line %d leaves at %d.", i, i))
	}
	fake.Before = func(embed.Kind, []string) error {
		if calls++; calls == 3 {
			return broken
		}
		return nil
	}
	if _, err := l.ix.Run(t.Context(), l.sources(), nil); !errors.Is(err, broken) {
		t.Fatalf("the run says %v", err)
	}
	fake.Before = nil
	if uris, degraded := l.search(fake, "Line"); len(uris) != 3 || len(degraded) != 1 || !strings.Contains(degraded[0], "6 of 10") {
		t.Errorf("half way it finds %q, degraded %q", uris, degraded)
	}
	if report := l.run(); report.Embedded.Passages != 6 || report.Unchanged != 10 {
		t.Errorf("the next run reports %+v", report)
	}
	if asked := fake.Asked(); len(asked) != 11 { // and the question
		t.Errorf("in all it embeds %q", asked)
	}
}

func TestEmbeddingRefused(t *testing.T) {
	fake := &embedtest.Fake{Refuse: "poison"}
	l := newMeaningful(t, fake)
	l.write("good.md", "The ferry leaves.")
	l.write("bad.md", "The poison is here.")
	if report := l.run(); report.Embedded.Passages != 1 || report.Embedded.Refused != 1 || len(report.Failed) != 0 {
		t.Errorf("it reports %+v", report)
	}
	if report := l.run(); report.Embedded.Refused != 0 {
		t.Errorf("the next run tries again: %+v", report.Embedded)
	}
}

// Another model lays the index out anew; while it embeds, the one before answers.
func TestEmbeddingByAnotherModel(t *testing.T) {
	first, second := &embedtest.Fake{}, &embedtest.Fake{ID: "second"}
	l := newMeaningful(t, first)
	l.write("a.md", "The ferry leaves at noon.")
	l.write("b.md", "The museum is closed.")
	before := l.run().Index
	l.use(second)
	second.Before = func(kind embed.Kind, _ []string) error {
		if serving, err := l.store.Serving(context.Background()); err != nil || serving.Collection != before {
			t.Errorf("while it embeds %v answers, %v", serving, err)
		}
		return nil
	}
	report := l.run()
	if report.Embedded.Passages != 2 || len(report.Built) != 1 || report.Index == before {
		t.Errorf("it reports %+v", report)
	}
	second.Before = nil
	if uris, degraded := l.search(second, "museum"); len(uris) != 2 || uris[0] != "b.md" || len(degraded) != 0 {
		t.Errorf("then it finds %q, degraded %q", uris, degraded)
	}
}

// TestNoVectorsOfAnotherModel: what is handed in after the model was exchanged gets no
// vectors beside those of the model before; the next run gives all of them new ones.
func TestNoVectorsOfAnotherModel(t *testing.T) {
	first, second := &embedtest.Fake{ID: "first"}, &embedtest.Fake{ID: "second"}
	l := newMeaningful(t, first)
	put := func(uri, text string) {
		t.Helper()
		if _, err := l.ix.Put(t.Context(), indexer.Upload{URI: uri, Data: []byte(text)}); err != nil {
			t.Fatal(err)
		}
	}
	put("a.md", "The ferry leaves at nine.")
	if _, err := l.ix.Embed(t.Context()); err != nil {
		t.Fatal(err)
	}
	l.use(second)
	put("b.md", "The ship leaves at ten.")
	_, err := l.ix.Embed(t.Context())
	if !errors.Is(err, indexer.ErrOtherModel) || !errors.Is(err, indexer.ErrEmbedding) || len(second.Asked()) > 0 {
		t.Errorf("%v, and %q were embedded", err, second.Asked())
	}
	report, err := l.ix.Run(t.Context(), nil, nil)
	if err != nil || report.Embedded.Passages != 2 || len(second.Asked()) != 2 {
		t.Errorf("the next run embeds %+v, %v", report.Embedded, err)
	}
	put("c.md", "The boat leaves at eleven.")
	if made, err := l.ix.Embed(t.Context()); err != nil || made.Passages != 1 {
		t.Errorf("after it %+v, %v", made, err)
	}
}
