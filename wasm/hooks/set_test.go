package hooks_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/naru-rag/naru/indexer"
	"github.com/naru-rag/naru/indexer/extract"
	"github.com/naru-rag/naru/rag"
	"github.com/naru-rag/naru/wasm/abi"
	"github.com/naru-rag/naru/wasm/admit"
	"github.com/naru-rag/naru/wasm/hooks"
	"github.com/naru-rag/naru/wasm/host"
	"github.com/naru-rag/naru/wasm/module"
)

// saying is a plugin that says the same to everything.
func saying(t *testing.T, name, text string, at ...abi.Hook) hooks.Member {
	t.Helper()
	code, err := os.ReadFile("../abitest/testdata/noop.wasm")
	if err != nil {
		t.Fatal(err)
	}
	m, err := module.Parse(code)
	if err != nil {
		t.Fatal(err)
	}
	const address = 65536
	segment := module.AppendS64([]byte{0, byte(module.OpI32Const)}, address)
	segment = append(module.AppendU32(append(segment, byte(module.OpEnd)), uint32(len(text))), text...)
	m.Data = append(m.Data, segment)
	m.Functions[2].Code = append(module.AppendS64([]byte{byte(module.OpI64Const)}, address<<32|int64(len(text))), byte(module.OpEnd))
	metered, _, err := admit.Prepare(m.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	p, err := host.Load(context.Background(), metered, host.Options{
		Name: name, Limits: abi.Limits{Fuel: 10_000, Memory: 1 << 20, Deadline: time.Minute, Output: 1 << 10},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.Close(context.Background()) })
	return hooks.Member{Plugin: p, Hooks: at, Rules: name + "@1"}
}

func set(members ...hooks.Member) *hooks.Set {
	return hooks.New(members, hooks.Options{Log: slog.New(slog.DiscardHandler), Now: func() time.Time { return time.Unix(0, 0) }})
}

// landing is a searcher that notes what it was asked.
type landing struct{ asked rag.Query }

func (l *landing) Search(_ context.Context, q rag.Query) (rag.Results, error) {
	l.asked = q
	var found rag.Results
	for i, text := range []string{"The ferry leaves at noon. Ask Kim at 010-1234-5678.", "The ferry costs 2,000 won.", "The ferry is red."} {
		p := rag.Passage{
			ID: fmt.Sprint("p", i), Document: fmt.Sprint("d", i), Text: text, Start: 100, End: 100 + len(text), Language: "en", Score: float64(9 - i),
			Access: rag.Access{Tenant: q.Asker.Tenant}, Annotations: map[string][]string{"nearby.cell": {fmt.Sprint("c", i)}},
		}
		found.Passages = append(found.Passages, p)
	}
	return found, nil
}

func answer(t *testing.T, l *landing, with rag.Hooks) rag.Answer {
	t.Helper()
	a, err := rag.NewAnswerer(l, rag.Options{Hooks: with, Threshold: -1}).Answer(context.Background(),
		rag.Question{Text: "When does the ferry leave?", Language: "en", Asker: rag.Asker{Tenant: "default", Principals: []string{"b", "a"}}})
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func ids(a rag.Answer) (all []string) {
	for _, p := range a.Passages {
		all = append(all, p.ID)
	}
	return all
}

func TestQuery(t *testing.T) {
	s := set(
		saying(t, "one", `{"variants":["boat?"],"filters":[{"field":"modified","from":"2026-01-01T00:00:00Z"}]}`, abi.Query),
		saying(t, "two", `{"filters":[{"field":"language","any":["en"]}],"boosts":[{"when":{"field":"annotations.nearby.cell","any":["c2"]},"factor":5}]}`, abi.Query),
		saying(t, "three", `{"variants":["never"]}`, abi.Passages), // not at this hook
	)
	var l landing
	a := answer(t, &l, s)
	want := []rag.Condition{{Field: "modified", From: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)}, {Field: "language", Any: []string{"en"}}}
	if !reflect.DeepEqual(l.asked.Narrow, want) || !slices.Equal(l.asked.Variants, []string{"boat?"}) {
		t.Errorf("the search is %+v", l.asked)
	}
	if got := ids(a); !slices.Equal(got, []string{"p2", "p0", "p1"}) {
		t.Errorf("the boosted order is %v", got)
	}
	if len(a.Timings.Plugins) != 3 || a.Timings.Plugins[2].Outcome != "invalid response" || len(a.Degraded) != 1 {
		t.Errorf("it took %+v, degraded %q", a.Timings.Plugins, a.Degraded)
	}
}

func TestPassages(t *testing.T) {
	s := set(
		saying(t, "first", `{"order":[2,0],"notes":[{"passage":0,"note":"from <first>"}]}`, abi.Passages),
		saying(t, "second", `{"order":[1],"notes":[{"passage":1,"note":"again"},{"passage":0,"note":"gone"}]}`, abi.Passages),
	)
	a := answer(t, &landing{}, s)
	if got := ids(a); !slices.Equal(got, []string{"p0"}) {
		t.Fatalf("left are %v", got)
	}
	if want := []rag.Note{{Plugin: "first", Note: "from <first>"}, {Plugin: "second", Note: "again"}}; !slices.Equal(a.Passages[0].Notes, want) {
		t.Errorf("its notes are %v", a.Passages[0].Notes)
	}
}

func TestReview(t *testing.T) {
	plain := answer(t, &landing{}, nil)
	if len(plain.Sentences) == 0 || plain.Sentences[0].Text != "The ferry leaves at noon." {
		t.Fatalf("without plugins the answer is %+v", plain)
	}
	a := answer(t, &landing{}, set(
		saying(t, "redactor", `{"redact":[{"passage":0,"start":37,"end":50,"kind":"phone"},{"passage":0,"start":4,"end":9,"kind":"vessel"}],"flags":[{"sentence":0,"flag":"look"}]}`, abi.Answer),
		saying(t, "later", `{"redact":[{"passage":0,"start":13,"end":19,"kind":"verb"}]}`, abi.Answer), // offsets of what it reads
	))
	first := a.Passages[0]
	if want := "The [vessel] [verb] at noon. Ask Kim at [phone]."; first.Text != want || !first.Redacted {
		t.Errorf("the passage reads %q", first.Text)
	}
	s := a.Sentences[0]
	if s.Text != "The [vessel] [verb] at noon." || s.Citations[0].Quote != s.Text || !s.Citations[0].Redacted || !strings.HasPrefix(a.Answer, s.Text) {
		t.Errorf("the sentence is %+v, of the answer %q", s, a.Answer)
	}
	if !slices.Equal(s.Flags, []rag.Note{{Plugin: "redactor", Note: "look"}}) {
		t.Errorf("its flags are %v", s.Flags)
	}
	if s.Citations[0].Start != plain.Sentences[0].Citations[0].Start || a.Passages[1].Redacted {
		t.Error("offsets, or what was not redacted, are others")
	}
}

func TestWithheld(t *testing.T) {
	var drop []string
	for i := range answer(t, &landing{}, nil).Sentences {
		drop = append(drop, fmt.Sprint(i))
	}
	a := answer(t, &landing{}, set(saying(t, "censor", `{"drop":[`+strings.Join(drop, ",")+`]}`, abi.Answer)))
	if !a.Abstained || a.Reason != rag.ReasonWithheld || strings.Contains(a.Answer, "noon") || len(a.Sentences) != 0 {
		t.Errorf("the answer is %+v", a)
	}
}

// TestEssential: a plugin that may not be left out fails the question.
func TestEssential(t *testing.T) {
	for _, at := range []abi.Hook{abi.Query, abi.Passages, abi.Answer} {
		m := saying(t, "broken", `{"error":"no table"}`, at)
		a := answer(t, &landing{}, set(m))
		if len(a.Degraded) != 1 || !strings.Contains(a.Degraded[0], "plugin broken: failed at "+at.String()) || strings.Contains(a.Degraded[0], "table") {
			t.Errorf("degraded is %q", a.Degraded)
		}
		m.Essential = true
		_, err := rag.NewAnswerer(&landing{}, rag.Options{Hooks: set(m), Threshold: -1}).Answer(context.Background(), rag.Question{Text: "ferry?", Language: "en", Asker: rag.Asker{Tenant: "default"}})
		if said, ok := errors.AsType[*abi.PluginError](err); !ok || said.Said != "no table" {
			t.Errorf("%s: error %v", at, err)
		}
	}
}

func TestDocuments(t *testing.T) {
	s := set(
		saying(t, "redactor", `{"redact":[{"start":0,"end":6,"kind":"name"}],"annotate":{"kind":["rules"]}}`, abi.Document),
		saying(t, "other", `{"skip":""}`, abi.Query),
		saying(t, "gate", `{"skip":"a draft"}`, abi.Document),
	)
	all := s.Documents()
	if len(all) != 2 || all[0].Rules() != "redactor@1" {
		t.Fatalf("%d plugins decide on documents", len(all))
	}
	reading := indexer.Reading{Document: rag.Document{ID: "d", Text: "나루 is open.", Access: rag.Access{Tenant: "default"}}, Metadata: map[string]string{"status": "draft"}}
	d, err := all[0].Document(context.Background(), reading)
	want := indexer.Decision{Redact: []extract.Redaction{{Start: 0, End: 6, Kind: "name"}}, Annotations: map[string][]string{"redactor.kind": {"rules"}}}
	if err != nil || !reflect.DeepEqual(d, want) {
		t.Errorf("it decides %+v, %v", d, err)
	}
	if d, err := all[1].Document(context.Background(), reading); err != nil || d.Skip != "plugin gate: a draft" {
		t.Errorf("it decides %+v, %v", d, err)
	}
}

// TestDocumentsLater: a plugin that had no time says nothing of a document, and one that
// used up its fuel does.
func TestDocumentsLater(t *testing.T) {
	code, err := os.ReadFile("../abitest/hostile/loop.wasm")
	if err != nil {
		t.Fatal(err)
	}
	metered, _, err := admit.Prepare(code)
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		limits abi.Limits
		later  bool
	}{
		{abi.Limits{Fuel: 1 << 50, Memory: 1 << 20, Deadline: time.Millisecond, Output: 1}, true},
		{abi.Limits{Fuel: 10_000, Memory: 1 << 20, Deadline: time.Hour, Output: 1}, false},
	} {
		p, err := host.Load(context.Background(), metered, host.Options{Name: "loop", Limits: tt.limits})
		if err != nil {
			t.Fatal(err)
		}
		defer p.Close(context.Background())
		_, err = set(hooks.Member{Plugin: p, Hooks: []abi.Hook{abi.Document}}).Documents()[0].Document(context.Background(), indexer.Reading{Document: rag.Document{Text: "x"}})
		if _, later := errors.AsType[*indexer.LaterError](err); err == nil || later != tt.later {
			t.Errorf("%+v: later %v, want %v: %v", tt.limits, later, tt.later, err)
		}
	}
}
