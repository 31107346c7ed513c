package payload_test

import (
	"encoding/json"
	"os"
	"slices"
	"testing"

	"github.com/qdrant/go-client/qdrant"
	"google.golang.org/protobuf/proto"

	"github.com/naru-rag/naru/store/embedded/internal/payload"
)

// edgeTables is testdata/edge.json; edge.py tells how it was made.
type edgeTables struct {
	Documents map[string]map[string]any `json:"documents"`
	Keys      []pair[bool]              `json:"keys"`
	Times     []pair[*int64]            `json:"times"`
	Selectors []struct {
		Document string         `json:"document"`
		Include  []string       `json:"include"`
		Exclude  []string       `json:"exclude"`
		Want     map[string]any `json:"want"`
	} `json:"selectors"`
	Merges []struct {
		Document string         `json:"document"`
		Patch    map[string]any `json:"patch"`
		Key      string         `json:"key"`
		Want     map[string]any `json:"want"`
	} `json:"merges"`
	Removes []struct {
		Document string         `json:"document"`
		Keys     []string       `json:"keys"`
		Want     map[string]any `json:"want"`
	} `json:"removes"`
}

// pair is a JSON array of a text and what belongs to it.
type pair[T any] struct {
	text string
	want T
}

func (p *pair[T]) UnmarshalJSON(data []byte) error {
	return json.Unmarshal(data, &[]any{&p.text, &p.want})
}

func readTables(t *testing.T) edgeTables {
	t.Helper()
	data, err := os.ReadFile("testdata/edge.json")
	if err != nil {
		t.Fatal(err)
	}
	var tables edgeTables
	if err := json.Unmarshal(data, &tables); err != nil {
		t.Fatal(err)
	}
	return tables
}

// same tells whether two payloads are equal; the zero of a map is empty.
func same(a, b map[string]*qdrant.Value) bool {
	return proto.Equal(&qdrant.Struct{Fields: a}, &qdrant.Struct{Fields: b})
}

func TestKeysAsQdrantsEngine(t *testing.T) {
	tables := readTables(t)
	for _, key := range tables.Keys {
		p, err := payload.Parse(key.text)
		if (err == nil) != key.want {
			t.Errorf("Parse(%q) returns %v; the engine takes it: %v", key.text, err, key.want)
		}
		if err != nil {
			continue
		}
		again, err := payload.Parse(p.String())
		if err != nil || again.String() != p.String() {
			t.Errorf("%q is written %q, which is read as %q, %v", key.text, p, again, err)
		}
	}
}

func TestTimesAsQdrantsEngine(t *testing.T) {
	accepted := 0
	for _, text := range readTables(t).Times {
		got, ok := payload.Time(text.text)
		if ok != (text.want != nil) || ok && got.UnixMicro() != *text.want {
			t.Errorf("Time(%q) is %v, %v", text.text, got, ok)
		}
		if ok {
			accepted++
		}
	}
	if accepted < 50 {
		t.Errorf("only %d of the texts are times", accepted)
	}
}

func TestSelectorsAsQdrantsEngine(t *testing.T) {
	tables := readTables(t)
	for _, row := range tables.Selectors {
		fields, selector := row.Include, qdrant.NewWithPayloadInclude(row.Include...)
		if row.Exclude != nil {
			fields, selector = row.Exclude, qdrant.NewWithPayloadExclude(row.Exclude...)
		}
		s, err := payload.NewSelector(selector, false)
		if err != nil {
			t.Fatal(err)
		}
		document := qdrant.NewValueMap(tables.Documents[row.Document])
		if got := s.Apply(document); !same(got, qdrant.NewValueMap(row.Want)) {
			t.Errorf("%v of %s: %v\nthe engine shows %v", fields, row.Document, got, row.Want)
		}
		if s.None() && len(row.Want) > 0 {
			t.Errorf("%v of %s: nothing is wanted", fields, row.Document)
		}
	}
}

func TestMergeAsQdrantsEngine(t *testing.T) {
	tables := readTables(t)
	for _, row := range tables.Merges {
		document := qdrant.NewValueMap(tables.Documents[row.Document])
		got, err := payload.Merge(document, qdrant.NewValueMap(row.Patch), row.Key)
		if err != nil {
			t.Fatal(err)
		}
		if !same(got, qdrant.NewValueMap(row.Want)) {
			t.Errorf("%v at %q of %s: %v\nthe engine has %v", row.Patch, row.Key, row.Document, got, row.Want)
		}
		if !same(document, qdrant.NewValueMap(tables.Documents[row.Document])) {
			t.Errorf("%v at %q changes %s", row.Patch, row.Key, row.Document)
		}
	}
}

func TestWithoutAsQdrantsEngine(t *testing.T) {
	tables := readTables(t)
	for _, row := range tables.Removes {
		document := qdrant.NewValueMap(tables.Documents[row.Document])
		keys, err := payload.ParseAll(row.Keys)
		if err != nil {
			t.Fatal(err)
		}
		if got := payload.Without(document, keys); !same(got, qdrant.NewValueMap(row.Want)) {
			t.Errorf("%v of %s: %v\nthe engine has %v", row.Keys, row.Document, got, row.Want)
		}
		if !same(document, qdrant.NewValueMap(tables.Documents[row.Document])) {
			t.Errorf("removing %v changes %s", slices.Clone(row.Keys), row.Document)
		}
	}
}
