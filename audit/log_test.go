package audit_test

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/naru-rag/naru/audit"
	"github.com/naru-rag/naru/state"
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
	l, err := audit.New(s, audit.Options{Key: key, Salt: salt})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	return l
}

func question(text string) audit.Record {
	return audit.Record{Kind: audit.KindQuestion, Caller: salt.Caller("key:a"), Question: &audit.Question{Text: salt.Question(text), Index: "naru-v1",
		Shown: []audit.Passage{{ID: "p", Document: "d", SHA256: "00", Cited: true}}}}
}

func TestSmoke(t *testing.T) {
	s := embedded.Open(filepath.Join(t.TempDir(), "audit.db"), embedded.Options{})
	key := newKey(t)
	l := newLog(t, s, key)
	var all sync.WaitGroup
	for i := range 50 {
		all.Go(func() {
			if err := l.Record(t.Context(), question(fmt.Sprint(i))); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	l.Close()
	r, err := audit.Verify(t.Context(), s, key.Verifier())
	t.Logf("%+v %v", r, err)
	if err != nil || r.Records != 50 || r.Beside != 50 {
		t.Fatal(err)
	}
}

func BenchmarkRecord(b *testing.B) {
	s := embedded.Open(filepath.Join(b.TempDir(), "audit.db"), embedded.Options{Wait: time.Minute})
	l := newLog(b, s, newKey(b))
	for _, callers := range []int{1, 64} {
		b.Run(fmt.Sprint(callers, " callers"), func(b *testing.B) {
			b.SetParallelism(callers / 2)
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					if err := l.Record(context.Background(), question("q")); err != nil && !errors.Is(err, audit.ErrFull) {
						b.Error(err)
					}
				}
			})
		})
	}
}
