package backend

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/naru-rag/naru/audit"
	"github.com/naru-rag/naru/config"
	"github.com/naru-rag/naru/embed"
	"github.com/naru-rag/naru/indexer"
	"github.com/naru-rag/naru/rag"
	"github.com/naru-rag/naru/region"
)

// audited is a configuration whose log is kept, and the log.
func audited(t *testing.T) (*config.Config, *audit.Log) {
	t.Helper()
	c := config.Default()
	c.Data, c.Audit.On = filepath.Join(t.TempDir(), "data"), true
	l, err := OpenAudit(t.Context(), c, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	return c, l
}

// records ends a log and returns what is in it.
func records(t *testing.T, c *config.Config, l *audit.Log) (all []audit.Record) {
	t.Helper()
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	s, err := OpenAuditState(t.Context(), c, nil)
	if err != nil {
		t.Fatal(err)
	}
	key, err := AuditKey(c)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := audit.Verify(t.Context(), s, key.Verifier()); err != nil {
		t.Error(err)
	}
	for n, err := range audit.Records(t.Context(), s) {
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, n.Record)
	}
	return all
}

// TestConnectionsAreRecorded: those to a service, and one that is refused.
func TestConnectionsAreRecorded(t *testing.T) {
	service := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_ = json.NewEncoder(w).Encode(map[string]any{"data": []map[string]any{{"index": 0, "embedding": []float64{1, 0, 0, 0}}}})
	}))
	t.Cleanup(service.Close)
	c, l := audited(t)
	c.Embedder.Kind, c.Embedder.URL, c.Embedder.Model, c.Embedder.Dimensions, c.Embedder.Attempts = config.EmbedderOpenAI, service.URL, "m", 4, 1
	e, err := OpenEmbedder(t.Context(), c, Options{Audit: l})
	if err != nil {
		t.Fatal(err)
	}
	for range 3 { // over one connection
		if _, err := e.Embed(t.Context(), embed.Query, []string{"a secret question"}); err != nil {
			t.Fatal(err)
		}
	}
	guard, err := Guard(t.Context(), c, nil, connections(l))
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if _, err := guard.Dial(t.Context(), "evil.example:443"); !errors.Is(err, region.ErrForbidden) {
			t.Errorf("the error is %v", err)
		}
	}
	all := records(t, c, l)
	if len(all) != 2 {
		t.Fatalf("there are %d records", len(all))
	}
	if got := *all[0].Egress; got != (audit.Egress{To: strings.TrimPrefix(service.URL, "http://"), Allowed: true, Why: "embedder.url"}) {
		t.Errorf("the first is %+v", got)
	}
	if got := *all[1].Egress; got.To != "evil.example:443" || got.Allowed || got.Times != 2 || !strings.Contains(got.Why, "egress.allow") {
		t.Errorf("the second is %+v", got)
	}
}

// answerFunc is an answerer made of a function.
type answerFunc func(ctx context.Context, q rag.Question) (rag.Answer, error)

func (f answerFunc) Answer(ctx context.Context, q rag.Question) (rag.Answer, error) { return f(ctx, q) }

// TestQuestionsAreRecorded: with what was shown, by what is cited and what is only found,
// and also where they fail or whoever asked has left.
func TestQuestionsAreRecorded(t *testing.T) {
	c, l := audited(t)
	broken := errors.New("broken")
	answer := rag.Answer{Index: "naru-v3", Passages: []rag.Hit{{ID: "p1", Document: "d1", Text: "one"}, {ID: "p2", Document: "d2", Text: "two"}},
		Sentences: []rag.Sentence{{Citations: []rag.Citation{{Passage: "p2", Document: "d2", Quote: "tw"}, {Passage: "p3", Document: "d3", Quote: "three"}}}}}
	a := Recorded(answerFunc(func(ctx context.Context, q rag.Question) (rag.Answer, error) {
		if strings.Contains(q.Text, "fail") {
			return rag.Answer{}, broken
		}
		return answer, ctx.Err()
	}), c, l, nil)
	got, err := a.Answer(t.Context(), rag.Question{Text: " Who? "})
	if err != nil || len(got.Degraded) != 0 {
		t.Fatalf("%+v, %v", got, err)
	}
	if _, err := a.Answer(t.Context(), rag.Question{Text: "fail"}); !errors.Is(err, broken) {
		t.Errorf("the error is %v", err)
	}
	left, leave := context.WithCancel(t.Context())
	leave()
	if _, err := a.Answer(left, rag.Question{Text: "left"}); !errors.Is(err, context.Canceled) {
		t.Errorf("the error is %v", err)
	}
	all, salt := records(t, c, l), l.Salt()
	if len(all) != 3 {
		t.Fatalf("there are %d records", len(all))
	}
	want := []audit.Passage{{ID: "p1", Document: "d1", Text: salt.Passage("one")}, {ID: "p2", Document: "d2", Text: salt.Passage("two"), Cited: true}, {ID: "p3", Document: "d3", Text: salt.Passage("three"), Cited: true}}
	q := all[0].Question
	if q.Text != salt.Question("Who?") || q.Index != "naru-v3" || q.Failed || len(q.Shown) != len(want) {
		t.Fatalf("the first is %+v", q)
	}
	for i, p := range q.Shown {
		if p != want[i] {
			t.Errorf("passage %d is %+v, want %+v", i, p, want[i])
		}
	}
	for _, r := range all[1:] {
		if !r.Question.Failed || len(r.Question.Shown) > 0 {
			t.Errorf("what failed is %+v", r.Question)
		}
	}
}

// TestDeletionsAreRecorded: all of them, in records of a bounded length.
func TestDeletionsAreRecorded(t *testing.T) {
	c, l := audited(t)
	c.Embedder.Kind = config.EmbedderNone
	b, err := Open(t.Context(), c, Options{Audit: l})
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	ix, err := b.Indexer(t.Context(), rag.Access{Tenant: "t"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	outcomes, err := ix.Put(t.Context(), indexer.Upload{URI: "a.md", Data: []byte("The ferry leaves at nine.")})
	if err != nil {
		t.Fatal(err)
	}
	if err := ix.Remove(t.Context(), outcomes[0].Document); err != nil {
		t.Fatal(err)
	}
	if err := b.deleting(t.Context(), make([]string, 1200), indexer.Forgotten); err != nil {
		t.Fatal(err)
	}
	all := records(t, c, l)
	if len(all) != 4 || all[0].Deletion.Documents[0] != outcomes[0].Document || all[0].Deletion.Why != "removed" || len(all[3].Deletion.Documents) != 200 {
		t.Errorf("they are %+v", all)
	}
}

// TestSecretFiles: are for their owner alone, and the same for all that make them at once.
func TestSecretFiles(t *testing.T) {
	c := config.Default()
	c.Data, c.Audit.On = filepath.Join(t.TempDir(), "new", "data"), true
	var all sync.WaitGroup
	var mu sync.Mutex
	seen := map[string]bool{}
	for range 8 {
		all.Go(func() {
			l, err := OpenAudit(t.Context(), c, nil)
			if err != nil {
				t.Error(err)
				return
			}
			key, err := AuditKey(c)
			if err != nil {
				t.Error(err)
			}
			mu.Lock()
			defer mu.Unlock()
			seen[key.Verifier().String()+string(l.Salt())] = true
		})
	}
	all.Wait()
	if len(seen) != 1 {
		t.Errorf("there are %d keys and salts", len(seen))
	}
	entries, err := os.ReadDir(c.Data)
	if err != nil || len(entries) != 2 {
		t.Errorf("there are %v, %v", entries, err)
	}
	for _, e := range entries {
		if info, err := e.Info(); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s has the mode %v, %v", e.Name(), info.Mode(), err)
		}
	}
	if err := os.WriteFile(filepath.Join(c.Data, saltFile), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := OpenAudit(t.Context(), c, nil); err == nil || !strings.Contains(err.Error(), saltFile) {
		t.Errorf("with an empty salt: %v", err)
	}
}
