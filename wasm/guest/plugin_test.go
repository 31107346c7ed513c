//go:build !wasip1

package guest

import (
	"errors"
	"math"
	"reflect"
	"strings"
	"testing"

	"github.com/naru-rag/naru/wasm/abi"
)

var passages = []Passage{
	{ID: "1", Document: "d", Title: "배 \"시간표\"", URI: "ferry.md", Headings: []string{"a", "나루"}, Language: "ko", Modified: "2026-01-02T00:00:00Z",
		Annotations: map[string][]string{"nearby.cell": {"wydm9", "x"}}, Score: 7.125e-7, Text: "line\nline\t\\"},
	{Headings: []string{}, Annotations: map[string][]string{}},
}

func header(hook abi.Hook) Header {
	return Header{ABI: abi.Version, Hook: hook, Now: "2026-11-23T09:00:00Z"}
}

// calls makes a call: request arrives as it was sent, and response as it was said.
func calls[Q any, R any](t *testing.T, plugin func(do func(Q) (R, error)) Plugin, hook abi.Hook, request Q, response R, decode func([]byte, *R, *Q) error) {
	t.Helper()
	data, err := abi.Encode(request)
	if err != nil {
		t.Fatal(err)
	}
	Register(plugin(func(got Q) (R, error) {
		if !reflect.DeepEqual(got, request) {
			t.Errorf("the plugin gets %+v, want %+v", got, request)
		}
		return response, nil
	}))
	said := Call(int(hook), data)
	var got R
	if err := decode(said, &got, &request); err != nil {
		t.Fatalf("%s: %v", said, err)
	}
	if !reflect.DeepEqual(got, response) {
		t.Errorf("%s: %+v, want %+v", said, got, response)
	}
}

func TestDocument(t *testing.T) {
	request := DocumentRequest{Header: header(abi.Document), Document: DocumentText{ID: "d", URI: "u", Title: "t", Language: "ko", Modified: "m", Metadata: map[string]string{"a": "나루", "": "b"}, Text: "0123456789 나루"}}
	for _, response := range []DocumentResponse{{}, {Skip: "a reason \x01"}, {
		Redact:   []Redaction{{Start: 0, End: 3, Kind: "a"}, {Start: 11, End: 14, Kind: "b-1"}},
		Annotate: map[string][]string{"cell": {"a", "\""}, "b": {"나루"}},
	}} {
		calls(t, func(do func(DocumentRequest) (DocumentResponse, error)) Plugin { return Plugin{Document: do} }, abi.Document, request, response,
			func(said []byte, r *DocumentResponse, q *DocumentRequest) error { return abi.Decode(said, r, q) })
	}
}

func TestQuery(t *testing.T) {
	request := QueryRequest{Header: header(abi.Query), Question: "심근경색 증상은?", Language: "ko"}
	for _, response := range []QueryResponse{{}, {
		Variants: []string{"심장마비 증상은?", "\u2028"},
		Filters:  []Condition{{Field: "language", Any: []string{"ko", "en"}}, {Field: "modified", From: "2020-01-01T00:00:00Z", Before: "2021-01-01T00:00:00Z"}},
		Boosts:   []Boost{{When: Condition{Field: "document", Any: []string{"d"}}, Factor: 1.5}, {When: Condition{Field: "document", Any: []string{"e"}}, Factor: 0.1}},
	}} {
		calls(t, func(do func(QueryRequest) (QueryResponse, error)) Plugin { return Plugin{Query: do} }, abi.Query, request, response,
			func(said []byte, r *QueryResponse, q *QueryRequest) error { return abi.Decode(said, r, q) })
	}
}

func TestPassages(t *testing.T) {
	request := PassagesRequest{Header: header(abi.Passages), Question: "?", Passages: passages}
	for _, response := range []PassagesResponse{{}, {Order: []int{}}, {Order: []int{1, 0}, Notes: []Note{{Passage: 0, Note: "a"}, {Passage: 1, Note: "나루"}}}} {
		calls(t, func(do func(PassagesRequest) (PassagesResponse, error)) Plugin { return Plugin{Passages: do} }, abi.Passages, request, response,
			func(said []byte, r *PassagesResponse, q *PassagesRequest) error { return abi.Decode(said, r, q) })
	}
}

func TestAnswer(t *testing.T) {
	request := AnswerRequest{Header: header(abi.Answer), Question: "?", Language: "en", Passages: passages,
		Sentences: []Sentence{{Text: "line and line", Passages: []int{0, 1}}, {Text: "나루", Passages: []int{}}}}
	for _, response := range []AnswerResponse{{}, {
		Drop:   []int{1},
		Redact: []AnswerRedaction{InSentence(0, Redaction{Start: 0, End: 4, Kind: "a"}), InPassage(0, Redaction{Start: 5, End: 9, Kind: "b"})},
		Flags:  []Flag{{Sentence: 0, Flag: "a"}, {Sentence: 1, Flag: "b"}},
	}} {
		calls(t, func(do func(AnswerRequest) (AnswerResponse, error)) Plugin { return Plugin{Answer: do} }, abi.Answer, request, response,
			func(said []byte, r *AnswerResponse, q *AnswerRequest) error { return abi.Decode(said, r, q) })
	}
}

func TestFailures(t *testing.T) {
	says := func(r QueryResponse, err error) Plugin {
		return Plugin{Query: func(QueryRequest) (QueryResponse, error) { return r, err }}
	}
	for _, tt := range []struct {
		plugin        Plugin
		request, want string
	}{
		{says(QueryResponse{}, errors.New("the \"map\" is away")), `{}`, `{"error":"the \"map\" is away"}`},
		{says(QueryResponse{}, errors.New("")), `{}`, `{"error":"it failed and does not say why"}`},
		{says(QueryResponse{Boosts: []Boost{{Factor: math.NaN()}}}, nil), `{}`, `{"error":"the factor of a boost is not finite"}`},
		{says(QueryResponse{}, nil), `{"question":1}`, `{"error":"the JSON has no string at byte 12"}`},
		{says(QueryResponse{}, nil), `{"question":null}`, `{"error":"the JSON has no string at byte 12"}`},
		{Plugin{}, `{}`, `{"error":"this plugin does nothing at hook 2"}`},
		{says(QueryResponse{}, nil), ` { "new" : [ {"deep":null} ] , "language":"ko" } `, `{}`},
	} {
		if got := string(tt.plugin.call(abi.Query, tt.request)); got != tt.want {
			t.Errorf("%s: %s, want %s", tt.request, got, tt.want)
		}
	}
}

func TestHost(t *testing.T) {
	var logged []string
	t.Cleanup(Use(Host{
		Log:    func(level Level, line string) { logged = append(logged, line) },
		Config: func() (string, bool) { return `{"a":1}`, true },
		Lookup: func(key string) (string, bool) { return "value of " + key, key == "나루" },
		Terms: func(text, language string) ([]Term, error) {
			return []Term{{Term: text, Start: 1, End: 2}, {Term: language}}, nil
		},
		Embed: func(kind Kind, texts []string) ([][]float32, error) {
			if kind != Text {
				return nil, &HostError{"embed", None}
			}
			return [][]float32{{0.1, -1e-7}, {float32(len(texts)), 0}}, nil
		},
		Search: func(text string, limit int) ([]Passage, error) {
			if limit > 2 {
				return nil, errors.New("away")
			}
			return passages[:limit], nil
		},
	}))
	if Log(Warning, "배"); !reflect.DeepEqual(logged, []string{"배"}) {
		t.Errorf("logged: %q", logged)
	}
	if json, ok, err := Config(); json != `{"a":1}` || !ok || err != nil {
		t.Errorf("config: %q, %v, %v", json, ok, err)
	}
	if value, ok, err := Lookup("나루"); value != "value of 나루" || !ok || err != nil {
		t.Errorf("lookup: %q, %v, %v", value, ok, err)
	}
	if value, ok, err := Lookup("nothing"); value != "" || ok || err != nil {
		t.Errorf("lookup of nothing: %q, %v, %v", value, ok, err)
	}
	if terms, err := Terms("a \"b\"", "ko"); !reflect.DeepEqual(terms, []Term{{Term: "a \"b\"", Start: 1, End: 2}, {Term: "ko"}}) || err != nil {
		t.Errorf("terms: %v, %v", terms, err)
	}
	if vectors, err := Embed(Text, "a", "나루"); !reflect.DeepEqual(vectors, [][]float32{{0.1, -1e-7}, {2, 0}}) || err != nil {
		t.Errorf("embed: %v, %v", vectors, err)
	}
	if _, err := Embed(Question, "a"); err == nil || err.Error() != "embed: -1" {
		t.Errorf("embed without an embedder: %v", err)
	}
	if found, err := Search("a", 2); !reflect.DeepEqual(found, passages) || err != nil {
		t.Errorf("search: %v, %v", found, err)
	}
	if _, err := Search("a", 3); err == nil || err.Error() != "search: -3" {
		t.Errorf("search that fails: %v", err)
	}
}

func TestNotGranted(t *testing.T) {
	defer func() {
		if said, ok := recover().(string); !ok || !strings.Contains(said, "lookup") {
			t.Errorf("it panics with %v", said)
		}
	}()
	_, _, _ = Lookup("key")
}
