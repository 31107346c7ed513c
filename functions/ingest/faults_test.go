package ingest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/naru-rag/naru/embed"
	"github.com/naru-rag/naru/indexer"
	"github.com/naru-rag/naru/indexer/source/s3"
	"github.com/naru-rag/naru/rag"
)

// In each of these tests something goes wrong, and in the end nothing is lost, doubled,
// or there again that was deleted.

func TestTwiceAndOutOfOrder(t *testing.T) {
	s := newStage(t)
	s.send(about("a.md")) // of a deletion, before the creation
	s.settle()
	s.put("a.md", "One ferry.")
	s.put("b.md", "Two ferries.")
	s.send(about("a.md"), about("a.md"), about("b.md"), about("a.md"))
	s.settle()
	s.want(map[string]string{"a.md": "One ferry.", "b.md": "Two ferries."})
	s.put("a.md", "")
	s.send(about("a.md"), about("b.md"), about("a.md"))
	s.settle()
	s.send(about("a.md")) // of the creation, long after
	s.settle()
	s.want(map[string]string{"b.md": "Two ferries."})
	if all := s.dead(); len(all) > 0 {
		t.Errorf("dead are %+v", all)
	}
}

// TestOverwrittenMeanwhile: an object is overwritten, and its event worked on, while
// another invocation still indexes what it was.
func TestOverwrittenMeanwhile(t *testing.T) {
	s := newStage(t)
	s.put("a.md", "The old text.")
	reading, goOn := make(chan struct{}), make(chan struct{})
	var once atomic.Bool
	inner := s.worker.indexer
	s.worker.indexer = func(ctx context.Context, access rag.Access) (*indexer.Indexer, error) {
		return indexer.New(s.store, indexer.Options{Access: access, Embedder: s.fake, Hooks: []indexer.Hook{hook(func() {
			if once.CompareAndSwap(false, true) {
				close(reading)
				<-goOn
			}
		})}})
	}
	s.send(about("a.md"))
	slow := s.receive(s.worker.queues.Index)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		s.deliver(s.worker.queues.Index, slow, 20*time.Second)
	}()
	<-reading
	s.put("a.md", "The new text.")
	s.send(about("a.md"))
	for range 3 { // it is held, and comes again
		if !s.round() {
			t.Error("the second message does not wait")
		}
	}
	close(goOn)
	<-ended
	s.worker.indexer = inner
	s.settle()
	s.want(map[string]string{"a.md": "The new text."})
	if !strings.Contains(s.log.String(), "another invocation is at it") {
		t.Error("the second did not wait for the first")
	}
}

// hook is one that does something with each document.
type hook func()

func (hook) Rules() string { return "" }
func (h hook) Document(context.Context, indexer.Reading) (indexer.Decision, error) {
	h()
	return indexer.Decision{}, nil
}

// TestPluginForNow: a plugin that fails for want of time, or of a service, is asked again
// later, and what is stored stays until then.
func TestPluginForNow(t *testing.T) {
	s := newStage(t)
	s.put("a.md", "The old text.")
	s.send(about("a.md"))
	s.settle()
	failures := 0
	s.worker.indexer = func(ctx context.Context, access rag.Access) (*indexer.Indexer, error) {
		return indexer.New(s.store, indexer.Options{Access: access, Embedder: s.fake, Hooks: []indexer.Hook{refusing(func() error {
			if failures++; failures > 3 {
				return nil
			}
			s.want(map[string]string{"a.md": "The old text."})
			return &indexer.LaterError{Err: errors.New("out of time")}
		})}})
	}
	s.put("a.md", "The new text.")
	s.send(about("a.md"))
	s.settle()
	s.want(map[string]string{"a.md": "The new text."})
	if all := s.dead(); len(all) > 0 || failures != 4 {
		t.Errorf("after %d attempts dead are %+v", failures, all)
	}
}

// refusing is a hook that leaves documents as they are, or fails at them.
type refusing func() error

func (refusing) Rules() string { return "" }
func (r refusing) Document(context.Context, indexer.Reading) (indexer.Decision, error) {
	return indexer.Decision{}, r()
}

// ten are ten objects, and what is stored of them.
func (s *stage) ten() (bodies []string, texts map[string]string) {
	texts = map[string]string{}
	for i := range 10 {
		key := fmt.Sprintf("%d.md", i)
		texts[key] = fmt.Sprintf("Ferry number %d.", i)
		s.put(key, texts[key])
		bodies = append(bodies, about(key))
	}
	return bodies, texts
}

// TestPanic: the seventh of ten panics; the others are done, and it is tried again.
func TestPanic(t *testing.T) {
	s := newStage(t)
	bodies, texts := s.ten()
	inner, calls := s.worker.indexer, 0
	s.worker.indexer = func(ctx context.Context, access rag.Access) (*indexer.Indexer, error) {
		if calls++; calls == 7 {
			panic("seven")
		}
		return inner(ctx, access)
	}
	s.send(bodies...)
	batch := s.receive(s.worker.queues.Index)
	if len(batch.Records) != 10 {
		t.Fatalf("the batch has %d messages", len(batch.Records))
	}
	if answer := s.deliver(s.worker.queues.Index, batch, 20*time.Second); len(answer.BatchItemFailures) > 0 {
		t.Errorf("%v come again by themselves", answer)
	}
	if n, _, err := s.store.Count(t.Context(), tenant); err != nil || n != 9 {
		t.Errorf("%d are indexed, %v", n, err)
	}
	s.settle()
	s.want(texts)

	// One that always panics is dead in the end, with the reason, and keeps nothing up.
	s.worker.indexer = func(context.Context, rag.Access) (*indexer.Indexer, error) { panic("always") }
	s.send(about("0.md"))
	began := s.clock()
	s.settle()
	all := s.dead()
	if len(all) != 1 || all[0].About != "object notices/0.md" || !strings.Contains(all[0].Reason, "panic: always") || all[0].Died.IsZero() {
		t.Errorf("dead are %+v", all)
	}
	if took := s.clock().Sub(began); took < 30*time.Minute || took > 2*time.Hour {
		t.Errorf("it was tried for %v", took)
	}
}

// TestTimeout: the time ends in the middle of a batch. What is not begun is sent on.
func TestTimeout(t *testing.T) {
	s := newStage(t)
	bodies, texts := s.ten()
	inner, calls := s.worker.indexer, 0
	s.worker.indexer = func(ctx context.Context, access rag.Access) (*indexer.Indexer, error) {
		if calls++; calls == 4 {
			<-ctx.Done()
			return nil, ctx.Err()
		}
		return inner(ctx, access)
	}
	s.send(bodies...)
	batch := s.receive(s.worker.queues.Index)
	answer := s.deliver(s.worker.queues.Index, batch, 8*time.Second)
	if len(answer.BatchItemFailures) > 0 {
		t.Errorf("%v come again by themselves", answer)
	}
	if n, _, err := s.store.Count(t.Context(), tenant); err != nil || n != 3 {
		t.Errorf("%d are indexed, %v", n, err)
	}
	s.worker.indexer = inner
	s.settle()
	s.want(texts)
	if all := s.dead(); len(all) > 0 {
		t.Errorf("dead are %+v", all)
	}
}

// TestUnacknowledged: an invocation ends after it has written, before anybody is told.
// Its claims are held for a while, and its messages come again.
func TestUnacknowledged(t *testing.T) {
	s := newStage(t)
	s.put("a.md", "The ferry.")
	s.send(about("a.md"))
	batch := s.receive(s.worker.queues.Index)
	// As the process leaves it: written, claimed, nothing sent, nothing taken.
	ix, err := s.indexer(rag.Access{Tenant: tenant})
	s.check(err)
	b := &s.worker.buckets[0]
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	outcome, err := ix.Sync(ctx, b, bucketOn+"/a.md")
	s.check(err)
	if _, err := s.worker.claim(ctx, outcome.Document); err != nil {
		t.Fatal(err)
	}
	batch.Records[0].Attributes["ApproximateReceiveCount"] = "2"
	s.deliver(s.worker.queues.Index, batch, 20*time.Second)
	if !strings.Contains(s.log.String(), "another invocation is at it") {
		t.Error("the claim is not held")
	}
	s.pass(time.Minute) // the claim expires
	s.settle()
	s.want(map[string]string{"a.md": "The ferry."})
}

// TestVectorsAfterEnd: the process ends after it has written, and before anybody is told that
// vectors are lacking. Whatever brings the message back, they are made.
func TestVectorsAfterEnd(t *testing.T) {
	s := newStage(t)
	texts := map[string]string{}
	written := func(key string) {
		t.Helper()
		texts[key] = "The ferry of " + key + "."
		s.put(key, texts[key])
		ix, err := s.indexer(rag.Access{Tenant: tenant})
		s.check(err)
		_, err = ix.Sync(t.Context(), &s.worker.buckets[0], bucketOn+"/"+key)
		s.check(err)
	}
	// It comes again, in a batch with another of the same object.
	written("a.md")
	s.send(about("a.md"), about("a.md"))
	batch := s.receive(s.worker.queues.Index)
	if len(batch.Records) != 2 {
		t.Fatalf("the batch has %d messages", len(batch.Records))
	}
	batch.Records[0].Attributes["ApproximateReceiveCount"] = "1"
	batch.Records[1].Attributes["ApproximateReceiveCount"] = "2"
	s.deliver(s.worker.queues.Index, batch, 20*time.Second)
	s.settle()
	s.want(texts)
	// The queue has put it among the dead.
	written("b.md")
	body := s3Event("b.md")
	_, err := s.sqs.SendMessage(t.Context(), &sqs.SendMessageInput{QueueUrl: &s.worker.queues.Dead, MessageBody: &body})
	s.check(err)
	s.check(Redrive(t.Context(), s.sqs, s.worker.queues.Queues, time.Now(), false, func(Dead) {}))
	s.settle()
	s.want(texts)
}

// TestTenantsOfBucket: two tenants share a bucket, and an object goes from one to the other.
func TestTenantsOfBucket(t *testing.T) {
	s := newStage(t)
	const other = "port"
	s.worker.buckets = []bucket{
		{s3.New(s.s3, bucketOn, s3.Options{Prefix: "town/"}), bucketOn, rag.Access{Tenant: tenant}},
		{s3.New(s.s3, bucketOn, s3.Options{Prefix: "port/"}), bucketOn, rag.Access{Tenant: other, Principals: []string{"crew"}}},
	}
	has := func(want ...string) {
		t.Helper()
		var keys []string
		for _, of := range []string{tenant, other} {
			for info, err := range s.store.Documents(t.Context(), of) {
				s.check(err)
				keys = append(keys, of+":"+strings.TrimPrefix(info.Key, bucketOn+"/")+fmt.Sprint(info.Principals))
			}
		}
		if slices.Sort(keys); !slices.Equal(keys, want) {
			t.Errorf("there are %q, want %q", keys, want)
		}
	}
	s.put("town/a.md", "The ferry.")
	s.put("port/b.md", "The ship.")
	s.put("elsewhere/c.md", "Nobody's.")
	s.send(s3Event("town/a.md", "port/b.md", "elsewhere/c.md"))
	s.settle()
	has("port:port/b.md[crew]", "town:town/a.md[]")
	s.put("port/a.md", "The ferry.")
	s.put("town/a.md", "")
	s.send(s3Event("town/a.md"), s3Event("port/a.md"))
	s.settle()
	has("port:port/a.md[crew]", "port:port/b.md[crew]")
	s.put("town/b.md", "The ship.") // of which nobody hears
	s.put("port/b.md", "")
	s.check(s.worker.begin(t.Context()))
	s.settle()
	has("port:port/a.md[crew]", "town:town/b.md[]")
	if all := s.dead(); len(all) > 0 {
		t.Errorf("dead are %+v", all)
	}
}

// TestReasons: what is dead says why, and nothing of what the document says; whose it says it
// is excepted.
func TestReasons(t *testing.T) {
	s := newStage(t)
	const secret = "Kim Min-seo 010-5555-0199"
	for i, text := range []string{
		"---\ntitle: [" + secret + "\n---\nx", "---\nprincipals: {a: " + secret + "}\n---\nx", "---\nmodified: " + secret + "\n---\nx",
		"%PDF-1.4\n" + secret, "PK\x03\x04" + secret, secret + "\x00\x00\x00\x01\x02" + secret, "\xff\xfe" + secret,
	} {
		key := fmt.Sprintf("%d.md", i)
		s.put(key, text)
		s.send(about(key))
	}
	s.settle()
	all := s.dead()
	if len(all) != 2 {
		t.Errorf("dead are only %+v", all)
	}
	for _, d := range all {
		if strings.Contains(d.Reason, "5555") || strings.Contains(d.Reason, "Kim") {
			t.Errorf("%s is dead because %s", d.About, d.Reason)
		}
	}
	if log := s.log.String(); strings.Contains(log, "5555") || strings.Contains(log, "Kim") {
		t.Errorf("the log has %s", log)
	}
}

// TestStoreDown: the store is away at the start, and later in the middle of a batch, for
// longer than anything else would be tried.
func TestStoreDown(t *testing.T) {
	s := newStage(t)
	bodies, texts := s.ten()
	inner := s.worker.indexer
	up := false
	calls := 0
	s.worker.indexer = func(ctx context.Context, access rag.Access) (*indexer.Indexer, error) {
		if calls++; !up || calls == 5 {
			up = calls != 5 && up
			return nil, status.Error(codes.Unavailable, "the store is away")
		}
		return inner(ctx, access)
	}
	s.send(bodies...)
	for range 2 * mostAttempts {
		s.round()
	}
	if n, _, err := s.store.Count(t.Context(), tenant); err != nil || n != 0 {
		t.Fatalf("%d are indexed, %v", n, err)
	}
	up, calls = true, 0
	for range 3 { // the fifth is refused, and all after it
		s.round()
	}
	up, calls = true, 100
	s.settle()
	s.want(texts)
	if all := s.dead(); len(all) > 0 {
		t.Errorf("dead are %+v", all)
	}
}

// TestEmbedderRefuses: for ten minutes the embedder answers that it is asked too often.
// Documents are found by their words meanwhile.
func TestEmbedderRefuses(t *testing.T) {
	s := newStage(t)
	until := s.clock().Add(10 * time.Minute)
	asked := 0
	s.fake.Before = func(kind embed.Kind, texts []string) error {
		if asked++; s.clock().Before(until) {
			return errors.New("429: too many requests")
		}
		return nil
	}
	bodies, texts := s.ten()
	s.send(bodies...)
	for s.clock().Before(until) {
		if !s.round() {
			t.Fatal("nothing waits any more, and the vectors are not made")
		}
		if n, _, err := s.store.Count(t.Context(), tenant); err != nil || n != 10 {
			t.Fatalf("%d are indexed, %v", n, err)
		}
	}
	s.settle()
	s.want(texts)
	if asked > 30 {
		t.Errorf("the embedder was asked %d times in ten minutes", asked)
	}
}

// TestPoison: what can never be done is dead at once, with the reason, in the words of
// whoever has to mend it; and it comes back.
func TestPoison(t *testing.T) {
	s := newStage(t)
	s.put("picture.md", "\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR")
	s.put("good.md", "The ferry.")
	s.send(about("picture.md"), about("good.md"), `{"naru":1,"object":{"bucket":"elsewhere","key":"a.md"}}`, `not JSON`, `{"naru":2}`, `{"hello":"world"}`)
	s.settle()
	s.want(map[string]string{"good.md": "The ferry."})
	reasons := map[string]string{}
	for _, d := range s.dead() {
		reasons[d.About] += d.Reason + "; "
	}
	for about, reason := range map[string]string{
		"object notices/picture.md": "not text", "object elsewhere/a.md": "none of the configured sources",
		"a message that cannot be read": "the message is no JSON object",
	} {
		if !strings.Contains(reasons[about], reason) {
			t.Errorf("%s is dead because %s", about, reasons[about])
		}
	}
	// A walk does not name again what can be no document as it is.
	s.check(s.worker.begin(t.Context()))
	s.settle()
	if n := s.waiting(s.worker.queues.Dead); n != 5 {
		t.Errorf("%d messages are dead, want 5", n)
	}
	// Mended and sent back, it is indexed; what no queue takes stays.
	s.put("picture.md", "The ship.")
	sent := 0
	s.check(Redrive(t.Context(), s.sqs, s.worker.queues.Queues, time.Now(), false, func(d Dead) {
		if d.Sent {
			sent++
		}
	}))
	s.settle()
	s.want(map[string]string{"good.md": "The ferry.", "picture.md": "The ship."})
	if n := s.waiting(s.worker.queues.Dead); sent != 2 || n != 4 {
		t.Errorf("%d were sent back, and %d are dead: want 2 and 4, one of them again", sent, n)
	}
}

// TestPoisonReplaces: what an object said is not found any more once it is something
// that can be no document.
func TestPoisonReplaces(t *testing.T) {
	s := newStage(t)
	s.put("a.md", "The ferry.")
	s.send(about("a.md"))
	s.settle()
	s.put("a.md", "%PDF-1.4\n")
	s.send(about("a.md"))
	s.settle()
	s.want(map[string]string{})
}
