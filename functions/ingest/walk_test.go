package ingest

import (
	"strings"
	"testing"
	"time"

	"github.com/qdrant/go-client/qdrant"

	"github.com/naru-rag/naru/indexer/source/s3"
	"github.com/naru-rag/naru/rag"
	"github.com/naru-rag/naru/store"
)

// TestWalk: a walk names what was added, changed or deleted without anybody telling, and
// nothing else.
func TestWalk(t *testing.T) {
	s := newStage(t)
	bodies, texts := s.ten()
	s.send(bodies...)
	s.settle()
	s.put("3.md", "")
	s.put("4.md", "Ferry number four.")
	s.put("new.md", "Ferry number ten.")
	delete(texts, "3.md")
	texts["4.md"], texts["new.md"] = "Ferry number four.", "Ferry number ten."
	s.check(s.worker.begin(t.Context()))
	s.settle()
	s.want(texts)
	if !strings.Contains(s.log.String(), "objects=10 stale=2 gone=1") {
		t.Error("the walk did not name three of ten objects")
	}
	// Again, for other principals: whom documents belong to is part of what they are.
	s.worker.buckets[0].access.Principals = []string{"crew"}
	s.check(s.worker.begin(t.Context()))
	s.settle()
	infos, _, err := s.store.Page(t.Context(), rag.Asker{Tenant: tenant}, "", 100)
	if err != nil || len(infos) > 0 {
		t.Errorf("everybody may see %d documents, %v", len(infos), err)
	}
}

// TestWalkInPieces: a walk that has time for one page an invocation goes on until its end;
// its messages may come twice, and another walk may begin meanwhile.
func TestWalkInPieces(t *testing.T) {
	s := newStage(t)
	s.worker.buckets[0].Bucket = s3.New(s.s3, bucketOn, s3.Options{PageSize: 4})
	_, texts := s.ten()
	s.check(s.worker.begin(t.Context()))
	began := time.Now()
	invocations := 0
	for s.waiting(s.worker.queues.Reindex) > 0 {
		if time.Since(began) > 3*time.Minute {
			t.Fatal("the walk does not end")
		}
		batch := s.receive(s.worker.queues.Reindex)
		if len(batch.Records) == 0 {
			continue
		}
		if invocations++; invocations == 2 {
			s.check(s.worker.begin(t.Context())) // overlaps
		}
		const aPage = reserve + pageTime + 500*time.Millisecond // after which too little is left
		s.deliver(s.worker.queues.Reindex, batch, aPage)
		s.deliver(s.worker.queues.Reindex, batch, aPage)
	}
	log := s.log.String()
	if n := strings.Count(log, "a walk is done"); n != 1 || !strings.Contains(log, "objects=10 stale=10 gone=0") || invocations < 4 {
		t.Errorf("%d walks were done in %d invocations", n, invocations)
	}
	if !strings.Contains(log, "another walk goes over the source") {
		t.Error("the walks do not know of each other")
	}
	s.settle()
	s.want(texts)
}

// TestOrphans: passages that a server kept which stopped in the middle of a first write are
// not found for ever.
func TestOrphans(t *testing.T) {
	s := newStage(t)
	s.put("a.md", "# Ferry\n\nThe ferry leaves at nine.\n\n"+strings.Repeat("It is a long way to the other side of the river. ", 120))
	s.send(about("a.md"))
	s.settle()
	var info store.DocumentInfo
	for i, err := range s.store.Documents(t.Context(), tenant) {
		s.check(err)
		info = i
	}
	if info.Passages < 2 {
		t.Fatalf("it has %d passages", info.Passages)
	}
	behead := func() {
		t.Helper()
		_, err := qdrant.NewPointsClient(s.conn).Delete(t.Context(), &qdrant.DeletePoints{CollectionName: "naru",
			Points: qdrant.NewPointsSelector(qdrant.NewID(store.PassageID(tenant, info.ID, 0)))})
		s.check(err)
	}
	found := func() int {
		t.Helper()
		r, err := s.store.Search(t.Context(), rag.Query{Text: "river", Language: "en", Limit: 10, Asker: rag.Asker{Tenant: tenant}})
		s.check(err)
		return len(r.Passages)
	}
	// Its object is still there: it is made whole.
	behead()
	s.check(s.worker.begin(t.Context()))
	s.settle()
	if again, err := s.store.Info(t.Context(), tenant, info.ID); err != nil || again.Passages != info.Passages {
		t.Errorf("%+v, %v", again, err)
	}
	// It is gone: so is what is left of it.
	behead()
	s.put("a.md", "")
	s.check(s.worker.begin(t.Context()))
	s.settle()
	if n := found(); n > 0 {
		t.Errorf("%d passages are found of what is gone", n)
	}
	// What no bucket has goes at the second look, when no write can be under way any more.
	half := store.Entry{Source: "upload", Key: "b.md", Document: rag.Document{ID: store.DocumentID(tenant, "upload:b.md"), URI: "b.md", Hash: "1", Access: rag.Access{Tenant: tenant}}}
	for _, text := range []string{"The pier.", "The river at the pier."} {
		half.Passages = append(half.Passages, rag.Passage{Text: text, Language: "en"})
	}
	s.check(s.store.Put(t.Context(), half))
	info.ID = half.Document.ID
	behead()
	for _, want := range []int{1, 1, 0} {
		s.check(s.worker.begin(t.Context()))
		s.settle()
		if n := found(); n != want {
			t.Errorf("%d passages are found, want %d", n, want)
		}
		s.pass(orphanAge/2 + time.Second)
	}
}
