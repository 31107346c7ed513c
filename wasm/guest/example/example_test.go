//go:build !wasip1

package main

import (
	"reflect"
	"testing"

	"github.com/naru-rag/naru/wasm/guest"
)

func TestDocument(t *testing.T) {
	got, err := document(guest.DocumentRequest{Document: guest.DocumentText{Text: "나루 secretsecret", Metadata: map[string]string{"topic": "boats"}}})
	want := guest.DocumentResponse{
		Redact:   []guest.Redaction{{Start: 7, End: 13, Kind: "secret"}, {Start: 13, End: 19, Kind: "secret"}},
		Annotate: map[string][]string{"length": {"short"}, "topic": {"boats"}},
	}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%+v, want %+v (%v)", got, want, err)
	}
}

func TestQuery(t *testing.T) {
	config := ""
	t.Cleanup(guest.Use(guest.Host{
		Config: func() (string, bool) { return config, config != "" },
		Search: func(string, int) ([]guest.Passage, error) {
			return nil, &guest.HostError{Function: "search", Code: guest.TooMany}
		},
		Embed: func(guest.Kind, []string) ([][]float32, error) {
			return nil, &guest.HostError{Function: "embed", Code: guest.None}
		},
	}))
	for _, tt := range []struct {
		config, question string
		variants         []string
		err              string
	}{
		{"", "ferry?", nil, ""},
		{"[]", "ferry?", nil, ""},
		{`{"synonyms":{"ferry":"boat","x":1}}`, "ferry x", []string{"boat x"}, ""},
		{"", "fail it does", nil, "it does"},
		{"", "search ferry", []string{"none"}, "search: -4"},
		{"", "embed ferry", []string{"none"}, ""},
		{"", "now", nil, ""},
		{"", "now ", []string{"9 o'clock"}, ""},
	} {
		config = tt.config
		got, err := query(guest.QueryRequest{Header: guest.Header{Now: "9 o'clock"}, Question: tt.question})
		said := ""
		if err != nil {
			said = err.Error()
		}
		if !reflect.DeepEqual(got.Variants, tt.variants) || said != tt.err {
			t.Errorf("%s, %q: %q, %v", tt.config, tt.question, got.Variants, err)
		}
	}
}

func TestPassages(t *testing.T) {
	got, err := passages(guest.PassagesRequest{Passages: []guest.Passage{{Modified: "2026-01-02T03:04:05Z"}, {Text: "DROP ME"}, {}}})
	want := guest.PassagesResponse{Order: []int{2, 0}, Notes: []guest.Note{{Passage: 0, Note: "as of 2026-01-02"}}}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%+v, want %+v (%v)", got, want, err)
	}
}

func TestAnswer(t *testing.T) {
	got, err := answer(guest.AnswerRequest{
		Sentences: []guest.Sentence{{Text: "secret 1"}, {Text: "DROP ME"}}, Passages: []guest.Passage{{Text: "a secret"}},
	})
	want := guest.AnswerResponse{
		Drop:   []int{1},
		Redact: []guest.AnswerRedaction{guest.InSentence(0, guest.Redaction{End: 6, Kind: "secret"}), guest.InPassage(0, guest.Redaction{Start: 2, End: 8, Kind: "secret"})},
		Flags:  []guest.Flag{{Sentence: 0, Flag: "check the number"}},
	}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%+v, want %+v (%v)", got, want, err)
	}
}
