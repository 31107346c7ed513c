package audit_test

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	awsdynamodb "github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/naru-rag/naru/audit"
	"github.com/naru-rag/naru/internal/pythontest"
	"github.com/naru-rag/naru/state"
	"github.com/naru-rag/naru/state/dynamodb"
	"github.com/naru-rag/naru/state/embedded"
)

var salt = audit.Salt("a salt of 16 bytes or more")

func newKey(t testing.TB) audit.Key {
	t.Helper()
	text, err := audit.NewKey(rand.Reader, "naru.test/audit")
	if err != nil {
		t.Fatal(err)
	}
	key, err := audit.ParseKey(text)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func newLog(t testing.TB, s state.Store, key audit.Key) *audit.Log {
	t.Helper()
	l, err := audit.New(s, audit.Options{Key: key, Salt: salt, Wait: time.Minute, Delay: time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { closed(t, l) })
	return l
}

func closed(t testing.TB, l *audit.Log) {
	t.Helper()
	if err := l.Close(); err != nil {
		t.Error(err)
	}
}

func question(text string) audit.Record {
	return audit.Record{Kind: audit.KindQuestion, Request: "r-" + text, Caller: salt.Caller("key:a"), Question: &audit.Question{Text: salt.Question(text), Index: "naru-v1",
		Shown: []audit.Passage{{ID: "p", Document: "d", Text: salt.Passage("The ferry leaves at nine."), Cited: true}}}}
}

func write(t testing.TB, l *audit.Log, texts ...string) {
	t.Helper()
	for _, text := range texts {
		if err := l.Record(t.Context(), question(text)); err != nil {
			t.Fatal(err)
		}
	}
}

// all are the records that are read back.
func all(t testing.TB, s state.Store) (all []audit.Numbered) {
	t.Helper()
	for n, err := range audit.Records(t.Context(), s) {
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, n)
	}
	return all
}

// verified has the log verified, and returns how many records it has.
func verified(t testing.TB, s state.Store, key audit.Key, earlier ...audit.Checkpoint) int64 {
	t.Helper()
	r, err := audit.Verify(t.Context(), s, key.Verifier(), earlier...)
	if err != nil {
		t.Fatal(err)
	}
	return r.Records
}

// TestLog holds a log to what it promises, in either state.
func TestLog(t *testing.T) {
	suite := map[string]func(*testing.T, state.Store){
		"what is recorded is read and verified":        recorded,
		"records of many callers share writes":         shared,
		"several processes write to one log":           several,
		"connections are counted, and wait for nobody": connections,
		"a log that was cut off is not gone on with":   cutOff,
		"nor is one that another key has signed":       otherKey,
		"a checkpoint that was kept elsewhere tells":   since,
	}
	t.Run("embedded", func(t *testing.T) {
		for name, test := range suite {
			t.Run(name, func(t *testing.T) { test(t, newState(t)) })
		}
	})
	t.Run("DynamoDB", func(t *testing.T) {
		client := awsdynamodb.New(awsdynamodb.Options{Region: "ap-northeast-2", BaseEndpoint: aws.String(pythontest.Moto(t)),
			Credentials: credentials.NewStaticCredentialsProvider("test", "test", "")})
		for name, test := range suite {
			t.Run(name, func(t *testing.T) {
				table := "audit-" + rand.Text()
				_, err := client.CreateTable(t.Context(), dynamodb.Layout(table))
				if _, exists := errors.AsType[*types.ResourceInUseException](err); err != nil && !exists {
					t.Fatal(err)
				}
				test(t, dynamodb.Open(client, table, dynamodb.Options{NewVersion: rand.Text}))
			})
		}
	})
}

func newState(t testing.TB) state.Store {
	return embedded.Open(filepath.Join(t.TempDir(), "audit.db"), embedded.Options{Wait: time.Minute})
}

func recorded(t *testing.T, s state.Store) {
	key := newKey(t)
	if n := verified(t, s, key); n != 0 {
		t.Errorf("an empty log has %d records", n)
	}
	now := time.Date(2026, 11, 30, 9, 0, 0, 1_234_567, time.FixedZone("KST", 9*3600))
	l, err := audit.New(s, audit.Options{Key: key, Salt: salt, Clock: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	defer closed(t, l)
	write(t, l, "a", "b")
	deletion := audit.Record{Kind: audit.KindDeletion, Deletion: &audit.Deletion{Documents: []string{"<1>", "나루"}, Why: "removed"}}
	if err := l.Record(t.Context(), deletion); err != nil {
		t.Fatal(err)
	}
	got := all(t, s)
	if len(got) != 3 || verified(t, s, key) != 3 {
		t.Fatalf("there are %d records", len(got))
	}
	for i, n := range got {
		if n.Number != int64(i) || !n.Record.Time.Equal(now.Truncate(time.Millisecond)) || strings.Contains(string(n.Line), "key:a") {
			t.Errorf("record %d is %s", n.Number, n.Line)
		}
	}
	if r := got[1].Record; r.Question.Text != salt.Question("b") || r.Caller != salt.Caller("key:a") || r.Request != "r-b" {
		t.Errorf("it is %s", got[1].Line)
	}
	if r := got[2].Record; r.Deletion.Documents[0] != "<1>" || r.Deletion.Documents[1] != "나루" {
		t.Errorf("it is %s", got[2].Line)
	}
	for _, wrong := range []audit.Record{{}, {Kind: "reading"}, {Kind: "listing"}, {Kind: audit.KindEgress}, {Kind: audit.KindEgress, Egress: &audit.Egress{}, Deletion: &audit.Deletion{}}, question(strings.Repeat("x", 70_000))} {
		if err := l.Record(t.Context(), wrong); err == nil {
			t.Errorf("%+v is recorded", wrong)
		}
	}
	// A process that begins anew goes on.
	write(t, newLog(t, s, key), "c")
	if n := verified(t, s, key); n != 4 {
		t.Errorf("there are %d records", n)
	}
}

func shared(t *testing.T, s state.Store) {
	key := newKey(t)
	counted := &counting{Store: s}
	l := newLog(t, counted, key)
	const callers, each = 50, 4
	var running sync.WaitGroup
	for i := range callers {
		running.Go(func() {
			for j := range each {
				write(t, l, fmt.Sprint(i, "-", j))
			}
		})
	}
	running.Wait()
	closed(t, l)
	if n := verified(t, s, key); n != callers*each {
		t.Errorf("%d records are left of %d", n, callers*each)
	}
	if n := counted.writes.Load(); n > callers*each/2 {
		t.Errorf("it took %d writes", n)
	}
	if err := l.Record(t.Context(), question("late")); err == nil {
		t.Error("a closed log records")
	}
}

// counting counts writes.
type counting struct {
	state.Store
	writes atomic.Int64
}

func (c *counting) Put(ctx context.Context, e state.Entry) (state.Entry, error) {
	c.writes.Add(1)
	return c.Store.Put(ctx, e)
}

func several(t *testing.T, s state.Store) {
	key := newKey(t)
	const logs, each = 4, 10
	var running sync.WaitGroup
	for i := range logs {
		l := newLog(t, s, key)
		running.Go(func() {
			for j := range each {
				write(t, l, fmt.Sprint(i, "-", j))
			}
		})
	}
	running.Wait()
	seen := map[string]bool{}
	for _, n := range all(t, s) {
		seen[n.Record.Request] = true
	}
	if n := verified(t, s, key); n != logs*each || len(seen) != logs*each {
		t.Errorf("%d records, and %d of them differ, are left of %d", n, len(seen), logs*each)
	}
}

func connections(t *testing.T, s state.Store) {
	key := newKey(t)
	l := newLog(t, s, key)
	// The log's own wait for something else.
	l.Connection(audit.Egress{To: "table.example:443", Allowed: true, Why: "state.table"}, true)
	time.Sleep(50 * time.Millisecond)
	if n := len(all(t, s)); n != 0 {
		t.Errorf("there are %d records", n)
	}
	for range 3 {
		l.Connection(audit.Egress{To: "evil.example:443", Why: "not declared"}, false)
	}
	for start := time.Now(); len(all(t, s)) < 2; time.Sleep(time.Millisecond) {
		if time.Since(start) > time.Minute {
			t.Fatal("they are not recorded")
		}
	}
	for i := range 250 {
		l.Connection(audit.Egress{To: fmt.Sprint(i, ":443"), Why: strings.Repeat("나", 1000)}, true)
	}
	closed(t, l)
	times := map[string]int{}
	for _, n := range all(t, s) {
		times[n.Record.Egress.To] += max(n.Record.Egress.Times, 1)
	}
	if times["table.example:443"] != 1 || times["evil.example:443"] != 3 || times["0:443"] != 1 || times["*"] != 150 {
		t.Errorf("they are %v", times)
	}
	verified(t, s, key)
}

// newest are the entries of the newest batches, which are cut off in tests.
func newest(t *testing.T, s state.Store, n int) []state.Entry {
	t.Helper()
	entries, err := s.Scan(t.Context(), "audit/", "", n)
	if err != nil || len(entries) != n {
		t.Fatalf("%d, %v", len(entries), err)
	}
	return entries
}

func cutOff(t *testing.T, s state.Store) {
	key := newKey(t)
	l := newLog(t, s, key)
	write(t, l, "a", "b", "c")
	closed(t, l) // a checkpoint is beside the log now
	for _, e := range newest(t, s, 2) {
		if err := s.Delete(t.Context(), e); err != nil {
			t.Fatal(err)
		}
	}
	_, err := audit.Verify(t.Context(), s, key.Verifier())
	changed, ok := errors.AsType[*audit.ChangedError](err)
	if !ok || changed.First != 1 || changed.Last != 2 || !errors.Is(err, audit.ErrChanged) {
		t.Errorf("verified: %v", err)
	}
	if err := newLog(t, s, key).Record(t.Context(), question("d")); !errors.Is(err, audit.ErrChanged) {
		t.Errorf("it is gone on with: %v", err)
	}
}

func otherKey(t *testing.T, s state.Store) {
	key := newKey(t)
	write(t, newLog(t, s, key), "a")
	other := newKey(t)
	if err := newLog(t, s, other).Record(t.Context(), question("b")); !errors.Is(err, audit.ErrChanged) {
		t.Errorf("it is gone on with: %v", err)
	}
	if _, err := audit.Verify(t.Context(), s, other.Verifier()); !errors.Is(err, audit.ErrChanged) {
		t.Errorf("verified: %v", err)
	}
	if n := verified(t, s, key); n != 1 {
		t.Errorf("there are %d records", n)
	}
}

func since(t *testing.T, s state.Store) {
	key := newKey(t)
	v := key.Verifier()
	l := newLog(t, s, key)
	write(t, l, "a", "b")
	signed, err := audit.Latest(t.Context(), s, v)
	if err != nil {
		t.Fatal(err)
	}
	kept, err := v.Open(signed)
	if err != nil || kept.Size != 2 {
		t.Fatalf("%+v, %v", kept, err)
	}
	write(t, l, "c", "d")
	closed(t, l)
	if n := verified(t, s, key, kept); n != 4 {
		t.Errorf("there are %d records", n)
	}
	// Whoever has the key and the store writes everything anew, and whoever has no earlier
	// checkpoint does not see it.
	for _, e := range append(newest(t, s, 4), beside(t, s)) {
		if err := s.Delete(t.Context(), e); err != nil {
			t.Fatal(err)
		}
	}
	forged := newLog(t, s, key)
	write(t, forged, "a")
	closed(t, forged)
	if n := verified(t, s, key); n != 1 {
		t.Errorf("there are %d records", n)
	}
	_, err = audit.Verify(t.Context(), s, v, kept)
	if changed, ok := errors.AsType[*audit.ChangedError](err); !ok || changed.First != 1 {
		t.Errorf("cut off: %v", err)
	}
	write(t, newLog(t, s, key), "x", "c", "d")
	if _, err := audit.Verify(t.Context(), s, v, kept); !errors.Is(err, audit.ErrChanged) {
		t.Errorf("written anew: %v", err)
	}
}

// beside is the entry with the checkpoint beside the log.
func beside(t *testing.T, s state.Store) state.Entry {
	t.Helper()
	e, err := s.Get(t.Context(), "audit-head/latest")
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// TestLater: connections that could not be recorded are recorded when something can be.
func TestLater(t *testing.T) {
	s, key := &failing{Store: newState(t)}, newKey(t)
	l := newLog(t, s, key)
	s.broken.Store(true)
	long := strings.Repeat("\x01", 500) // in JSON, six times as long
	for i := range 80 {
		l.Connection(audit.Egress{To: fmt.Sprint(i, long), Why: long}, false)
	}
	time.Sleep(20 * time.Millisecond)
	if err := l.Record(t.Context(), question("a")); !errors.Is(err, errBroken) {
		t.Errorf("the error is %v", err)
	}
	s.broken.Store(false)
	write(t, l, "b")
	closed(t, l)
	questions, places := 0, map[string]bool{}
	for _, n := range all(t, s) {
		if n.Record.Kind == audit.KindQuestion {
			questions++
		} else if places[n.Record.Egress.To] = true; n.Record.Egress.Times > 1 {
			t.Errorf("it is counted twice: %s", n.Line)
		}
	}
	if questions != 1 || len(places) != 80 {
		t.Errorf("%d questions and %d places are recorded", questions, len(places))
	}
	verified(t, s, key)
}

var errBroken = errors.New("broken")

// failing is a state that can be broken.
type failing struct {
	state.Store
	broken atomic.Bool
}

func (f *failing) Put(ctx context.Context, e state.Entry) (state.Entry, error) {
	if f.broken.Load() {
		return state.Entry{}, errBroken
	}
	return f.Store.Put(ctx, e)
}

// TestBounds: where nothing can be written callers hear of it in time, and what waits is
// bounded.
func TestBounds(t *testing.T) {
	s := &stuck{newState(t), make(chan struct{})}
	impatient, err := audit.New(s, audit.Options{Key: newKey(t), Salt: salt, Wait: 50 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	if err := impatient.Record(t.Context(), question("a")); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("the error is %v", err)
	}
	closed(t, impatient)

	l := newLog(t, s, newKey(t))
	var running sync.WaitGroup
	var full sync.Once
	for range 10_000 {
		running.Go(func() {
			err := l.Record(t.Context(), question("b"))
			if errors.Is(err, audit.ErrFull) {
				full.Do(func() { close(s.free) }) // otherwise all of them wait
			} else if !errors.Is(err, errBroken) {
				t.Errorf("the error is %v", err)
			}
		})
	}
	running.Wait()
	closed(t, l)
}

// stuck is a state that does not answer, until it is freed and fails.
type stuck struct {
	state.Store
	free chan struct{}
}

func (s *stuck) Get(ctx context.Context, _ string) (state.Entry, error) {
	select {
	case <-ctx.Done():
		return state.Entry{}, ctx.Err()
	case <-s.free:
		return state.Entry{}, errBroken
	}
}

func BenchmarkRecord(b *testing.B) {
	for _, callers := range []int{1, 16, 128} {
		b.Run(fmt.Sprint(callers, " callers"), func(b *testing.B) {
			l := newLog(b, newState(b), newKey(b))
			var left atomic.Int64
			left.Store(int64(b.N))
			b.ResetTimer()
			var running sync.WaitGroup
			for range callers {
				running.Go(func() {
					for left.Add(-1) >= 0 {
						if err := l.Record(context.Background(), question("When does the ferry leave?")); err != nil {
							b.Error(err)
						}
					}
				})
			}
			running.Wait()
		})
	}
}
