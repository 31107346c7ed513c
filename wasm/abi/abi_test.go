package abi_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/naru-rag/naru/wasm/abi"
)

var header = abi.Header{ABI: abi.Version, Now: "2026-11-23T09:00:00Z"}

func head(h abi.Hook) abi.Header {
	header := header
	header.Hook = h
	return header
}

func passage(text string) abi.Passage {
	return abi.Passage{ID: "1", Document: "d", Headings: []string{"나루"}, Language: "ko", Annotations: map[string][]string{"nearby.cell": {"wy"}}, Score: 7.5, Text: text}
}

var (
	document = &abi.DocumentRequest{Header: head(abi.Document), Document: abi.DocumentText{ID: "d", Metadata: map[string]string{}, Text: "나루 x"}}
	query    = &abi.QueryRequest{Header: head(abi.Query), Question: "나루?", Language: "ko"}
	passages = &abi.PassagesRequest{Header: head(abi.Passages), Question: "나루?", Passages: []abi.Passage{passage("나루"), passage("b")}}
	answer   = &abi.AnswerRequest{Header: head(abi.Answer), Sentences: []abi.Sentence{{Text: "나루", Passages: []int{0}}}, Passages: []abi.Passage{passage("나루"), passage("b")}}
)

// decode is what the host makes of a response at a hook.
func decode(h abi.Hook, data string) (any, error) {
	switch h {
	case abi.Document:
		r := &abi.DocumentResponse{}
		return r, abi.Decode([]byte(data), r, document)
	case abi.Query:
		r := &abi.QueryResponse{}
		return r, abi.Decode([]byte(data), r, query)
	case abi.Passages:
		r := &abi.PassagesResponse{}
		return r, abi.Decode([]byte(data), r, passages)
	}
	r := &abi.AnswerResponse{}
	return r, abi.Decode([]byte(data), r, answer)
}

var cases = []struct {
	hook abi.Hook
	data string
	// want is in the error; empty where there is none.
	want string
	// schema is set where only the host can tell: the schema finds nothing wrong.
	schema bool
}{
	{abi.Document, `{}`, "", false},
	{abi.Document, `{"redact":[{"start":0,"end":6,"kind":"x"}],"annotate":{"cell":["wy"]},"skip":"no"}`, "", false},
	{abi.Document, `{"redact":[{"start":1,"end":6,"kind":"x"}]}`, "cuts a character", true},
	{abi.Document, `{"redact":[{"start":0,"end":5,"kind":"x"}]}`, "cuts a character", true},
	{abi.Document, `{"redact":[{"start":0,"end":9,"kind":"x"}]}`, "no range of a text of 8 bytes", true},
	{abi.Document, `{"redact":[{"start":6,"end":6,"kind":"x"}]}`, "no range", true},
	{abi.Document, `{"redact":[{"start":-1,"end":6,"kind":"x"}]}`, "no range", false},
	{abi.Document, `{"redact":[{"start":0,"end":6,"kind":"not guilty"}]}`, "no kind", false},
	{abi.Document, `{"redact":[{"start":0,"end":6}]}`, "no kind", false},
	{abi.Document, `{"annotate":{"Cell":["x"]}}`, "no name of a property", false},
	{abi.Document, `{"annotate":{"cell":[]}}`, "0 values", false},
	{abi.Document, `{"annotate":{"cell":[""]}}`, "empty or longer", false},
	{abi.Document, `{"annotate":{"cell":["` + strings.Repeat("x", 129) + `"]}}`, "empty or longer", false},
	{abi.Document, `{"text":"forged"}`, `unknown field "text"`, false},
	{abi.Document, `{"error":"no table"}`, `the plugin says: "no table"`, true},
	{abi.Document, `{"skip":"` + strings.Repeat("가", 201) + `"}`, "201 characters", false},
	{abi.Query, `{}`, "", false},
	{abi.Query, `{"variants":["a"],"filters":[{"field":"language","any":["ko"]},{"field":"modified","from":"2020-01-01T00:00:00Z"}],"boosts":[{"when":{"field":"annotations.nearby.cell","any":["wy"]},"factor":2}]}`, "", false},
	{abi.Query, `{"variants":["a","b","c","d","e"]}`, "there are 5", false},
	{abi.Query, `{"variants":[""]}`, "0 characters", false},
	{abi.Query, `{"filters":[{"field":"tenant","any":["other"]}]}`, `no field "tenant"`, false},
	{abi.Query, `{"filters":[{"field":"principals","any":["x"]}]}`, "no field", false},
	{abi.Query, `{"filters":[{"field":"annotations.a.b.c","any":["x"]}]}`, "no field", false},
	{abi.Query, `{"filters":[{"field":"language","any":[]}]}`, "0 values", false},
	{abi.Query, `{"filters":[{"field":"language","any":["ko"],"from":"2020-01-01T00:00:00Z"}]}`, "takes values, not a range", false},
	{abi.Query, `{"filters":[{"field":"modified","any":["ko"]}]}`, "takes from, before or both", false},
	{abi.Query, `{"filters":[{"field":"modified","from":"yesterday"}]}`, "no time in RFC 3339", false},
	{abi.Query, `{"boosts":[{"when":{"field":"language","any":["ko"]},"factor":1000}]}`, "factor 1000", false},
	{abi.Query, `{"boosts":[{"when":{"field":"language","any":["ko"]},"factor":-1}]}`, "factor -1", false},
	{abi.Query, `{"boosts":[{"when":{"field":"language","any":["ko"]},"factor":1e999}]}`, "1e999", false},
	{abi.Passages, `{}`, "", false},
	{abi.Passages, `{"order":[]}`, "", false},
	{abi.Passages, `{"order":[1,0],"notes":[{"passage":1,"note":"old"}]}`, "", false},
	{abi.Passages, `{"order":[0,0]}`, "number 0 is there twice", false},
	{abi.Passages, `{"order":[2]}`, "no number 2 of 2", true},
	{abi.Passages, `{"order":[-1]}`, "no number -1 of 2", false},
	{abi.Passages, `{"order":[0.5]}`, "cannot unmarshal", false},
	{abi.Passages, `{"order":[0],"passages":[{"id":"1","text":"forged"}]}`, `unknown field "passages"`, false},
	{abi.Passages, `{"notes":[{"passage":2,"note":"x"}]}`, "no number 2 of 2", true},
	{abi.Answer, `{}`, "", false},
	{abi.Answer, `{"drop":[0],"redact":[{"sentence":0,"start":0,"end":3,"kind":"x"},{"passage":1,"start":0,"end":1,"kind":"x"}],"flags":[{"sentence":0,"flag":"f"}]}`, "", false},
	{abi.Answer, `{"redact":[{"start":0,"end":3,"kind":"x"}]}`, "a sentence or a passage, and only one", false},
	{abi.Answer, `{"redact":[{"sentence":0,"passage":0,"start":0,"end":3,"kind":"x"}]}`, "only one", false},
	{abi.Answer, `{"redact":[{"sentence":0,"start":0,"end":2,"kind":"x"}]}`, "cuts a character", true},
	{abi.Answer, `{"redact":[{"passage":2,"start":0,"end":1,"kind":"x"}]}`, "no number 2 of 2", true},
	{abi.Answer, `{"drop":[1]}`, "no number 1 of 1", true},
	{abi.Answer, `{"sentences":["forged"]}`, `unknown field "sentences"`, false},
	{abi.Answer, `{"flags":[{"sentence":3,"flag":"x"}]}`, "no number 3 of 1", true},
}

func TestDecode(t *testing.T) {
	schemas := map[abi.Hook]*jsonschema.Schema{}
	for _, h := range abi.Hooks {
		schemas[h] = compile(t, h.String()+"_response")
	}
	for _, tt := range cases {
		_, err := decode(tt.hook, tt.data)
		if tt.want == "" && err != nil || tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)) {
			t.Errorf("%v %s: error %v, want %q", tt.hook, tt.data, err, tt.want)
		}
		instance, err := jsonschema.UnmarshalJSON(strings.NewReader(tt.data))
		if err != nil {
			t.Fatal(err)
		}
		if err := schemas[tt.hook].Validate(instance); (err == nil) != (tt.want == "" || tt.schema) {
			t.Errorf("%v %s: the schema says %v", tt.hook, tt.data, err)
		}
	}
}

func TestDecodeBytes(t *testing.T) {
	for data, want := range map[string]string{
		"":                                 "ends in the middle",
		`{"skip":`:                         "ends in the middle",
		`{} {}`:                            "goes on after its end",
		"{\"skip\":\"\xff\"}":              "not valid UTF-8",
		`[]`:                               "cannot unmarshal",
		`"x"`:                              "cannot unmarshal",
		`{"order":"x"}`:                    "cannot unmarshal",
		`{"order":[18446744073709551616]}`: "cannot unmarshal",
		strings.Repeat(`{"order":`, 1000) + "1" + strings.Repeat("}", 1000):           "cannot unmarshal",
		`{"order":` + strings.Repeat("[", 20_000) + strings.Repeat("]", 20_000) + "}": "depth",
		`{"notes":[` + strings.Repeat(`{},`, 1<<20) + "{}]}":                          "values, and at most",
		`{"order":[` + strings.Repeat(`0,`, 1<<20) + "0]}":                            "values, and at most",
		`{"order":[0],"order":[9]}`:                                                   "no number 9",
		`{"` + strings.Repeat("name", 10_000) + `":1}`:                                "unknown field",
		`{"order":` + strings.Repeat("9", 40_000) + `}`:                               "cannot unmarshal",
		`{"notes":[{"passage":0,"note":"a, [b], {c} \"d\" \\"}]} x`:                   "goes on after its end",
	} {
		if _, err := decode(abi.Passages, data); err == nil || !strings.Contains(err.Error(), want) || len(err.Error()) > 1000 {
			t.Errorf("%.40q: error %.2000v, want %q", data, err, want)
		}
	}
	// What stands in a text is no value.
	if _, err := decode(abi.Document, `{"skip":"`+strings.Repeat(`,[{\"`, 30)+`"}`); err != nil {
		t.Error(err)
	}
	long := `{"annotate":{"a":["` + strings.Repeat(`,`, 1<<17) + `"]}}`
	if _, err := decode(abi.Document, long); err == nil || !strings.Contains(err.Error(), "longer than") {
		t.Errorf("a value with many commas: %v", err)
	}
	_, err := decode(abi.Query, `{"error":"`+strings.Repeat("x", 9000)+`"}`)
	if said, ok := errors.AsType[*abi.PluginError](err); !ok || len(said.Said) > 300 {
		t.Errorf("a long message of a plugin is %v", err)
	}
}

// TestRequests: what the host sends is as the schema says.
func TestRequests(t *testing.T) {
	for h, request := range map[abi.Hook]any{abi.Document: document, abi.Query: query, abi.Passages: passages, abi.Answer: answer} {
		data, err := abi.Encode(request)
		if err != nil {
			t.Fatal(err)
		}
		instance, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
		if err != nil {
			t.Fatal(err)
		}
		if err := compile(t, h.String()+"_request").Validate(instance); err != nil {
			t.Errorf("%v %s: %v", h, data, err)
		}
	}
}

// TestSpecification: the examples of SPEC.md are what it says they are.
func TestSpecification(t *testing.T) {
	text, err := os.ReadFile("SPEC.md")
	if err != nil {
		t.Fatal(err)
	}
	blocks := regexp.MustCompile("(?s)### \\d · `(\\w+)`.*?```json\n(.*?)```\n```json\n(.*?)```").FindAllStringSubmatch(string(text), -1)
	if len(blocks) != len(abi.Hooks) {
		t.Fatalf("%d hooks have examples, and there are %d", len(blocks), len(abi.Hooks))
	}
	for _, b := range blocks {
		var members map[string]json.RawMessage
		request := strings.NewReplacer(`"…"`, `"2026-11-23T09:00:00Z"`, `"passages":[…]`, `"passages":[]`).Replace(b[2])
		if err := json.Unmarshal([]byte(request), &members); err != nil {
			t.Fatalf("%s: %v", b[1], err)
		}
		for part, data := range map[string]string{"_request": request, "_response": strings.ReplaceAll(b[3], "…", "x")} {
			instance, err := jsonschema.UnmarshalJSON(strings.NewReader(data))
			if err != nil {
				t.Fatal(err)
			}
			if err := compile(t, b[1]+part).Validate(instance); err != nil {
				t.Errorf("%s%s: %v", b[1], part, err)
			}
		}
	}
}

func compile(t *testing.T, definition string) *jsonschema.Schema {
	t.Helper()
	schema, err := jsonschema.UnmarshalJSON(bytes.NewReader(abi.Schema))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	if err := c.AddResource("urn:naru:plugin:1", schema); err != nil {
		t.Fatal(err)
	}
	compiled, err := c.Compile("urn:naru:plugin:1#/$defs/" + definition)
	if err != nil {
		t.Fatal(err)
	}
	return compiled
}

// FuzzDecode: what is taken is written and read again the same, and nothing panics.
func FuzzDecode(f *testing.F) {
	for _, tt := range cases {
		f.Add(uint32(tt.hook), tt.data)
	}
	f.Fuzz(func(t *testing.T, n uint32, data string) {
		h := abi.Hook(n%4 + 1)
		first, err := decode(h, data)
		if err != nil {
			return
		}
		again, err := abi.Encode(first)
		if err != nil {
			t.Fatal(err)
		}
		second, err := decode(h, string(again))
		if err != nil || !reflect.DeepEqual(first, second) && string(again) != string(encoded(t, second)) {
			t.Errorf("%q is %+v, and written and read again %+v (%v)", data, first, second, err)
		}
	})
}

func encoded(t *testing.T, v any) []byte {
	t.Helper()
	data, err := abi.Encode(v)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// TestManyRedactions takes as many of a long document as may be in it.
func TestManyRedactions(t *testing.T) {
	for _, tt := range []struct{ text, most int }{{1000, abi.MaxRedactions}, {800_000, 100_000}} {
		request := &abi.DocumentRequest{Header: head(abi.Document), Document: abi.DocumentText{Text: strings.Repeat("x", tt.text)}}
		const one = `{"start":1,"end":2,"kind":"x"}`
		for n, want := range map[int]string{tt.most: "", tt.most + 1: "at most"} {
			data := `{"redact":[` + strings.Repeat(one+",", n-1) + one + `]}`
			err := abi.Decode([]byte(data), &abi.DocumentResponse{}, request)
			if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
				t.Errorf("%d redactions of %d bytes: %v, want %q", n, tt.text, err, want)
			}
		}
	}
}

// TestForDocument gives a document so much for each 64 KiB.
func TestForDocument(t *testing.T) {
	one := abi.Limits{Fuel: 7, Memory: 100, Deadline: time.Second, Output: 10}
	for bytes, pieces := range map[int]int{0: 1, 1: 1, 64 << 10: 1, 64<<10 + 1: 2, 100 << 20: 1600} {
		want := abi.Limits{Fuel: 7 * int64(pieces), Memory: 100, Deadline: time.Duration(pieces) * time.Second, Output: 10 * pieces}
		if got := one.ForDocument(bytes); got != want {
			t.Errorf("%d bytes: %+v, want %+v", bytes, got, want)
		}
	}
}
