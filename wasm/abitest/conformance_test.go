package abitest

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/naru-rag/naru/embed"
	"github.com/naru-rag/naru/lang"
	"github.com/naru-rag/naru/wasm/abi"
	"github.com/naru-rag/naru/wasm/host"
)

// TestExample holds the example plugin of each guest library to EXAMPLE.md.
func TestExample(t *testing.T) {
	for _, language := range []string{"c", "rust", "assemblyscript", "go"} {
		t.Run(language, func(t *testing.T) {
			code := example(t, language)
			t.Run("document", func(t *testing.T) { exampleDocument(t, code) })
			t.Run("lengths", func(t *testing.T) { exampleLengths(t, code) })
			t.Run("query", func(t *testing.T) { exampleQuery(t, code) })
			t.Run("commands", func(t *testing.T) { exampleCommands(t, code) })
			t.Run("passages", func(t *testing.T) { examplePassages(t, code) })
			t.Run("answer", func(t *testing.T) { exampleAnswer(t, code) })
			t.Run("many", func(t *testing.T) { exampleMany(t, code) })
			t.Run("unknown", func(t *testing.T) { exampleUnknown(t, code) })
		})
	}
}

// example is the code of the example plugin in a language. That in Go is built here;
// the others are in testdata, and CI compares them with what their sources make.
func example(t testing.TB, language string) []byte {
	t.Helper()
	if language != "go" {
		return guest(t, "example-"+language)
	}
	if testing.Short() {
		t.Skip("this builds a program")
	}
	out := filepath.Join(t.TempDir(), "example.wasm")
	build := exec.Command("go", "build", "-buildmode=c-shared", "-trimpath", "-ldflags=-s -w", "-o", out, "../guest/example")
	build.Env = append(os.Environ(), "GOOS=wasip1", "GOARCH=wasm", "CGO_ENABLED=0")
	if said, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, said)
	}
	code, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	return code
}

const now = "2026-11-23T09:00:00Z"

func header(h abi.Hook) abi.Header { return abi.Header{ABI: abi.Version, Hook: h, Now: now} }

// ask makes a call and decodes the response.
func ask[R abi.Response](t testing.TB, p *host.Plugin, hook abi.Hook, request any, response R) error {
	t.Helper()
	data, err := abi.Encode(request)
	if err != nil {
		t.Fatal(err)
	}
	said, _, err := p.Call(context.Background(), host.Call{Hook: hook, Request: data, Search: search})
	if err != nil || len(said) == 0 {
		return err
	}
	if err := abi.Decode(said, response, request); err != nil {
		if _, failed := errors.AsType[*abi.PluginError](err); !failed {
			return fmt.Errorf("%.500s: %w", said, err)
		}
		return err
	}
	return nil
}

// search finds what there is of the word asked for.
func search(_ context.Context, text string, limit int) ([]abi.Passage, error) {
	switch text {
	case "nothing":
		return []abi.Passage{}, nil
	case "broken":
		return nil, errors.New("the store is away")
	}
	found := []abi.Passage{}
	for i := range limit {
		found = append(found, abi.Passage{ID: fmt.Sprint(text, "-", i), Headings: []string{}, Annotations: map[string][]string{}, Text: text})
	}
	return found, nil
}

// terms are the search terms of a text, as the host finds them.
func terms(text string) (all []string) {
	for _, t := range lang.Analyze(text, lang.Detect(text)) {
		all = append(all, t.Text)
	}
	return all
}

// flat is an embedder.
type flat struct{ embed.Embedder }

func (flat) Embed(_ context.Context, _ embed.Kind, texts []string) (embed.Result, error) {
	r := embed.Result{Vectors: make([][]float32, len(texts))}
	for i := range texts {
		r.Vectors[i] = []float32{1, 0, 0, 0, 0}
	}
	return r, nil
}

func exampleDocument(t *testing.T, code []byte) {
	p := load(t, code, nil)
	long := strings.Repeat("나루 secret 배, ", 5000)
	redactions := []abi.Redaction{}
	for at := 0; ; {
		i := strings.Index(long[at:], "secret")
		if i < 0 {
			break
		}
		at += i
		redactions = append(redactions, abi.Redaction{Start: at, End: at + 6, Kind: "secret"})
		at += 6
	}
	for _, tt := range []struct {
		text     string
		metadata map[string]string
		want     abi.DocumentResponse
	}{
		{"", nil, abi.DocumentResponse{Annotate: map[string][]string{"length": {"short"}}}},
		{"A ferry. DO NOT INDEX secret", nil, abi.DocumentResponse{Skip: "it says so itself"}},
		{"나루의 secret은 비밀 secretsecret", map[string]string{"topic": "배 \"and\" \\ \n boats", "x": "y"}, abi.DocumentResponse{
			Redact:   []abi.Redaction{{Start: 10, End: 16, Kind: "secret"}, {Start: 27, End: 33, Kind: "secret"}, {Start: 33, End: 39, Kind: "secret"}},
			Annotate: map[string][]string{"length": {"short"}, "topic": {"배 \"and\" \\ \n boats"}},
		}},
		{"\u0000\u0001\t\"\\/\u2028 𠮷 😀 secret", nil, abi.DocumentResponse{
			Redact:   []abi.Redaction{{Start: 20, End: 26, Kind: "secret"}},
			Annotate: map[string][]string{"length": {"short"}},
		}},
		{long, nil, abi.DocumentResponse{Redact: redactions, Annotate: map[string][]string{"length": {"long"}}}},
	} {
		request := &abi.DocumentRequest{Header: header(abi.Document), Document: abi.DocumentText{ID: "d", Text: tt.text, Metadata: tt.metadata}}
		if request.Document.Metadata == nil {
			request.Document.Metadata = map[string]string{}
		}
		var got abi.DocumentResponse
		if err := ask(t, p, abi.Document, request, &got); err != nil {
			t.Errorf("%.60q: %v", tt.text, err)
			continue
		}
		if !same(got, tt.want) {
			t.Errorf("%.60q: %.300v, want %.300v", tt.text, got, tt.want)
		}
	}
}

// exampleLengths reads texts of all lengths up to some blocks of those that libraries
// look through strings by, with something that has an escape, or is not ASCII, at each
// place.
func exampleLengths(t *testing.T, code []byte) {
	p := load(t, code, nil)
	for n := range 200 {
		for _, apart := range []string{"", `"`, `\`, "\n", "\x1f", "나"} {
			text := strings.Repeat("x", n) + apart + "secret"
			request := &abi.DocumentRequest{Header: header(abi.Document), Document: abi.DocumentText{Metadata: map[string]string{}, Text: text}}
			want := abi.DocumentResponse{Redact: []abi.Redaction{{Start: len(text) - 6, End: len(text), Kind: "secret"}}, Annotate: map[string][]string{"length": {"short"}}}
			var got abi.DocumentResponse
			if err := ask(t, p, abi.Document, request, &got); err != nil || !same(got, want) {
				t.Fatalf("%d and %q: %.300v, want %.300v: %v", n, apart, got, want, err)
			}
		}
	}
}

// same compares responses; none and an empty list are the same but for an order.
func same(a, b any) bool {
	x, err := abi.Encode(a)
	y, err2 := abi.Encode(b)
	return err == nil && err2 == nil && string(x) == string(y)
}

func exampleQuery(t *testing.T, code []byte) {
	for _, tt := range []struct {
		config, question string
		want             abi.QueryResponse
	}{
		{"", "when does the ferry go?", abi.QueryResponse{}},
		{"null", "when does the ferry go?", abi.QueryResponse{}},
		{`{"synonyms":{"ferry":"boat"}}`, "when does the ferry go? ferry!", abi.QueryResponse{Variants: []string{"when does the boat go? boat!"}}},
		{`{"synonyms":{"배":"나룻배","ferry":"boat","x":"y"},"language":"ko","topic":"한강"}`, "ferry 배?", abi.QueryResponse{
			Variants: []string{"boat 배?", "ferry 나룻배?"},
			Filters:  []abi.Condition{{Field: "language", Any: []string{"ko"}}},
			Boosts:   []abi.Boost{{When: abi.Condition{Field: "annotations.example.topic", Any: []string{"한강"}}, Factor: 2}},
		}},
		{`{"synonyms":{"a":"1","b":"2","c":"3","d":"4","e":"5"}}`, "a b c d e", abi.QueryResponse{
			Variants: []string{"1 b c d e", "a 2 c d e", "a b 3 d e", "a b c 4 e"},
		}},
	} {
		p := load(t, code, func(o *host.Options) {
			if tt.config != "" {
				o.Config = []byte(tt.config)
			}
		})
		var got abi.QueryResponse
		err := ask(t, p, abi.Query, &abi.QueryRequest{Header: header(abi.Query), Question: tt.question, Language: "en"}, &got)
		if err != nil || !same(got, tt.want) {
			t.Errorf("%s, %q: %+v, want %+v (%v)", tt.config, tt.question, got, tt.want, err)
		}
	}
}

func exampleCommands(t *testing.T, code []byte) {
	var log strings.Builder
	p := load(t, code, func(o *host.Options) {
		o.Lookup = func(key string) (string, bool) {
			value, ok := map[string]string{"나루": "ferry \"landing\"", "empty": ""}[key]
			return value, ok
		}
		o.Embedder = flat{}
		o.Log = slog.New(slog.NewTextHandler(&log, nil))
	})
	for _, tt := range []struct{ question, want string }{
		{"now ", now},
		{"lookup 나루", "ferry \"landing\""},
		{"lookup nobody", "none"},
		{"terms Ferries go, daily", strings.Join(terms("Ferries go, daily"), " ")},
		{"embed 나루 \"\\", "5"},
		{"search ferry", "ferry-0 ferry-1 ferry-2"},
		{"search nothing", "none"},
	} {
		var got abi.QueryResponse
		err := ask(t, p, abi.Query, &abi.QueryRequest{Header: header(abi.Query), Question: tt.question, Language: "en"}, &got)
		if err != nil || !same(got, abi.QueryResponse{Variants: []string{tt.want}}) {
			t.Errorf("%q: %+v, want %q (%v)", tt.question, got, tt.want, err)
		}
	}
	query := func(question string) error {
		var got abi.QueryResponse
		err := ask(t, p, abi.Query, &abi.QueryRequest{Header: header(abi.Query), Question: question}, &got)
		if err == nil && !reflect.DeepEqual(got, abi.QueryResponse{}) {
			return fmt.Errorf("it says %+v", got)
		}
		return err
	}
	for question, want := range map[string]string{"fail 배가 \"sank\"\n": "배가 \"sank\"\n", "search broken": "search: -3"} {
		said, ok := errors.AsType[*abi.PluginError](query(question))
		if !ok || said.Said != want {
			t.Errorf("%q: error %v, want %q", question, said, want)
		}
	}
	if err := query("log 나루에 \"닿다\""); err != nil || !strings.Contains(log.String(), "닿다") || !strings.Contains(log.String(), "level=INFO") {
		t.Errorf("the log is %q (%v)", log.String(), err)
	}
	if failed, ok := errors.AsType[*host.Error](query("trap ")); !ok || failed.Outcome != host.Trapped {
		t.Errorf("trap: %v", failed)
	}
	if err := query("log after the trap"); err != nil {
		t.Errorf("after a trap: %v", err)
	}
}

func examplePassages(t *testing.T, code []byte) {
	p := load(t, code, nil)
	passage := func(text, modified string) abi.Passage {
		return abi.Passage{ID: text, Headings: []string{"a", "나루"}, Modified: modified, Annotations: map[string][]string{"x.y": {"z"}}, Score: 1.5e-3, Text: text}
	}
	fifty := make([]abi.Passage, 50)
	order := make([]int, 50)
	for i := range fifty {
		fifty[i], order[49-i] = passage(fmt.Sprint(i, strings.Repeat(" 나루터의 배 ", 35)), ""), i
	}
	for name, tt := range map[string]struct {
		passages []abi.Passage
		want     abi.PassagesResponse
	}{
		"none":    {[]abi.Passage{}, abi.PassagesResponse{}},
		"one":     {[]abi.Passage{passage("a", "")}, abi.PassagesResponse{Order: []int{0}}},
		"dropped": {[]abi.Passage{passage("a DROP ME", "2026-01-02T03:04:05Z")}, abi.PassagesResponse{Order: []int{}}},
		"some": {[]abi.Passage{passage("a", "2026-01-02T03:04:05Z"), passage("DROP ME", ""), passage("나루", ""), passage("\"", "2025-12-31T00:00:00Z")},
			abi.PassagesResponse{Order: []int{3, 2, 0}, Notes: []abi.Note{{Passage: 0, Note: "as of 2026-01-02"}, {Passage: 3, Note: "as of 2025-12-31"}}}},
		"fifty": {fifty, abi.PassagesResponse{Order: order}},
	} {
		var got abi.PassagesResponse
		err := ask(t, p, abi.Passages, &abi.PassagesRequest{Header: header(abi.Passages), Question: "나루?", Passages: tt.passages}, &got)
		if err != nil || !same(got, tt.want) {
			t.Errorf("%s: %+v, want %+v (%v)", name, got, tt.want, err)
		}
	}
}

func exampleAnswer(t *testing.T, code []byte) {
	p := load(t, code, nil)
	number := func(n int) *int { return &n }
	request := &abi.AnswerRequest{Header: header(abi.Answer), Question: "?", Language: "en",
		Sentences: []abi.Sentence{{Text: "나루 secret 1", Passages: []int{0}}, {Text: "DROP ME", Passages: []int{}}, {Text: "no digit", Passages: []int{0, 1}}},
		Passages:  []abi.Passage{{Text: "the secret", Headings: []string{}, Annotations: map[string][]string{}}, {Text: "none", Headings: []string{}, Annotations: map[string][]string{}}},
	}
	want := abi.AnswerResponse{
		Drop: []int{1},
		Redact: []abi.AnswerRedaction{
			{Sentence: number(0), Redaction: abi.Redaction{Start: 7, End: 13, Kind: "secret"}},
			{Passage: number(0), Redaction: abi.Redaction{Start: 4, End: 10, Kind: "secret"}},
		},
		Flags: []abi.Flag{{Sentence: 0, Flag: "check the number"}},
	}
	var got abi.AnswerResponse
	if err := ask(t, p, abi.Answer, request, &got); err != nil || !same(got, want) {
		t.Errorf("%+v, want %+v (%v)", got, want, err)
	}
}

// exampleMany: one instance takes many calls, and its memory stays.
func exampleMany(t *testing.T, code []byte) {
	p := load(t, code, nil)
	memory := 0
	for i := range 2000 {
		request := &abi.PassagesRequest{Header: header(abi.Passages), Question: "나루?", Passages: []abi.Passage{{Headings: []string{}, Annotations: map[string][]string{}, Text: strings.Repeat("나루 ", 1000)}}}
		data, err := abi.Encode(request)
		if err != nil {
			t.Fatal(err)
		}
		_, usage, err := p.Call(context.Background(), host.Call{Hook: abi.Passages, Request: data})
		if err != nil {
			t.Fatal(err)
		}
		if usage.Started && i > 0 {
			t.Fatalf("call %d needed a new instance", i)
		}
		if i == 1000 {
			memory = usage.Memory
		}
		if i > 1000 && usage.Memory > memory {
			t.Fatalf("memory has grown from %d to %d bytes by call %d", memory, usage.Memory, i)
		}
	}
}

// exampleUnknown: members that a plugin does not know are no reason to fail, nor is
// the order of members, or space between them.
func exampleUnknown(t *testing.T, code []byte) {
	p := load(t, code, nil)
	request := ` { "later" : {"deep":[[[{"a":null,"b":true,"c":-1.5e+3,"d":"\u00e9\ud83d\ude00\/\b\f\n\r\t"}]]]} , "passages" : [
		{"text":"\ub098\ub8e8 \ud83d\ude00","score":1e-7,"new":{"x":[1,2,{}]},"modified":"2026-01-02T00:00:00Z","annotations":{},"language":"ko","headings":[],"uri":"","title":"","document":"","id":"x"} ] ,
		"language":"ko","question":"?","now":"` + now + `","hook":"passages","abi":1}`
	said, _, err := p.Call(context.Background(), host.Call{Hook: abi.Passages, Request: []byte(request)})
	if err != nil {
		t.Fatal(err)
	}
	var got abi.PassagesResponse
	sent := &abi.PassagesRequest{Passages: make([]abi.Passage, 1)}
	if err := abi.Decode(said, &got, sent); err != nil || !same(got, abi.PassagesResponse{Order: []int{0}, Notes: []abi.Note{{Note: "as of 2026-01-02"}}}) {
		t.Errorf("%s: %+v (%v)", said, got, err)
	}
}
