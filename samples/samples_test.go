// Package samples tests that the sample documents answer the questions that
// come with them.
package samples

import (
	"bufio"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/korean"

	"github.com/naru-rag/naru/indexer"
	"github.com/naru-rag/naru/indexer/source"
	"github.com/naru-rag/naru/rag"
	"github.com/naru-rag/naru/store"
	"github.com/naru-rag/naru/store/embedded"
)

var update = flag.Bool("update", false, "write the golden file anew")

// question is a line of questions.jsonl.
type question struct {
	ID, Language, Question, Document, Answer, Quote string
}

func questions(t *testing.T) []question {
	t.Helper()
	file, err := os.Open("questions.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	var all []question
	for lines := bufio.NewScanner(file); lines.Scan(); {
		var q question
		if err := json.Unmarshal(lines.Bytes(), &q); err != nil {
			t.Fatal(err)
		}
		all = append(all, q)
	}
	return all
}

// TestQuestions asks everything of an index of all languages together. What is
// not answered as it should be is in the golden file, by name.
func TestQuestions(t *testing.T) {
	engine, err := embedded.Open(t.TempDir(), embedded.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer engine.Close()
	stored := store.New(engine.Conn(), store.Options{})
	if err := stored.Ensure(t.Context()); err != nil {
		t.Fatal(err)
	}
	ix, err := indexer.New(stored, indexer.Options{Access: rag.Access{Tenant: "samples"}})
	if err != nil {
		t.Fatal(err)
	}
	folder, err := source.NewFolder(".", source.Options{})
	if err != nil {
		t.Fatal(err)
	}
	report, err := ix.Run(t.Context(), []source.Source{folder}, nil)
	if err != nil || report.Documents < 60 || len(report.Failed) > 0 {
		t.Fatalf("indexed %+v, %v; want at least sixty documents and no failure", report, err)
	}

	answerer := rag.NewAnswerer(stored, rag.Options{})
	var golden strings.Builder
	asked, right := map[string]int{}, map[string]int{}
	for _, q := range questions(t) {
		answer, err := answerer.Answer(t.Context(), rag.Question{Text: q.Question, Asker: rag.Asker{Tenant: "samples"}})
		if err != nil {
			t.Fatalf("%s: %v", q.ID, err)
		}
		if answer.Language != q.Language {
			t.Errorf("%s: %q is taken for %s", q.ID, q.Question, answer.Language)
		}
		checkSources(t, q, answer)
		asked[q.Language]++
		switch {
		case q.Document == "" && answer.Abstained, q.Document != "" && cites(answer, q):
			right[q.Language]++
		case q.Document == "":
			fmt.Fprintf(&golden, "%s is answered, and no document does\n", q.ID)
		case answer.Abstained:
			fmt.Fprintf(&golden, "%s is abstained from\n", q.ID)
		default:
			fmt.Fprintf(&golden, "%s is answered with something else\n", q.ID)
		}
	}
	for _, language := range []string{"ko", "ja", "zh", "ar", "th", "vi", "id", "hi", "tr", "de", "fr", "es", "en"} {
		fmt.Fprintf(&golden, "%s: %d of %d right\n", language, right[language], asked[language])
	}
	path := filepath.Join("testdata", "questions.golden")
	if *update {
		if err := os.WriteFile(path, []byte(golden.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if golden.String() != string(want) {
		t.Errorf("answers changed; if they are better, run go test ./samples -update\ngot:\n%s\nwant:\n%s", golden.String(), want)
	}
}

// checkSources: a citation of a text file leads to the bytes it was read from,
// whatever their encoding; one of another format, to where its words stand.
func checkSources(t *testing.T, q question, a rag.Answer) {
	t.Helper()
	legacy := map[string]encoding.Encoding{
		"ko/savings-terms.txt": korean.EUCKR, "ja/garbage-rules.txt": japanese.ShiftJIS, "ar/savings-bank.txt": charmap.Windows1256,
	}
	for _, s := range a.Sentences {
		for _, c := range s.Citations {
			file, err := os.ReadFile(filepath.FromSlash(c.URI))
			if err != nil || c.Source == nil {
				t.Errorf("%s: %s leads to %v, %v", q.ID, c.URI, c.Source, err)
				continue
			}
			original := string(file[c.Source.From:c.Source.To])
			if in, ok := legacy[c.URI]; ok {
				if original, err = in.NewDecoder().String(original); err != nil {
					t.Fatal(err)
				}
			}
			words := strings.Fields(c.Quote)
			if filepath.Ext(c.URI) == ".txt" && original != c.Quote ||
				!strings.Contains(original, words[0]) || !strings.Contains(original, words[len(words)-1]) {
				t.Errorf("%s: %s quotes %q from %q", q.ID, c.URI, c.Quote, original)
			}
		}
	}
}

// cites tells whether an answer cites the text that answers, in its document.
func cites(a rag.Answer, q question) bool {
	return slices.ContainsFunc(a.Sentences, func(s rag.Sentence) bool {
		return slices.ContainsFunc(s.Citations, func(c rag.Citation) bool {
			return c.URI == q.Document && strings.Contains(c.Quote, q.Answer)
		})
	})
}
